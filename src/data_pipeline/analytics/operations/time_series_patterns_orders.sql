-- the sales of each period that had any, as revenue_analysis has them
    SELECT
        date_trunc(%(period)s::text, purchase.ordered_at AT TIME ZONE 'UTC')::date AS first_day,
        CASE %(measure)s::text
            WHEN 'orders' THEN count(*)
            WHEN 'gross_revenue' THEN sum(purchase.total)
            WHEN 'average_order_value' THEN round(sum(purchase.total) / count(*), 2)
            WHEN 'net_revenue' THEN sum(
                purchase.total - coalesce(
                    purchase.refunded,
                    CASE WHEN purchase.status = 'refunded' THEN purchase.total ELSE 0 END
                )
            )
        END AS value
    FROM canonical.orders AS purchase
    WHERE purchase.deleted_at IS NULL
        AND purchase.currency = (SELECT currency FROM chosen)
        AND purchase.total IS NOT NULL
        AND coalesce(purchase.status, 'open') NOT IN ('draft', 'cancelled')
        AND (
            %(source_system)s::text IS NULL OR purchase.source_system = %(source_system)s::text
        )
        AND purchase.ordered_at >= %(first_day)s::date::timestamp AT TIME ZONE 'UTC'
        AND purchase.ordered_at < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1
