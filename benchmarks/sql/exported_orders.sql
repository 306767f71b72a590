-- The file that the orders came from.
WITH file AS (
    INSERT INTO ingest.files (bucket, key, version_id, etag, source, status, finished_at,
        records_read, records_inserted, size_bytes)
    VALUES ('raw', 'crm-data/exported.json', 'v1', 'etag', 'crm', 'loaded', now(),
        %(orders)s, %(orders)s, 1)
    RETURNING id
)
INSERT INTO canonical.orders (source_system, source_id, customer_source_id, status, ordered_at,
    currency, total, attributes, file_id, source_updated_at, object_modified_at, object_version_id)
SELECT
    'crm',
    'ORD-' || number,
    'CRM-' || mod(number * 7919, 100000),
    (ARRAY['completed', 'shipped', 'cancelled', NULL])[1 + mod(number, 4)],
    timestamptz '2023-01-01' + number * interval '95 seconds',
    (ARRAY['EUR', 'USD', 'GBP'])[1 + mod(number, 3)],
    round(mod(number * 7919, 1000003) / 37.0, 2),
    '{"channel": "web"}',
    file.id,
    timestamptz '2026-05-01' + number * interval '1 second',
    now(),
    'v1'
FROM generate_series(1, %(orders)s::bigint) AS number
CROSS JOIN file
