-- One to four lines an order, two and a half in the mean; some products sell much better.
INSERT INTO canonical.order_items (
    source_system, source_id, order_source_id, product_source_id, line_number, sku, description,
    quantity, currency, unit_price, discount, total, source_updated_at, file_id,
    object_modified_at, object_version_id
)
WITH line AS (
    -- which product, and how many
    SELECT
        purchase.*,
        line_number,
        1 + floor(pg_temp.draw(purchase.number * 4 + line_number, 'product') ^ 2 * 2000)::integer
            AS product_number,
        pg_temp.pick(purchase.number * 4 + line_number, 'quantity', 10) AS quantity
    FROM drawn_orders AS purchase
    CROSS JOIN LATERAL generate_series(1, 1 + purchase.number %% 4) AS line_number
)
SELECT
    line.source_system,
    line.source_id || '-' || line.line_number,
    line.source_id,
    product.source_id,
    line.line_number,
    product.sku,
    product.name,
    line.quantity,
    line.currency,
    product.unit_price,
    0,
    line.quantity * product.unit_price,
    line.ordered_at,
    file.id,
    file.object_modified_at,
    'v1'
FROM line
JOIN canonical.products AS product
    ON product.source_system = line.source_system
    AND product.source_id = 'PRD-' || lpad(line.product_number::text, 5, '0')
JOIN ingest.files AS file
    ON file.bucket = 'sales'
    AND file.source = line.source_system
    AND file.key = format(
        '%%s-data/%%s.ndjson', line.source_system, to_char(line.ordered_at, 'YYYY-MM')
    )
ORDER BY line.number, line.line_number;

ANALYZE canonical.order_items;
