-- what is known of each customer, made once and not again by every parallel worker
    SELECT unified_id, name, country, industry, segment
    FROM canonical.unified_customers
