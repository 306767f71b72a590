-- Names of the functions that PostgreSQL may call for x.f: those that take one argument, which a
-- query can have (nothing in SQL is of type internal).
SELECT DISTINCT proname::text
FROM pg_proc
WHERE pronamespace IN ('pg_catalog'::regnamespace, 'extensions'::regnamespace,
        'canonical'::regnamespace)
    AND prokind <> 'p'
    AND (pronargs >= 1 AND pronargs - pronargdefaults <= 1 OR provariadic <> 0)
    AND 'internal'::regtype <> ALL (proargtypes[0 : 0])
ORDER BY 1
