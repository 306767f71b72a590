-- What each order is, before its lines say what it costs. A few customers buy most; business grows
-- over the years and rests at weekends; some orders name a customer whom nobody knows.
CREATE TEMPORARY TABLE drawn_orders ON COMMIT DROP AS
WITH buyer AS (
    -- customers of the systems that sell, numbered
    SELECT
        row_number() OVER (ORDER BY customer.id) AS place,
        count(*) OVER () AS buyers,
        customer.source_system,
        customer.source_id,
        customer.annual_revenue_currency::text AS currency
    FROM canonical.customers AS customer
    WHERE customer.source_system IN ('crm', 'erp', 'salesforce', 'sap', 'shopify')
),
placed AS (
    -- by whom, and when
    SELECT
        number,
        1 + floor(pg_temp.draw(number, 'buyer') ^ 1.7 * most.buyers)::bigint AS buyer_place,
        %(last_day)s::date + interval '1 day'
            - (1 - pg_temp.draw(number, 'day') ^ 0.8) * interval '1095 days' AS ordered_at
    FROM generate_series(1, %(orders)s::bigint) AS number
    CROSS JOIN (SELECT max(buyers) AS buyers FROM buyer) AS most
)
SELECT
    placed.number,
    'ORD-' || lpad(placed.number::text, 8, '0') AS source_id,
    buyer.source_system,
    CASE
        WHEN pg_temp.draw(placed.number, 'unknown') < 0.005 THEN 'CUS-unknown-' || placed.number
        ELSE buyer.source_id
    END AS customer_source_id,
    placed.ordered_at - CASE
        WHEN extract(isodow FROM placed.ordered_at) > 5
            AND pg_temp.draw(placed.number, 'weekend') < 0.6 THEN interval '2 days'
        ELSE interval '0'
    END AS ordered_at,
    CASE WHEN pg_temp.draw(placed.number, 'abroad') < 0.05 THEN 'EUR' ELSE buyer.currency END
        AS currency,
    CASE
        WHEN drawn.status < 0.05 THEN 'cancelled'
        WHEN drawn.status < 0.08 THEN 'refunded'
        WHEN drawn.status < 0.09 THEN 'draft'
        WHEN drawn.status < 0.10 THEN NULL
        WHEN placed.ordered_at > %(last_day)s::date - interval '5 days' THEN 'open'
        WHEN placed.ordered_at > %(last_day)s::date - interval '12 days' THEN 'processing'
        WHEN drawn.status < 0.25 THEN 'shipped'
        ELSE 'completed'
    END AS status
FROM placed
JOIN buyer ON buyer.place = placed.buyer_place
CROSS JOIN LATERAL (SELECT pg_temp.draw(placed.number, 'order status') AS status) AS drawn;

ANALYZE drawn_orders;
