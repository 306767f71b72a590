WITH entity_record AS (
    -- every record, deleted ones too, with what the overview needs of it
    SELECT 1 AS place, 'customers' AS entity, source_system, source_updated_at, deleted_at, file_id
    FROM canonical.customers
    UNION ALL
    SELECT 2, 'contacts', source_system, source_updated_at, deleted_at, file_id
    FROM canonical.contacts
    UNION ALL
    SELECT 3, 'products', source_system, source_updated_at, deleted_at, file_id
    FROM canonical.products
    UNION ALL
    SELECT 4, 'opportunities', source_system, source_updated_at, deleted_at, file_id
    FROM canonical.opportunities
    UNION ALL
    SELECT 5, 'orders', source_system, source_updated_at, deleted_at, file_id
    FROM canonical.orders
    UNION ALL
    SELECT 6, 'order_items', source_system, source_updated_at, deleted_at, file_id
    FROM canonical.order_items
    UNION ALL
    SELECT 7, 'invoices', source_system, source_updated_at, deleted_at, file_id
    FROM canonical.invoices
    UNION ALL
    SELECT 8, 'relationships', source_system, source_updated_at, deleted_at, file_id
    FROM canonical.relationships
),

overview AS (
    -- one row for each kind of record and source system
    SELECT
        place,
        entity,
        source_system,
        count(*) FILTER (WHERE deleted_at IS NULL) AS records,
        count(*) FILTER (WHERE deleted_at IS NOT NULL) AS deleted_records,
        max(source_updated_at) AS newest_change_at,
        max(file_id) AS last_file_id
    FROM entity_record
    GROUP BY place, entity, source_system
)

SELECT
    overview.entity,
    overview.source_system,
    overview.records,
    overview.deleted_records,
    overview.newest_change_at,
    load.received_at AS last_loaded_at,
    load.key AS last_file
FROM overview
LEFT JOIN canonical.loads AS load ON load.file_id = overview.last_file_id
ORDER BY overview.place, overview.source_system
LIMIT %(row_limit)s::bigint
