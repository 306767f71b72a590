purchase.deleted_at IS NULL
        AND purchase.currency = (SELECT currency FROM chosen)
        AND purchase.total IS NOT NULL
        AND (
            purchase.status = ANY(%(statuses)s::text[])
            OR purchase.status IS NULL AND 'open' = ANY(%(statuses)s::text[])
        )
