-- Of a key that comes more than once in a file the newest record stays, the last one of equals.
WITH ranked AS (
    -- each record's place among those of its key
    SELECT
        ctid,
        row_number() OVER (
            PARTITION BY source_id ORDER BY source_updated_at DESC, position DESC
        ) AS place
    FROM ingest.{staging}
    WHERE load_id = %(file_id)s
)
DELETE FROM ingest.{staging} AS staged
USING ranked
WHERE staged.ctid = ranked.ctid AND ranked.place > 1
