-- what each node's customers ordered. Most customers are shown: all orders that count are summed
    -- up by what they name their customer by before they meet it
    SELECT record.node_id, sum(spending.total) AS revenue
    FROM (
        SELECT source_system, customer_source_id, sum(total) AS total
        FROM canonical.orders
        WHERE deleted_at IS NULL
            AND currency = (SELECT currency FROM chosen)
            AND coalesce(status, 'open') NOT IN ('draft', 'cancelled', 'refunded')
        GROUP BY source_system, customer_source_id
    ) AS spending
    JOIN record
        ON record.source_system = spending.source_system
        AND record.source_id = spending.customer_source_id
    GROUP BY record.node_id
