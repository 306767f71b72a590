-- Whether a staged key came earlier in the file and was copied straight into the table.
SELECT EXISTS (
    SELECT
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL {stored_row} AS stored
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND stored.id > %(copied_after)s
        AND stored.file_id = %(file_id)s
)
