-- One view for each entity: what is there now, deleted rows left out, with each reference
-- resolved to the row it names as soon as that row is there (null until then).
CREATE VIEW canonical.current_customers AS
SELECT customer.*
FROM canonical.customers AS customer
WHERE customer.deleted_at IS NULL;

CREATE VIEW canonical.current_contacts AS
SELECT contact.*, customer.id AS customer_id
FROM canonical.contacts AS contact
LEFT JOIN canonical.customers AS customer
    ON customer.source_system = contact.source_system
    AND customer.source_id = contact.customer_source_id
WHERE contact.deleted_at IS NULL;

CREATE VIEW canonical.current_products AS
SELECT product.*
FROM canonical.products AS product
WHERE product.deleted_at IS NULL;

CREATE VIEW canonical.current_opportunities AS
SELECT opportunity.*, customer.id AS customer_id, contact.id AS contact_id
FROM canonical.opportunities AS opportunity
LEFT JOIN canonical.customers AS customer
    ON customer.source_system = opportunity.source_system
    AND customer.source_id = opportunity.customer_source_id
LEFT JOIN canonical.contacts AS contact
    ON contact.source_system = opportunity.source_system
    AND contact.source_id = opportunity.contact_source_id
WHERE opportunity.deleted_at IS NULL;

CREATE VIEW canonical.current_orders AS
SELECT purchase.*, customer.id AS customer_id, opportunity.id AS opportunity_id
FROM canonical.orders AS purchase
LEFT JOIN canonical.customers AS customer
    ON customer.source_system = purchase.source_system
    AND customer.source_id = purchase.customer_source_id
LEFT JOIN canonical.opportunities AS opportunity
    ON opportunity.source_system = purchase.source_system
    AND opportunity.source_id = purchase.opportunity_source_id
WHERE purchase.deleted_at IS NULL;

CREATE VIEW canonical.current_order_items AS
SELECT item.*, purchase.id AS order_id, product.id AS product_id
FROM canonical.order_items AS item
LEFT JOIN canonical.orders AS purchase
    ON purchase.source_system = item.source_system
    AND purchase.source_id = item.order_source_id
LEFT JOIN canonical.products AS product
    ON product.source_system = item.source_system
    AND product.source_id = item.product_source_id
WHERE item.deleted_at IS NULL;

CREATE VIEW canonical.current_invoices AS
SELECT invoice.*, customer.id AS customer_id, purchase.id AS order_id
FROM canonical.invoices AS invoice
LEFT JOIN canonical.customers AS customer
    ON customer.source_system = invoice.source_system
    AND customer.source_id = invoice.customer_source_id
LEFT JOIN canonical.orders AS purchase
    ON purchase.source_system = invoice.source_system
    AND purchase.source_id = invoice.order_source_id
WHERE invoice.deleted_at IS NULL;

-- Every row of every entity by its key: what the end of a relationship may name.
CREATE VIEW canonical.entities AS
SELECT 'customers' AS entity, id, source_system, source_id, name, deleted_at
FROM canonical.customers
UNION ALL
SELECT 'contacts', id, source_system, source_id, name, deleted_at
FROM canonical.contacts
UNION ALL
SELECT 'products', id, source_system, source_id, name, deleted_at
FROM canonical.products
UNION ALL
SELECT 'opportunities', id, source_system, source_id, name, deleted_at
FROM canonical.opportunities
UNION ALL
SELECT 'orders', id, source_system, source_id, order_number, deleted_at
FROM canonical.orders
UNION ALL
SELECT 'order_items', id, source_system, source_id, description, deleted_at
FROM canonical.order_items
UNION ALL
SELECT 'invoices', id, source_system, source_id, invoice_number, deleted_at
FROM canonical.invoices;

CREATE VIEW canonical.current_relationships AS
SELECT relationship.*, origin.id AS from_id, target.id AS to_id
FROM canonical.relationships AS relationship
LEFT JOIN canonical.entities AS origin
    ON origin.entity = relationship.from_entity
    AND origin.source_system = relationship.from_source_system
    AND origin.source_id = relationship.from_source_id
LEFT JOIN canonical.entities AS target
    ON target.entity = relationship.to_entity
    AND target.source_system = relationship.to_source_system
    AND target.source_id = relationship.to_source_id
WHERE relationship.deleted_at IS NULL;

-- All versions of everything, the present one with valid_to null. Read as of a time with
-- valid_from <= time AND (valid_to IS NULL OR time < valid_to).
CREATE VIEW canonical.entity_versions AS
SELECT entity, id, version, valid_from, valid_to, data, file_id
FROM canonical.entity_history
UNION ALL
SELECT 'customers', id, version, updated_at, NULL, to_jsonb(customers), file_id
FROM canonical.customers
UNION ALL
SELECT 'contacts', id, version, updated_at, NULL, to_jsonb(contacts), file_id
FROM canonical.contacts
UNION ALL
SELECT 'products', id, version, updated_at, NULL, to_jsonb(products), file_id
FROM canonical.products
UNION ALL
SELECT 'opportunities', id, version, updated_at, NULL, to_jsonb(opportunities), file_id
FROM canonical.opportunities
UNION ALL
SELECT 'orders', id, version, updated_at, NULL, to_jsonb(orders), file_id
FROM canonical.orders
UNION ALL
SELECT 'order_items', id, version, updated_at, NULL, to_jsonb(order_items), file_id
FROM canonical.order_items
UNION ALL
SELECT 'invoices', id, version, updated_at, NULL, to_jsonb(invoices), file_id
FROM canonical.invoices
UNION ALL
SELECT 'relationships', id, version, updated_at, NULL, to_jsonb(relationships), file_id
FROM canonical.relationships;
