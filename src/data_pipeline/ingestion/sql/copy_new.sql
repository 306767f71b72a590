-- Straight into the table, as rows whose keys are all new; a unique violation says that one is not.
-- All columns whose default is computed are given: COPY adds rows one by one otherwise.
COPY canonical.{table} (
    source_system, file_id, object_modified_at, object_version_id, created_at, updated_at, {columns}
)
FROM STDIN (FORMAT CSV, NULL 'null', QUOTE '"', ESCAPE E'\\')
