-- Records that are older than what is stored change nothing.
WITH stale AS (
    -- their places in the staging table
    SELECT incoming.ctid
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL {stored_row} AS stored
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND (incoming.source_updated_at, %(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
            < (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
)
DELETE FROM ingest.{staging}
WHERE ctid = ANY (ARRAY(SELECT ctid FROM stale))
