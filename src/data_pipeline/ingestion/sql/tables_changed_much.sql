-- Of the tables that a load changed those whose statistics it made wrong, or that have none yet.
SELECT changed.name
FROM unnest(%(tables)s::text[], %(rows)s::bigint[]) AS changed (name, rows)
JOIN pg_class AS relation
    ON relation.relnamespace = 'canonical'::regnamespace AND relation.relname = changed.name
WHERE relation.reltuples < 0 OR changed.rows > relation.reltuples / 10
