-- every living record of the chosen kind, each a node by itself
    SELECT id, source_system, source_id, id AS node_id
    FROM canonical.{entity}
    WHERE deleted_at IS NULL
