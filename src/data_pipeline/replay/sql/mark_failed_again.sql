-- What waited in quarantine and was rejected again, with the reason of this time.
UPDATE ingest.quarantine AS record
SET place = again.place,
    rule = again.rule,
    message = again.message,
    attempts = record.attempts + 1,
    attempted_at = clock_timestamp(),
    replay_id = %(replay_id)s
FROM ingest.staged_quarantine AS again
WHERE again.file_id = %(file_id)s
    AND record.file_id = %(file_id)s
    AND record.status = 'quarantined'
    AND record.position = again.position
    AND record.raw = again.raw
