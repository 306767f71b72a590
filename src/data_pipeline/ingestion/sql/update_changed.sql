WITH changed AS (
    -- rows of which a value differs, or that were deleted, with their values before
    SELECT
        stored.id,
        stored.version,
        stored.updated_at AS began_at,
        greatest(clock_timestamp(), stored.updated_at) AS ended_at,
        to_jsonb(stored) AS before,
        stored.file_id AS brought_by,
        incoming.*
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL (
        SELECT *
        FROM canonical.{table}
        WHERE source_system = (SELECT %(source)s) AND source_id = incoming.source_id
        OFFSET 0 -- one look at the index of keys for each: see hold_stored.sql
    ) AS stored
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND incoming.deleted_at IS NULL
        AND (
            stored.deleted_at IS NOT NULL
            OR ROW({stored_values}) IS DISTINCT FROM ROW({incoming_values})
        )
),
history AS (
    -- the version that ends
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT {entity}, id, version, began_at, ended_at, before, brought_by
    FROM changed
)
UPDATE canonical.{table} AS stored
SET ({values}) = ROW({changed_values}),
    source_updated_at = changed.source_updated_at,
    deleted_at = NULL,
    version = changed.version + 1,
    updated_at = changed.ended_at,
    file_id = %(file_id)s,
    object_modified_at = %(modified_at)s,
    object_version_id = %(version_id)s
FROM changed
WHERE stored.id = changed.id
