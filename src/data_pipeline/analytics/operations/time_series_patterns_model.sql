-- the series, and what trend and seasons explain of it
calendar AS (
    -- every period of the timeframe, whether anything happened in it or not
    SELECT
        position,
        starts::date AS first_day,
        (starts + %(step)s::interval - interval '1 day')::date AS last_day,
        observed.value AS observed_value,
        observed.first_day IS NOT NULL AS has_data,
        starts::date < min(observed.first_day) OVER () AS is_before,
        starts::date > max(observed.first_day) OVER () AS is_after
    FROM generate_series(
        %(first_day)s::date::timestamp, %(last_day)s::date::timestamp, %(step)s::interval
    ) WITH ORDINALITY AS period (starts, position)
    LEFT JOIN observed ON observed.first_day = starts::date
),

series AS (
    -- what is analysed: from the first period with data to the last; counts and sums are 0 in
    -- between, unless such periods are to be left out
    SELECT
        row_number() OVER (ORDER BY position) AS place,
        position,
        first_day,
        last_day,
        coalesce(observed_value, 0) AS value,
        coalesce(observed_value, 0)::double precision AS amount,
        extract(isodow FROM first_day)::integer AS weekday,
        extract(month FROM first_day)::integer AS month
    FROM calendar
    WHERE has_data
        OR (%(fill)s::boolean AND NOT is_before AND NOT is_after)
),

trend AS (
    -- the straight line of least squares; flat through a single period
    SELECT
        count(*) AS periods,
        min(first_day) AS first_day,
        max(last_day) AS last_day,
        min(position) AS first_position,
        max(position) AS last_position,
        avg(amount) AS mean,
        avg(abs(amount)) AS size,
        coalesce(regr_slope(amount, position), 0) AS slope,
        coalesce(regr_intercept(amount, position), avg(amount)) AS intercept,
        CASE WHEN var_pop(amount) > 0 THEN regr_r2(amount, position) END AS r_squared,
        regr_sxx(amount, position) AS squared_distance
    FROM series
    HAVING count(*) > 0
),

detrended AS (
    -- how far each period is from the line
    SELECT
        series.*,
        trend.intercept + trend.slope * series.position AS on_trend,
        series.amount - (trend.intercept + trend.slope * series.position) AS off_trend
    FROM series
    CROSS JOIN trend
),

weekday AS (
    -- days of the week, for days; the median is what an outlier among them doesn't move
    SELECT
        weekday,
        count(*) AS periods,
        count(*) AS cycles,
        avg(off_trend) AS effect,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY off_trend) AS typical_effect
    FROM detrended
    WHERE %(period)s::text = 'day'
    GROUP BY weekday
),

without_weekday AS (
    -- what the days of the week don't explain, as soon as each was seen in three weeks
    SELECT
        detrended.*,
        CASE
            WHEN (SELECT min(cycles) FROM weekday) >= 3 THEN weekday.typical_effect ELSE 0
        END AS weekday_effect
    FROM detrended
    LEFT JOIN weekday ON weekday.weekday = detrended.weekday
),

month AS (
    -- months of the year
    SELECT
        month,
        count(*) AS periods,
        count(DISTINCT extract(year FROM first_day)) AS cycles,
        avg(off_trend) AS effect,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY off_trend - weekday_effect) AS typical_effect
    FROM without_weekday
    GROUP BY month
),

without_season AS (
    -- what the months don't explain either, as soon as each was seen in three years
    SELECT
        place,
        position,
        first_day,
        last_day,
        value,
        amount,
        on_trend,
        weekday_effect + month_effect AS season,
        off_trend - weekday_effect - month_effect AS remainder
    FROM (
        SELECT
            without_weekday.*,
            CASE
                WHEN (SELECT min(cycles) FROM month) >= 3 THEN month.typical_effect ELSE 0
            END AS month_effect
        FROM without_weekday
        JOIN month ON month.month = without_weekday.month
    ) AS explained
),

centre AS (
    -- the median of what is left
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY remainder) AS remainder FROM without_season
),

spread AS (
    -- its standard deviation as the median absolute deviation tells it or, where more than half
    -- are equal, the mean one (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993);
    -- null where nothing but rounding errors is left
    SELECT
        CASE
            WHEN trend.periods < 8 THEN NULL
            WHEN deviation.median > 1e-9 * trend.size THEN 1.4826 * deviation.median
            WHEN deviation.mean > 1e-9 * trend.size THEN 1.2533 * deviation.mean
        END AS deviation
    FROM (
        SELECT
            percentile_cont(0.5) WITHIN GROUP (
                ORDER BY abs(without_season.remainder - centre.remainder)
            ) AS median,
            avg(abs(without_season.remainder - centre.remainder)) AS mean
        FROM without_season
        CROSS JOIN centre
    ) AS deviation
    CROSS JOIN trend
),

scored AS (
    -- each period with what was to be expected of it, and its level: the value without season
    SELECT
        without_season.*,
        on_trend + season + centre.remainder AS expected,
        (without_season.remainder - centre.remainder) / spread.deviation AS score,
        amount - season - trend.mean AS level
    FROM without_season
    CROSS JOIN centre
    CROSS JOIN spread
    CROSS JOIN trend
),

slope AS (
    -- the slope in standard errors, as the values without season scatter; null without scatter
    SELECT
        CASE
            WHEN stddev_samp(without_season.remainder) > 1e-9 * trend.size
                THEN trend.slope * sqrt(trend.squared_distance)
                    / stddev_samp(without_season.remainder)
        END AS score
    FROM without_season
    CROSS JOIN trend
    GROUP BY trend.slope, trend.squared_distance, trend.size
)
