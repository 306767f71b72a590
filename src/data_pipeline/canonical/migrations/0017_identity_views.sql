-- Who is the same customer, by what, and who is not although something says so. In words:
-- docs/identity.md.

DROP VIEW canonical.unified_customers;
DROP VIEW canonical.customer_identities;
DROP VIEW canonical.customer_matches;

-- The table that the views before it were made of has a column more.
CREATE OR REPLACE VIEW canonical.current_customers AS
SELECT customer.*
FROM canonical.customers AS customer
WHERE customer.deleted_at IS NULL;

-- Each customer with the unified customer it belongs to: the lowest id of those in it.
CREATE VIEW canonical.customer_identities AS
SELECT customer.id AS customer_id, coalesce(joined.unified_id, customer.id) AS unified_id
FROM canonical.customers AS customer
LEFT JOIN ingest.joined_customers AS joined ON joined.customer_id = customer.id
WHERE customer.deleted_at IS NULL;

-- By what customers that are one are so: each key that several of them have.
CREATE VIEW canonical.customer_matches AS
SELECT
    holder.id AS customer_id,
    shared.customer_ids[1] AS matched_customer_id,
    shared.kind AS matched_on,
    CASE shared.scope WHEN '' THEN shared.value ELSE shared.scope || ':' || shared.value END
        AS matched_value
FROM ingest.shared_keys AS shared
CROSS JOIN LATERAL unnest(shared.customer_ids[2:]) AS holder (id)
JOIN ingest.joined_customers AS joined ON joined.customer_id = holder.id
JOIN ingest.joined_customers AS first_joined
    ON first_joined.customer_id = shared.customer_ids[1]
    AND first_joined.unified_id = joined.unified_id
WHERE ingest.key_weight(shared.kind, shared.value) <> 'void';

-- Keys that customers share who are not one all the same, and why. Nothing here was guessed at;
-- a correction in one of the systems removes it with the next load.
CREATE VIEW canonical.identity_conflicts AS
WITH held AS (
    -- every key of every customer, with the unified customer that it belongs to
    SELECT key.*, coalesce(joined.unified_id, key.customer_id) AS unified_id
    FROM ingest.customer_keys AS key
    LEFT JOIN ingest.joined_customers AS joined ON joined.customer_id = key.customer_id
),
shared AS (
    -- keys that did not make their holders one; ambiguous as in ingest.shared_keys
    SELECT
        kind,
        scope,
        value,
        ingest.key_weight(kind, value) AS weight,
        array_agg(customer_id ORDER BY customer_id) AS customer_ids,
        array_agg(DISTINCT unified_id ORDER BY unified_id) AS unified_ids,
        array_agg(DISTINCT source_system ORDER BY source_system) AS source_systems,
        count(*) FILTER (WHERE source_system <> scope)
            > count(DISTINCT source_system) FILTER (WHERE source_system <> scope) AS is_ambiguous
    FROM held
    GROUP BY kind, scope, value
    HAVING min(unified_id) < max(unified_id)
),
kept_apart AS (
    -- those that say something, and whether they say it without doubt
    SELECT
        shared.*,
        shared.is_ambiguous OR shared.weight = 'decisive' OR EXISTS (
            -- two of different unified customers that agree in something else too
            SELECT
            FROM canonical.customer_identities AS one_identity
            JOIN canonical.customer_identities AS other_identity
                ON other_identity.unified_id > one_identity.unified_id
            JOIN canonical.customers AS one ON one.id = one_identity.customer_id
            JOIN canonical.customers AS other ON other.id = other_identity.customer_id
            WHERE one_identity.customer_id = ANY (shared.customer_ids)
                AND other_identity.customer_id = ANY (shared.customer_ids)
                AND ingest.agree(one, other)
        ) AS is_supported
    FROM shared
    WHERE shared.weight <> 'void'
)
SELECT
    CASE
        WHEN is_ambiguous THEN 'ambiguous_key'
        WHEN is_supported THEN 'contradiction'
        ELSE 'unsupported_key'
    END AS reason,
    kind AS matched_on,
    CASE scope WHEN '' THEN value ELSE scope || ':' || value END AS matched_value,
    customer_ids,
    unified_ids,
    source_systems,
    CASE
        WHEN is_ambiguous THEN
            'It names several customers of one system: which of them others mean, nothing says'
        WHEN is_supported THEN
            'Joined by it, two customers of one system would be one, which that system denies'
        ELSE
            'Several may share it, and these agree in nothing else:'
            ' neither name, nor tax id, nor postal code, nor both e-mail address and telephone'
    END AS explanation
FROM kept_apart;

-- One row for each customer whatever the number of systems that know it. Of values that differ
-- the one that its source changed last is shown; all are in canonical.customers.
CREATE VIEW canonical.unified_customers AS
WITH known AS (
    -- every record of every unified customer
    SELECT identity.unified_id, customer.*
    FROM canonical.customer_identities AS identity
    JOIN canonical.customers AS customer ON customer.id = identity.customer_id
)
SELECT
    unified_id,
    (array_agg(customer_type ORDER BY source_updated_at DESC, id)
        FILTER (WHERE customer_type IS NOT NULL))[1] AS customer_type,
    (array_agg(name ORDER BY source_updated_at DESC, id)
        FILTER (WHERE name IS NOT NULL))[1] AS name,
    (array_agg(email_key ORDER BY source_updated_at DESC, id)
        FILTER (WHERE email_key IS NOT NULL))[1] AS email,
    (array_agg(phone ORDER BY source_updated_at DESC, id)
        FILTER (WHERE phone IS NOT NULL))[1] AS phone,
    (array_agg(industry ORDER BY source_updated_at DESC, id)
        FILTER (WHERE industry IS NOT NULL))[1] AS industry,
    (array_agg(segment ORDER BY source_updated_at DESC, id)
        FILTER (WHERE segment IS NOT NULL))[1] AS segment,
    (array_agg(status ORDER BY source_updated_at DESC, id)
        FILTER (WHERE status IS NOT NULL))[1] AS status,
    (array_agg(city ORDER BY source_updated_at DESC, id)
        FILTER (WHERE city IS NOT NULL))[1] AS city,
    (array_agg(country::text ORDER BY source_updated_at DESC, id)
        FILTER (WHERE country IS NOT NULL))[1] AS country,
    array_agg(id ORDER BY source_updated_at DESC, id) AS customer_ids,
    array_agg(DISTINCT source_system ORDER BY source_system) AS source_systems,
    count(DISTINCT source_system) AS system_count,
    count(*) AS record_count,
    min(source_created_at) AS first_created_at,
    max(source_updated_at) AS last_updated_at
FROM known
GROUP BY unified_id;

-- Of what was loaded before this, its telephone numbers take part from their next change on.
DO $$ BEGIN PERFORM ingest.unify_customers(everything => true); END $$;
