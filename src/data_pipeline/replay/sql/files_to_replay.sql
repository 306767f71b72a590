-- The files that are to be loaded again, in the order in which they were received.
SELECT
    id AS file_id,
    bucket,
    key,
    version_id,
    etag,
    coalesce(size_bytes, 0) AS size_bytes,
    object_modified_at AS modified_at,
    0::bigint AS waiting,
    0::bigint AS in_file_only
FROM ingest.files
WHERE status = ANY(%(statuses)s)
    AND (%(file_id)s::bigint IS NULL OR id = %(file_id)s)
    AND (%(key)s::text IS NULL OR key = %(key)s)
    AND (%(version_id)s::text IS NULL OR version_id = %(version_id)s)
    AND (%(source)s::text IS NULL OR source = %(source)s)
    AND (%(rule)s::text IS NULL OR error_rule = %(rule)s)
    AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR received_at < %(until)s)
ORDER BY received_at, id
