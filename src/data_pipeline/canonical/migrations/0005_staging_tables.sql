-- Where files are copied to before they are merged: permanent, since a connection pooler pins
-- sessions that have temporary tables; UNLOGGED, since what is in them lives no longer than its
-- transaction; keyed by load, so that files load side by side. Columns are the entity's own
-- without the bookkeeping.
DO $$
DECLARE
    entity text;
BEGIN
    FOREACH entity IN ARRAY ARRAY[
        'customers', 'contacts', 'products', 'opportunities',
        'orders', 'order_items', 'invoices', 'relationships'
    ] LOOP
        EXECUTE format(
            'CREATE UNLOGGED TABLE ingest.%I (load_id bigint NOT NULL, position bigint NOT NULL,'
            ' LIKE canonical.%I)',
            'staged_' || entity, entity
        );
        EXECUTE format(
            'ALTER TABLE ingest.%I DROP COLUMN id, DROP COLUMN source_system, DROP COLUMN version,'
            ' DROP COLUMN created_at, DROP COLUMN updated_at, DROP COLUMN file_id,'
            ' DROP COLUMN object_modified_at, DROP COLUMN object_version_id,'
            ' DROP COLUMN IF EXISTS email_key',
            'staged_' || entity
        );
        EXECUTE format(
            'CREATE INDEX %I ON ingest.%I (load_id, source_id)',
            'staged_' || entity || '_load_id_source_id', 'staged_' || entity
        );
        -- Every row dies with its load: vacuum by what died, not by a share of a table that is
        -- empty most of the time.
        EXECUTE format(
            'ALTER TABLE ingest.%I SET (autovacuum_vacuum_scale_factor = 0,'
            ' autovacuum_vacuum_threshold = 10000)',
            'staged_' || entity
        );
    END LOOP;
END
$$;
