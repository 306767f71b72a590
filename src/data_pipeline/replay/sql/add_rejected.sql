-- What was rejected now and not before: of a record that was mapped so far for the first time.
INSERT INTO ingest.quarantine (
    file_id, position, place, record_type, parent_source_id, collection, document, raw, is_cut,
    rule, message, replay_id
)
SELECT
    file_id, position, place, record_type, parent_source_id, collection, document, raw, is_cut,
    rule, message, %(replay_id)s
FROM ingest.staged_quarantine AS again
WHERE file_id = %(file_id)s
    AND NOT EXISTS (
        SELECT
        FROM ingest.quarantine AS record
        WHERE record.file_id = %(file_id)s
            AND record.status = 'quarantined'
            AND record.position = again.position
            AND record.raw = again.raw
    )
