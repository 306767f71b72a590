-- the currency asked for, else that of most orders
    SELECT coalesce(
        %(currency)s::text,
        (
            SELECT currency::text
            FROM canonical.orders
            WHERE deleted_at IS NULL AND currency IS NOT NULL
            GROUP BY currency
            ORDER BY count(*) DESC, currency
            LIMIT 1
        )
    ) AS currency
