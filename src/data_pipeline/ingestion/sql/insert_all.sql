-- In the order of their keys, all of which are new; a unique violation says that one is not.
INSERT INTO canonical.{table} (
    source_system, {columns}, file_id, object_modified_at, object_version_id
)
SELECT %(source)s, {columns}, %(file_id)s, %(modified_at)s, %(version_id)s
FROM ingest.{staging}
WHERE load_id = %(file_id)s AND position > %(after)s
ORDER BY source_id
