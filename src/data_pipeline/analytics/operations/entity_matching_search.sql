asked AS MATERIALIZED (
    -- the records of the unified customer that is asked about
    SELECT customer.id, customer.name, customer.email_key, customer.phone_key
    FROM canonical.customer_identities AS identity
    JOIN canonical.customers AS customer ON customer.id = identity.customer_id
    WHERE identity.unified_id = (
            SELECT unified_id
            FROM canonical.customer_identities
            WHERE customer_id = %(customer_id)s::bigint
        )
),

found AS (
    -- with whom each of them may be one, all by indexes: by the name (a similarity of 0.3 or more),
    -- the e-mail address, or the telephone number
    SELECT asked.id AS one_id, other.id AS other_id
    FROM asked
    JOIN canonical.customers AS other ON other.name OPERATOR(extensions.%%) asked.name
    WHERE other.deleted_at IS NULL
    UNION ALL
    SELECT asked.id, other.id
    FROM asked
    JOIN canonical.customers AS other ON other.email_key = asked.email_key
    WHERE other.deleted_at IS NULL
    UNION ALL
    SELECT asked.id, other.id
    FROM asked
    JOIN canonical.customers AS other ON other.phone_key = asked.phone_key
    WHERE other.deleted_at IS NULL
),

candidate AS MATERIALIZED (
    -- each pair once
    SELECT DISTINCT least(one_id, other_id) AS one_id, greatest(one_id, other_id) AS other_id
    FROM found
),

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
    WHERE id = ANY (ARRAY(SELECT one_id FROM candidate UNION SELECT other_id FROM candidate))
        AND (
            %(source_systems)s::text[] IS NULL
            OR source_system = ANY (%(source_systems)s::text[])
        )
),

compared AS MATERIALIZED (
    -- both records of each candidate, and how far each field agrees
    SELECT
        candidate.one_id,
        candidate.other_id,
        one.unified_id,
        other.unified_id AS matched_unified_id,
        canonical.name_agreement(
            one.name_key, one.legal_name_key, other.name_key, other.legal_name_key
        ) AS name,
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
        AND (NOT %(only_unmatched)s::boolean OR one.unified_id <> other.unified_id)
),

scored AS (
    -- how much they are alike in all
    SELECT *
    FROM (
        SELECT *, canonical.match_score(name, tax_id, email, phone, postal_code) AS score
        FROM compared
        WHERE name >= %(least_name_similarity)s::double precision
    ) AS weighted
    WHERE score >= %(threshold)s::double precision
)
