SELECT
    version,
    changed_at,
    coalesce(
        (SELECT file_id || ':' || status FROM canonical.loads ORDER BY file_id DESC LIMIT 1), ''
    ) AS ledger
FROM canonical.dataset_version
