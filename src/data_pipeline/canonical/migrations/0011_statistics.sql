-- The writer renews the statistics of a table that it changed much: until they are, plans are made
-- for the table that was.
GRANT MAINTAIN ON
    canonical.customers, canonical.contacts, canonical.products, canonical.opportunities,
    canonical.orders, canonical.order_items, canonical.invoices, canonical.relationships
    TO ingest_writer;
