UPDATE ingest.replays
SET finished_at = clock_timestamp(), answer = %(answer)s::jsonb
WHERE id = %(replay_id)s
