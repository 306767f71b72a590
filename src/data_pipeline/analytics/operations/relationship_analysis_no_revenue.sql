-- such records are not sold to and not sold
    SELECT NULL::bigint AS node_id, NULL::numeric AS revenue
    WHERE false
