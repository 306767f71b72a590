-- Rows that are what they were, but are known to be so at a later time: a record from between may
-- not change them any more. Most of what is delivered again is unchanged, and of the same time by
-- its source. Such rows are noted in bulk: to write them all again takes longer than loading them.
WITH confirmed AS MATERIALIZED (
    -- rows that the load has in a later state, which is the same
    SELECT
        stored.id,
        incoming.source_updated_at,
        incoming.source_updated_at > stored.source_updated_at
            -- what edges are compared with, by its own place in the order
            OR EXISTS (
                SELECT
                FROM canonical.relationships AS edge
                WHERE edge.to_entity = {entity}
                    AND edge.to_source_system = %(source)s
                    AND edge.to_source_id = stored.source_id
            ) AS in_place
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL (
        SELECT *
        FROM canonical.{table}
        WHERE source_system = (SELECT %(source)s) AND source_id = incoming.source_id
        OFFSET 0 -- one look at the index of keys for each: see hold_stored.sql
    ) AS stored
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND (incoming.source_updated_at, %(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
            > (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
),
noted AS (
    -- thousands of rows in one
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
    FROM confirmed
    WHERE NOT in_place
    HAVING count(*) > 0
)
UPDATE canonical.{table} AS stored
SET source_updated_at = confirmed.source_updated_at,
    object_modified_at = %(modified_at)s,
    object_version_id = %(version_id)s
FROM confirmed
WHERE confirmed.in_place AND stored.id = confirmed.id
