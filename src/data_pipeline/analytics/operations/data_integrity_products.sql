-- products: whether they can be sold, and whether systems mean the same by a SKU
    SELECT 'products' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(record.sku) AS with_sku,
            count(record.unit_price) AS with_price,
            count(sku.systems) FILTER (WHERE sku.systems > 1) AS known_to_several,
            array_agg(record.id) FILTER (WHERE record.sku IS NULL) AS without_sku,
            array_agg(record.id) FILTER (WHERE record.unit_price IS NULL) AS without_price,
            array_agg(record.id) FILTER (WHERE record.unit_price < 0) AS with_negative_price,
            array_agg(record.id) FILTER (WHERE repeated.sku IS NOT NULL) AS with_shared_sku,
            array_agg(record.id) FILTER (WHERE sku.systems > 1 AND sku.names > 1) AS with_several_names,
            array_agg(record.id) FILTER (
                WHERE record.source_updated_at < %(as_of)s::date - %(max_age_days)s::integer
            ) AS unchanged
        FROM {sampled}
        LEFT JOIN (
            -- numbers that several products of one system have
            SELECT source_system, sku
            FROM canonical.products
            WHERE deleted_at IS NULL AND sku IS NOT NULL
            GROUP BY source_system, sku
            HAVING count(*) > 1
        ) AS repeated ON repeated.source_system = record.source_system AND repeated.sku = record.sku
        LEFT JOIN (
            -- what the systems call a product
            SELECT
                sku,
                count(DISTINCT source_system) AS systems,
                count(DISTINCT lower(btrim(name))) AS names
            FROM canonical.products
            WHERE deleted_at IS NULL AND sku IS NOT NULL
            GROUP BY sku
        ) AS sku ON sku.sku = record.sku
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('completeness', 'sku', 'It has a stock keeping unit.', records, without_sku),
            ('completeness', 'unit_price', 'It has a price.', records, without_price),
            ('validity', 'unit_price', 'Its price is not below zero.',
                with_price, with_negative_price),
            ('uniqueness', 'sku', 'No other product of the system has its stock keeping unit.',
                with_sku, with_shared_sku),
            ('consistency', 'name', 'All systems that know the stock keeping unit call it the same.',
                known_to_several, with_several_names),
            ('timeliness', 'changed_recently', 'Its source changed it within max_age_days.',
                records, unchanged)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
