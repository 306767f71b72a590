-- Whether any key comes more than once in all of the file.
SELECT EXISTS (
    SELECT
    FROM ingest.{staging}
    WHERE load_id = %(file_id)s
    GROUP BY source_id
    HAVING count(*) > 1
)
