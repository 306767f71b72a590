record AS MATERIALIZED (
    -- all who take part, with their values as they are compared
    SELECT *
    FROM canonical.comparable_customers
    WHERE %(source_systems)s::text[] IS NULL
        OR source_system = ANY (%(source_systems)s::text[])
),

named AS (
    -- their names' first and last words
    SELECT
        *,
        split_part(name_key, ' ', 1) AS first_word,
        split_part(name_key, ' ', -1) AS last_word
    FROM record
),

key AS MATERIALIZED (
    -- values that two records of one customer are likely to share, as numbers, which take less to
    -- compare: the name's consonants, its first word and the last one's first letter, its last word
    -- and the first one's beginning; and where the customer is to be found
    SELECT
        id,
        unified_id,
        unnest(ARRAY[
            hashtextextended(translate(name_key, 'aeiouy ', ''), 1),
            hashtextextended(translate(legal_name_key, 'aeiouy ', ''), 1),
            hashtextextended(first_word || ' ' || left(last_word, 1), 2),
            hashtextextended(left(first_word, 4) || ' ' || last_word, 3),
            hashtextextended(left(first_word, 3) || ' ' || postal_code, 4),
            hashtextextended(email_domain, 5),
            hashtextextended(phone, 6),
            hashtextextended(tax_id, 7)
        ]) AS key
    FROM named
),

block AS MATERIALIZED (
    -- the records with one key: of several customers, and not so many that it says nothing
    SELECT key, count(*) AS size, min(id) AS lowest_id, max(id) AS highest_id
    FROM key
    WHERE key IS NOT NULL
    GROUP BY key
    HAVING count(*) BETWEEN 2 AND %(most_in_block)s::integer
        AND (NOT %(only_unmatched)s::boolean OR min(unified_id) < max(unified_id))
),

crowd AS MATERIALIZED (
    -- who is in a block of three or more
    SELECT key.key, key.id, key.unified_id
    FROM block
    JOIN key ON key.key = block.key
    WHERE block.size > 2
),

candidate AS (
    -- all pairs of a block; a block of two is its pair
    SELECT lowest_id AS one_id, highest_id AS other_id
    FROM block
    WHERE size = 2
    UNION
    SELECT one.id, other.id
    FROM crowd AS one
    JOIN crowd AS other ON other.key = one.key AND other.id > one.id
    WHERE NOT %(only_unmatched)s::boolean OR one.unified_id <> other.unified_id
)
