-- Marks children as deleted that are gone, at their owner's place in the order of versions.
WITH gone AS {gone},
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
    JOIN canonical.{table} AS stored ON stored.id = gone.id
    WHERE stored.deleted_at IS NULL
    ORDER BY stored.source_id
    FOR UPDATE OF stored
),
history AS (
    -- the version that ends
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT {entity}, id, version, began_at, ended_at, before, brought_by
    FROM dropped
)
UPDATE canonical.{table} AS stored
SET deleted_at = dropped.deleted_at,
    source_updated_at = dropped.source_updated_at,
    version = dropped.version + 1,
    updated_at = dropped.ended_at,
    file_id = %(file_id)s,
    object_modified_at = dropped.object_modified_at,
    object_version_id = dropped.object_version_id
FROM dropped
WHERE stored.id = dropped.id
