-- Who may be the same customer although no key says so, for the operation entity_matching: as two
-- halves that a server with two processors works out at the same time. It defines functions and a
-- view and changes no row, so loads don't wait for it.

-- The same keys, sooner: the server need not find out which part of a match each group is.
CREATE OR REPLACE FUNCTION ingest.name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(btrim(regexp_replace(
    regexp_replace(
        replace(
            -- marks that decomposition parts from their letters
            regexp_replace(
                normalize(lower(name COLLATE "pg_c_utf8"), NFKD), '[\u0300-\u036f]', '', 'g'
            ),
            '.', ''
        ) COLLATE "pg_c_utf8",
        '[^[:alnum:]]+', ' ', 'g'
    ),
    '(?: (?:co|kg|gmbh|mbh|ag|ohg|ug|ev|se|sas|sarl|sa|spa|srl|sl|slu|bv|nv|ab|as|oy|oyj|aps'
    '|ltd|limited|plc|llc|llp|lp|inc|incorporated|corp|corporation|company|kk|pty|pte|sp|z|o|oo'
    '|doo))+ *$', ''
)), '');

-- The same values, sooner: legal names that begin with the name as it is need no lower case.
CREATE OR REPLACE VIEW canonical.comparable_customers AS
SELECT
    customer.id,
    customer.source_system,
    customer.source_id,
    coalesce(joined.unified_id, customer.id) AS unified_id,
    customer.name,
    -- what ingest.name_key gives of words of letters and digits, if the last is no legal form
    CASE
        WHEN customer.name !~ '[^A-Za-z0-9 ]'
            AND position('  ' IN customer.name) = 0
            AND NOT starts_with(customer.name, ' ')
            AND length(split_part(customer.name, ' ', -1)) >= 5
            AND lower(split_part(customer.name, ' ', -1) COLLATE "C")
                NOT IN ('limited', 'incorporated', 'corporation', 'company')
            THEN lower(customer.name COLLATE "C")
        ELSE ingest.name_key(customer.name)
    END AS name_key,
    -- where it says no more than the name it is left out
    CASE
        WHEN NOT starts_with(customer.legal_name, customer.name)
            AND NOT starts_with(lower(customer.legal_name), lower(customer.name))
            THEN ingest.name_key(customer.legal_name)
    END AS legal_name_key,
    customer.email_key AS email,
    split_part(customer.email_key, '@', 2) AS email_domain,
    customer.phone_key AS phone,
    nullif(translate(upper(customer.tax_id), ' .-/', ''), '') AS tax_id,
    customer.country || ' ' || nullif(translate(upper(customer.postal_code), ' -', ''), '')
        AS postal_code
FROM canonical.customers AS customer
LEFT JOIN ingest.joined_customers AS joined ON joined.customer_id = customer.id
WHERE customer.deleted_at IS NULL;

-- How much two names are alike, 0 to 1: trigrams in both by trigrams in either, of the names and
-- legal names that are most alike. Names as canonical.comparable_customers has them.
CREATE FUNCTION canonical.name_agreement(
    one_name text, one_legal_name text, other_name text, other_legal_name text
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN greatest(
    extensions.similarity(one_name, other_name),
    extensions.similarity(one_name, other_legal_name),
    extensions.similarity(one_legal_name, other_name),
    extensions.similarity(one_legal_name, other_legal_name)
);

-- How far two e-mail addresses agree: 1 the same, 0.5 the same domain unless everybody may be
-- there, 0 neither; null where one is missing, or nobody's.
CREATE FUNCTION canonical.email_agreement(
    one text, one_domain text, other text, other_domain text
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN one = other
        THEN CASE WHEN NOT canonical.is_void('email', one) THEN 1::double precision END
    WHEN one_domain = other_domain
        THEN CASE WHEN canonical.is_open_domain(one_domain) THEN 0 ELSE 0.5 END
    WHEN one IS NOT NULL AND other IS NOT NULL THEN 0
END;

-- Whether two telephone numbers agree, 1 or 0; null where one is missing, or nobody's.
CREATE FUNCTION canonical.phone_agreement(one text, other text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN one = other THEN CASE WHEN NOT canonical.is_void('phone', one) THEN 1 END
    WHEN one IS NOT NULL AND other IS NOT NULL THEN 0
END;

-- How much two customers are alike in all, 0 to 1: the mean of what agrees over the fields that
-- both have, each with its weight.
CREATE FUNCTION canonical.match_score(
    name double precision,
    tax_id integer,
    email double precision,
    phone integer,
    postal_code integer
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    4 * name
    + 3 * coalesce(tax_id, 0)
    + 1.5::double precision * coalesce(email, 0)
    + coalesce(phone, 0)
    + coalesce(postal_code, 0)
) / (
    4
    + 3 * num_nonnulls(tax_id)
    + 1.5::double precision * num_nonnulls(email)
    + num_nonnulls(phone, postal_code)
);

-- Pairs of customers of different systems that have a key in common which few have, and a score of
-- at least `least_score`; each as often as they have such a key. One half of the keys at a time:
-- those that say much (the consonants of a name, and where the customer is to be reached), or parts
-- of names (the first word and the first letter of the last, the last word and the beginning of the
-- first, the beginning of the first and the postal code).
--
-- As a function it is one step to the planner, which gives the two halves to processes of their
-- own. In one statement it gives only the reading of the table to several, a third of the work. The
-- cost, in units of cpu_operator_cost, is what makes that worth while: it is right for some ten
-- thousand customers.
CREATE FUNCTION canonical.alike_customers(
    by_strong_keys boolean,
    most_with_key integer,
    systems text[], -- null for all
    only_unmatched boolean,
    least_name_agreement double precision,
    least_score double precision
) RETURNS TABLE (
    one_id bigint,
    other_id bigint,
    unified_id bigint,
    matched_unified_id bigint,
    name double precision,
    tax_id integer,
    email double precision,
    phone integer,
    postal_code integer,
    score double precision
)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000000 ROWS 5000
SET search_path = pg_catalog, pg_temp
SET max_parallel_workers_per_gather = 0
BEGIN ATOMIC
    WITH record AS MATERIALIZED (
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
        WHERE systems IS NULL OR source_system = ANY (systems)
    ),
    named AS (
        -- their names' first and last words, where they are asked for
        SELECT
            *,
            CASE WHEN NOT by_strong_keys THEN split_part(name_key, ' ', 1) END AS first_word,
            CASE WHEN NOT by_strong_keys THEN split_part(name_key, ' ', -1) END AS last_word
        FROM record
        OFFSET 0 -- each worked out once
    ),
    key AS (
        -- values that two records of one customer are likely to share, as numbers, which take less
        -- to compare
        SELECT id, unified_id, key
        FROM (
            SELECT
                id,
                unified_id,
                unnest(CASE WHEN by_strong_keys THEN ARRAY[
                    hashtextextended(translate(name_key, 'aeiouy ', ''), 1),
                    hashtextextended(translate(legal_name_key, 'aeiouy ', ''), 1),
                    hashtextextended(email_domain, 2),
                    hashtextextended(phone, 3),
                    hashtextextended(tax_id, 4)
                ] ELSE ARRAY[
                    hashtextextended(first_word, hashtextextended(left(last_word, 1), 5)),
                    hashtextextended(last_word, hashtextextended(left(first_word, 4), 6)),
                    hashtextextended(postal_code, hashtextextended(left(first_word, 3), 7))
                ] END) AS key
            FROM named
        ) AS made
        WHERE key IS NOT NULL
    ),
    block AS MATERIALIZED (
        -- who has keys that records of several customers have, but not so many that it says
        -- nothing. By key: so they are sorted, since a hash table would hold an array for each key
        SELECT array_agg(id ORDER BY key) AS ids
        FROM key
        GROUP BY key
        HAVING count(*) BETWEEN 2 AND most_with_key
            AND (NOT only_unmatched OR min(unified_id) < max(unified_id))
    ),
    member AS (
        -- each of them with all of the same block
        SELECT unnest(ids) AS one_id, ids
        FROM block
    ),
    candidate AS (
        -- each pair as often as it has a key in common, which mostly is once
        SELECT one_id, other_id
        FROM (
            SELECT one_id, unnest(ids) AS other_id
            FROM member
        ) AS pair
        WHERE other_id > one_id
    ),
    compared AS (
        -- both records of each candidate, and how far each field agrees but the name
        SELECT
            candidate.one_id,
            candidate.other_id,
            one.unified_id,
            other.unified_id AS matched_unified_id,
            one.name_key,
            one.legal_name_key,
            other.name_key AS other_name_key,
            other.legal_name_key AS other_legal_name_key,
            (one.tax_id = other.tax_id)::integer AS tax_id,
            canonical.email_agreement(
                one.email, one.email_domain, other.email, other.email_domain
            ) AS email,
            canonical.phone_agreement(one.phone, other.phone) AS phone,
            (one.postal_code = other.postal_code)::integer AS postal_code
        FROM candidate
        JOIN record AS one ON one.id = candidate.one_id
        JOIN record AS other ON other.id = candidate.other_id
        WHERE one.source_system <> other.source_system
            AND (NOT only_unmatched OR one.unified_id <> other.unified_id)
        OFFSET 0
    ),
    named_alike AS (
        -- how much the names agree, of those for which equal names would suffice
        SELECT
            *,
            canonical.name_agreement(
                name_key, legal_name_key, other_name_key, other_legal_name_key
            ) AS name
        FROM compared
        WHERE canonical.match_score(1, tax_id, email, phone, postal_code) >= least_score
        OFFSET 0
    ),
    scored AS (
        -- how much they are alike in all
        SELECT *, canonical.match_score(name, tax_id, email, phone, postal_code) AS score
        FROM named_alike
        WHERE name >= least_name_agreement
        OFFSET 0
    )
    SELECT
        one_id,
        other_id,
        unified_id,
        matched_unified_id,
        name,
        tax_id,
        email,
        phone,
        postal_code,
        score
    FROM scored
    WHERE score >= least_score;
END;

GRANT EXECUTE ON FUNCTION
    canonical.name_agreement, canonical.email_agreement, canonical.phone_agreement,
    canonical.match_score, canonical.alike_customers
    TO analytics_reader;
