-- The files of which records wait in quarantine, in the order in which they were written.
SELECT
    file.id AS file_id,
    file.bucket,
    file.key,
    file.version_id,
    file.etag,
    coalesce(file.size_bytes, 0) AS size_bytes,
    file.object_modified_at AS modified_at,
    count(*) FILTER (WHERE NOT record.is_cut) AS waiting,
    count(*) FILTER (WHERE record.is_cut) AS in_file_only
FROM ingest.quarantine AS record
JOIN ingest.files AS file ON file.id = record.file_id
WHERE record.status = 'quarantined'
    AND file.status = 'loaded'
    AND (%(file_id)s::bigint IS NULL OR file.id = %(file_id)s)
    AND (%(key)s::text IS NULL OR file.key = %(key)s)
    AND (%(version_id)s::text IS NULL OR file.version_id = %(version_id)s)
    AND (%(source)s::text IS NULL OR file.source = %(source)s)
    AND (%(rule)s::text IS NULL OR record.rule = %(rule)s)
    AND (%(since)s::timestamptz IS NULL OR record.quarantined_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR record.quarantined_at < %(until)s)
GROUP BY file.id
ORDER BY file.object_modified_at, file.id
