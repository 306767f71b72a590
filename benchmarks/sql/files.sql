-- A file for each month of each system, as if each had been exported at the month's end.
INSERT INTO ingest.files (
    bucket, key, version_id, etag, size_bytes, source, status,
    object_modified_at, received_at, started_at, finished_at
)
SELECT
    'sales',
    format('%%s-data/%%s.ndjson', system, to_char(month, 'YYYY-MM')),
    'v1',
    md5(system || month),
    50000000,
    system,
    'loaded',
    month + interval '1 month',
    month + interval '1 month',
    month + interval '1 month',
    month + interval '1 month 1 minute'
FROM unnest(ARRAY['crm', 'erp', 'hubspot', 'salesforce', 'sap', 'shopify', 'stripe']) AS system
CROSS JOIN generate_series(
    date_trunc('month', %(last_day)s::date - interval '3 years'),
    %(last_day)s::date,
    interval '1 month'
) AS month
ORDER BY month, system;

ANALYZE ingest.files;
