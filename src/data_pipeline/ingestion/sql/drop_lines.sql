-- Marks the lines as deleted that the newest record of their order does not have. Every record
-- gives its lines at least its own place in the order of versions, so a line that has a lower one
-- is not in it.
WITH touched AS (
    -- orders of which this load has the record or a line, staged or copied straight into its table
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
),
gone AS (
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
),
dropped AS (
    -- with their values before
    SELECT
        stored.id,
        stored.version,
        stored.updated_at AS began_at,
        greatest(clock_timestamp(), stored.updated_at) AS ended_at,
        to_jsonb(stored) AS before,
        stored.file_id AS brought_by,
        gone.source_updated_at,
        gone.object_modified_at,
        gone.object_version_id,
        gone.deleted_at
    FROM gone
    JOIN canonical.order_items AS stored ON stored.id = gone.id
    WHERE stored.deleted_at IS NULL
    ORDER BY stored.source_id
    FOR UPDATE OF stored
),
history AS (
    -- the version that ends
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT 'order_items', id, version, began_at, ended_at, before, brought_by
    FROM dropped
)
UPDATE canonical.order_items AS stored
SET deleted_at = dropped.deleted_at,
    source_updated_at = dropped.source_updated_at,
    version = dropped.version + 1,
    updated_at = dropped.ended_at,
    file_id = %(file_id)s,
    object_modified_at = dropped.object_modified_at,
    object_version_id = dropped.object_version_id
FROM dropped
WHERE stored.id = dropped.id
