WITH RECURSIVE top_value AS (
    -- each value of each attribute once, with the number of records that have it: all that lies
    -- within it need be looked at only once; the row without a key counts the records
    SELECT member.key, member.value, count(*) AS records
    FROM canonical.{entity} AS record {sampling}
    CROSS JOIN LATERAL (
        SELECT NULL::text AS key, NULL::jsonb AS value
        UNION ALL
        SELECT attribute.key, attribute.value
        FROM jsonb_each(record.attributes) AS attribute
    ) AS member
    WHERE record.deleted_at IS NULL
        AND (
            %(first_key)s::text IS NULL
            OR member.key IS NULL
            OR member.key = %(first_key)s::text
        )
        AND (
            %(source_system)s::text IS NULL OR record.source_system = %(source_system)s::text
        )
        AND (%(contains)s::jsonb IS NULL OR record.attributes @> %(contains)s::jsonb)
        AND (
            %(matches)s::jsonpath IS NULL
            OR EXISTS (
                SELECT
                FROM jsonb_path_query(
                    record.attributes, %(matches)s::jsonpath, '{{}}', true
                ) AS item
                WHERE item NOT IN ('null', 'false')
            )
        )
    GROUP BY member.key, member.value
),

examined AS (
    -- the number of records that were looked at
    SELECT coalesce(sum(records), 0)::bigint AS records
    FROM top_value
    WHERE key IS NULL
),

found AS (
    -- the values, and step by step what lies within those that have a place on the wanted path
    SELECT
        row_number() OVER () AS origin,
        top_value.records,
        ARRAY['.' || top_value.key] AS steps,
        top_value.value
    FROM top_value
    WHERE top_value.key IS NOT NULL
    UNION ALL
    SELECT found.origin, found.records, found.steps || inner_value.step, inner_value.value
    FROM found
    CROSS JOIN LATERAL (
        SELECT '.' || member.key AS step, member.value
        FROM jsonb_each(
            CASE jsonb_typeof(found.value) WHEN 'object' THEN found.value END
        ) AS member
        UNION ALL
        SELECT '[*]', element.value
        FROM jsonb_array_elements(
            CASE jsonb_typeof(found.value) WHEN 'array' THEN found.value END
        ) AS element
    ) AS inner_value
    WHERE cardinality(found.steps) < %(most_steps)s::integer
        AND jsonb_typeof(found.value) IN ('object', 'array')
        AND (
            cardinality(found.steps) >= cardinality(%(steps)s::text[])
            OR inner_value.step = (%(steps)s::text[])[cardinality(found.steps) + 1]
        )
),

occurrence AS (
    -- each value that a path has, and how often
    SELECT
        steps,
        value,
        jsonb_typeof(value) AS type,
        sum(records)::bigint AS occurrences
    FROM found
    WHERE cardinality(steps) >= cardinality(%(steps)s::text[])
    GROUP BY steps, value
),

holder AS (
    -- how many records have each path at least once: a record has each attribute once
    SELECT steps, sum(records)::bigint AS records
    FROM (SELECT DISTINCT origin, steps, records FROM found) AS holding
    GROUP BY steps
    HAVING sum(records) >= %(min_count)s::bigint
),

type_count AS (
    -- how many values of each type a path has
    SELECT
        steps,
        type,
        sum(occurrences)::bigint AS occurrences,
        count(*) AS distinct_values
    FROM occurrence
    GROUP BY steps, type
),

path AS (
    -- one row for each path
    SELECT
        steps,
        jsonb_object_agg(type, occurrences) AS types,
        sum(occurrences)::bigint AS value_count,
        coalesce(sum(occurrences) FILTER (WHERE type = 'null'), 0)::bigint AS null_count,
        coalesce(sum(distinct_values) FILTER (WHERE type <> 'null'), 0)::bigint AS distinct_count
    FROM type_count
    GROUP BY steps
),

ranked AS (
    -- the values of a path, those that it has most often first
    SELECT
        steps,
        value,
        occurrences,
        row_number() OVER (PARTITION BY steps ORDER BY occurrences DESC, value) AS place
    FROM occurrence
    WHERE type <> 'null'
),

top_of_path AS (
    -- the first of them, cut where they are long
    SELECT
        steps,
        jsonb_agg(
            jsonb_build_object(
                'value',
                CASE
                    WHEN length(value #>> '{{}}') > 200
                        THEN to_jsonb(left(value #>> '{{}}', 200) || '…')
                    ELSE value
                END,
                'count', occurrences
            )
            ORDER BY place
        ) AS top_values
    FROM ranked
    WHERE place <= %(top)s::integer
    GROUP BY steps
)

SELECT
    (
        SELECT
            '$' || string_agg(
                CASE
                    WHEN step = '[*]' OR step ~ '^\.[A-Za-z_][A-Za-z0-9_]*$' THEN step
                    ELSE '.' || to_json(substr(step, 2))
                END,
                '' ORDER BY position
            )
        FROM unnest(path.steps) WITH ORDINALITY AS one (step, position)
    ) AS path,
    cardinality(path.steps) AS depth,
    path.types,
    holder.records,
    round(holder.records::numeric / examined.records, 6)::double precision AS presence,
    path.value_count,
    path.null_count,
    round(path.null_count::numeric / path.value_count, 6)::double precision AS null_rate,
    path.distinct_count,
    coalesce(top_of_path.top_values, '[]') AS top_values,
    examined.records AS examined_records,
    %(sample_percent)s::double precision AS sample_percent
FROM path
JOIN holder ON holder.steps = path.steps
LEFT JOIN top_of_path ON top_of_path.steps = path.steps
CROSS JOIN examined
ORDER BY path.steps
LIMIT %(row_limit)s::bigint
