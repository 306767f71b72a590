WITH chosen AS (
    {currency}
),

spending AS (
    -- the orders that count, by the record of the customer whom they name
    SELECT
        source_system,
        customer_source_id,
        count(*) AS order_count,
        sum(total) AS lifetime_value,
        min(ordered_at) AS first_ordered_at,
        max(ordered_at) AS last_ordered_at
    FROM canonical.orders
    WHERE deleted_at IS NULL
        AND currency = (SELECT currency FROM chosen)
        AND total IS NOT NULL
        AND coalesce(status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
        AND ordered_at >= coalesce(%(first_day)s::date, '-infinity')::timestamp AT TIME ZONE 'UTC'
        AND ordered_at < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY source_system, customer_source_id
),

record AS (
    -- each system's record of each customer, with its say in which group that is; by source system
    -- a customer has a part in each that knows it
    SELECT
        identity.*,
        CASE %(group_by)s::text
            WHEN 'industry' THEN identity.industry
            WHEN 'segment' THEN identity.segment
            WHEN 'country' THEN identity.country
            WHEN 'source_system' THEN identity.source_system
        END AS says,
        CASE %(group_by)s::text WHEN 'source_system' THEN identity.source_system END AS part
    FROM canonical.customer_identities AS identity
),

customer AS (
    -- each customer once in each of its groups, with what it bought there; of records that differ
    -- the one that its source changed last counts, as in canonical.unified_customers
    SELECT
        coalesce(
            (
                array_agg(record.says ORDER BY record.source_updated_at DESC, record.customer_id)
                FILTER (WHERE record.says IS NOT NULL)
            )[1],
            '(unknown)'
        ) AS customer_group,
        record.unified_id AS customer_id,
        coalesce(sum(spending.lifetime_value), 0) AS lifetime_value,
        coalesce(sum(spending.order_count), 0)::bigint AS order_count,
        (min(spending.first_ordered_at) AT TIME ZONE 'UTC')::date AS first_order_on,
        (max(spending.last_ordered_at) AT TIME ZONE 'UTC')::date AS last_order_on
    FROM record
    LEFT JOIN spending
        ON spending.source_system = record.source_system
        AND spending.customer_source_id = record.source_id
    GROUP BY record.unified_id, record.part
),

{report}
