-- Holds the rows that may change, in the order of their keys, so that what is compared next is
-- what is changed after it. The order of versions only rises: a row that is newer now stays so.
SELECT count(*)
FROM (
    SELECT
    FROM canonical.{table} AS stored
    JOIN ingest.{staging} AS incoming
        ON incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND incoming.source_id = stored.source_id
    WHERE stored.source_system = %(source)s
        AND (incoming.source_updated_at, %(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
            >= (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
    ORDER BY stored.source_id
    FOR NO KEY UPDATE OF stored
) AS held
