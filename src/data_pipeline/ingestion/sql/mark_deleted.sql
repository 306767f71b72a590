WITH deleted AS (
    -- rows that their source deleted and that are not marked yet, with their values before
    SELECT
        stored.id,
        stored.version,
        stored.updated_at AS began_at,
        greatest(clock_timestamp(), stored.updated_at) AS ended_at,
        to_jsonb(stored) AS before,
        stored.file_id AS brought_by,
        incoming.source_updated_at,
        incoming.deleted_at
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL {stored_row} AS stored
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND incoming.deleted_at IS NOT NULL
        AND stored.deleted_at IS NULL
),
history AS (
    -- the version that ends
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT {entity}, id, version, began_at, ended_at, before, brought_by
    FROM deleted
)
UPDATE canonical.{table} AS stored
SET deleted_at = deleted.deleted_at,
    source_updated_at = deleted.source_updated_at,
    version = deleted.version + 1,
    updated_at = deleted.ended_at,
    file_id = %(file_id)s,
    object_modified_at = %(modified_at)s,
    object_version_id = %(version_id)s
FROM deleted
WHERE stored.id = deleted.id
