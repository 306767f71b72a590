    SELECT
        purchase.ordered_on,
        purchase.customer_id,
        coalesce({value_id}, 0)::bigint AS value_id,
        {value} AS value,
        purchase.units,
        purchase.gross_revenue,
        purchase.refunded_revenue
    FROM (
        {orders}
    ) AS purchase
