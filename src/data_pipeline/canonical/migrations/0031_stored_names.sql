-- Customers' names as they are compared, from the mapping: worked out once when a customer is
-- loaded, and not for all of them at every call of entity_matching.

-- Null for what is not in Latin letters, which the server works out when it is asked for, as it does
-- for customers who were loaded before and have not changed since.
ALTER TABLE canonical.customers ADD COLUMN name_key text;
ALTER TABLE ingest.staged_customers ADD COLUMN name_key text;

CREATE OR REPLACE VIEW canonical.comparable_customers AS
SELECT
    customer.id,
    customer.source_system,
    customer.source_id,
    coalesce(joined.unified_id, customer.id) AS unified_id,
    customer.name,
    coalesce(
        customer.name_key,
        -- what ingest.name_key gives of words of letters and digits, if the last is no legal form
        CASE
            WHEN customer.name !~ '[^A-Za-z0-9 ]'
                AND position('  ' IN customer.name) = 0
                AND NOT starts_with(customer.name, ' ')
                AND length(split_part(customer.name, ' ', -1)) >= 5
                AND lower(split_part(customer.name, ' ', -1) COLLATE "C")
                    NOT IN ('limited', 'incorporated', 'corporation', 'company')
                THEN lower(customer.name COLLATE "C")
            ELSE ingest.name_key(customer.name)
        END
    ) AS name_key,
    -- where it says no more than the name it is left out
    CASE
        WHEN NOT starts_with(customer.legal_name, customer.name)
            AND NOT starts_with(lower(customer.legal_name), lower(customer.name))
            THEN ingest.name_key(customer.legal_name)
    END AS legal_name_key,
    customer.email_key AS email,
    split_part(customer.email_key, '@', 2) AS email_domain,
    customer.phone_key AS phone,
    nullif(translate(upper(customer.tax_id), ' .-/', ''), '') AS tax_id,
    customer.country || ' ' || nullif(translate(upper(customer.postal_code), ' -', ''), '')
        AS postal_code
FROM canonical.customers AS customer
LEFT JOIN ingest.joined_customers AS joined ON joined.customer_id = customer.id
WHERE customer.deleted_at IS NULL;
