-- invoices: who owes what until when
    SELECT 'invoices' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(*) FILTER (WHERE record.status = 'open') AS open,
            count(record.total) AS with_total,
            count(record.total) FILTER (WHERE record.subtotal IS NOT NULL) AS with_subtotal,
            count(record.due_on) FILTER (WHERE record.issued_on IS NOT NULL) AS with_days,
            count(record.invoice_number) FILTER (WHERE NOT is_sample) AS with_number,
            count(*) FILTER (WHERE purchase.currency IS NOT NULL AND record.currency IS NOT NULL)
                AS with_currencies,
            count(record.customer_source_id) AS with_customer,
            count(record.order_source_id) AS with_order,
            array_agg(record.id) FILTER (WHERE record.customer_source_id IS NULL) AS of_nobody,
            array_agg(record.id) FILTER (WHERE record.total IS NULL) AS without_total,
            array_agg(record.id) FILTER (WHERE record.due_on IS NULL) AS without_due_day,
            array_agg(record.id) FILTER (WHERE record.total < 0) AS with_negative_total,
            array_agg(record.id) FILTER (WHERE record.due_on < record.issued_on) AS due_before_issue,
            array_agg(record.id) FILTER (
                WHERE abs(record.total - record.subtotal - coalesce(record.tax, 0)) > 0.01
            ) AS not_adding_up,
            array_agg(record.id) FILTER (WHERE record.currency <> purchase.currency)
                AS in_other_currency,
            array_agg(record.id) FILTER (WHERE repeated.invoice_number IS NOT NULL)
                AS with_shared_number,
            array_agg(record.id) FILTER (
                WHERE record.status = 'open' AND record.due_on < %(as_of)s::date
            ) AS overdue,
            array_agg(record.id) FILTER (
                WHERE record.customer_source_id IS NOT NULL AND customer.id IS NULL
            ) AS of_unknown,
            array_agg(record.id) FILTER (
                WHERE record.order_source_id IS NOT NULL AND purchase.id IS NULL
            ) AS of_unknown_order
        FROM {sampled}
        {drawn}
        {customer}
        {purchase}
        {repeated}
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('completeness', 'customer', 'It names its customer.', records, of_nobody),
            ('completeness', 'total', 'It has a total.', records, without_total),
            ('completeness', 'due_on', 'It says until when it is to be paid.',
                records, without_due_day),
            ('validity', 'total', 'Its total is not below zero.', with_total, with_negative_total),
            ('validity', 'due_on', 'It is not due before it was issued.',
                with_days, due_before_issue),
            ('uniqueness', 'invoice_number', 'No other invoice of the system has its number.',
                with_number, with_shared_number),
            ('consistency', 'total', 'Its total is subtotal plus tax, to the cent.',
                with_subtotal, not_adding_up),
            ('consistency', 'currency', 'Its currency is that of its order.',
                with_currencies, in_other_currency),
            ('timeliness', 'not_overdue', 'Open, its due day has not passed.', open, overdue),
            ('referential_integrity', 'customer', 'The customer that it names is there.',
                with_customer, of_unknown),
            ('referential_integrity', 'order', 'The order that it names is there.',
                with_order, of_unknown_order)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
