-- Records that are older than what is stored change nothing.
DELETE FROM ingest.{staging} AS incoming
USING canonical.{table} AS stored
WHERE incoming.load_id = %(file_id)s
    AND incoming.position > %(after)s
    AND stored.source_system = %(source)s
    AND stored.source_id = incoming.source_id
    AND (incoming.source_updated_at, %(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
        < (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
