-- The greatest id so far, which those of all rows that are copied from now on exceed, and the time.
SELECT coalesce(max(id), 0), clock_timestamp()
FROM canonical.{table}
