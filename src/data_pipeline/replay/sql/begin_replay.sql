INSERT INTO ingest.replays (request, requested_by)
VALUES (%(request)s::jsonb, %(requested_by)s)
RETURNING id
