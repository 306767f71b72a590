-- The orders, worth what their lines say. One in a hundred was deleted by its source, two in a
-- hundred were refunded in part.
INSERT INTO canonical.orders (
    source_system, source_id, customer_source_id, order_number, status, channel, ordered_at,
    currency, subtotal, discount, tax, shipping, total, refunded, lines_complete, attributes,
    source_created_at, source_updated_at, deleted_at, file_id, object_modified_at,
    object_version_id
)
WITH amount AS (
    -- the sum of each order's lines
    SELECT source_system, order_source_id, sum(total) AS subtotal
    FROM canonical.order_items
    GROUP BY source_system, order_source_id
),
priced AS (
    -- with what comes on top
    SELECT
        purchase.*,
        amount.subtotal,
        round(amount.subtotal * 0.19, 2) AS tax,
        CASE WHEN amount.subtotal < 100 THEN 4.90 ELSE 0 END AS shipping
    FROM drawn_orders AS purchase
    JOIN amount
        ON amount.source_system = purchase.source_system
        AND amount.order_source_id = purchase.source_id
)
SELECT
    priced.source_system,
    priced.source_id,
    priced.customer_source_id,
    'N' || priced.number,
    priced.status,
    (ARRAY['web', 'phone', 'field', 'partner'])[pg_temp.pick(priced.number, 'channel', 4)],
    priced.ordered_at,
    priced.currency,
    priced.subtotal,
    0,
    priced.tax,
    priced.shipping,
    priced.subtotal + priced.tax + priced.shipping,
    CASE
        WHEN priced.status = 'refunded' THEN priced.subtotal + priced.tax + priced.shipping
        WHEN pg_temp.draw(priced.number, 'refund') < 0.02 THEN round(priced.subtotal / 4, 2)
    END,
    true,
    CASE
        WHEN priced.number %% 5 = 0
            THEN jsonb_build_object('campaign', 'C' || pg_temp.pick(priced.number, 'campaign', 30))
        ELSE '{}'::jsonb
    END,
    priced.ordered_at,
    priced.ordered_at,
    CASE WHEN pg_temp.draw(priced.number, 'deleted') < 0.01 THEN priced.ordered_at END,
    file.id,
    file.object_modified_at,
    'v1'
FROM priced
JOIN ingest.files AS file
    ON file.bucket = 'sales'
    AND file.source = priced.source_system
    AND file.key = format(
        '%%s-data/%%s.ndjson', priced.source_system, to_char(priced.ordered_at, 'YYYY-MM')
    )
ORDER BY priced.number;

ANALYZE canonical.orders;
