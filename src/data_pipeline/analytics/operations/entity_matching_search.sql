asked AS MATERIALIZED (
    -- the records of the unified customer that is asked about
    SELECT customer.id, customer.name, customer.email_key, customer.phone_key
    FROM canonical.customer_identities AS identity
    JOIN canonical.customers AS customer ON customer.id = identity.customer_id
    WHERE identity.unified_id = (
            SELECT unified_id
            FROM canonical.customer_identities
            WHERE customer_id = %(customer_id)s::bigint
        )
),

found AS (
    -- with whom each of them may be one, all by indexes: by the name (a similarity of 0.3 or more),
    -- the e-mail address, or the telephone number
    SELECT asked.id AS one_id, other.id AS other_id
    FROM asked
    JOIN canonical.customers AS other ON other.name OPERATOR(extensions.%%) asked.name
    WHERE other.deleted_at IS NULL
    UNION ALL
    SELECT asked.id, other.id
    FROM asked
    JOIN canonical.customers AS other ON other.email_key = asked.email_key
    WHERE other.deleted_at IS NULL
    UNION ALL
    SELECT asked.id, other.id
    FROM asked
    JOIN canonical.customers AS other ON other.phone_key = asked.phone_key
    WHERE other.deleted_at IS NULL
),

candidate AS MATERIALIZED (
    -- each pair once
    SELECT DISTINCT least(one_id, other_id) AS one_id, greatest(one_id, other_id) AS other_id
    FROM found
),

record AS MATERIALIZED (
    -- all who take part, with their values as they are compared
    SELECT
        id,
        source_system,
        unified_id,
        name_key,
        legal_name_key,
        email,
        email_domain,
        phone,
        tax_id,
        postal_code
    FROM canonical.comparable_customers
    WHERE id = ANY (ARRAY(SELECT one_id FROM candidate UNION SELECT other_id FROM candidate))
        AND (
            %(source_systems)s::text[] IS NULL
            OR source_system = ANY (%(source_systems)s::text[])
        )
)
