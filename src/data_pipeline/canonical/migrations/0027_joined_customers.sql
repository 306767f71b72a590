-- The records of customers that several records are, each with its unified customer, deleted ones
-- included. Both columns are indexed: what other systems say of a customer is found without working
-- out everybody's unified customer, as canonical.customer_identities does.
CREATE VIEW canonical.joined_customers AS
SELECT customer_id, unified_id
FROM ingest.joined_customers;
