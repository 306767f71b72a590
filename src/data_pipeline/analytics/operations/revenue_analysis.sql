WITH chosen AS (
    {chosen}
),

history AS (
    -- the day of the first sale there ever was: before it there is nothing to average
    SELECT (purchase.ordered_at AT TIME ZONE 'UTC')::date AS first_day
    FROM canonical.orders AS purchase
    WHERE {counted}
    ORDER BY purchase.ordered_at
    LIMIT 1
),

span AS (
    -- the periods that are shown and, before them, those that they are compared with
    SELECT
        start::date AS period_start,
        (start + %(step)s::interval)::date - 1 AS period_end,
        start >= %(first_shown)s::date AS is_shown,
        CASE
            WHEN %(period)s::text <> 'week' THEN
                -- no day is a year before 29 February
                CASE
                    WHEN to_char(start - interval '1 year', 'MMDD') = to_char(start, 'MMDD')
                        THEN (start - interval '1 year')::date
                END
            -- the week of the same number; a year has 52 or 53
            WHEN to_char(start - interval '52 weeks', 'IW') = to_char(start, 'IW')
                THEN (start - interval '52 weeks')::date
            WHEN to_char(start - interval '53 weeks', 'IW') = to_char(start, 'IW')
                THEN (start - interval '53 weeks')::date
        END AS year_before
    FROM generate_series(
        %(first_day)s::date::timestamp, %(last_day)s::date::timestamp, %(step)s::interval
    ) AS start
),

profile AS MATERIALIZED (
    {profile}
),

sale AS (
    {sales}
),

valued AS (
    -- each with its period and its value of the dimension
    SELECT
        sale.*,
        date_trunc(%(period)s::text, sale.ordered_on::timestamp)::date AS period_start,
        coalesce({value_id}, 0)::bigint AS value_id,
        {value} AS value
    FROM sale
),

sold AS (
    -- what was sold in each period, by value; every order and customer counts once in it
    SELECT
        period_start,
        value_id,
        value,
        CASE WHEN %(by_line)s::boolean THEN count(DISTINCT order_id) ELSE count(*) END AS orders,
        count(DISTINCT customer_id) AS customers,
        sum(units) AS units,
        sum(gross_revenue) AS gross_revenue,
        round(sum(refunded_revenue), greatest(scale(sum(gross_revenue)), 2)) AS refunded_revenue
    FROM valued
    GROUP BY period_start, value_id, value
),

placed AS (
    -- place within the period, among all values, and what they sold together
    SELECT
        sold.*,
        gross_revenue - refunded_revenue AS net_revenue,
        rank() OVER (
            PARTITION BY period_start ORDER BY gross_revenue - refunded_revenue DESC
        ) AS rank,
        sum(gross_revenue - refunded_revenue) OVER (PARTITION BY period_start) AS whole
    FROM sold
),

best AS (
    -- the values that sold most in the periods shown
    (
        SELECT value_id, value
        FROM placed
        WHERE period_start >= %(first_shown)s::date
        GROUP BY value_id, value
        ORDER BY sum(net_revenue) DESC, value, value_id
        LIMIT %(top)s::bigint
    )
    UNION
    -- the whole is there even if nothing was sold
    SELECT 0, '(all)'
    WHERE %(dimension)s::text = 'none'
),

filled AS (
    -- each of them in each period, with zeros where it sold nothing
    SELECT
        span.*,
        best.value_id,
        best.value,
        placed.rank,
        CASE
            WHEN placed.whole > 0
                THEN round(placed.net_revenue / placed.whole, 6)::double precision
        END AS share,
        coalesce(placed.orders, 0) AS orders,
        coalesce(placed.customers, 0) AS customers,
        CASE WHEN %(counts_units)s::boolean THEN coalesce(placed.units, 0) END AS units,
        coalesce(placed.gross_revenue, 0) AS gross_revenue,
        coalesce(placed.refunded_revenue, 0) AS refunded_revenue,
        coalesce(placed.net_revenue, 0) AS net_revenue,
        span.period_end <= %(as_of)s::date AS is_complete,
        span.period_end >= (SELECT first_day FROM history) AS has_history
    FROM span
    CROSS JOIN best
    LEFT JOIN placed
        ON placed.period_start = span.period_start
        AND placed.value_id = best.value_id
        AND placed.value = best.value
),

followed AS (
    -- each value over the periods
    SELECT
        filled.*,
        sum(net_revenue) FILTER (WHERE is_shown) OVER past AS running_total,
        avg(net_revenue) FILTER (WHERE has_history) OVER (
            past ROWS BETWEEN %(window)s::bigint - 1 PRECEDING AND CURRENT ROW
        ) AS moving_average,
        lag(net_revenue) OVER past AS revenue_before
    FROM filled
    WINDOW past AS (PARTITION BY value_id, value ORDER BY period_start)
)

SELECT
    CASE %(period)s::text
        WHEN 'day' THEN to_char(followed.period_start, 'YYYY-MM-DD')
        WHEN 'week' THEN to_char(followed.period_start, 'IYYY"-W"IW')
        WHEN 'month' THEN to_char(followed.period_start, 'YYYY-MM')
        WHEN 'quarter' THEN to_char(followed.period_start, 'YYYY"-Q"Q')
        WHEN 'year' THEN to_char(followed.period_start, 'YYYY')
    END AS period,
    followed.period_start,
    followed.period_end,
    followed.is_complete,
    followed.value,
    nullif(followed.value_id, 0) AS value_id,
    followed.rank,
    chosen.currency,
    followed.orders,
    followed.customers,
    followed.units,
    followed.gross_revenue,
    followed.refunded_revenue,
    followed.net_revenue,
    round(followed.gross_revenue / nullif(followed.orders, 0), 2) AS average_order_value,
    followed.share,
    followed.running_total,
    CASE WHEN followed.is_complete THEN round(followed.moving_average, 2) END AS moving_average,
    CASE
        WHEN followed.is_complete AND followed.revenue_before > 0
            THEN round(followed.net_revenue / followed.revenue_before - 1, 6)::double precision
    END AS growth,
    CASE
        WHEN followed.is_complete AND year_before.net_revenue > 0
            THEN round(followed.net_revenue / year_before.net_revenue - 1, 6)::double precision
    END AS growth_on_year
FROM followed
CROSS JOIN chosen
LEFT JOIN placed AS year_before
    ON year_before.period_start = followed.year_before
    AND year_before.value_id = followed.value_id
    AND year_before.value = followed.value
WHERE followed.is_shown
ORDER BY followed.period_start, followed.rank NULLS LAST, followed.value, followed.value_id
LIMIT %(row_limit)s::bigint
