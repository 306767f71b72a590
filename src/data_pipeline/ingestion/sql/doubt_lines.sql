-- Orders of which a line was refused did not come with all of them.
UPDATE ingest.staged_orders
SET lines_complete = false
WHERE load_id = %(file_id)s AND position = ANY(%(positions)s)
