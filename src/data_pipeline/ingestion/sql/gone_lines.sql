(
    -- Lines that the newest record of their order does not have. Every record gives its lines at
    -- least its own place in the order of versions, so a line that has a lower one is not in it.
    WITH touched AS (
        -- orders of which this load has the record or a line, staged or copied straight into its
        -- table
        SELECT source_id FROM ingest.staged_orders WHERE load_id = %(file_id)s
        UNION
        SELECT order_source_id
        FROM ingest.staged_order_items
        WHERE load_id = %(file_id)s AND order_source_id IS NOT NULL
        UNION
        SELECT source_id
        FROM canonical.orders
        WHERE id > %(orders_copied_after)s AND file_id = %(file_id)s
        UNION
        SELECT order_source_id
        FROM canonical.order_items
        WHERE id > %(order_items_copied_after)s
            AND file_id = %(file_id)s
            AND order_source_id IS NOT NULL
    )
    -- their lines that are not in the stored record. One look at an index for each, whatever the
    -- planner takes the number of staged rows for.
    SELECT
        line.id,
        owner.source_updated_at,
        owner.object_modified_at,
        owner.object_version_id,
        coalesce(owner.deleted_at, owner.source_updated_at) AS deleted_at
    FROM touched
    CROSS JOIN LATERAL (
        SELECT *
        FROM canonical.orders
        WHERE source_system = (SELECT %(source)s) AND source_id = touched.source_id
        OFFSET 0
    ) AS owner
    CROSS JOIN LATERAL (
        SELECT *
        FROM canonical.order_items
        WHERE source_system = (SELECT %(source)s) AND order_source_id = owner.source_id
        OFFSET 0
    ) AS line
    WHERE (owner.lines_complete OR owner.deleted_at IS NOT NULL)
        AND line.deleted_at IS NULL
        AND (line.source_updated_at, line.object_modified_at, line.object_version_id)
            < (owner.source_updated_at, owner.object_modified_at, owner.object_version_id)
)
