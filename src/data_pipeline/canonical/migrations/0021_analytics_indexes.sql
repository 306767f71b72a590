-- What the default calls of analytics need to answer in less than a second over a million orders.
-- Their figures, beside those of the plans without it: docs/benchmarks-analytics.md.

-- All that sums over orders look at, so that they read a third of the table and none of its rows.
-- Reachable through canonical.orders alone: the joins of canonical.current_orders ask for columns
-- that are not in it, also where the planner leaves the joins out.
CREATE INDEX orders_sales ON canonical.orders (currency, ordered_at)
    INCLUDE (id, source_system, customer_source_id, channel, status, total, refunded)
    WHERE deleted_at IS NULL;

-- How many orders there are in each currency: all entries of one currency take a few pages.
CREATE INDEX orders_currency ON canonical.orders (currency) WHERE deleted_at IS NULL;

-- Also with the key that orders name their customer by, and with what customers are grouped by, so
-- that no join with the customers themselves is needed.
CREATE OR REPLACE VIEW canonical.customer_identities AS
SELECT
    customer.id AS customer_id,
    coalesce(joined.unified_id, customer.id) AS unified_id,
    customer.source_system,
    customer.source_id,
    customer.industry,
    customer.segment,
    customer.country,
    customer.source_updated_at
FROM canonical.customers AS customer
LEFT JOIN ingest.joined_customers AS joined ON joined.customer_id = customer.id
WHERE customer.deleted_at IS NULL;

-- Most customers are known to one system: nothing of theirs has to be sorted and merged.
CREATE OR REPLACE VIEW canonical.unified_customers AS
WITH known AS (
    -- every record of every customer that several records are
    SELECT joined.unified_id, customer.*
    FROM ingest.joined_customers AS joined
    JOIN canonical.customers AS customer ON customer.id = joined.customer_id
    WHERE customer.deleted_at IS NULL
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
GROUP BY unified_id
UNION ALL
SELECT
    id,
    customer_type,
    name,
    email_key,
    phone,
    industry,
    segment,
    status,
    city,
    country::text,
    ARRAY[id],
    ARRAY[source_system],
    1,
    1,
    source_created_at,
    source_updated_at
FROM canonical.customers AS alone
WHERE deleted_at IS NULL
    AND NOT EXISTS (
        SELECT FROM ingest.joined_customers AS joined WHERE joined.customer_id = alone.id
    );
