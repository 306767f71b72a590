-- Beside others who merge while they read; no row if one that must be alone is at it.
SELECT source
FROM ingest.turns
WHERE source = %(source)s
FOR SHARE SKIP LOCKED
