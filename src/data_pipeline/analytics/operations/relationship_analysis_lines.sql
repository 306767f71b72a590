-- the lines by which each node's products were sold
    SELECT record.node_id, sum(item.total) AS revenue
    FROM record
    JOIN canonical.order_items AS item
        ON item.source_system = record.source_system
        AND item.product_source_id = record.source_id
    JOIN canonical.orders AS purchase
        ON purchase.source_system = item.source_system
        AND purchase.source_id = item.order_source_id
    WHERE record.node_id IN (SELECT id FROM nearest)
        AND item.deleted_at IS NULL
        AND item.currency = (SELECT currency FROM chosen)
        AND purchase.deleted_at IS NULL
        AND coalesce(purchase.status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
    GROUP BY record.node_id
