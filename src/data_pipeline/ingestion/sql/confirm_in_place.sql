-- Rows that are what they were, but are known to be so at a later time: a record from between may
-- not change them any more.
UPDATE canonical.{table} AS stored
SET source_updated_at = incoming.source_updated_at,
    object_modified_at = %(modified_at)s,
    object_version_id = %(version_id)s
FROM ingest.{staging} AS incoming
WHERE incoming.load_id = %(file_id)s
    AND incoming.position > %(after)s
    AND stored.source_system = %(source)s
    AND stored.source_id = incoming.source_id
    AND (incoming.source_updated_at, %(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
        > (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
