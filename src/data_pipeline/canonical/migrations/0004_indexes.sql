-- Identity across systems.
CREATE INDEX customers_email_key ON canonical.customers (email_key) WHERE deleted_at IS NULL;
CREATE INDEX customers_external_ids ON canonical.customers (id)
    WHERE external_ids <> '{}' AND deleted_at IS NULL;
CREATE INDEX contacts_email_key ON canonical.contacts (email_key) WHERE deleted_at IS NULL;

-- Likeness of names.
CREATE INDEX customers_name_trigrams ON canonical.customers
    USING gin (name extensions.gin_trgm_ops);
CREATE INDEX contacts_name_trigrams ON canonical.contacts
    USING gin (name extensions.gin_trgm_ops);
CREATE INDEX products_name_trigrams ON canonical.products
    USING gin (name extensions.gin_trgm_ops);

-- From a parent to its children.
CREATE INDEX contacts_customer ON canonical.contacts (source_system, customer_source_id);
CREATE INDEX opportunities_customer ON canonical.opportunities (source_system, customer_source_id);
CREATE INDEX orders_customer ON canonical.orders (source_system, customer_source_id);
CREATE INDEX order_items_order ON canonical.order_items (source_system, order_source_id);
CREATE INDEX order_items_product ON canonical.order_items (source_system, product_source_id);
CREATE INDEX invoices_customer ON canonical.invoices (source_system, customer_source_id);
CREATE INDEX invoices_order ON canonical.invoices (source_system, order_source_id);
CREATE INDEX relationships_from ON canonical.relationships
    (from_entity, from_source_system, from_source_id);
CREATE INDEX relationships_to ON canonical.relationships
    (to_entity, to_source_system, to_source_id);

-- Periods.
CREATE INDEX orders_ordered_at ON canonical.orders (ordered_at);
CREATE INDEX invoices_issued_on ON canonical.invoices (issued_on);
CREATE INDEX opportunities_expected_close_date ON canonical.opportunities (expected_close_date);
CREATE INDEX entity_history_period ON canonical.entity_history (entity, valid_from, valid_to);
