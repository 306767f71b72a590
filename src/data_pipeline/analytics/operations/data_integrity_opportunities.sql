-- opportunities: whether a forecast can be made of them
    SELECT 'opportunities' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(*) FILTER (WHERE record.status = 'open') AS open,
            count(*) FILTER (WHERE record.status IN ('won', 'lost')) AS closed,
            count(record.amount) AS with_amount,
            count(record.customer_source_id) AS with_customer,
            count(record.contact_source_id) AS with_contact,
            array_agg(record.id) FILTER (WHERE record.customer_source_id IS NULL) AS of_nobody,
            array_agg(record.id) FILTER (WHERE record.amount IS NULL) AS without_amount,
            array_agg(record.id) FILTER (
                WHERE record.status IN ('won', 'lost') AND record.closed_at IS NULL
            ) AS without_closing,
            array_agg(record.id) FILTER (WHERE record.amount < 0) AS with_negative_amount,
            array_agg(record.id) FILTER (
                WHERE record.status = 'open' AND record.expected_close_date < %(as_of)s::date
            ) AS overdue,
            array_agg(record.id) FILTER (
                WHERE record.customer_source_id IS NOT NULL AND customer.id IS NULL
            ) AS of_unknown,
            array_agg(record.id) FILTER (
                WHERE record.contact_source_id IS NOT NULL AND contact.id IS NULL
            ) AS with_unknown_contact
        FROM {sampled}
        {customer}
        {contact}
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('completeness', 'customer', 'It names its customer.', records, of_nobody),
            ('completeness', 'amount', 'It has an amount.', records, without_amount),
            ('completeness', 'closed_at', 'Won or lost, it says when.', closed, without_closing),
            ('validity', 'amount', 'Its amount is not below zero.',
                with_amount, with_negative_amount),
            ('timeliness', 'not_overdue', 'Open, its expected close date has not passed.',
                open, overdue),
            ('referential_integrity', 'customer', 'The customer that it names is there.',
                with_customer, of_unknown),
            ('referential_integrity', 'contact', 'The contact that it names is there.',
                with_contact, with_unknown_contact)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
