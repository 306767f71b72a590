-- Asks the server to end what runs under a job's name.
SELECT pg_cancel_backend(pid)
FROM pg_stat_activity
WHERE application_name = %(name)s
    AND usename = current_user
    AND pid <> pg_backend_pid()
