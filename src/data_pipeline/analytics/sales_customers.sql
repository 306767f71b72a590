LEFT JOIN canonical.customers AS record
        ON %(by_customer)s::boolean
        AND record.source_system = purchase.source_system
        AND record.source_id = purchase.customer_source_id
    LEFT JOIN canonical.customer_identities AS identity
        ON %(by_customer)s::boolean
        AND identity.customer_id = record.id
    LEFT JOIN profile AS customer
        ON %(by_profile)s::boolean
        AND customer.unified_id = identity.unified_id
