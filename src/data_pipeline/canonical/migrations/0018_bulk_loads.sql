-- Makes large loads fast.

-- The file of a row is the one whose load holds it in the ledger and writes the row. That it stays
-- there is checked where it could go, not once more for every row that names it.
DO $$
DECLARE
    reference record;
BEGIN
    FOR reference IN
        SELECT conrelid::regclass AS referencing, conname
        FROM pg_constraint
        WHERE contype = 'f'
            AND confrelid = 'ingest.files'::regclass
            AND connamespace = 'canonical'::regnamespace
    LOOP
        EXECUTE format(
            'ALTER TABLE %s DROP CONSTRAINT %I', reference.referencing, reference.conname
        );
    END LOOP;
END
$$;

CREATE FUNCTION ingest.refuse_to_forget() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of files forgets nothing: rows name the file that brought them'
        USING ERRCODE = 'foreign_key_violation';
END
$$;

CREATE TRIGGER files_are_never_deleted
    BEFORE DELETE ON ingest.files
    FOR EACH STATEMENT EXECUTE FUNCTION ingest.refuse_to_forget();

-- Loads merge what they staged last while they stage more.
DO $$
DECLARE
    entity text;
BEGIN
    FOREACH entity IN ARRAY ARRAY[
        'customers', 'contacts', 'products', 'opportunities',
        'orders', 'order_items', 'invoices', 'relationships'
    ] LOOP
        EXECUTE format('DROP INDEX ingest.%I', 'staged_' || entity || '_load_id_source_id');
        EXECUTE format('CREATE INDEX ON ingest.%I (load_id, position)', 'staged_' || entity);
    END LOOP;
END
$$;

-- What loads found to be as it was stored, thousands of rows in one: the rows' ids, and beside
-- each the source_updated_at that it had.
CREATE TABLE ingest.confirmations (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source             text        NOT NULL,
    entity             text        NOT NULL, -- a table of schema canonical
    object_modified_at timestamptz NOT NULL,
    object_version_id  text        NOT NULL COLLATE "C",
    file_id            bigint      NOT NULL,
    ids                bigint[]    NOT NULL,
    source_updated_at  timestamptz[] NOT NULL
);

CREATE INDEX confirmations_order ON ingest.confirmations
    (source, entity, object_modified_at, object_version_id);

GRANT SELECT, INSERT ON ingest.confirmations TO ingest_writer;

-- Who merges while it still reads holds its source's row together with others who do; who has to
-- be alone, since it and another waited for each other, holds it for itself.
CREATE TABLE ingest.turns (
    source text PRIMARY KEY
);

GRANT SELECT, INSERT, UPDATE ON ingest.turns TO ingest_writer;
