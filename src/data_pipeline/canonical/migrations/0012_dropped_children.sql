-- A record that owns others, as an order owns its lines, says by leaving one out that it is gone.
-- Only a record that came with all of its lines can say so: many exports leave them out altogether.
ALTER TABLE canonical.orders ADD COLUMN lines_complete boolean; -- the record had all its lines
ALTER TABLE ingest.staged_orders ADD COLUMN lines_complete boolean;

-- Rows that a file marked as deleted because the newer record of their owner does not have them.
-- They are no records of the file, so they are in none of its other counts.
ALTER TABLE ingest.files ADD COLUMN children_dropped bigint NOT NULL DEFAULT 0;

-- When PostgreSQL refuses a line, its order did not come with all of them after all.
GRANT UPDATE (lines_complete) ON ingest.staged_orders TO ingest_writer;

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
