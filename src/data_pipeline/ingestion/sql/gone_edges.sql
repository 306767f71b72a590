(
    -- Edges that the newest record of their customer does not name any more. Such an edge is named
    -- for its customer, which has one of its type at most, and has the record's place in the order
    -- of versions.
    WITH named AS (
        -- ids of the edges to the customers that this load has, if there are any of before it
        SELECT edge_type || ':' || incoming.source_id AS source_id
        FROM (
            SELECT source_id FROM ingest.staged_customers WHERE load_id = %(file_id)s
            UNION ALL
            SELECT source_id
            FROM canonical.customers
            WHERE id > %(customers_copied_after)s AND file_id = %(file_id)s
        ) AS incoming
        CROSS JOIN unnest(%(edges)s::text[]) AS edge_type
        WHERE (
            SELECT EXISTS (
                SELECT
                FROM canonical.relationships AS earlier
                WHERE earlier.source_system = %(source)s
                    AND earlier.relationship_type = ANY(%(edges)s)
                    AND earlier.deleted_at IS NULL
                    AND (earlier.object_modified_at, earlier.object_version_id)
                        IS DISTINCT FROM (%(modified_at)s, %(version_id)s)
            )
        )
        UNION ALL
        -- and of the load's own, which may be of an older record than the one that is stored
        SELECT source_id
        FROM ingest.staged_relationships
        WHERE load_id = %(file_id)s AND relationship_type = ANY(%(edges)s)
        UNION ALL
        SELECT source_id
        FROM canonical.relationships
        WHERE id > %(relationships_copied_after)s
            AND file_id = %(file_id)s
            AND relationship_type = ANY(%(edges)s)
    )
    -- those of them that the stored record of their customer does not have. One look at an index
    -- for each, whatever the planner takes the number of staged rows for.
    SELECT DISTINCT
        edge.id,
        owner.source_updated_at,
        owner.object_modified_at,
        owner.object_version_id,
        coalesce(owner.deleted_at, owner.source_updated_at) AS deleted_at
    FROM named
    CROSS JOIN LATERAL (
        SELECT *
        FROM canonical.relationships
        WHERE source_system = (SELECT %(source)s)
            AND source_id = named.source_id
            AND deleted_at IS NULL
        OFFSET 0
    ) AS edge
    CROSS JOIN LATERAL (
        SELECT *
        FROM canonical.customers
        WHERE source_system = (SELECT %(source)s) AND source_id = edge.to_source_id
        OFFSET 0
    ) AS owner
    WHERE edge.source_id = edge.relationship_type || ':' || edge.to_source_id
        AND (edge.source_updated_at, edge.object_modified_at, edge.object_version_id)
            < (owner.source_updated_at, owner.object_modified_at, owner.object_version_id)
)
