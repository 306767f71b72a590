    SELECT
        line.ordered_on,
        line.customer_id,
        coalesce({value_id}, 0)::bigint AS value_id,
        {value} AS value,
        sum(line.units) AS units,
        sum(line.gross_revenue) AS gross_revenue,
        sum(line.refunded_revenue) AS refunded_revenue
    FROM (
        {lines}
    ) AS line
    GROUP BY line.order_id, line.ordered_on, line.customer_id, value_id, value
