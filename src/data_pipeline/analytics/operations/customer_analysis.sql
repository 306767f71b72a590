WITH chosen AS (
    -- one currency, since sums over several mean nothing: the one asked for, else the most used
    SELECT coalesce(
        %(currency)s::text,
        (
            SELECT currency::text
            FROM canonical.current_orders
            WHERE currency IS NOT NULL
            GROUP BY currency
            ORDER BY count(*) DESC, currency
            LIMIT 1
        )
    ) AS currency
),

spending AS (
    -- the orders that count, by the customer record they belong to
    SELECT
        purchase.customer_id AS record_id,
        count(*) AS order_count,
        sum(purchase.total) AS lifetime_value,
        min((purchase.ordered_at AT TIME ZONE 'UTC')::date) AS first_order_on,
        max((purchase.ordered_at AT TIME ZONE 'UTC')::date) AS last_order_on
    FROM canonical.current_orders AS purchase
    WHERE purchase.currency = (SELECT currency FROM chosen)
        AND purchase.total IS NOT NULL
        AND coalesce(purchase.status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
        AND (
            %(first_day)s::date IS NULL
            OR purchase.ordered_at >= %(first_day)s::date::timestamp AT TIME ZONE 'UTC'
        )
        AND purchase.ordered_at < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY purchase.customer_id
),

record AS (
    -- each system's record of each unified customer, with the group that it counts in
    SELECT
        unified.unified_id AS customer_id,
        unified.name,
        unified.industry,
        unified.segment,
        unified.country,
        unified.source_systems,
        known.id AS record_id,
        coalesce(
            CASE %(group_by)s::text
                WHEN 'industry' THEN unified.industry
                WHEN 'segment' THEN unified.segment
                WHEN 'country' THEN unified.country
                WHEN 'source_system' THEN known.source_system
            END,
            '(unknown)'
        ) AS customer_group
    FROM canonical.unified_customers AS unified
    CROSS JOIN LATERAL unnest(unified.customer_ids) AS member (record_id)
    JOIN canonical.customers AS known ON known.id = member.record_id
),

customer AS (
    -- each customer once in its group, with the orders of all its records there
    SELECT
        record.customer_group,
        record.customer_id,
        record.name,
        record.industry,
        record.segment,
        record.country,
        record.source_systems,
        coalesce(sum(spending.lifetime_value), 0) AS lifetime_value,
        coalesce(sum(spending.order_count), 0)::bigint AS order_count,
        min(spending.first_order_on) AS first_order_on,
        max(spending.last_order_on) AS last_order_on
    FROM record
    LEFT JOIN spending ON spending.record_id = record.record_id
    GROUP BY
        record.customer_group,
        record.customer_id,
        record.name,
        record.industry,
        record.segment,
        record.country,
        record.source_systems
),

measured AS (
    -- what follows from the sums
    SELECT
        customer.*,
        round(lifetime_value / nullif(order_count, 0), 2) AS average_order_value,
        %(as_of)s::date - last_order_on AS recency_days,
        (last_order_on - first_order_on)::double precision
            / nullif(greatest(order_count - 1, 0), 0) AS purchase_interval_days
    FROM customer
),

rated AS (
    -- the metric as one number of which more is better; null for who never bought
    SELECT
        measured.*,
        CASE %(metric)s::text
            WHEN 'lifetime_value' THEN lifetime_value
            WHEN 'order_count' THEN order_count
            WHEN 'average_order_value' THEN average_order_value
            WHEN 'recency_days' THEN -recency_days
            WHEN 'purchase_interval_days' THEN -purchase_interval_days::numeric
        END AS rating
    FROM measured
),

ranked AS (
    -- place within the group; who has no rating has no place
    SELECT
        rated.*,
        count(*) OVER (PARTITION BY customer_group) AS group_size,
        CASE
            WHEN rating IS NOT NULL
                THEN rank() OVER (PARTITION BY customer_group ORDER BY rating DESC NULLS LAST)
        END AS rank,
        CASE
            WHEN rating IS NOT NULL
                THEN ntile(4) OVER (
                    PARTITION BY customer_group, rating IS NULL
                    ORDER BY rating DESC, customer_id
                )
        END AS quartile,
        CASE
            WHEN %(metric)s::text IN ('lifetime_value', 'order_count')
                THEN round(
                    rating / nullif(sum(rating) OVER (PARTITION BY customer_group), 0), 6
                )::double precision
        END AS share
    FROM rated
)

SELECT
    ranked.customer_group,
    ranked.rank,
    ranked.customer_id,
    ranked.name,
    ranked.industry,
    ranked.segment,
    ranked.country,
    ranked.source_systems,
    chosen.currency,
    ranked.lifetime_value,
    ranked.order_count,
    ranked.average_order_value,
    ranked.recency_days,
    round(ranked.purchase_interval_days::numeric, 2)::double precision AS purchase_interval_days,
    ranked.first_order_on,
    ranked.last_order_on,
    ranked.share,
    ranked.quartile,
    ranked.group_size
FROM ranked
CROSS JOIN chosen
WHERE ranked.group_size >= %(min_group_size)s
    AND (%(min_value)s::numeric IS NULL OR abs(ranked.rating) >= %(min_value)s::numeric)
ORDER BY ranked.customer_group, ranked.rank NULLS LAST, ranked.customer_id
LIMIT %(row_limit)s::bigint
