-- How many records there are of each kind from each source, without looking at them.

-- How many rows each file added to each table that it changed, as its load tells. One load at a
-- time holds a file, so loads don't wait for each other here. No row of schema canonical is ever
-- removed, so the sums are the sizes of the tables.
CREATE TABLE ingest.added_rows (
    file_id       bigint NOT NULL,
    entity        text   NOT NULL, -- a table of schema canonical
    source_system text   NOT NULL,
    added         bigint NOT NULL,
    PRIMARY KEY (file_id, entity)
);
GRANT SELECT, INSERT, UPDATE ON ingest.added_rows TO ingest_writer;

-- Counts all rows anew, for what was not written by loads. A row names the file that changed it
-- last, so that is taken for the one that added it; the sums are the same.
CREATE FUNCTION ingest.count_rows_anew() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    counted text;
BEGIN
    -- what loads that go on meanwhile have added they tell after this
    LOCK TABLE ingest.added_rows IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM ingest.added_rows;
    FOREACH counted IN ARRAY ARRAY[
        'customers', 'contacts', 'products', 'opportunities',
        'orders', 'order_items', 'invoices', 'relationships'
    ] LOOP
        EXECUTE format(
            'INSERT INTO ingest.added_rows'
            ' SELECT file_id, %L, min(source_system), count(*) FROM canonical.%I GROUP BY file_id',
            counted, counted
        );
    END LOOP;
END
$$;

DO $$ BEGIN PERFORM ingest.count_rows_anew(); END $$;

-- Few rows are marked as deleted, so these are small.
DO $$
DECLARE
    entity text;
BEGIN
    FOREACH entity IN ARRAY ARRAY[
        'customers', 'contacts', 'products', 'opportunities',
        'orders', 'order_items', 'invoices', 'relationships'
    ] LOOP
        EXECUTE format(
            'CREATE INDEX %I ON canonical.%I (source_system) WHERE deleted_at IS NOT NULL',
            entity || '_deleted', entity
        );
    END LOOP;
END
$$;

-- Records there are now, those that their source deleted, and the last file that brought or
-- changed one.
CREATE VIEW canonical.record_counts AS
WITH added AS (
    -- all that was ever added
    SELECT
        entity,
        source_system,
        sum(added)::bigint AS rows,
        max(file_id) AS last_file_id
    FROM ingest.added_rows
    GROUP BY entity, source_system
),
deleted AS (
    -- of which are marked as deleted
    SELECT 'customers' AS entity, source_system, count(*) AS rows
    FROM canonical.customers WHERE deleted_at IS NOT NULL GROUP BY source_system
    UNION ALL
    SELECT 'contacts', source_system, count(*)
    FROM canonical.contacts WHERE deleted_at IS NOT NULL GROUP BY source_system
    UNION ALL
    SELECT 'products', source_system, count(*)
    FROM canonical.products WHERE deleted_at IS NOT NULL GROUP BY source_system
    UNION ALL
    SELECT 'opportunities', source_system, count(*)
    FROM canonical.opportunities WHERE deleted_at IS NOT NULL GROUP BY source_system
    UNION ALL
    SELECT 'orders', source_system, count(*)
    FROM canonical.orders WHERE deleted_at IS NOT NULL GROUP BY source_system
    UNION ALL
    SELECT 'order_items', source_system, count(*)
    FROM canonical.order_items WHERE deleted_at IS NOT NULL GROUP BY source_system
    UNION ALL
    SELECT 'invoices', source_system, count(*)
    FROM canonical.invoices WHERE deleted_at IS NOT NULL GROUP BY source_system
    UNION ALL
    SELECT 'relationships', source_system, count(*)
    FROM canonical.relationships WHERE deleted_at IS NOT NULL GROUP BY source_system
)
SELECT
    added.entity,
    added.source_system,
    added.rows - coalesce(deleted.rows, 0) AS records,
    coalesce(deleted.rows, 0) AS deleted_records,
    added.last_file_id
FROM added
LEFT JOIN deleted
    ON deleted.entity = added.entity AND deleted.source_system = added.source_system;
