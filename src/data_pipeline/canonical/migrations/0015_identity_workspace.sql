-- Which customers are the same across systems, kept by each load for what it changed.

-- The unified customer of each customer that has others in it; its id is the lowest of theirs.
-- Whoever is not here is a unified customer by itself.
CREATE TABLE ingest.joined_customers (
    customer_id bigint PRIMARY KEY,
    unified_id  bigint NOT NULL
);
CREATE INDEX joined_customers_unified_id ON ingest.joined_customers (unified_id);

-- Workspace of ingest.unify_customers, empty outside of it. Permanent and UNLOGGED for the same
-- reasons as the staging tables; not keyed by load, since only one works at a time.
CREATE UNLOGGED TABLE ingest.identity_scope ( -- customers to decide anew
    customer_id bigint PRIMARY KEY,
    round       integer NOT NULL -- how far from what changed
);
CREATE UNLOGGED TABLE ingest.identity_touched ( -- keys that came, went, or changed hands
    kind  text NOT NULL,
    scope text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (kind, scope, value)
);
CREATE UNLOGGED TABLE ingest.identity_shared ( -- keys that may join
    kind         text NOT NULL,
    scope        text NOT NULL,
    value        text NOT NULL,
    round        integer NOT NULL,
    weight       text NOT NULL,
    customer_ids bigint[] NOT NULL,
    PRIMARY KEY (kind, scope, value)
);
CREATE UNLOGGED TABLE ingest.identity_edges ( -- pairs that keys join
    tier     smallint NOT NULL, -- see ingest.draw_decisive_edges
    one_id   bigint   NOT NULL,
    other_id bigint   NOT NULL
);
CREATE UNLOGGED TABLE ingest.identity_nodes ( -- whoever has one of these keys
    customer_id   bigint  PRIMARY KEY,
    source_system text    NOT NULL,
    root          bigint  NOT NULL, -- the record that its own system declares it to be
    joined        bigint  NOT NULL, -- lowest of the customers that it was joined with before
    label         bigint  NOT NULL, -- and with the tiers that are tried now
    is_disputed   boolean NOT NULL  -- whether they have to be tried one by one
) WITH (fillfactor = 50); -- labels change within their page
CREATE UNLOGGED TABLE ingest.identity_hooks ( -- one label becomes another
    label    bigint PRIMARY KEY,
    becomes  bigint NOT NULL
);

-- Gives all nodes that hang together over edges of some tiers the lowest of their labels.
CREATE FUNCTION ingest.spread_labels(lowest_tier integer, highest_tier integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        DELETE FROM ingest.identity_hooks;
        -- each label takes the lowest of those next to it
        INSERT INTO ingest.identity_hooks
        SELECT greatest(one.label, other.label), min(least(one.label, other.label))
        FROM ingest.identity_edges AS edge
        JOIN ingest.identity_nodes AS one ON one.customer_id = edge.one_id
        JOIN ingest.identity_nodes AS other ON other.customer_id = edge.other_id
        WHERE edge.tier BETWEEN lowest_tier AND highest_tier
            AND one.label <> other.label
        GROUP BY greatest(one.label, other.label);
        EXIT WHEN NOT FOUND;
        -- and at once the one which that takes in turn: a chain halves with every round
        LOOP
            UPDATE ingest.identity_hooks AS hook
            SET becomes = further.becomes
            FROM ingest.identity_hooks AS further
            WHERE further.label = hook.becomes;
            EXIT WHEN NOT FOUND;
        END LOOP;
        UPDATE ingest.identity_nodes AS node
        SET label = hook.becomes
        FROM ingest.identity_hooks AS hook
        WHERE hook.label = node.label;
    END LOOP;
END
$$;

-- The labels under which two records of one system have come together that are not declared to be
-- one: a contradiction.
CREATE FUNCTION ingest.contradictory_labels() RETURNS SETOF bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT DISTINCT label
    FROM ingest.identity_nodes
    GROUP BY label, source_system
    HAVING count(DISTINCT root) > 1;
END;

-- Puts into the scope what this transaction changed, and what that may join or part. All keys that
-- may join customers of the scope are in identity_shared then, and all their customers in scope.
CREATE FUNCTION ingest.find_scope(system_count integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    reached integer := 0;
    -- no key that may join has more holders: one for each system, and an id's owner with its alias
    most_holders CONSTANT integer := 2 * system_count + 2;
BEGIN
    -- new customers, and those of which something changed that identity rests on
    INSERT INTO ingest.identity_scope
    SELECT customer.id, 0
    FROM canonical.customers AS customer
    WHERE customer.updated_at >= now()
        AND (customer.created_at >= now() OR EXISTS (
            SELECT
            FROM canonical.entity_history AS before
            WHERE before.entity = 'customers' AND before.id = customer.id
                AND before.valid_to >= now()
                AND (
                    before.data ->> 'email_key', before.data ->> 'phone_key',
                    before.data -> 'external_ids', (before.data ->> 'deleted_at') IS NULL,
                    before.data ->> 'name', before.data ->> 'legal_name', before.data ->> 'tax_id',
                    before.data ->> 'postal_code', before.data ->> 'country'
                ) IS DISTINCT FROM (
                    customer.email_key, customer.phone_key,
                    customer.external_ids, customer.deleted_at IS NULL,
                    customer.name, customer.legal_name, customer.tax_id,
                    customer.postal_code, customer.country::text
                )
        ));
    ANALYZE ingest.identity_scope;

    -- the keys that they have and had
    INSERT INTO ingest.identity_touched
    SELECT key.kind, key.scope, key.value
    FROM ingest.identity_scope AS changed
    CROSS JOIN LATERAL (
        SELECT kind, scope, value
        FROM ingest.customer_keys
        WHERE customer_id = changed.customer_id
        OFFSET 0 -- looked up one by one
    ) AS key
    UNION
    SELECT former.kind, former.scope, former.value
    FROM ingest.identity_scope AS changed
    JOIN canonical.entity_history AS before
        ON before.entity = 'customers' AND before.id = changed.customer_id
        AND before.valid_to >= now()
    CROSS JOIN LATERAL (
        SELECT 'email', '', before.data ->> 'email_key'
        UNION ALL
        SELECT 'phone', '', before.data ->> 'phone_key'
        UNION ALL
        SELECT 'external_id', before.data ->> 'source_system', before.data ->> 'source_id'
        UNION ALL
        SELECT 'external_id', declared.key, declared.value
        FROM jsonb_each_text(before.data -> 'external_ids') AS declared
    ) AS former (kind, scope, value)
    WHERE former.value IS NOT NULL;
    ANALYZE ingest.identity_touched;

    -- whom these keys join or joined. One with more holders, besides the changed, than systems was
    -- ambiguous before and is so now
    INSERT INTO ingest.identity_scope
    SELECT DISTINCT holder.customer_id, 0
    FROM (
        SELECT key.customer_id, changed.customer_id IS NULL AS is_other,
            count(*) FILTER (WHERE changed.customer_id IS NULL)
                OVER (PARTITION BY touched.kind, touched.scope, touched.value) AS others
        FROM ingest.identity_touched AS touched
        CROSS JOIN LATERAL (
            SELECT customer_id
            FROM ingest.customer_keys
            WHERE kind = touched.kind AND scope = touched.scope AND value = touched.value
            OFFSET 0
        ) AS key
        LEFT JOIN ingest.identity_scope AS changed ON changed.customer_id = key.customer_id
    ) AS holder
    WHERE holder.is_other AND holder.others <= most_holders;

    -- and whose ids these are or were, also if nobody declares them any more
    INSERT INTO ingest.identity_scope
    SELECT owner.id, 0
    FROM ingest.identity_touched AS touched
    JOIN canonical.customers AS owner
        ON owner.source_system = touched.scope AND owner.source_id = touched.value
    WHERE touched.kind = 'external_id'
    ON CONFLICT DO NOTHING;

    -- and whoever hangs together with them over keys that may join
    LOOP
        ANALYZE ingest.identity_scope;
        INSERT INTO ingest.identity_shared
        SELECT shared.kind, shared.scope, shared.value, reached,
            ingest.key_weight(shared.kind, shared.value), shared.customer_ids
        FROM (
            SELECT DISTINCT key.kind, key.scope, key.value
            FROM ingest.identity_scope AS near
            CROSS JOIN LATERAL (
                SELECT kind, scope, value
                FROM ingest.customer_keys
                WHERE customer_id = near.customer_id
                OFFSET 0
            ) AS key
            WHERE near.round = reached
        ) AS own
        CROSS JOIN LATERAL (
            SELECT key.kind, key.scope, key.value,
                array_agg(key.customer_id ORDER BY key.customer_id) AS customer_ids
            FROM ingest.customer_keys AS key
            WHERE key.kind = own.kind AND key.scope = own.scope AND key.value = own.value
            GROUP BY key.kind, key.scope, key.value
            HAVING count(*) > 1
                AND count(*) FILTER (WHERE key.source_system <> key.scope)
                    = count(DISTINCT key.source_system)
                        FILTER (WHERE key.source_system <> key.scope)
        ) AS shared
        ON CONFLICT DO NOTHING;
        EXIT WHEN NOT FOUND;
        INSERT INTO ingest.identity_scope
        SELECT DISTINCT holder.id, reached + 1
        FROM ingest.identity_shared AS shared
        CROSS JOIN LATERAL unnest(shared.customer_ids) AS holder (id)
        WHERE shared.round = reached AND shared.weight <> 'void'
        ON CONFLICT DO NOTHING;
        EXIT WHEN NOT FOUND;
        reached := reached + 1;
    END LOOP;
END
$$;
