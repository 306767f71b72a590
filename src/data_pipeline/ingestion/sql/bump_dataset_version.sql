UPDATE ingest.dataset_version
SET version = version + 1, changed_at = clock_timestamp(), file_id = %(file_id)s
