-- Whether a staged key came earlier in the file and was copied straight into the table.
SELECT EXISTS (
    SELECT
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL (
        SELECT *
        FROM canonical.{table}
        WHERE source_system = (SELECT %(source)s) AND source_id = incoming.source_id
        OFFSET 0 -- one look at the index of keys for each: see hold_stored.sql
    ) AS stored
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND stored.id > %(copied_after)s
        AND stored.file_id = %(file_id)s
)
