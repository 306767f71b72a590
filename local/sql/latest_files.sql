-- The files that arrived last, newest first.
SELECT
    received_at,
    key,
    status,
    records_read,
    records_inserted,
    records_updated,
    records_unchanged,
    records_stale,
    records_quarantined,
    error
FROM ingest.files
ORDER BY received_at DESC, id DESC
LIMIT %(limit)s
