UPDATE ingest.files
SET status = 'failed',
    source = %(source)s,
    error_rule = %(rule)s,
    error = %(message)s,
    finished_at = clock_timestamp()
WHERE id = %(file_id)s AND status = 'loading'
