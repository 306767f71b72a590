COPY ingest.{staging} (load_id, position, {columns})
FROM STDIN (FORMAT BINARY)
