bought AS (
    -- what each customer bought in each group, so that it is one customer there
    SELECT
        {dimensions},
        GROUPING({dimensions}) AS grouping_id,
        buyer_id,
        count(*) AS orders,
        sum(units) AS units,
        sum(items) AS items,
        sum(gross_revenue) AS gross_revenue,
        sum(refunded_revenue) AS refunded_revenue
    FROM detail
    GROUP BY buyer_id, {grouping}
)
