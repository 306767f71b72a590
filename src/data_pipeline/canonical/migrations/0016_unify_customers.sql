-- Draws an edge for each pair of customers that a key in identity_shared joins by itself. Tiers,
-- from what is trusted most: 0 one system declares two of its records to be one, 1 ids in other
-- systems, 2 decisive e-mail addresses. (3 is drawn when these are joined.)
CREATE FUNCTION ingest.draw_decisive_edges() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ingest.identity_nodes
    SELECT customer.id, customer.source_system, customer.id, customer.id, customer.id, false
    FROM (
        SELECT DISTINCT unnest(customer_ids) AS id
        FROM ingest.identity_shared
        WHERE weight <> 'void'
    ) AS holder
    JOIN canonical.customers AS customer ON customer.id = holder.id;
    ANALYZE ingest.identity_nodes;

    INSERT INTO ingest.identity_edges
    SELECT CASE WHEN one.source_system = other.source_system THEN 0 ELSE 1 END,
        one.customer_id, other.customer_id
    FROM ingest.identity_shared AS shared
    CROSS JOIN LATERAL unnest(shared.customer_ids) AS left_end (id)
    CROSS JOIN LATERAL unnest(shared.customer_ids) AS right_end (id)
    JOIN ingest.identity_nodes AS one ON one.customer_id = left_end.id
    JOIN ingest.identity_nodes AS other ON other.customer_id = right_end.id
    WHERE shared.kind = 'external_id' AND left_end.id < right_end.id;

    INSERT INTO ingest.identity_edges
    SELECT 2, shared.customer_ids[1], further.id
    FROM ingest.identity_shared AS shared
    CROSS JOIN LATERAL unnest(shared.customer_ids[2:]) AS further (id)
    WHERE shared.kind = 'email' AND shared.weight = 'decisive';
    ANALYZE ingest.identity_edges;
END
$$;

-- Draws the edges of tier 3: shared keys between customers that agree in something else too, as far
-- as they are not joined yet.
CREATE FUNCTION ingest.draw_supported_edges() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ingest.identity_edges
    SELECT 3, pair.one_id, pair.other_id
    FROM (
        SELECT DISTINCT one.customer_id AS one_id, other.customer_id AS other_id
        FROM ingest.identity_shared AS shared
        CROSS JOIN LATERAL unnest(shared.customer_ids) AS left_end (id)
        CROSS JOIN LATERAL unnest(shared.customer_ids) AS right_end (id)
        JOIN ingest.identity_nodes AS one ON one.customer_id = left_end.id
        JOIN ingest.identity_nodes AS other ON other.customer_id = right_end.id
        WHERE shared.weight = 'shared' AND left_end.id < right_end.id AND one.label <> other.label
    ) AS pair
    JOIN canonical.customers AS one ON one.id = pair.one_id
    JOIN canonical.customers AS other ON other.id = pair.other_id
    WHERE ingest.agree(one, other);
    ANALYZE ingest.identity_edges;
END
$$;

-- Joins over the edges of one tier. Where that brings a contradiction about, all edges of the tier
-- that had a part in it are left out, since nothing says which is wrong.
CREATE FUNCTION ingest.join_tier(tier integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ingest.spread_labels(tier, tier);
    UPDATE ingest.identity_nodes
    SET label = joined
    WHERE label <> joined AND label IN (SELECT ingest.contradictory_labels());
END
$$;

-- Labels the nodes with the unified customer that each belongs to.
CREATE FUNCTION ingest.join_nodes() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ingest.spread_labels(0, 0);
    UPDATE ingest.identity_nodes SET root = label, joined = label WHERE label <> root;

    -- Both at once: what hangs together without contradiction would do so one by one as well.
    PERFORM ingest.spread_labels(1, 2);
    UPDATE ingest.identity_nodes
    SET label = joined, is_disputed = true
    WHERE label IN (SELECT ingest.contradictory_labels());
    IF FOUND THEN
        PERFORM ingest.join_tier(1);
        UPDATE ingest.identity_nodes SET joined = label WHERE is_disputed AND joined <> label;
        PERFORM ingest.join_tier(2);
    END IF;

    PERFORM ingest.draw_supported_edges();
    UPDATE ingest.identity_nodes
    SET joined = label
    WHERE joined <> label
        AND label IN (
            SELECT node.label
            FROM ingest.identity_edges AS edge
            CROSS JOIN LATERAL (VALUES (edge.one_id), (edge.other_id)) AS its_end (id)
            JOIN ingest.identity_nodes AS node ON node.customer_id = its_end.id
            WHERE edge.tier = 3
        );
    PERFORM ingest.join_tier(3);
END
$$;

-- Decides anew who is the same customer as far as this transaction changed it; of everything, if
-- asked to. To be called after the last change of customers and soon before the commit: loads wait
-- here for each other, so that each sees what those before it changed.
CREATE FUNCTION ingest.unify_customers(everything boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
SET jit = off AS $$
DECLARE
    systems       text[];
    -- from here on it takes less to look at all customers than at what is around each changed one
    many CONSTANT bigint := (
        SELECT greatest(5000, reltuples / 12)
        FROM pg_class
        WHERE oid = 'canonical.customers'::regclass
    );
    is_everything boolean := everything;
    changed       bigint;
BEGIN
    -- any number will do that nothing else in the database locks
    PERFORM pg_advisory_xact_lock(5551203);

    DELETE FROM ingest.declared_ids AS declared
    USING canonical.customers AS customer
    WHERE customer.id = declared.customer_id
        AND (everything OR customer.updated_at >= now())
        AND customer.external_ids ->> declared.declared_system
            IS DISTINCT FROM declared.declared_id;
    INSERT INTO ingest.declared_ids
    SELECT customer.id, declared.key, declared.value
    FROM canonical.customers AS customer
    CROSS JOIN LATERAL jsonb_each_text(customer.external_ids) AS declared
    WHERE (everything OR customer.updated_at >= now())
        AND customer.external_ids <> '{}'
        AND declared.value <> ''
    ON CONFLICT DO NOTHING;

    -- the systems there are, each found by one step in the index
    WITH RECURSIVE system (name) AS (
        SELECT min(source_system) FROM canonical.customers
        UNION ALL
        SELECT (
            SELECT min(source_system) FROM canonical.customers WHERE source_system > system.name
        )
        FROM system
        WHERE system.name IS NOT NULL
    )
    SELECT array_agg(name) INTO systems FROM system WHERE name IS NOT NULL;
    IF coalesce(cardinality(systems), 0) < 2
        AND NOT EXISTS (SELECT FROM ingest.declared_ids WHERE declared_system = systems[1])
        AND NOT EXISTS (SELECT FROM ingest.joined_customers)
    THEN
        RETURN;
    END IF;

    IF NOT is_everything THEN
        SELECT count(*) INTO changed
        FROM (
            SELECT FROM canonical.customers WHERE updated_at >= now() LIMIT many + 1
        ) AS counted;
        is_everything := changed > many;
    END IF;
    IF is_everything THEN
        -- looked up one by one, as many rows as there are now would take longest
        PERFORM set_config('enable_nestloop', 'off', true);
        INSERT INTO ingest.identity_shared
        SELECT kind, scope, value, 0, ingest.key_weight(kind, value), customer_ids
        FROM ingest.shared_keys
        WHERE NOT is_ambiguous;
    ELSE
        PERFORM ingest.find_scope(cardinality(systems));
    END IF;
    PERFORM ingest.draw_decisive_edges();
    PERFORM ingest.join_nodes();

    -- whoever is alone
    DELETE FROM ingest.identity_nodes
    WHERE label IN (
        SELECT label FROM ingest.identity_nodes GROUP BY label HAVING count(*) = 1
    );
    IF is_everything THEN
        DELETE FROM ingest.joined_customers
        WHERE customer_id NOT IN (SELECT customer_id FROM ingest.identity_nodes);
    ELSE
        DELETE FROM ingest.joined_customers AS former
        USING ingest.identity_scope AS scope
        WHERE former.customer_id = scope.customer_id
            AND former.customer_id NOT IN (SELECT customer_id FROM ingest.identity_nodes);
    END IF;
    INSERT INTO ingest.joined_customers AS former
    SELECT customer_id, label FROM ingest.identity_nodes
    ON CONFLICT (customer_id) DO UPDATE
        SET unified_id = excluded.unified_id
        WHERE former.unified_id <> excluded.unified_id;

    IF is_everything THEN
        PERFORM set_config('enable_nestloop', 'on', true);
        TRUNCATE ingest.identity_shared, ingest.identity_edges, ingest.identity_nodes,
            ingest.identity_hooks;
    ELSE
        DELETE FROM ingest.identity_scope;
        DELETE FROM ingest.identity_touched;
        DELETE FROM ingest.identity_shared;
        DELETE FROM ingest.identity_edges;
        DELETE FROM ingest.identity_nodes;
        DELETE FROM ingest.identity_hooks;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION ingest.unify_customers TO ingest_writer;
