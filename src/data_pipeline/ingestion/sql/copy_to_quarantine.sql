COPY ingest.quarantine
    (file_id, position, place, record_type, parent_source_id, raw, rule, message)
FROM STDIN (FORMAT BINARY)
