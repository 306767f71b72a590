-- order lines: what of which order, for how much
    SELECT 'order_items' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(record.quantity) AS with_quantity,
            count(*) FILTER (WHERE num_nulls(record.total, record.quantity, record.unit_price) = 0)
                AS with_price,
            count(*) FILTER (WHERE purchase.currency IS NOT NULL AND record.currency IS NOT NULL)
                AS with_currencies,
            count(record.order_source_id) AS with_order,
            count(record.opportunity_source_id) AS with_opportunity,
            count(record.product_source_id) AS with_product,
            array_agg(record.id) FILTER (WHERE record.quantity IS NULL) AS without_quantity,
            array_agg(record.id) FILTER (WHERE record.total IS NULL) AS without_total,
            array_agg(record.id) FILTER (WHERE record.product_source_id IS NULL) AS of_nothing,
            array_agg(record.id) FILTER (WHERE record.quantity <= 0) AS of_no_quantity,
            array_agg(record.id) FILTER (
                WHERE abs(
                    record.total - record.quantity * record.unit_price + coalesce(record.discount, 0)
                ) > 0.01
            ) AS not_multiplying,
            array_agg(record.id) FILTER (WHERE record.currency <> purchase.currency)
                AS in_other_currency,
            array_agg(record.id) FILTER (
                WHERE record.order_source_id IS NOT NULL AND purchase.id IS NULL
            ) AS of_unknown_order,
            array_agg(record.id) FILTER (
                WHERE record.opportunity_source_id IS NOT NULL AND opportunity.id IS NULL
            ) AS of_unknown_opportunity,
            array_agg(record.id) FILTER (
                WHERE record.product_source_id IS NOT NULL AND product.id IS NULL
            ) AS of_unknown_product
        FROM {sampled}
        {purchase}
        {opportunity}
        {product}
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('completeness', 'quantity', 'It has a quantity.', records, without_quantity),
            ('completeness', 'total', 'It has a total.', records, without_total),
            ('completeness', 'product', 'It names its product.', records, of_nothing),
            ('validity', 'quantity', 'Its quantity is above zero.', with_quantity, of_no_quantity),
            ('consistency', 'total', 'Its total is quantity by price less discount, to the cent.',
                with_price, not_multiplying),
            ('consistency', 'currency', 'Its currency is that of its order.',
                with_currencies, in_other_currency),
            ('referential_integrity', 'order', 'The order that it names is there.',
                with_order, of_unknown_order),
            ('referential_integrity', 'opportunity', 'The opportunity that it names is there.',
                with_opportunity, of_unknown_opportunity),
            ('referential_integrity', 'product', 'The product that it names is there.',
                with_product, of_unknown_product)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
