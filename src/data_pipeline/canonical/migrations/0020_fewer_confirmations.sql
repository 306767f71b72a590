-- Lets loads drop the confirmations that newer ones have made superfluous.

ALTER TABLE ingest.confirmations
    ADD COLUMN row_count int NOT NULL GENERATED ALWAYS AS (cardinality(ids)) STORED;

GRANT UPDATE, DELETE ON ingest.confirmations TO ingest_writer;
