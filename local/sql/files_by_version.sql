-- What became of certain objects' versions.
SELECT
    version_id,
    status,
    error,
    records_read,
    records_quarantined
FROM ingest.files
WHERE
    bucket = %(bucket)s
    AND version_id = ANY(%(versions)s)
