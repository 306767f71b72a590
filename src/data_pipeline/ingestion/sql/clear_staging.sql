DELETE FROM ingest.{staging}
WHERE load_id = %(file_id)s
