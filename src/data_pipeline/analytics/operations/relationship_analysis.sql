WITH RECURSIVE record AS MATERIALIZED (
    {records}
),

relationship AS MATERIALIZED (
    -- what is said of two records on the day, from above to below in the direction of the walk
    SELECT
        said.relationship_type,
        CASE WHEN %(is_up)s::boolean THEN target.node_id ELSE origin.node_id END AS from_id,
        CASE WHEN %(is_up)s::boolean THEN origin.node_id ELSE target.node_id END AS to_id
    FROM canonical.relationships AS said
    JOIN record AS origin
        ON origin.source_system = said.from_source_system
        AND origin.source_id = said.from_source_id
    JOIN record AS target
        ON target.source_system = said.to_source_system
        AND target.source_id = said.to_source_id
    WHERE said.deleted_at IS NULL
        AND said.from_entity = %(entity)s::text
        AND said.to_entity = %(entity)s::text
        AND (%(relationship_type)s::text IS NULL OR said.relationship_type = %(relationship_type)s)
        AND (said.valid_from IS NULL OR said.valid_from <= %(as_of)s::date)
        AND (said.valid_to IS NULL OR said.valid_to >= %(as_of)s::date)
),

edge AS MATERIALIZED (
    -- each pair of nodes once, however many systems and kinds of relationships join them
    SELECT DISTINCT from_id, to_id
    FROM relationship
),

top AS (
    -- nodes with something below and nothing above, unless it was said where to start
    SELECT DISTINCT from_id AS id
    FROM edge
    WHERE NOT %(has_start)s::boolean
        AND NOT EXISTS (
            SELECT FROM edge AS above
            WHERE above.to_id = edge.from_id AND above.from_id <> above.to_id
        )
),

reached AS (
    -- everything below these; UNION keeps each node once, so rings end
    SELECT id FROM top
    UNION
    SELECT edge.to_id
    FROM reached
    JOIN edge ON edge.from_id = reached.id
),

lowest_above AS MATERIALIZED (
    -- what is not below them is in a ring without a top, or below one: each with one way up
    SELECT edge.to_id AS id, min(edge.from_id) AS above_id
    FROM edge
    WHERE NOT %(has_start)s::boolean
        AND NOT EXISTS (SELECT FROM reached WHERE reached.id = edge.to_id)
    GROUP BY edge.to_id
),

ascent AS (
    -- everything on that way up, which has one end: a ring
    SELECT id AS start_id, above_id AS id FROM lowest_above
    UNION
    SELECT ascent.start_id, lowest_above.above_id
    FROM ascent
    JOIN lowest_above ON lowest_above.id = ascent.id
),

ring_top AS (
    -- the lowest id of each such ring: of the nodes that meet themselves, none of their way is lower
    SELECT start_id AS id
    FROM ascent
    GROUP BY start_id
    HAVING bool_or(id = start_id) AND min(id) = start_id
),

start AS (
    -- where walks begin: at the record that was named, else at all tops and one node of each ring
    SELECT DISTINCT record.node_id AS id
    FROM record
    WHERE (
            record.id = %(start_id)s::bigint
            OR record.source_id = %(source_id)s::text
            OR NOT %(has_start)s::boolean
                AND record.node_id IN (SELECT id FROM top UNION ALL SELECT id FROM ring_top)
        )
        AND (%(source_system)s::text IS NULL OR record.source_system = %(source_system)s::text)
),

walk AS (
    -- every node at every depth it can be met at; the same twice is kept once, so the number of
    -- rows is at most starts x nodes x depths, and not the number of ways
    SELECT id AS root_id, id, 0 AS depth FROM start
    UNION
    SELECT walk.root_id, edge.to_id, walk.depth + 1
    FROM walk
    JOIN edge ON edge.from_id = walk.id
    WHERE walk.depth < %(max_depth)s::integer
),

nearest AS MATERIALIZED (
    -- each node once below each start, where it is nearest
    SELECT root_id, id, min(depth) AS depth
    FROM walk
    GROUP BY root_id, id
),

chosen AS (
    {currency}
),

revenue AS (
    {revenue}
),

valued AS MATERIALIZED (
    -- each of these places with what is the node's own
    SELECT nearest.*, coalesce(revenue.revenue, 0) AS revenue
    FROM nearest
    LEFT JOIN revenue ON revenue.node_id = nearest.id
),

whole AS (
    -- each tree as a whole
    SELECT root_id, sum(revenue) AS revenue, count(*) AS places
    FROM valued
    GROUP BY root_id
),

largest AS (
    -- those of the largest revenue first, with the rows that the ones before them take
    SELECT
        root_id,
        row_number() OVER largest_first AS position,
        sum(places) OVER (largest_first ROWS UNBOUNDED PRECEDING) - places AS rows_before
    FROM whole
    WINDOW largest_first AS (ORDER BY revenue DESC, places DESC, root_id)
),

place AS MATERIALIZED (
    -- the places of the trees that are shown, if only in part: paths and sums are made for no
    -- others. Numbered, with lower numbers for lower ids within a tree, since one column to join by
    -- is one that the planner can reckon with
    SELECT
        row_number() OVER (ORDER BY valued.root_id, valued.id) AS number,
        largest.position,
        valued.*
    FROM largest
    JOIN valued ON valued.root_id = largest.root_id
    WHERE %(row_limit)s::bigint IS NULL OR largest.rows_before < %(row_limit)s::bigint
),

hop AS MATERIALIZED (
    -- every way on from each of these places, and the place that it leads to; that is null if the
    -- depth limit keeps it away
    SELECT
        place.number AS from_number,
        relationship.to_id,
        relationship.to_id <> place.id AS is_to_other,
        met.number AS to_number,
        met.depth = place.depth + 1 AS is_shortest,
        array_agg(
            DISTINCT relationship.relationship_type ORDER BY relationship.relationship_type
        ) AS relationship_types
    FROM place
    JOIN relationship ON relationship.from_id = place.id
    LEFT JOIN place AS met ON met.root_id = place.root_id AND met.id = relationship.to_id
    GROUP BY place.number, place.id, place.depth, relationship.to_id, met.number, met.depth
),

step AS MATERIALIZED (
    -- the last hop of the shortest way to each place, from the lowest id if there are several
    SELECT DISTINCT ON (to_number)
        to_number AS number,
        from_number,
        to_id AS id,
        relationship_types
    FROM hop
    WHERE is_shortest
    ORDER BY to_number, from_number
),

tree AS (
    -- these steps put together: a tree below each start; the line are the numbers of the path
    SELECT
        number,
        NULL::text[] AS relationship_types,
        ARRAY[number] AS line,
        ARRAY[id] AS path
    FROM place
    WHERE depth = 0
    UNION ALL
    SELECT step.number, step.relationship_types, tree.line || step.number, tree.path || step.id
    FROM tree
    JOIN step ON step.from_number = tree.number
),

below AS (
    -- what leaves each place downwards: how many others, whether back to its own path, and whether
    -- to what only the depth limit kept away
    SELECT
        tree.number,
        count(*) FILTER (WHERE hop.is_to_other) AS children,
        min(hop.to_id) FILTER (WHERE hop.to_id = ANY (tree.path)) AS cycle_to_id,
        bool_or(hop.to_number IS NULL) AS is_cut
    FROM tree
    JOIN hop ON hop.from_number = tree.number
    GROUP BY tree.number
),

described AS MATERIALIZED (
    -- each place in its tree, with what leaves it
    SELECT
        place.*,
        tree.relationship_types,
        tree.line,
        tree.path,
        coalesce(below.children, 0) AS children,
        below.cycle_to_id,
        coalesce(below.is_cut, false) AS is_cut
    FROM place
    JOIN tree ON tree.number = place.number
    LEFT JOIN below ON below.number = place.number
),

total AS (
    -- each place counts at itself and at everything on its path
    SELECT
        ancestor.number,
        sum(described.revenue) AS revenue_with_below,
        count(*) - 1 AS descendants,
        bool_or(described.is_cut) AS is_partial
    FROM described
    CROSS JOIN LATERAL unnest(described.line) AS ancestor (number)
    GROUP BY ancestor.number
),

shown AS MATERIALIZED (
    -- the rows to give, each tree from the top down
    SELECT described.*, total.descendants, total.revenue_with_below, total.is_partial
    FROM described
    JOIN total ON total.number = described.number
    ORDER BY described.position, described.path
    LIMIT %(row_limit)s::bigint
),

label AS (
    -- what the nodes of these are called, and which systems know them
    SELECT
        record.node_id,
        (array_agg(known.name ORDER BY known.id) FILTER (WHERE known.name IS NOT NULL))[1] AS name,
        array_agg(DISTINCT record.source_system ORDER BY record.source_system) AS source_systems
    FROM record
    JOIN canonical.entities AS known ON known.entity = %(entity)s::text AND known.id = record.id
    WHERE record.node_id IN (SELECT id FROM shown)
    GROUP BY record.node_id
),

above AS (
    -- how many others lead to each node
    SELECT to_id AS id, count(*) AS parents
    FROM edge
    WHERE from_id <> to_id
    GROUP BY to_id
)

SELECT
    shown.root_id,
    shown.id,
    label.name,
    label.source_systems,
    shown.depth,
    shown.path[shown.depth] AS parent_id,
    shown.path,
    shown.relationship_types,
    shown.children,
    shown.descendants,
    coalesce(above.parents, 0) AS parents,
    chosen.currency,
    shown.revenue,
    shown.revenue_with_below,
    shown.cycle_to_id IS NOT NULL AS is_cycle,
    shown.cycle_to_id,
    shown.is_cut,
    shown.is_partial
FROM shown
JOIN label ON label.node_id = shown.id
LEFT JOIN above ON above.id = shown.id
CROSS JOIN chosen
ORDER BY shown.position, shown.path
