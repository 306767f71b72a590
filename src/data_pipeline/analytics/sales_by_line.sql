-- one row for each line of an order that counts; of what was refunded of the order each line bears
-- the part that it has in the order, since sources don't say it by line
    SELECT
        purchase.id AS order_id,
        identity.unified_id AS customer_id,
        (purchase.ordered_at AT TIME ZONE 'UTC')::date AS ordered_on,
        purchase.source_system,
        coalesce(purchase.channel, '(unknown)') AS channel,
        coalesce(purchase.status, 'open') AS status,
        coalesce(customer.country, '(unknown)') AS country,
        coalesce(customer.industry, '(unknown)') AS industry,
        coalesce(customer.segment, '(unknown)') AS segment,
        coalesce(product.category, '(unknown)') AS category,
        coalesce(product.brand, '(unknown)') AS brand,
        coalesce(product.name, '(unknown)') AS product,
        product.id AS product_id,
        coalesce(item.quantity, 0) AS units,
        1 AS items,
        line.total AS gross_revenue,
        line.total * CASE
            WHEN purchase.refunded IS NOT NULL
                THEN coalesce(least(purchase.refunded / nullif(purchase.total, 0), 1), 0)
            WHEN purchase.status = 'refunded' THEN 1
            ELSE 0
        END AS refunded_revenue
    FROM canonical.orders AS purchase
    JOIN canonical.order_items AS item
        ON item.source_system = purchase.source_system
        AND item.order_source_id = purchase.source_id
        AND item.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT CASE WHEN item.currency = purchase.currency THEN coalesce(item.total, 0) ELSE 0 END
    ) AS line (total)
    LEFT JOIN canonical.products AS product
        ON product.source_system = item.source_system
        AND product.source_id = item.product_source_id
    {customers}
    WHERE {counted}
        AND purchase.ordered_at >= %(first_day)s::date::timestamp AT TIME ZONE 'UTC'
        AND purchase.ordered_at < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
