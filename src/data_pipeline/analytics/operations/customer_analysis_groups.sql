customer_group AS (
    -- one row for each group that is large enough
    SELECT
        customer_group,
        count(*) AS customers,
        count(*) FILTER (WHERE order_count > 0) AS buying_customers,
        sum(lifetime_value) AS lifetime_value,
        sum(order_count)::bigint AS order_count,
        round(sum(lifetime_value) / nullif(sum(order_count), 0), 2) AS average_order_value,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY lifetime_value)
            FILTER (WHERE order_count > 0) AS median_lifetime_value,
        round(avg(%(as_of)s::date - last_order_on), 2) AS recency_days,
        round(avg((last_order_on - first_order_on)::numeric / (order_count - 1))
            FILTER (WHERE order_count > 1), 2) AS purchase_interval_days,
        min(first_order_on) AS first_order_on,
        max(last_order_on) AS last_order_on
    FROM customer
    GROUP BY customer_group
    HAVING count(*) >= %(min_group_size)s
),

rated AS (
    -- the metric as one number of which more is better; null for groups that never bought
    SELECT
        customer_group.*,
        CASE %(metric)s::text
            WHEN 'lifetime_value' THEN lifetime_value
            WHEN 'order_count' THEN order_count
            WHEN 'average_order_value' THEN average_order_value
            WHEN 'recency_days' THEN -recency_days
            WHEN 'purchase_interval_days' THEN -purchase_interval_days
        END AS rating
    FROM customer_group
),

ranked AS (
    -- place among the groups; which has no rating has no place
    SELECT
        rated.*,
        CASE WHEN rating IS NOT NULL THEN rank() OVER (ORDER BY rating DESC NULLS LAST) END AS rank,
        CASE
            WHEN %(metric)s::text IN ('lifetime_value', 'order_count')
                THEN round(rating / nullif(sum(rating) OVER (), 0), 6)::double precision
        END AS share
    FROM rated
)

SELECT
    ranked.customer_group,
    ranked.rank,
    ranked.customers,
    ranked.buying_customers,
    chosen.currency,
    ranked.lifetime_value,
    ranked.order_count,
    ranked.average_order_value,
    ranked.median_lifetime_value,
    ranked.recency_days::double precision AS recency_days,
    ranked.purchase_interval_days::double precision AS purchase_interval_days,
    ranked.first_order_on,
    ranked.last_order_on,
    ranked.share
FROM ranked
CROSS JOIN chosen
WHERE %(min_value)s::numeric IS NULL OR abs(ranked.rating) >= %(min_value)s::numeric
ORDER BY ranked.rank NULLS LAST, ranked.customer_group
LIMIT %(row_limit)s::bigint
