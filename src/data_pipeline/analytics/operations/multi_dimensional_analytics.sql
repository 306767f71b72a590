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
    {profile}
),

sale AS (
    {sales}
),

detail AS (
    -- each with the periods it lies in, if they are asked for
    SELECT
        sale.*,
        calendar.year,
        calendar.quarter,
        calendar.month,
        calendar.week,
        calendar.weekday
    FROM sale
    LEFT JOIN calendar ON %(by_period)s::boolean AND calendar.ordered_on = sale.ordered_on
),

summed AS (
    -- one row for each group at each level, every order and customer counted once in it
    SELECT
        {dimensions},
        GROUPING({dimensions}) AS grouping_id,
        CASE WHEN %(by_line)s::boolean THEN count(DISTINCT order_id) ELSE count(*) END AS orders,
        CASE WHEN %(counts_customers)s::boolean THEN count(DISTINCT customer_id) END AS customers,
        sum(units) AS units,
        sum(items)::bigint AS items,
        sum(gross_revenue) AS gross_revenue,
        round(sum(refunded_revenue), greatest(scale(sum(gross_revenue)), 2)) AS refunded_revenue
    FROM detail
    GROUP BY {grouping}
),

measured AS (
    -- what follows from the sums
    SELECT
        summed.*,
        gross_revenue - refunded_revenue AS net_revenue,
        round(gross_revenue / nullif(orders, 0), 2) AS average_order_value,
        round(items::numeric / nullif(orders, 0), 2)::double precision AS items_per_order,
        round(units / nullif(orders, 0), 2)::double precision AS units_per_order,
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
WHERE orders >= %(min_orders)s::bigint
    AND (%(min_revenue)s::numeric IS NULL OR net_revenue >= %(min_revenue)s::numeric)
ORDER BY {order}
LIMIT %(row_limit)s::bigint
