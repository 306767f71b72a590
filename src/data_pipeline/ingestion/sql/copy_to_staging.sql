COPY ingest.{staging} (load_id, position, {columns})
FROM STDIN (FORMAT CSV, NULL 'null', QUOTE '"', ESCAPE E'\\')
