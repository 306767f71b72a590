WITH sampling AS MATERIALIZED (
    -- how much of each table to look at: all of it, unless it has more records than the limit
    SELECT
        entity.name AS entity,
        least(
            100,
            100.0 * %(most_records)s::bigint
            / greatest(sum(counted.records + counted.deleted_records), 1)
        )::real AS percent
    FROM unnest(%(entities)s::text[]) AS entity (name)
    LEFT JOIN canonical.record_counts AS counted ON counted.entity = entity.name
    GROUP BY entity.name
),

found AS (
    {checks}
),

checked AS (
    -- what was asked for: of each check of each source how many records it applies to, and which
    -- of these fail
    SELECT
        found.entity,
        found.source_system,
        found.dimension,
        found.check_name,
        found.meaning,
        found.checked,
        coalesce(cardinality(found.failed_ids), 0) AS failed,
        ARRAY(
            SELECT failed.id
            FROM unnest(found.failed_ids) AS failed (id)
            ORDER BY failed.id
            LIMIT %(examples)s::integer
        ) AS example_ids,
        100 / sampling.percent AS stands_for
    FROM found
    JOIN sampling ON sampling.entity = found.entity
    WHERE found.checked > 0 -- without any there is neither right nor wrong
        AND (%(dimension)s::text IS NULL OR found.dimension = %(dimension)s::text)
        AND (%(source_system)s::text IS NULL OR found.source_system = %(source_system)s::text)
),

summed AS (
    -- these, and their sums by source, by dimension, and in all; in these a record of a sample
    -- weighs as much as all that it stands for
    SELECT
        CASE
            WHEN GROUPING(check_name) = 0 THEN 'check'
            WHEN GROUPING(entity, dimension) = 0 THEN 'entity_dimension'
            WHEN GROUPING(entity) = 0 THEN 'entity'
            WHEN GROUPING(dimension) = 0 THEN 'dimension'
            ELSE 'all'
        END AS level,
        entity,
        source_system,
        dimension,
        check_name,
        meaning,
        sum(checked)::bigint AS checked,
        sum(failed)::bigint AS failed,
        CASE WHEN GROUPING(check_name) = 0 THEN min(example_ids) END AS example_ids,
        max(stands_for) > 1 AS is_sampled,
        100 * (1 - sum(failed * stands_for) / sum(checked * stands_for)) AS percentage
    FROM checked
    GROUP BY GROUPING SETS (
        (),
        (dimension),
        (entity, source_system),
        (entity, source_system, dimension),
        (entity, source_system, dimension, check_name, meaning)
    )
),

scored AS (
    -- the share of what was checked that is right; not rounded up to a perfect score. Where nothing
    -- was checked there is still a sum over all of it
    SELECT
        summed.*,
        CASE
            WHEN failed = 0 THEN 100
            ELSE least(99.99, round(percentage::numeric, 2))
        END AS score
    FROM summed
    WHERE checked > 0
)

SELECT
    level,
    entity,
    source_system,
    dimension,
    check_name AS "check",
    meaning,
    score::double precision AS score,
    checked,
    failed,
    example_ids,
    is_sampled
FROM scored
WHERE (%(level)s::text IS NULL OR level = %(level)s::text)
    AND (%(max_score)s::numeric IS NULL OR score <= %(max_score)s::numeric)
    AND (%(min_score)s::numeric IS NULL OR score >= %(min_score)s::numeric)
ORDER BY
    array_position(ARRAY['all', 'dimension', 'entity', 'entity_dimension', 'check'], level),
    entity,
    source_system,
    dimension,
    check_name
LIMIT %(row_limit)s::bigint
