-- What the reader may know of ingestion, without seeing buckets or raw records.
CREATE VIEW canonical.loads AS
SELECT
    id AS file_id,
    source,
    key,
    size_bytes,
    status,
    records_read,
    records_inserted,
    records_updated,
    records_unchanged,
    records_stale,
    records_quarantined,
    object_modified_at,
    received_at,
    finished_at,
    error_rule,
    error
FROM ingest.files;

CREATE VIEW canonical.quarantined_records AS
SELECT
    record.id,
    record.file_id,
    file.source,
    file.key,
    record.place,
    record.record_type,
    record.rule,
    record.message,
    record.status,
    record.quarantined_at,
    record.replayed_at
FROM ingest.quarantine AS record
JOIN ingest.files AS file ON file.id = record.file_id;

CREATE VIEW canonical.dataset_version AS
SELECT version, changed_at
FROM ingest.dataset_version;
