-- Names a transaction after its work and limits it. As a function, since RDS Proxy keeps a backend
-- for a connection that sends SET, and does not for what happens inside functions:
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
-- All of it ends with the transaction, so that no other client of the proxy finds it.
CREATE FUNCTION extensions.begin_reading(application text, statement_milliseconds integer)
RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('application_name', application, true);
    PERFORM set_config('statement_timeout', statement_milliseconds::text, true);
    PERFORM set_config('TimeZone', 'UTC', true);
END
$$;

GRANT EXECUTE ON FUNCTION extensions.begin_reading TO analytics_reader;
