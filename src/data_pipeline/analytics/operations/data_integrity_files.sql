-- files as they arrive: whether they could be read, what is in quarantine, and how fresh they are
    SELECT 'files' AS entity, arrived.source AS source_system, result.*
    FROM (
        SELECT
            file.source,
            count(*) FILTER (WHERE file.status <> 'loading') AS files,
            array_agg(file.file_id) FILTER (WHERE file.status = 'failed') AS failed,
            sum(file.records_read)::bigint AS records,
            CASE
                WHEN max(file.finished_at) FILTER (WHERE file.status = 'loaded')
                        >= %(as_of)s::date - %(max_silence_days)s::integer
                    THEN NULL
                ELSE ARRAY[max(file.file_id)]
            END AS silent
        FROM canonical.loads AS file
        WHERE file.source IS NOT NULL
        GROUP BY file.source
    ) AS arrived
    LEFT JOIN (
        SELECT source, array_agg(id) AS ids
        FROM canonical.quarantined_records
        WHERE status = 'quarantined'
        GROUP BY source
    ) AS waiting ON waiting.source = arrived.source
    CROSS JOIN LATERAL (
        VALUES
            ('validity', 'not_in_quarantine', 'A record of a file was not put in quarantine.',
                records, waiting.ids),
            ('validity', 'readable', 'The file could be read as a whole.', files, failed),
            ('timeliness', 'loaded_recently', 'The source sent a file within max_silence_days.',
                1, silent)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
