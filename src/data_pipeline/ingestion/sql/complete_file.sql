UPDATE ingest.files
SET status = 'loaded',
    source = %(source)s,
    object_modified_at = %(modified_at)s,
    records_read = %(read)s,
    records_inserted = %(inserted)s,
    records_updated = %(updated)s,
    records_unchanged = %(unchanged)s,
    records_stale = %(stale)s,
    records_quarantined = %(quarantined)s,
    children_dropped = %(dropped)s,
    error_rule = NULL,
    error = NULL,
    finished_at = clock_timestamp()
WHERE id = %(file_id)s
