-- Holds a file against others who load or replay it; its status by now.
SELECT status
FROM ingest.files
WHERE id = %(file_id)s
FOR UPDATE
