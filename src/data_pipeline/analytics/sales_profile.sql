-- what is known of each customer, as far as sales are told apart by it: what the record says that its
    -- source changed last, as in canonical.unified_customers
    SELECT
        unified_id,
        CASE
            WHEN 'customer' = ANY(%(dimensions)s::text[])
                THEN (array_agg(name ORDER BY source_updated_at DESC, customer_id)
                    FILTER (WHERE name IS NOT NULL))[1]
        END AS name,
        CASE
            WHEN 'country' = ANY(%(dimensions)s::text[])
                THEN (array_agg(country::text ORDER BY source_updated_at DESC, customer_id)
                    FILTER (WHERE country IS NOT NULL))[1]
        END AS country,
        CASE
            WHEN 'industry' = ANY(%(dimensions)s::text[])
                THEN (array_agg(industry ORDER BY source_updated_at DESC, customer_id)
                    FILTER (WHERE industry IS NOT NULL))[1]
        END AS industry,
        CASE
            WHEN 'segment' = ANY(%(dimensions)s::text[])
                THEN (array_agg(segment ORDER BY source_updated_at DESC, customer_id)
                    FILTER (WHERE segment IS NOT NULL))[1]
        END AS segment
    FROM canonical.customer_identities
    GROUP BY unified_id
