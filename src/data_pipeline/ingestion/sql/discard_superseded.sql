-- Of a key that comes more than once the newest record stays, the last one of equals.
WITH ranked AS (
    -- each record's place among those of its key
    SELECT
        ctid,
        row_number() OVER (
            PARTITION BY source_id ORDER BY source_updated_at DESC, position DESC
        ) AS place
    FROM ingest.{staging}
    WHERE load_id = %(file_id)s AND position > %(after)s
)
DELETE FROM ingest.{staging}
WHERE ctid = ANY (ARRAY(SELECT ctid FROM ranked WHERE place > 1))
