SELECT relname
FROM pg_class
WHERE relnamespace = 'canonical'::regnamespace AND relkind IN ('r', 'v', 'm')
ORDER BY relname
