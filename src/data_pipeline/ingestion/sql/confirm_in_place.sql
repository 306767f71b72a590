-- Rows that are what they were, but are known to be so at a later time: a record from between may
-- not change them any more.
WITH confirmed AS (
    -- rows that the load has in a later state, which is the same
    SELECT stored.id, incoming.source_updated_at
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
)
UPDATE canonical.{table} AS stored
SET source_updated_at = confirmed.source_updated_at,
    object_modified_at = %(modified_at)s,
    object_version_id = %(version_id)s
FROM confirmed
WHERE stored.id = confirmed.id
