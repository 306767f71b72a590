-- Nothing made later is open to everybody.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- The writer changes rows; it neither defines anything nor deletes what the business knows.
GRANT USAGE ON SCHEMA canonical, ingest, extensions TO ingest_writer;
GRANT SELECT, INSERT, UPDATE ON
    canonical.customers, canonical.contacts, canonical.products, canonical.opportunities,
    canonical.orders, canonical.order_items, canonical.invoices, canonical.relationships
    TO ingest_writer;
GRANT SELECT, INSERT ON canonical.entity_history TO ingest_writer;
GRANT SELECT, INSERT, UPDATE ON ingest.files, ingest.quarantine TO ingest_writer;
GRANT SELECT, UPDATE ON ingest.dataset_version TO ingest_writer;
GRANT SELECT, INSERT, DELETE ON
    ingest.staged_customers, ingest.staged_contacts, ingest.staged_products,
    ingest.staged_opportunities, ingest.staged_orders, ingest.staged_order_items,
    ingest.staged_invoices, ingest.staged_relationships
    TO ingest_writer;

-- The reader reads canonical, also what is added to it later, and nothing else.
GRANT USAGE ON SCHEMA canonical, extensions TO analytics_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA canonical TO analytics_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA canonical GRANT SELECT ON TABLES TO analytics_reader;
