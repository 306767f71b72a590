DELETE FROM ingest.staged_quarantine
WHERE file_id = %(file_id)s
