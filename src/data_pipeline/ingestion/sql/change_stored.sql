-- Changes what is stored by those of the held rows that differ from it. Those that are what they
-- were are known to be so at a later time then: a record from between may not change them any more.
-- Most of what is delivered again is unchanged, and of the same time by its source. Such rows are
-- noted in bulk: to write them all again takes longer than loading them.
WITH compared AS MATERIALIZED (
    -- what is stored beside what the load has, looked up once; all of both only where they differ
    SELECT
        stored.id,
        incoming.source_updated_at,
        differing.is_changed,
        CASE WHEN differing.is_changed THEN stored.version END AS version,
        CASE WHEN differing.is_changed THEN stored.updated_at END AS began_at,
        CASE WHEN differing.is_changed THEN stored.file_id END AS brought_by,
        CASE WHEN differing.is_changed THEN to_jsonb(stored) END AS before,
        CASE WHEN differing.is_changed THEN incoming END AS incoming,
        CASE WHEN NOT differing.is_changed THEN
            %(in_place)s
            OR incoming.source_updated_at > stored.source_updated_at
            -- what edges are compared with, by its own place in the order
            OR EXISTS (
                SELECT
                FROM canonical.relationships AS edge
                WHERE edge.to_entity = {entity}
                    AND edge.to_source_system = %(source)s
                    AND edge.to_source_id = stored.source_id
            )
        END AS in_place
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL {stored_row} AS stored
    CROSS JOIN LATERAL (
        SELECT
            incoming.deleted_at IS NULL
            AND (
                stored.deleted_at IS NOT NULL
                OR ROW({stored_values}) IS DISTINCT FROM ROW({incoming_values})
            ) AS is_changed
        OFFSET 0 -- compared once, and not again for each of the columns
    ) AS differing
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND (
            differing.is_changed
            OR (incoming.source_updated_at, %(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
                > (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
        )
),
changed AS (
    -- rows of which a value differs, or that were deleted, with their values before
    SELECT
        id,
        version,
        began_at,
        greatest(clock_timestamp(), began_at) AS ended_at,
        before,
        brought_by,
        (incoming).*
    FROM compared
    WHERE is_changed
),
history AS (
    -- the version that ends
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT {entity}, id, version, began_at, ended_at, before, brought_by
    FROM changed
),
noted AS (
    -- rows that are what they were, thousands in one
    INSERT INTO ingest.confirmations (
        source, entity, object_modified_at, object_version_id, file_id, ids, source_updated_at
    )
    SELECT
        %(source)s,
        {entity},
        %(modified_at)s,
        %(version_id)s,
        %(file_id)s,
        array_agg(id),
        array_agg(source_updated_at)
    FROM compared
    WHERE NOT in_place
    HAVING count(*) > 0
),
confirmed AS (
    -- and those for which that would not do
    UPDATE canonical.{table} AS stored
    SET source_updated_at = compared.source_updated_at,
        object_modified_at = %(modified_at)s,
        object_version_id = %(version_id)s
    FROM compared
    WHERE compared.in_place AND stored.id = compared.id
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
