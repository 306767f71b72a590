-- Ends a user's query that makes a row too large to be handed on. The query calls it for such a
-- row only: analytics/operations/custom_complex_query.sql.
CREATE FUNCTION extensions.refuse_large_row() RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
BEGIN
    RAISE EXCEPTION 'a row of the result has more than 1,000,000 bytes'
        USING ERRCODE = 'program_limit_exceeded', HINT = 'Select fewer or shorter columns.';
END
$$;

GRANT EXECUTE ON FUNCTION extensions.refuse_large_row TO analytics_reader;
