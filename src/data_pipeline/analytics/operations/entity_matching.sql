WITH {scored},

shown AS MATERIALIZED (
    -- the best matches
    SELECT *
    FROM scored
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
