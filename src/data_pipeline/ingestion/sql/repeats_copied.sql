-- Whether a staged key came earlier in the file and was copied straight into the table.
SELECT EXISTS (
    SELECT
    FROM ingest.{staging} AS incoming
    JOIN canonical.{table} AS stored ON stored.source_id = incoming.source_id
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        AND stored.source_system = %(source)s
        AND stored.id > %(copied_after)s
        AND stored.file_id = %(file_id)s
)
