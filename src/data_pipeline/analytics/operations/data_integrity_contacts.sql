-- contacts: whether they can be reached, and at whom
    SELECT 'contacts' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(record.email) AS with_email,
            count(record.customer_source_id) AS with_customer,
            array_agg(record.id) FILTER (WHERE num_nonnulls(record.email, record.phone) = 0)
                AS unreachable,
            array_agg(record.id) FILTER (WHERE record.customer_source_id IS NULL) AS of_nobody,
            array_agg(record.id) FILTER (WHERE record.email NOT LIKE '%%_@_%%._%%') AS no_address,
            array_agg(record.id) FILTER (
                WHERE record.customer_source_id IS NOT NULL AND customer.id IS NULL
            ) AS of_unknown,
            array_agg(record.id) FILTER (
                WHERE record.source_updated_at < %(as_of)s::date - %(max_age_days)s::integer
            ) AS unchanged
        FROM {sampled}
        {customer}
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('completeness', 'contact_details', 'It has an e-mail address or a telephone number.',
                records, unreachable),
            ('completeness', 'customer', 'It names its customer.', records, of_nobody),
            ('validity', 'email', 'Its e-mail address has the form of one.', with_email, no_address),
            ('timeliness', 'changed_recently', 'Its source changed it within max_age_days.',
                records, unchanged),
            ('referential_integrity', 'customer', 'The customer that it names is there.',
                with_customer, of_unknown)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
