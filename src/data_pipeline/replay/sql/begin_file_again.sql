UPDATE ingest.files
SET status = 'loading', attempts = attempts + 1, started_at = clock_timestamp()
WHERE id = %(file_id)s
