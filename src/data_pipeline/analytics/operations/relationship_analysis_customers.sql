-- every record of a living customer with the id of its node: customers that are one across systems
    -- are one node
    SELECT customer_id AS id, source_system, source_id, unified_id AS node_id
    FROM canonical.customer_identities
