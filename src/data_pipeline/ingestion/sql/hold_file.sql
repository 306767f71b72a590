-- Holds a file that is not loaded yet against others who load the same; no row if there is nothing
-- left to do.
SELECT id
FROM ingest.files
WHERE id = %(file_id)s AND status = 'loading'
FOR UPDATE
