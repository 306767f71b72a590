-- Enters an object into the ledger, or counts one more attempt at it.
INSERT INTO ingest.files AS file (bucket, key, version_id, etag, size_bytes)
VALUES (%(bucket)s, %(key)s, %(version_id)s, %(etag)s, %(size_bytes)s)
ON CONFLICT (bucket, key, version_id, etag) DO UPDATE
    SET attempts = file.attempts + 1, started_at = clock_timestamp()
    WHERE file.status = 'loading'
RETURNING id
