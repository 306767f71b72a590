record AS MATERIALIZED (
    -- all who take part, with their values as they are compared
    SELECT
        id,
        source_system,
        unified_id,
        name_key,
        legal_name_key,
        email,
        email_domain,
        phone,
        tax_id,
        postal_code
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

key AS (
    -- values that two records of one customer are likely to share, as numbers, which take less to
    -- compare. Odd are those that say much: the name's consonants, and where the customer is to be
    -- reached. Even are parts of the name: its first word and the last one's first letter, its last
    -- word and the first one's beginning, the first one's beginning and the postal code
    SELECT id, unified_id, key
    FROM (
        SELECT
            id,
            unified_id,
            unnest(ARRAY[
                hashtextextended(translate(name_key, 'aeiouy ', ''), 1) | 1,
                hashtextextended(translate(legal_name_key, 'aeiouy ', ''), 1) | 1,
                hashtextextended(email_domain, 2) | 1,
                hashtextextended(phone, 3) | 1,
                hashtextextended(tax_id, 4) | 1,
                hashtextextended(first_word || ' ' || left(last_word, 1), 5) & ~1::bigint,
                hashtextextended(left(first_word, 4) || ' ' || last_word, 6) & ~1::bigint,
                hashtextextended(left(first_word, 3) || ' ' || postal_code, 7) & ~1::bigint
            ]) AS key
        FROM named
    ) AS made
    WHERE key IS NOT NULL
),

block AS MATERIALIZED (
    -- who has keys that records of several customers have, but not so many that it says nothing
    SELECT array_agg(id ORDER BY id) AS ids
    FROM key
    GROUP BY key
    HAVING count(*) > 1
        AND count(*) <= CASE key & 1
            WHEN 1 THEN %(most_with_strong_key)s::integer
            ELSE %(most_with_weak_key)s::integer
        END
        AND (NOT %(only_unmatched)s::boolean OR min(unified_id) < max(unified_id))
),

member AS (
    -- each of them with all of the same block
    SELECT unnest(ids) AS one_id, ids
    FROM block
),

candidate AS (
    -- each pair once, however many keys it has in common
    SELECT DISTINCT one_id, other_id
    FROM (
        SELECT one_id, unnest(ids) AS other_id
        FROM member
    ) AS pair
    WHERE other_id > one_id
)
