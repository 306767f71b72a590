WITH RECURSIVE record AS MATERIALIZED (
    -- every living record of the chosen kind with the id of its node: customers that are one
    -- across systems are one node, all others are nodes by themselves
    SELECT
        customer_id AS id,
        source_system,
        source_id,
        (source_system || ' ' || source_id) COLLATE "C" AS key,
        unified_id AS node_id
    FROM canonical.customer_identities
    WHERE %(entity)s::text = 'customers'
    UNION ALL
    SELECT id, source_system, source_id, (source_system || ' ' || source_id) COLLATE "C", id
    FROM canonical.entities
    WHERE entity = %(entity)s::text
        AND entity <> 'customers'
        AND deleted_at IS NULL
),

relationship AS (
    -- what is said of two records on the day, from above to below in the direction of the walk; the
    -- key is one value, since two that depend on each other make the planner expect next to no rows,
    -- and look for each in all others
    SELECT
        said.relationship_type,
        CASE WHEN %(is_up)s::boolean THEN target.node_id ELSE origin.node_id END AS from_id,
        CASE WHEN %(is_up)s::boolean THEN origin.node_id ELSE target.node_id END AS to_id
    FROM canonical.relationships AS said
    JOIN record AS origin ON origin.key = said.from_source_system || ' ' || said.from_source_id
    JOIN record AS target ON target.key = said.to_source_system || ' ' || said.to_source_id
    WHERE said.deleted_at IS NULL
        AND said.from_entity = %(entity)s::text
        AND said.to_entity = %(entity)s::text
        AND (%(relationship_type)s::text IS NULL OR said.relationship_type = %(relationship_type)s)
        AND (said.valid_from IS NULL OR said.valid_from <= %(as_of)s::date)
        AND (said.valid_to IS NULL OR said.valid_to >= %(as_of)s::date)
),

edge AS MATERIALIZED (
    -- each pair of nodes once, however many systems and kinds of relationships join them
    SELECT
        from_id,
        to_id,
        array_agg(DISTINCT relationship_type ORDER BY relationship_type) AS relationship_types
    FROM relationship
    GROUP BY from_id, to_id
),

top AS (
    -- nodes with something below and nothing above
    SELECT DISTINCT from_id AS id
    FROM edge
    WHERE NOT EXISTS (
        SELECT FROM edge AS above WHERE above.to_id = edge.from_id AND above.from_id <> above.to_id
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
    WHERE NOT EXISTS (SELECT FROM reached WHERE reached.id = edge.to_id)
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
            %(start_id)s::bigint IS NOT NULL AND record.id = %(start_id)s::bigint
            OR %(source_id)s::text IS NOT NULL AND record.source_id = %(source_id)s::text
            OR %(start_id)s::bigint IS NULL
                AND %(source_id)s::text IS NULL
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

hop AS MATERIALIZED (
    -- every way on from each of these places
    SELECT nearest.root_id, nearest.id AS from_id, edge.to_id, nearest.depth + 1 AS depth
    FROM nearest
    JOIN edge ON edge.from_id = nearest.id
),

step AS MATERIALIZED (
    -- the last hop to each node on its shortest way, from the lowest id if there are several
    SELECT nearest.root_id, nearest.id, min(hop.from_id) AS parent_id
    FROM nearest
    JOIN hop
        ON hop.root_id = nearest.root_id
        AND hop.to_id = nearest.id
        AND hop.depth = nearest.depth
    GROUP BY nearest.root_id, nearest.id
),

tree AS (
    -- these steps put together: a tree below each start
    SELECT id AS root_id, id, NULL::bigint AS parent_id, 0 AS depth, ARRAY[id] AS path
    FROM start
    UNION ALL
    SELECT tree.root_id, step.id, step.parent_id, tree.depth + 1, tree.path || step.id
    FROM tree
    JOIN step ON step.root_id = tree.root_id AND step.parent_id = tree.id
),

below AS (
    -- what leaves each node downwards: how many others, whether back to its own path, and whether
    -- to what only the depth limit kept away
    SELECT
        tree.root_id,
        tree.id,
        count(*) FILTER (WHERE hop.to_id <> tree.id) AS children,
        min(hop.to_id) FILTER (WHERE hop.to_id = ANY (tree.path)) AS cycle_to_id,
        bool_or(met.id IS NULL) AS is_cut
    FROM tree
    JOIN hop ON hop.root_id = tree.root_id AND hop.from_id = tree.id
    LEFT JOIN nearest AS met ON met.root_id = hop.root_id AND met.id = hop.to_id
    GROUP BY tree.root_id, tree.id
),

member AS (
    -- the records of each node that stands in a tree
    SELECT record.node_id, record.id, record.source_system, record.source_id
    FROM record
    WHERE record.node_id IN (SELECT id FROM tree)
),

chosen AS (
    {currency}
),

spending AS (
    -- without a start most customers are shown: all orders that count, summed up by what they name
    -- their customer by before they meet it
    SELECT source_system, customer_source_id, sum(total) AS total
    FROM canonical.orders
    WHERE %(entity)s::text = 'customers'
        AND NOT %(has_start)s::boolean
        AND deleted_at IS NULL
        AND currency = (SELECT currency FROM chosen)
        AND coalesce(status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
    GROUP BY source_system, customer_source_id
),

customer_sale AS (
    -- what each node's customers ordered; below one start they are few, and looked up one by one
    SELECT member.node_id, spending.total
    FROM member
    JOIN spending
        ON spending.source_system = member.source_system
        AND spending.customer_source_id = member.source_id
    UNION ALL
    SELECT member.node_id, bought.total
    FROM member
    CROSS JOIN LATERAL (
        SELECT sum(purchase.total) AS total
        FROM canonical.orders AS purchase
        WHERE purchase.source_system = member.source_system
            AND purchase.customer_source_id = member.source_id
            AND purchase.deleted_at IS NULL
            AND purchase.currency = (SELECT currency FROM chosen)
            AND coalesce(purchase.status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
    ) AS bought
    WHERE %(entity)s::text = 'customers'
        AND %(has_start)s::boolean
        AND bought.total IS NOT NULL
),

product_sale AS (
    -- the lines by which each node's products were sold
    SELECT member.node_id, item.total
    FROM member
    JOIN canonical.order_items AS item
        ON item.source_system = member.source_system
        AND item.product_source_id = member.source_id
    JOIN canonical.orders AS purchase
        ON purchase.source_system = item.source_system
        AND purchase.source_id = item.order_source_id
    WHERE %(entity)s::text = 'products'
        AND item.deleted_at IS NULL
        AND item.currency = (SELECT currency FROM chosen)
        AND purchase.deleted_at IS NULL
        AND coalesce(purchase.status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
),

revenue AS (
    -- the sum of both for each node
    SELECT node_id, sum(total) AS revenue
    FROM (SELECT * FROM customer_sale UNION ALL SELECT * FROM product_sale) AS sale
    GROUP BY node_id
),

place AS (
    -- each place in a tree with what is the node's own
    SELECT
        tree.*,
        coalesce(revenue.revenue, 0) AS revenue,
        coalesce(below.children, 0) AS children,
        below.cycle_to_id,
        coalesce(below.is_cut, false) AS is_cut
    FROM tree
    LEFT JOIN revenue ON revenue.node_id = tree.id
    LEFT JOIN below ON below.root_id = tree.root_id AND below.id = tree.id
),

total AS (
    -- each place counts at itself and at everything on its path
    SELECT
        place.root_id,
        ancestor.id,
        sum(place.revenue) AS revenue_with_below,
        count(*) - 1 AS descendants,
        bool_or(place.is_cut) AS is_partial
    FROM place
    CROSS JOIN LATERAL unnest(place.path) AS ancestor (id)
    GROUP BY place.root_id, ancestor.id
),

shown AS MATERIALIZED (
    -- the rows to give: trees of the largest revenue first, each from the top down
    SELECT
        row_number() OVER largest_first AS position,
        place.*,
        total.descendants,
        total.revenue_with_below,
        total.is_partial
    FROM place
    JOIN total ON total.root_id = place.root_id AND total.id = place.id
    JOIN total AS whole ON whole.root_id = place.root_id AND whole.id = place.root_id
    WINDOW largest_first AS (
        ORDER BY
            whole.revenue_with_below DESC, whole.descendants DESC, place.root_id, place.path
    )
    ORDER BY position
    LIMIT %(row_limit)s::bigint
),

label AS (
    -- what the nodes of these are called, and which systems know them
    SELECT
        member.node_id,
        (array_agg(known.name ORDER BY known.id) FILTER (WHERE known.name IS NOT NULL))[1] AS name,
        array_agg(DISTINCT member.source_system ORDER BY member.source_system) AS source_systems
    FROM member
    JOIN canonical.entities AS known ON known.entity = %(entity)s::text AND known.id = member.id
    WHERE member.node_id IN (SELECT id FROM shown)
    GROUP BY member.node_id
),

above AS (
    -- how many nodes lead to each
    SELECT to_id AS id, count(*) AS parents
    FROM edge
    WHERE from_id <> to_id
        AND to_id IN (SELECT id FROM shown)
    GROUP BY to_id
)

SELECT
    shown.root_id,
    shown.id,
    label.name,
    label.source_systems,
    shown.depth,
    shown.parent_id,
    shown.path,
    edge.relationship_types,
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
LEFT JOIN edge ON edge.from_id = shown.parent_id AND edge.to_id = shown.id
LEFT JOIN above ON above.id = shown.id
CROSS JOIN chosen
ORDER BY shown.position
