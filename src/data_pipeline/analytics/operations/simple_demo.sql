WITH entity (place, name) AS (
    -- the kinds of record, in the order to show them in
    VALUES
        (1, 'customers'),
        (2, 'contacts'),
        (3, 'products'),
        (4, 'opportunities'),
        (5, 'orders'),
        (6, 'order_items'),
        (7, 'invoices'),
        (8, 'relationships')
)

SELECT
    entity.name AS entity,
    counted.source_system,
    counted.records,
    counted.deleted_records,
    load.object_modified_at AS last_exported_at,
    load.received_at AS last_loaded_at,
    load.key AS last_file
FROM entity
JOIN canonical.record_counts AS counted ON counted.entity = entity.name
LEFT JOIN canonical.loads AS load ON load.file_id = counted.last_file_id
ORDER BY entity.place, counted.source_system
LIMIT %(row_limit)s::bigint
