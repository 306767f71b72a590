-- Beside the customers and orders of tests/integration/sales.py: attributes, lines, edges, and
-- rows of ingestion that no reader may see.
UPDATE canonical.customers
SET attributes = '{"tier": "gold", "tags": ["a", "b"], "address": {"zip": "10115"}, "score": 7}'
WHERE source_id = 'C1';

INSERT INTO canonical.order_items (source_system, source_id, order_source_id, sku, quantity,
    currency, unit_price, total, source_updated_at, file_id, object_modified_at, object_version_id)
SELECT 'crm', 'O1-' || line, 'O1', 'SKU-' || line, line, 'EUR', 10, line * 10, '2026-05-01', file.id,
    now(), 'v1'
FROM generate_series(1, 4) AS line, (SELECT min(id) AS id FROM ingest.files) AS file;

INSERT INTO canonical.relationships (source_system, source_id, relationship_type, from_entity,
    from_source_system, from_source_id, to_entity, to_source_system, to_source_id,
    source_updated_at, file_id, object_modified_at, object_version_id)
SELECT 'crm', edge.parent || edge.child, 'parent_of', 'customers', 'crm', edge.parent, 'customers',
    'crm', edge.child, '2026-05-01', file.id, now(), 'v1'
FROM (VALUES ('C1', 'C2'), ('C2', 'C3'), ('C3', 'C1')) AS edge (parent, child),
    (SELECT min(id) AS id FROM ingest.files) AS file;

UPDATE ingest.files SET etag = 'planted-secret';
