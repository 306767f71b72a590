LEFT JOIN LATERAL (
            SELECT named.id, named.currency
            FROM canonical.orders AS named
            WHERE named.source_system = record.source_system
                AND named.source_id = record.order_source_id
            OFFSET 0 -- looked up by index: a sample needs few of very many orders
        ) AS purchase ON true
