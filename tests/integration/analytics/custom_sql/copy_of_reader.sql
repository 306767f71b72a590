-- The statements that give another role the rights and settings of analytics_reader.
SELECT format('GRANT %%s ON DATABASE %%I TO %%I', privilege_type, datname, %(role)s::text)
FROM pg_database, aclexplode(datacl)
WHERE datname = current_database() AND grantee = 'analytics_reader'::regrole
UNION ALL
SELECT format('GRANT %%s ON SCHEMA %%I TO %%I', privilege_type, nspname, %(role)s::text)
FROM pg_namespace, aclexplode(nspacl)
WHERE grantee = 'analytics_reader'::regrole
UNION ALL
SELECT format('GRANT %%s ON %%s TO %%I', privilege_type, pg_class.oid::regclass, %(role)s::text)
FROM pg_class, aclexplode(relacl)
WHERE grantee = 'analytics_reader'::regrole
UNION ALL
SELECT format('GRANT %%s ON FUNCTION %%s TO %%I', privilege_type, pg_proc.oid::regprocedure,
    %(role)s::text)
FROM pg_proc, aclexplode(proacl)
WHERE grantee = 'analytics_reader'::regrole
UNION ALL
SELECT format(
    CASE split_part(setting, '=', 1)
        WHEN 'search_path' THEN 'ALTER ROLE %%I SET %%I TO %%s'
        ELSE 'ALTER ROLE %%I SET %%I TO %%L'
    END,
    %(role)s::text, split_part(setting, '=', 1), split_part(setting, '=', 2))
FROM pg_db_role_setting, unnest(setconfig) AS setting
WHERE setrole = 'analytics_reader'::regrole AND setdatabase = 0
UNION ALL
SELECT format('ALTER ROLE %%I CONNECTION LIMIT %%s', %(role)s::text, rolconnlimit)
FROM pg_roles
WHERE rolname = 'analytics_reader'
