-- one row for each order that counts; refunds are dated as the order is, since few sources say
-- when they were paid. What is not asked for is not joined: the columns of orders alone that lie
-- in the index orders_sales are read then.
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
        coalesce(customer.name, '(unknown)') AS customer,
        CASE WHEN %(by_basket)s::boolean THEN coalesce(basket.units, 0) END AS units,
        CASE WHEN %(by_basket)s::boolean THEN coalesce(basket.items, 0) END AS items,
        purchase.total AS gross_revenue,
        coalesce(
            purchase.refunded,
            CASE WHEN purchase.status = 'refunded' THEN purchase.total ELSE 0 END
        ) AS refunded_revenue
    FROM canonical.orders AS purchase
    {customers}
    LEFT JOIN (
        SELECT source_system, order_source_id, sum(quantity) AS units, count(*) AS items
        FROM canonical.order_items
        WHERE deleted_at IS NULL
        GROUP BY source_system, order_source_id
    ) AS basket
        ON %(by_basket)s::boolean
        AND basket.source_system = purchase.source_system
        AND basket.order_source_id = purchase.source_id
    WHERE {counted}
        AND purchase.ordered_at >= %(first_day)s::date::timestamp AT TIME ZONE 'UTC'
        AND purchase.ordered_at < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
