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

customer_group AS (
    -- each group as a whole
    SELECT
        customer_group,
        count(*) AS group_size,
        count(rating) AS rated,
        sum(rating) AS ratings
    FROM rated
    GROUP BY customer_group
    HAVING count(*) >= %(min_group_size)s
),

placed AS (
    -- the best of each group first; no more than are shown, unless some of them are left out later
    SELECT rated.*, customer_group.group_size, customer_group.rated, customer_group.ratings
    FROM rated
    JOIN customer_group ON customer_group.customer_group = rated.customer_group
    ORDER BY rated.customer_group, rated.rating DESC NULLS LAST, rated.customer_id
    LIMIT CASE WHEN %(min_value)s::numeric IS NULL THEN %(row_limit)s::bigint END
),

ranked AS (
    -- place within the group; who has no rating has no place
    SELECT
        placed.*,
        CASE WHEN rating IS NOT NULL THEN rank() OVER by_rating END AS rank,
        CASE WHEN rating IS NOT NULL THEN row_number() OVER one_by_one END AS place,
        CASE
            WHEN %(metric)s::text IN ('lifetime_value', 'order_count')
                THEN round(rating / nullif(ratings, 0), 6)::double precision
        END AS share
    FROM placed
    WINDOW
        by_rating AS (PARTITION BY customer_group ORDER BY rating DESC NULLS LAST),
        one_by_one AS (PARTITION BY customer_group ORDER BY rating DESC NULLS LAST, customer_id)
),

shown AS (
    -- what is asked for; the quartile is ntile(4) over all that have a place, shown or not: where
    -- four does not divide them, the first quarters have one more
    SELECT
        ranked.*,
        CASE
            WHEN place <= rated %% 4 * (rated / 4 + 1) THEN 1 + (place - 1) / (rated / 4 + 1)
            ELSE 1 + rated %% 4 + (place - 1 - rated %% 4 * (rated / 4 + 1)) / (rated / 4)
        END AS quartile
    FROM ranked
    WHERE %(min_value)s::numeric IS NULL OR abs(rating) >= %(min_value)s::numeric
    ORDER BY customer_group, rank NULLS LAST, customer_id
    LIMIT %(row_limit)s::bigint
)

SELECT
    shown.customer_group,
    shown.rank,
    shown.customer_id,
    described.name,
    described.industry,
    described.segment,
    described.country,
    described.source_systems,
    chosen.currency,
    shown.lifetime_value,
    shown.order_count,
    shown.average_order_value,
    shown.recency_days,
    round(shown.purchase_interval_days::numeric, 2)::double precision AS purchase_interval_days,
    shown.first_order_on,
    shown.last_order_on,
    shown.share,
    shown.quartile,
    shown.group_size
FROM shown
CROSS JOIN chosen
CROSS JOIN LATERAL (
    SELECT name, industry, segment, country, source_systems
    FROM canonical.unified_customers
    WHERE unified_id = shown.customer_id
    OFFSET 0 -- looked up one by one, since few of all customers are shown
) AS described
ORDER BY shown.customer_group, shown.rank NULLS LAST, shown.customer_id
