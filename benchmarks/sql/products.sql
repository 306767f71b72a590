-- Two thousand in each system that sells.
INSERT INTO canonical.products (
    source_system, source_id, sku, name, category, brand, status, unit_of_measure, unit_price,
    unit_price_currency, attributes, source_updated_at, file_id, object_modified_at,
    object_version_id
)
SELECT
    system,
    'PRD-' || lpad(number::text, 5, '0'),
    'SKU-' || lpad(number::text, 5, '0'),
    pg_temp.word(number, 'product') || ' ' || kind.category,
    CASE WHEN number %% 50 <> 0 THEN kind.category END,
    pg_temp.word(number %% 40, 'brand'),
    CASE WHEN pg_temp.draw(number, 'product status') < 0.9 THEN 'active' ELSE 'inactive' END,
    'piece',
    round((10 ^ (0.7 + 2.3 * pg_temp.draw(number, 'price')))::numeric, 2),
    'EUR',
    jsonb_build_object('weight_kg', round(pg_temp.draw(number, 'weight')::numeric * 20, 1)),
    file.object_modified_at - interval '1 day',
    file.id,
    file.object_modified_at,
    'v1'
FROM unnest(ARRAY['crm', 'erp', 'salesforce', 'sap', 'shopify']) AS system
CROSS JOIN generate_series(1, 2000) AS number
CROSS JOIN LATERAL (
    SELECT (ARRAY['Sensors', 'Controllers', 'Software', 'Services', 'Accessories', 'Spare Parts'])
        [pg_temp.pick(number, 'category', 6)] AS category
) AS kind
JOIN LATERAL (
    SELECT id, object_modified_at
    FROM ingest.files
    WHERE bucket = 'sales' AND source = system
    ORDER BY id
    LIMIT 1
) AS file ON true;

ANALYZE canonical.products;
