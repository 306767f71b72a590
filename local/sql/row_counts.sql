-- How many live rows each canonical table has from each source system.
WITH
-- every live row, as the table it is in and the system it came from
live (entity, source_system) AS (
    SELECT 'customers', source_system FROM canonical.customers WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'contacts', source_system FROM canonical.contacts WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'products', source_system FROM canonical.products WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'opportunities', source_system FROM canonical.opportunities WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'orders', source_system FROM canonical.orders WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'order_items', source_system FROM canonical.order_items WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'invoices', source_system FROM canonical.invoices WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'relationships', source_system FROM canonical.relationships WHERE deleted_at IS NULL
),

-- the tables in the order in which they are shown, empty ones too
tables (position, entity) AS (
    VALUES
    (1, 'customers'), (2, 'contacts'), (3, 'products'), (4, 'opportunities'),
    (5, 'orders'), (6, 'order_items'), (7, 'invoices'), (8, 'relationships')
)

SELECT
    tables.entity,
    live.source_system,
    count(live.source_system) AS row_count
FROM tables
LEFT JOIN live ON tables.entity = live.entity
GROUP BY tables.position, tables.entity, live.source_system
ORDER BY tables.position, live.source_system
