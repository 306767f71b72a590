-- Also with the name: what several systems say of a customer can be had of this view alone, which
-- takes a quarter of the time of canonical.unified_customers where few columns are asked for.
CREATE OR REPLACE VIEW canonical.customer_identities AS
SELECT
    customer.id AS customer_id,
    coalesce(joined.unified_id, customer.id) AS unified_id,
    customer.source_system,
    customer.source_id,
    customer.industry,
    customer.segment,
    customer.country,
    customer.source_updated_at,
    customer.name
FROM canonical.customers AS customer
LEFT JOIN ingest.joined_customers AS joined ON joined.customer_id = customer.id
WHERE customer.deleted_at IS NULL;
