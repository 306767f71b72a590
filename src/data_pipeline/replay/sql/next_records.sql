-- The next records of a file that have something in quarantine: as many as fit in memory, one at
-- least. Each is mapped again as a whole, since what of it was rejected depends on the rest.
WITH chosen AS (
    -- records by their position, and how long their texts are
    SELECT
        position,
        sum(octet_length(raw) + coalesce(octet_length(document), 0)) AS bytes
    FROM ingest.quarantine
    WHERE file_id = %(file_id)s
        AND status = 'quarantined'
        AND NOT is_cut
        AND position > %(after)s
        AND (%(rule)s::text IS NULL OR rule = %(rule)s)
        AND (%(since)s::timestamptz IS NULL OR quarantined_at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR quarantined_at < %(until)s)
    GROUP BY position
    ORDER BY position
    LIMIT %(rows)s
),
added_up AS (
    -- how long the texts are up to each
    SELECT
        position,
        sum(bytes) OVER (ORDER BY position) AS bytes_so_far,
        row_number() OVER (ORDER BY position) AS place
    FROM chosen
)
SELECT DISTINCT ON (record.position)
    record.position,
    substring(record.place FROM '\d+')::bigint AS number,
    record.collection,
    coalesce(record.document, record.raw) AS raw
FROM added_up
JOIN ingest.quarantine AS record
    ON record.file_id = %(file_id)s AND record.position = added_up.position
WHERE added_up.bytes_so_far <= %(bytes)s OR added_up.place = 1
ORDER BY record.position, record.document IS NULL, record.id
