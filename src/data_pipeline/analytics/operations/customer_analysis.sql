WITH chosen AS (
    {currency}
),

spending AS (
    -- the orders that count, by the record of the customer who placed them
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

bought AS (
    -- the same by customer; by source system also by that, else that is no matter
    SELECT
        identity.unified_id,
        CASE %(group_by)s::text WHEN 'source_system' THEN spending.source_system ELSE '' END
            AS part,
        sum(spending.order_count)::bigint AS order_count,
        sum(spending.lifetime_value) AS lifetime_value,
        (min(spending.first_ordered_at) AT TIME ZONE 'UTC')::date AS first_order_on,
        (max(spending.last_ordered_at) AT TIME ZONE 'UTC')::date AS last_order_on
    FROM spending
    JOIN canonical.customer_identities AS identity
        ON identity.source_system = spending.source_system
        AND identity.source_id = spending.customer_source_id
    GROUP BY identity.unified_id, part
),

customer AS (
    -- each customer once in each of its groups, with what it bought there
    SELECT
        coalesce(
            CASE %(group_by)s::text
                WHEN 'industry' THEN unified.industry
                WHEN 'segment' THEN unified.segment
                WHEN 'country' THEN unified.country
                WHEN 'source_system' THEN counted.part
            END,
            '(unknown)'
        ) AS customer_group,
        unified.unified_id AS customer_id,
        coalesce(bought.lifetime_value, 0) AS lifetime_value,
        coalesce(bought.order_count, 0) AS order_count,
        bought.first_order_on,
        bought.last_order_on
    FROM canonical.unified_customers AS unified
    CROSS JOIN LATERAL unnest(
        CASE %(group_by)s::text
            WHEN 'source_system' THEN unified.source_systems
            ELSE ARRAY['']
        END
    ) AS counted (part)
    LEFT JOIN bought
        ON bought.unified_id = unified.unified_id AND bought.part = counted.part
),

{report}
