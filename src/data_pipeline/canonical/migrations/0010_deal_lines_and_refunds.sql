-- Lines that belong to an opportunity: some CRMs sell by the deal and have no orders. And what was
-- refunded of an order so far.
ALTER TABLE canonical.order_items
    ADD COLUMN opportunity_source_id text,
    DROP CONSTRAINT order_items_check,
    ADD CONSTRAINT order_items_parent_check CHECK (
        deleted_at IS NOT NULL
        OR order_source_id IS NOT NULL
        OR opportunity_source_id IS NOT NULL
    );
ALTER TABLE canonical.orders
    ADD COLUMN refunded numeric, -- money given back so far; total stays what was ordered
    ADD CONSTRAINT orders_refunded_check CHECK (refunded IS NULL OR currency IS NOT NULL);
ALTER TABLE ingest.staged_order_items ADD COLUMN opportunity_source_id text;
ALTER TABLE ingest.staged_orders ADD COLUMN refunded numeric;

CREATE INDEX order_items_opportunity ON canonical.order_items
    (source_system, opportunity_source_id) WHERE opportunity_source_id IS NOT NULL;

-- The columns of a view are those that its table had when it was made.
DROP VIEW canonical.current_orders;
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

DROP VIEW canonical.current_order_items;
CREATE VIEW canonical.current_order_items AS
SELECT
    item.*,
    purchase.id AS order_id,
    product.id AS product_id,
    opportunity.id AS opportunity_id
FROM canonical.order_items AS item
LEFT JOIN canonical.orders AS purchase
    ON purchase.source_system = item.source_system
    AND purchase.source_id = item.order_source_id
LEFT JOIN canonical.products AS product
    ON product.source_system = item.source_system
    AND product.source_id = item.product_source_id
LEFT JOIN canonical.opportunities AS opportunity
    ON opportunity.source_system = item.source_system
    AND opportunity.source_id = item.opportunity_source_id
WHERE item.deleted_at IS NULL;
