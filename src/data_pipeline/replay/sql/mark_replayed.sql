-- What waited in quarantine and was not rejected again.
UPDATE ingest.quarantine AS record
SET status = 'replayed',
    attempts = record.attempts + 1,
    attempted_at = clock_timestamp(),
    replayed_at = clock_timestamp(),
    replay_id = %(replay_id)s
WHERE record.file_id = %(file_id)s
    AND record.status = 'quarantined'
    AND (%(positions)s::bigint[] IS NULL OR record.position = ANY(%(positions)s))
    AND NOT EXISTS (
        SELECT
        FROM ingest.staged_quarantine AS again
        WHERE again.file_id = %(file_id)s
            AND again.position = record.position
            AND again.raw = record.raw
    )
