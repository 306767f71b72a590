WITH chosen AS (
    {chosen}
),

calendar AS (
    -- the days of the timeframe, with the periods that they lie in
    SELECT
        day::date AS ordered_on,
        extract(year FROM day)::integer AS year,
        to_char(day, 'YYYY"-Q"Q') AS quarter,
        to_char(day, 'YYYY-MM') AS month,
        to_char(day, 'IYYY"-W"IW') AS week,
        extract(isodow FROM day)::integer AS weekday
    FROM generate_series(
        %(first_day)s::date::timestamp, %(last_day)s::date::timestamp, interval '1 day'
    ) AS day
),

profile AS MATERIALIZED (
    -- what is known of each customer, made once and not again by every parallel worker
    SELECT unified_id, name, country, industry, segment
    FROM canonical.unified_customers
),

sale AS (
    {sales}
),

detail AS (
    -- what is grouped; who bought it matters only where customers are counted
    SELECT
        sale.*,
        calendar.year,
        calendar.quarter,
        calendar.month,
        calendar.week,
        calendar.weekday,
        CASE WHEN %(counts_customers)s::boolean THEN sale.customer_id END AS buyer_id
    FROM sale
    LEFT JOIN calendar ON %(by_period)s::boolean AND calendar.ordered_on = sale.ordered_on
),

{bought},

summed AS (
    -- one row for each group at each level, every order and customer counted once in it
    SELECT
        {dimensions},
        grouping_id,
        count(buyer_id) AS customers,
        sum(orders)::bigint AS orders,
        sum(units) AS units,
        sum(items)::bigint AS items,
        sum(gross_revenue) AS gross_revenue,
        round(sum(refunded_revenue), greatest(scale(sum(gross_revenue)), 2)) AS refunded_revenue
    FROM bought
    GROUP BY grouping_id, {dimensions}
    HAVING sum(orders) >= %(min_orders)s::bigint
),

measured AS (
    -- what follows from the sums
    SELECT
        summed.*,
        gross_revenue - refunded_revenue AS net_revenue,
        round(gross_revenue / orders, 2) AS average_order_value,
        round(items::numeric / orders, 2)::double precision AS items_per_order,
        round(units / orders, 2)::double precision AS units_per_order,
        round(orders::numeric / nullif(customers, 0), 2)::double precision AS orders_per_customer,
        round((gross_revenue - refunded_revenue) / nullif(customers, 0), 2) AS revenue_per_customer,
        ARRAY(
            SELECT name
            FROM unnest(%(dimensions)s::text[]) WITH ORDINALITY AS dimension (name, place)
            WHERE grouping_id >> (%(dimension_count)s::integer - place::integer) & 1 = 1
            ORDER BY place
        ) AS all_dimensions
    FROM summed
)

SELECT
    {dimensions},
    {metrics},
    chosen.currency,
    cardinality(all_dimensions) AS level,
    grouping_id,
    all_dimensions
FROM measured
CROSS JOIN chosen
WHERE %(min_revenue)s::numeric IS NULL OR net_revenue >= %(min_revenue)s::numeric
ORDER BY {order}
LIMIT %(row_limit)s::bigint
