-- the levels that the series stays at, from one change to the next
step AS (
    -- from each level to the next
    SELECT level - lag(level) OVER (ORDER BY place) AS height FROM scored
),

middle_step AS (
    -- what a step is without chance: the slope of a trend
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY height) AS height FROM step
),

noise AS (
    -- the variance of levels that don't change, from the steps: each has that of two levels
    SELECT
        CASE
            WHEN trend.periods < 8 THEN NULL
            WHEN deviation.median > 1e-9 * trend.size THEN (1.4826 * deviation.median) ^ 2 / 2
            WHEN deviation.mean > 1e-9 * trend.size THEN (1.2533 * deviation.mean) ^ 2 / 2
        END AS variance
    FROM (
        SELECT
            percentile_cont(0.5) WITHIN GROUP (
                ORDER BY abs(step.height - middle_step.height)
            ) AS median,
            avg(abs(step.height - middle_step.height)) AS mean
        FROM step
        CROSS JOIN middle_step
    ) AS deviation
    CROSS JOIN trend
),

steady AS (
    -- the levels, outliers replaced by the median of the five periods around (Hampel's filter):
    -- one or two alone are no change of level
    SELECT
        around.place,
        CASE
            WHEN abs(around.level - middle.level)
                > %(threshold)s::double precision * sqrt(noise.variance) THEN middle.level
            ELSE around.level
        END AS level
    FROM (
        SELECT
            place,
            level,
            array_agg(level) OVER (
                ORDER BY place ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING
            ) AS levels
        FROM scored
    ) AS around
    CROSS JOIN LATERAL (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY level) AS level
        FROM unnest(around.levels) AS level
    ) AS middle
    CROSS JOIN noise
),

running AS (
    -- running sums, from which the sums of any segment follow
    SELECT
        place,
        sum(level) OVER up_to AS levels,
        sum(level * place) OVER up_to AS weighted_levels
    FROM steady
    WINDOW up_to AS (ORDER BY place)
    UNION ALL
    SELECT 0, 0, 0
),

segment AS (
    -- binary segmentation: a segment is split where two levels describe it best, if they do so
    -- better than one by 3 ln n times the noise (three parameters more, by Schwarz's criterion),
    -- and better than a straight line does
    SELECT 1::bigint AS first_place, periods AS last_place, NULL::double precision AS score
    FROM trend
    UNION ALL
    SELECT part.first_place, part.last_place, part.score
    FROM segment
    CROSS JOIN noise
    CROSS JOIN trend
    JOIN running AS before ON before.place = segment.first_place - 1
    JOIN running AS through ON through.place = segment.last_place
    CROSS JOIN LATERAL (
        SELECT
            through.place - before.place AS length,
            through.levels - before.levels AS levels,
            through.weighted_levels - before.weighted_levels AS weighted_levels
    ) AS whole
    CROSS JOIN LATERAL (
        -- the split that reduces the sum of squares most
        SELECT candidate.*
        FROM (
            SELECT
                cut.place,
                (through.levels - cut.levels) / (through.place - cut.place)
                    - (cut.levels - before.levels) / (cut.place - before.place) AS height,
                (cut.place - before.place)::double precision * (through.place - cut.place)
                    / whole.length AS weight
            FROM running AS cut
            WHERE cut.place BETWEEN before.place + %(least_periods)s::integer
                AND through.place - %(least_periods)s::integer
        ) AS candidate
        ORDER BY candidate.weight * candidate.height ^ 2 DESC, candidate.place
        LIMIT 1
    ) AS split
    CROSS JOIN LATERAL (
        VALUES
            (segment.first_place, split.place, segment.score),
            (
                split.place + 1,
                segment.last_place,
                split.height * sqrt(split.weight / noise.variance)
            )
    ) AS part (first_place, last_place, score)
    WHERE split.weight * split.height ^ 2 > 3 * ln(trend.periods) * noise.variance
        AND split.weight * split.height ^ 2 > 12
            * (
                whole.weighted_levels
                - whole.levels * (segment.first_place + segment.last_place) / 2.0
            ) ^ 2
            / (whole.length::double precision * (whole.length::double precision ^ 2 - 1))
),

level AS (
    -- the segments that were split no further, each with the one before it
    SELECT
        undivided.first_place,
        undivided.score,
        min(series.first_day) AS first_day,
        max(series.last_day) AS last_day,
        count(*) AS periods,
        avg(series.value) AS value,
        lag(avg(series.value)) OVER (ORDER BY undivided.first_place) AS value_before
    FROM (
        SELECT DISTINCT ON (first_place) first_place, last_place, score
        FROM segment
        ORDER BY first_place, last_place
    ) AS undivided
    JOIN series ON series.place BETWEEN undivided.first_place AND undivided.last_place
    GROUP BY undivided.first_place, undivided.score
)
