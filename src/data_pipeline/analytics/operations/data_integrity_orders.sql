-- orders: whether they can be added up, and to whom
    SELECT 'orders' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(*) FILTER (WHERE record.status IN ('open', 'processing')) AS open,
            count(record.total) AS with_total,
            count(record.total) FILTER (WHERE record.subtotal IS NOT NULL) AS with_subtotal,
            count(record.order_number) FILTER (WHERE NOT is_sample) AS with_number,
            count(record.customer_source_id) AS with_customer,
            count(record.opportunity_source_id) AS with_opportunity,
            array_agg(record.id) FILTER (WHERE record.customer_source_id IS NULL) AS of_nobody,
            array_agg(record.id) FILTER (WHERE record.total IS NULL) AS without_total,
            array_agg(record.id) FILTER (WHERE record.total < 0) AS with_negative_total,
            array_agg(record.id) FILTER (WHERE record.ordered_at >= %(as_of)s::date + 1) AS in_future,
            array_agg(record.id) FILTER (
                WHERE abs(
                    record.total - record.subtotal + coalesce(record.discount, 0)
                    - coalesce(record.tax, 0) - coalesce(record.shipping, 0)
                ) > 0.01
            ) AS not_adding_up,
            array_agg(record.id) FILTER (WHERE repeated.order_number IS NOT NULL) AS with_shared_number,
            array_agg(record.id) FILTER (
                WHERE record.status IN ('open', 'processing')
                    AND record.ordered_at < %(as_of)s::date - %(max_open_days)s::integer
            ) AS open_too_long,
            array_agg(record.id) FILTER (
                WHERE record.customer_source_id IS NOT NULL AND customer.id IS NULL
            ) AS of_unknown,
            array_agg(record.id) FILTER (
                WHERE record.opportunity_source_id IS NOT NULL AND opportunity.id IS NULL
            ) AS with_unknown_opportunity
        FROM {sampled}
        {drawn}
        {customer}
        {opportunity}
        {repeated}
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('completeness', 'customer', 'It names its customer.', records, of_nobody),
            ('completeness', 'total', 'It has a total.', records, without_total),
            ('validity', 'total', 'Its total is not below zero.', with_total, with_negative_total),
            ('validity', 'ordered_at', 'It was not placed after as_of.', records, in_future),
            ('uniqueness', 'order_number', 'No other order of the system has its number.',
                with_number, with_shared_number),
            ('consistency', 'total',
                'Its total is subtotal less discount plus tax and shipping, to the cent.',
                with_subtotal, not_adding_up),
            ('timeliness', 'not_open_too_long', 'Open, it was placed within max_open_days.',
                open, open_too_long),
            ('referential_integrity', 'customer', 'The customer that it names is there.',
                with_customer, of_unknown),
            ('referential_integrity', 'opportunity', 'The opportunity that it names is there.',
                with_opportunity, with_unknown_opportunity)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
