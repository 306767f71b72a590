-- Roles belong to the server, and rights on the database to no migration of its schemas. So this
-- runs before the migrations, every time, and changes only what is not so yet: two databases of
-- one server would otherwise fail each other with "tuple concurrently updated".
--
-- What the owner of a database who is not superuser (neither is RDS's master user) can't take
-- from a role: EXECUTE on PostgreSQL's own functions (pg_sleep, set_config, lo_create, ...), which
-- belong to the superuser. Those that read files or reach other servers are the superuser's alone
-- from the start. For the rest there are the limits below, and the list of allowed functions that
-- custom SQL is checked against before it is sent. temp_file_limit is the superuser's too, so it is
-- the server's: in the parameter group on RDS, among the local server's settings.
DO $$
DECLARE
    role_name text;
    wanted    record;
    most_readers CONSTANT integer := current_setting('max_connections')::integer * 7 / 10;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['ingest_writer', 'analytics_reader'] LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            CONTINUE;
        END IF;
        BEGIN
            EXECUTE format('CREATE ROLE %I LOGIN', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- made by the migrator of another database a moment ago
        END;
    END LOOP;

    -- Names spelt as the server keeps them, or they would look unset every time.
    FOR wanted IN
        SELECT * FROM (VALUES
            ('ingest_writer', 'TimeZone', 'UTC'),
            ('ingest_writer', 'search_path', 'canonical, extensions'),
            ('ingest_writer', 'statement_timeout', '290s'),
            ('ingest_writer', 'lock_timeout', '120s'),
            ('ingest_writer', 'idle_in_transaction_session_timeout', '120s'),
            ('analytics_reader', 'TimeZone', 'UTC'),
            ('analytics_reader', 'search_path', 'canonical, extensions'),
            ('analytics_reader', 'default_transaction_read_only', 'on'),
            ('analytics_reader', 'statement_timeout', '25s'),
            ('analytics_reader', 'transaction_timeout', '900s'), -- a job sets the one before to less
            ('analytics_reader', 'lock_timeout', '10s'),
            ('analytics_reader', 'idle_in_transaction_session_timeout', '60s'),
            ('analytics_reader', 'work_mem', '32MB'),
            ('analytics_reader', 'jit', 'off') -- to compile takes longer than most answers
        ) AS setting (role_name, name, value)
    LOOP
        IF EXISTS (
            SELECT FROM pg_db_role_setting
            WHERE setrole = wanted.role_name::regrole
                AND setdatabase = 0
                AND format('%s=%s', wanted.name, wanted.value) = ANY (setconfig)
        ) THEN
            CONTINUE;
        END IF;
        IF wanted.name = 'search_path' THEN -- a list, not one name with a comma in it
            EXECUTE format('ALTER ROLE %I SET search_path TO %s', wanted.role_name, wanted.value);
        ELSE
            EXECUTE format('ALTER ROLE %I SET %I TO %L', wanted.role_name, wanted.name, wanted.value);
        END IF;
    END LOOP;

    -- However many ask, there are connections left to load and to migrate.
    IF most_readers <> (SELECT rolconnlimit FROM pg_roles WHERE rolname = 'analytics_reader') THEN
        EXECUTE format('ALTER ROLE analytics_reader CONNECTION LIMIT %s', most_readers);
    END IF;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO ingest_writer, analytics_reader', current_database()
    );
END
$$;
