-- Two in five orders were invoiced, to be paid within a month.
INSERT INTO canonical.invoices (
    source_system, source_id, customer_source_id, order_source_id, invoice_number, status,
    issued_on, due_on, paid_at, currency, subtotal, tax, total, amount_paid, source_updated_at,
    file_id, object_modified_at, object_version_id
)
SELECT
    purchase.source_system,
    'INV-' || purchase.source_id,
    purchase.customer_source_id,
    purchase.source_id,
    'I' || purchase.order_number,
    CASE
        WHEN purchase.status = 'cancelled' THEN 'void'
        WHEN payment.is_made THEN 'paid'
        WHEN purchase.ordered_at < %(last_day)s::date - interval '30 days' THEN 'overdue'
        ELSE 'open'
    END,
    purchase.ordered_at::date,
    purchase.ordered_at::date + 30,
    CASE WHEN payment.is_made THEN purchase.ordered_at + interval '1 day' * payment.days END,
    purchase.currency,
    purchase.subtotal,
    purchase.tax,
    purchase.total,
    CASE WHEN payment.is_made THEN purchase.total ELSE 0 END,
    purchase.source_updated_at,
    purchase.file_id,
    purchase.object_modified_at,
    'v1'
FROM canonical.orders AS purchase
CROSS JOIN LATERAL (
    SELECT
        pg_temp.pick(purchase.id, 'days to pay', 40) AS days,
        pg_temp.draw(purchase.id, 'pays') < 0.96
            AND purchase.ordered_at < %(last_day)s::date - interval '40 days' AS is_made
) AS payment
WHERE purchase.id %% 5 < 2
ORDER BY purchase.id;
