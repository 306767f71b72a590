-- Holds the rows that may change, in the order of their keys, so that what is compared next is
-- what is changed after it. The order of versions only rises: a row that is newer now stays so.
SELECT count(*)
FROM (
    SELECT source_id, source_updated_at
    FROM ingest.{staging}
    WHERE load_id = %(file_id)s AND position > %(after)s
    ORDER BY source_id
) AS incoming
-- One look at the index of keys for each: see stored_row.sql, which can't lock what it finds.
CROSS JOIN LATERAL (
    SELECT
    FROM canonical.{table} AS stored
    WHERE stored.source_system = (SELECT %(source)s)
        AND stored.source_id = incoming.source_id
        AND (incoming.source_updated_at, %(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
            >= (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
    FOR NO KEY UPDATE
) AS held
