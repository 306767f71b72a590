ordered AS (
    -- the part of each order that lies in each group, so that it is one order there
    SELECT
        {dimensions},
        GROUPING({dimensions}) AS grouping_id,
        buyer_id,
        sum(units) AS units,
        sum(items) AS items,
        sum(gross_revenue) AS gross_revenue,
        sum(refunded_revenue) AS refunded_revenue
    FROM detail
    GROUP BY order_id, buyer_id, {grouping}
),

bought AS (
    -- what each customer bought in each group, so that it is one customer there
    SELECT
        {dimensions},
        grouping_id,
        buyer_id,
        count(*) AS orders,
        sum(units) AS units,
        sum(items) AS items,
        sum(gross_revenue) AS gross_revenue,
        sum(refunded_revenue) AS refunded_revenue
    FROM ordered
    GROUP BY grouping_id, buyer_id, {dimensions}
)
