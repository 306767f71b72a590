LEFT JOIN canonical.customer_identities AS identity
        ON %(by_customer)s::boolean
        AND identity.source_system = purchase.source_system
        AND identity.source_id = purchase.customer_source_id
    LEFT JOIN profile AS customer
        ON %(by_profile)s::boolean
        AND customer.unified_id = identity.unified_id
