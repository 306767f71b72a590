WITH {candidates},

compared AS MATERIALIZED (
    -- both records of each candidate, and how far each field agrees, 0 to 1; null where one of them
    -- has no value, or nobody's. Names: trigrams in both by trigrams in either, of the names and
    -- legal names that are most alike
    SELECT
        candidate.one_id,
        candidate.other_id,
        one.unified_id,
        other.unified_id AS matched_unified_id,
        greatest(
            extensions.similarity(one.name_key, other.name_key),
            extensions.similarity(one.name_key, other.legal_name_key),
            extensions.similarity(one.legal_name_key, other.name_key),
            extensions.similarity(one.legal_name_key, other.legal_name_key)
        )::double precision AS name,
        (one.tax_id = other.tax_id)::integer AS tax_id,
        CASE
            WHEN one.email = other.email
                THEN CASE WHEN NOT canonical.is_void('email', one.email) THEN 1 END
            WHEN one.email_domain = other.email_domain
                THEN CASE WHEN canonical.is_open_domain(one.email_domain) THEN 0 ELSE 0.5 END
            WHEN one.email IS NOT NULL AND other.email IS NOT NULL THEN 0
        END AS email,
        CASE
            WHEN one.phone = other.phone
                THEN CASE WHEN NOT canonical.is_void('phone', one.phone) THEN 1 END
            WHEN one.phone IS NOT NULL AND other.phone IS NOT NULL THEN 0
        END AS phone,
        (one.postal_code = other.postal_code)::integer AS postal_code
    FROM candidate
    JOIN record AS one ON one.id = candidate.one_id
    JOIN record AS other ON other.id = candidate.other_id
    WHERE one.source_system <> other.source_system
        AND (NOT %(only_unmatched)s::boolean OR one.unified_id <> other.unified_id)
),

weighted AS (
    -- the mean over the fields that both have, each with its weight
    SELECT
        compared.*,
        (
            4 * name
            + 3 * coalesce(tax_id, 0)
            + 1.5 * coalesce(email, 0)
            + coalesce(phone, 0)
            + coalesce(postal_code, 0)
        ) / (
            4
            + 3 * num_nonnulls(tax_id)
            + 1.5 * num_nonnulls(email)
            + num_nonnulls(phone, postal_code)
        ) AS score
    FROM compared
    WHERE name >= %(least_name_similarity)s::double precision
),

shown AS MATERIALIZED (
    -- the best matches
    SELECT *
    FROM weighted
    WHERE score >= %(threshold)s::double precision
    ORDER BY score DESC, one_id, other_id
    LIMIT %(row_limit)s::bigint
)

SELECT
    round(shown.score::numeric, 4)::double precision AS score,
    round(shown.name::numeric, 4)::double precision AS name_similarity,
    one.id AS customer_id,
    one.source_system,
    one.source_id,
    one.name,
    other.id AS matched_customer_id,
    other.source_system AS matched_source_system,
    other.source_id AS matched_source_id,
    other.name AS matched_name,
    array_remove(ARRAY[
        CASE WHEN shown.name = 1 THEN 'name' END,
        CASE WHEN shown.tax_id = 1 THEN 'tax_id' END,
        CASE WHEN shown.email = 1 THEN 'email' WHEN shown.email > 0 THEN 'email_domain' END,
        CASE WHEN shown.phone = 1 THEN 'phone' END,
        CASE WHEN shown.postal_code = 1 THEN 'postal_code' END
    ], NULL) AS agreeing_fields,
    jsonb_strip_nulls(jsonb_build_object(
        'name', round(shown.name::numeric, 4),
        'tax_id', shown.tax_id,
        'email', shown.email,
        'phone', shown.phone,
        'postal_code', shown.postal_code
    )) AS evidence,
    shown.unified_id = shown.matched_unified_id AS is_unified,
    shown.unified_id,
    shown.matched_unified_id
FROM shown
JOIN canonical.customers AS one ON one.id = shown.one_id
JOIN canonical.customers AS other ON other.id = shown.other_id
ORDER BY shown.score DESC, shown.one_id, shown.other_id
