-- In the order of their keys, so that two loads of the same ones wait for each other only one way.
INSERT INTO canonical.{table} (
    source_system, {columns}, file_id, object_modified_at, object_version_id
)
SELECT %(source)s, {columns}, %(file_id)s, %(modified_at)s, %(version_id)s
FROM ingest.{staging} AS incoming
WHERE load_id = %(file_id)s
    AND position > %(after)s
    AND NOT EXISTS ( -- the source as in hold_stored.sql
        SELECT
        FROM canonical.{table} AS stored
        WHERE stored.source_system = (SELECT %(source)s) AND stored.source_id = incoming.source_id
    )
ORDER BY source_id
ON CONFLICT (source_system, source_id) DO NOTHING
