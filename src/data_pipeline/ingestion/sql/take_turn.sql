-- After all who merge while they read; until the end of the transaction nobody else begins to.
SELECT source
FROM ingest.turns
WHERE source = %(source)s
FOR UPDATE
