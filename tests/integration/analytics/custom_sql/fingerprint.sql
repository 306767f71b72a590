-- One text that is another as soon as anything that a role could change has changed.
SELECT jsonb_build_object(
    'rows', (
        SELECT jsonb_object_agg(oid::regclass, query_to_xml(
            format('SELECT md5(string_agg(t::text, '','' ORDER BY t::text)) FROM %%s AS t',
                oid::regclass), true, true, '')::text)
        FROM pg_class
        WHERE relkind = 'r' AND relnamespace IN ('canonical'::regnamespace, 'ingest'::regnamespace)
    ),
    'sequences', (SELECT jsonb_agg(s ORDER BY s) FROM pg_sequences AS s),
    'relations', (
        SELECT md5(string_agg(concat(oid, relname, relkind, relacl, relowner), ',' ORDER BY oid))
        FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace
    ),
    'functions', (
        SELECT md5(string_agg(concat(oid, proname, proacl, proowner), ',' ORDER BY oid))
        FROM pg_proc
    ),
    'schemas', (SELECT jsonb_agg(concat(nspname, nspacl) ORDER BY nspname) FROM pg_namespace),
    'extensions', (SELECT jsonb_agg(extname ORDER BY extname) FROM pg_extension),
    'comments', (SELECT count(*) FROM pg_description),
    'large objects', (SELECT count(*) FROM pg_largeobject_metadata),
    'role', (
        SELECT jsonb_agg(concat(pg_authid, setconfig))
        FROM pg_authid LEFT JOIN pg_db_role_setting ON setrole = pg_authid.oid
        WHERE rolname = %(role)s
    ),
    'memberships', (
        SELECT count(*) FROM pg_auth_members WHERE member = to_regrole(%(role)s)::oid
    )
)::text
