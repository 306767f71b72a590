COPY ingest.{quarantine} (
    file_id, position, place, record_type, parent_source_id, collection, document, raw, is_cut,
    rule, message
)
FROM STDIN (FORMAT BINARY)
