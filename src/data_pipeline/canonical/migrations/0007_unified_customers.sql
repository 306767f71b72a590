-- Which customers are the same across systems, and by what.
CREATE VIEW canonical.customer_matches AS
WITH shared_email AS (
    -- addresses that name exactly one customer in each of several systems; an address that
    -- names two in one system decides nothing
    SELECT email_key, min(id) AS anchor_id
    FROM canonical.customers
    WHERE deleted_at IS NULL AND email_key IS NOT NULL
    GROUP BY email_key
    HAVING count(*) > 1 AND count(*) = count(DISTINCT source_system)
)
SELECT
    customer.id AS customer_id,
    shared_email.anchor_id AS matched_customer_id,
    'email' AS matched_on,
    customer.email_key AS matched_value
FROM shared_email
JOIN canonical.customers AS customer
    ON customer.email_key = shared_email.email_key
    AND customer.deleted_at IS NULL
    AND customer.id <> shared_email.anchor_id
UNION ALL
SELECT
    customer.id,
    other.id,
    'external_id',
    declared.source_system || ':' || declared.source_id
FROM canonical.customers AS customer
CROSS JOIN LATERAL jsonb_each_text(customer.external_ids) AS declared (source_system, source_id)
JOIN canonical.customers AS other
    ON other.source_system = declared.source_system
    AND other.source_id = declared.source_id
    AND other.deleted_at IS NULL
WHERE customer.deleted_at IS NULL
    AND customer.external_ids <> '{}'
    AND other.id <> customer.id;

-- Each customer with the unified customer it belongs to: the lowest id that can be reached over
-- matches in either direction, its own when there is none.
CREATE VIEW canonical.customer_identities AS
WITH RECURSIVE edge AS (
    -- matches read both ways
    SELECT customer_id AS from_id, matched_customer_id AS to_id FROM canonical.customer_matches
    UNION
    SELECT matched_customer_id, customer_id FROM canonical.customer_matches
),
reached (customer_id, reached_id) AS (
    -- everything that hangs together with each customer
    SELECT from_id, to_id FROM edge
    UNION
    SELECT reached.customer_id, edge.to_id
    FROM reached
    JOIN edge ON edge.from_id = reached.reached_id
),
lowest AS (
    -- a customer with any match reaches itself too
    SELECT customer_id, min(reached_id) AS unified_id
    FROM reached
    GROUP BY customer_id
)
SELECT customer.id AS customer_id, coalesce(lowest.unified_id, customer.id) AS unified_id
FROM canonical.customers AS customer
LEFT JOIN lowest ON lowest.customer_id = customer.id
WHERE customer.deleted_at IS NULL;

-- One row for each customer whatever the number of systems that know it. Of values that differ
-- the one that its source changed last is shown; all are in canonical.customers.
CREATE VIEW canonical.unified_customers AS
WITH known AS (
    -- every record of every unified customer
    SELECT identity.unified_id, customer.*
    FROM canonical.customer_identities AS identity
    JOIN canonical.customers AS customer ON customer.id = identity.customer_id
)
SELECT
    unified_id,
    (array_agg(customer_type ORDER BY source_updated_at DESC, id)
        FILTER (WHERE customer_type IS NOT NULL))[1] AS customer_type,
    (array_agg(name ORDER BY source_updated_at DESC, id)
        FILTER (WHERE name IS NOT NULL))[1] AS name,
    (array_agg(email_key ORDER BY source_updated_at DESC, id)
        FILTER (WHERE email_key IS NOT NULL))[1] AS email,
    (array_agg(phone ORDER BY source_updated_at DESC, id)
        FILTER (WHERE phone IS NOT NULL))[1] AS phone,
    (array_agg(industry ORDER BY source_updated_at DESC, id)
        FILTER (WHERE industry IS NOT NULL))[1] AS industry,
    (array_agg(segment ORDER BY source_updated_at DESC, id)
        FILTER (WHERE segment IS NOT NULL))[1] AS segment,
    (array_agg(status ORDER BY source_updated_at DESC, id)
        FILTER (WHERE status IS NOT NULL))[1] AS status,
    (array_agg(city ORDER BY source_updated_at DESC, id)
        FILTER (WHERE city IS NOT NULL))[1] AS city,
    (array_agg(country::text ORDER BY source_updated_at DESC, id)
        FILTER (WHERE country IS NOT NULL))[1] AS country,
    array_agg(id ORDER BY source_updated_at DESC, id) AS customer_ids,
    array_agg(DISTINCT source_system ORDER BY source_system) AS source_systems,
    count(DISTINCT source_system) AS system_count,
    count(*) AS record_count,
    min(source_created_at) AS first_created_at,
    max(source_updated_at) AS last_updated_at
FROM known
GROUP BY unified_id;
