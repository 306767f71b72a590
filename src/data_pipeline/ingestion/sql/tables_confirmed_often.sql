-- Tables of which the loads have noted more confirmations than there are rows, twice over.
SELECT confirmation.entity
FROM ingest.confirmations AS confirmation
JOIN pg_class AS stored
    ON stored.relnamespace = 'canonical'::regnamespace AND stored.relname = confirmation.entity
GROUP BY confirmation.entity, stored.reltuples
HAVING sum(confirmation.row_count) > 2 * greatest(stored.reltuples, %(fewest_rows)s)
