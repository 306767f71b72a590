-- what each node's customers ordered. Below one start they are few, and looked up one by one
    SELECT record.node_id, sum(bought.total) AS revenue
    FROM record
    CROSS JOIN LATERAL (
        SELECT sum(purchase.total) AS total
        FROM canonical.orders AS purchase
        WHERE purchase.source_system = record.source_system
            AND purchase.customer_source_id = record.source_id
            AND purchase.deleted_at IS NULL
            AND purchase.currency = (SELECT currency FROM chosen)
            AND coalesce(purchase.status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
    ) AS bought
    WHERE record.node_id IN (SELECT id FROM nearest)
    GROUP BY record.node_id
