INSERT INTO ingest.turns (source)
VALUES (%(source)s)
ON CONFLICT DO NOTHING
