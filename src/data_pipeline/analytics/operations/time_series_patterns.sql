WITH RECURSIVE chosen AS (
    {chosen}
),

observed AS (
    {observed}
),

{model},

{levels},

streak AS (
    -- rises and falls that follow each other without a break
    SELECT direction, min(place) - 1 AS first_place, max(place) AS last_place, count(*) AS steps
    FROM (
        SELECT
            place,
            direction,
            place - row_number() OVER (PARTITION BY direction ORDER BY place) AS island
        FROM (
            SELECT place, sign(value - lag(value) OVER (ORDER BY place)) AS direction
            FROM series
        ) AS moved
    ) AS numbered
    WHERE direction <> 0
    GROUP BY direction, island
    HAVING count(*) >= 2
),

gap AS (
    -- periods without data that follow each other without a break
    SELECT
        CASE WHEN is_before THEN 'before' WHEN is_after THEN 'after' ELSE 'inside' END AS kind,
        min(first_day) AS first_day,
        max(last_day) AS last_day,
        count(*) AS periods
    FROM (
        SELECT calendar.*, position - row_number() OVER (ORDER BY position) AS island
        FROM calendar
        WHERE NOT has_data
    ) AS numbered
    GROUP BY is_before, is_after, island
),

finding AS (
    -- all patterns one below the other; prominence says which of a pattern to show first
    SELECT
        1 AS chapter,
        'trend' AS pattern,
        CASE
            WHEN abs(slope.score) < 2 OR trend.r_squared IS NULL THEN 'none'
            WHEN trend.slope > 0 THEN 'rising'
            ELSE 'falling'
        END AS kind,
        trend.first_day,
        trend.last_day,
        trend.periods,
        round((trend.intercept + trend.slope * trend.last_position)::numeric, 2) AS value,
        round((trend.intercept + trend.slope * trend.first_position)::numeric, 2) AS reference,
        NULL::double precision AS index,
        trend.slope,
        trend.r_squared,
        slope.score,
        NULL::bigint AS cycles,
        0::double precision AS prominence
    FROM trend
    CROSS JOIN slope
    UNION ALL
    SELECT
        2, 'change_point', CASE WHEN value > value_before THEN 'up' ELSE 'down' END, first_day,
        last_day, periods, round(value, 2), round(value_before, 2), NULL, NULL, NULL, score, NULL,
        abs(score)
    FROM level
    WHERE value_before IS NOT NULL
    UNION ALL
    SELECT
        3, 'anomaly', CASE WHEN score > 0 THEN 'high' ELSE 'low' END, first_day, last_day, 1,
        value, round(expected::numeric, 2), NULL, NULL, NULL, score, NULL, abs(score)
    FROM scored
    WHERE abs(score) > %(threshold)s::double precision
    UNION ALL
    SELECT 4, 'gap', kind, first_day, last_day, periods, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        periods
    FROM gap
    UNION ALL
    SELECT
        5, 'streak', CASE WHEN direction > 0 THEN 'rise' ELSE 'fall' END, started.first_day,
        ended.last_day, steps + 1, ended.value, started.value, NULL, NULL, NULL, NULL, NULL, steps
    FROM streak
    JOIN series AS started ON started.place = streak.first_place
    JOIN series AS ended ON ended.place = streak.last_place
    UNION ALL
    SELECT
        6, 'weekday',
        (ARRAY[
            'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'
        ])[weekday],
        NULL, NULL, weekday.periods, round((trend.mean + weekday.effect)::numeric, 2),
        round(trend.mean::numeric, 2), (trend.mean + weekday.effect) / nullif(trend.mean, 0),
        NULL, NULL, NULL, weekday.cycles, -weekday
    FROM weekday
    CROSS JOIN trend
    UNION ALL
    SELECT
        7, 'month',
        (ARRAY[
            'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
            'September', 'October', 'November', 'December'
        ])[month],
        NULL, NULL, month.periods, round((trend.mean + month.effect)::numeric, 2),
        round(trend.mean::numeric, 2), (trend.mean + month.effect) / nullif(trend.mean, 0),
        NULL, NULL, NULL, month.cycles, -month
    FROM month
    CROSS JOIN trend
    UNION ALL
    SELECT 8, 'series', NULL, first_day, last_day, 1, value, round(expected::numeric, 2), NULL,
        NULL, NULL, score, NULL, -place
    FROM scored
),

ranked AS (
    -- place within the pattern, rises and falls apart
    SELECT
        finding.*,
        row_number() OVER (
            PARTITION BY chapter, CASE WHEN pattern = 'streak' THEN kind END
            ORDER BY prominence DESC, first_day
        ) AS rank
    FROM finding
    WHERE pattern = ANY (%(patterns)s::text[])
)

SELECT
    pattern,
    kind,
    first_day,
    last_day,
    periods,
    value,
    reference,
    value - reference AS change,
    round(index::numeric, 4)::double precision AS index,
    round(slope::numeric, 6)::double precision AS slope,
    round(r_squared::numeric, 6)::double precision AS r_squared,
    round(score::numeric, 2)::double precision AS score,
    cycles,
    (SELECT currency FROM chosen) AS currency
FROM ranked
WHERE chapter NOT BETWEEN 2 AND 5 OR rank <= %(top)s::integer
ORDER BY
    chapter,
    CASE WHEN pattern = 'change_point' THEN first_day END,
    CASE WHEN pattern = 'streak' THEN kind END DESC,
    rank
LIMIT %(row_limit)s::bigint
