-- of each period the customers that no system had before
    SELECT
        date_trunc(%(period)s::text, known.created_at AT TIME ZONE 'UTC')::date AS first_day,
        count(*)::numeric AS value
    FROM (
        SELECT min(customer.source_created_at) AS created_at
        FROM canonical.customer_identities AS identity
        JOIN canonical.customers AS customer ON customer.id = identity.customer_id
        WHERE %(source_system)s::text IS NULL OR customer.source_system = %(source_system)s::text
        GROUP BY identity.unified_id
    ) AS known
    WHERE known.created_at >= %(first_day)s::date::timestamp AT TIME ZONE 'UTC'
        AND known.created_at < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1
