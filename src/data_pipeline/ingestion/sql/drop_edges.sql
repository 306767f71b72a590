-- Marks the edges as deleted that the newest record of their customer does not name any more. Such
-- an edge is named for its customer, which has one of its type at most, and has the record's place
-- in the order of versions.
WITH touched AS (
    -- edges to the customers that this load has, of before its records
    SELECT edge.id
    FROM ingest.staged_customers AS incoming
    JOIN canonical.relationships AS edge
        ON edge.source_system = %(source)s
        AND edge.to_entity = 'customers'
        AND edge.to_source_system = %(source)s
        AND edge.to_source_id = incoming.source_id
    WHERE incoming.load_id = %(file_id)s
        AND edge.relationship_type = ANY(%(edges)s)
        AND edge.deleted_at IS NULL
        AND (edge.source_updated_at, edge.object_modified_at, edge.object_version_id)
            < (incoming.source_updated_at, %(modified_at)s, %(version_id)s COLLATE "C")
    UNION
    -- and the load's own, which may be of an older record than the one that is stored
    SELECT edge.id
    FROM ingest.staged_relationships AS incoming
    JOIN canonical.relationships AS edge
        ON edge.source_system = %(source)s AND edge.source_id = incoming.source_id
    WHERE incoming.load_id = %(file_id)s
        AND incoming.relationship_type = ANY(%(edges)s)
        AND edge.deleted_at IS NULL
),
dropped AS (
    -- those of them that are gone, with their values before
    SELECT
        stored.id,
        stored.version,
        stored.updated_at AS began_at,
        greatest(clock_timestamp(), stored.updated_at) AS ended_at,
        to_jsonb(stored) AS before,
        stored.file_id AS brought_by,
        owner.source_updated_at,
        owner.object_modified_at,
        owner.object_version_id,
        coalesce(owner.deleted_at, owner.source_updated_at) AS deleted_at
    FROM touched
    JOIN canonical.relationships AS stored ON stored.id = touched.id
    JOIN canonical.customers AS owner
        ON owner.source_system = %(source)s AND owner.source_id = stored.to_source_id
    WHERE stored.source_id = stored.relationship_type || ':' || stored.to_source_id
        AND (stored.source_updated_at, stored.object_modified_at, stored.object_version_id)
            < (owner.source_updated_at, owner.object_modified_at, owner.object_version_id)
    ORDER BY stored.source_id
    FOR UPDATE OF stored
),
history AS (
    -- the version that ends
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT 'relationships', id, version, began_at, ended_at, before, brought_by
    FROM dropped
)
UPDATE canonical.relationships AS stored
SET deleted_at = dropped.deleted_at,
    source_updated_at = dropped.source_updated_at,
    version = dropped.version + 1,
    updated_at = dropped.ended_at,
    file_id = %(file_id)s,
    object_modified_at = dropped.object_modified_at,
    object_version_id = dropped.object_version_id
FROM dropped
WHERE stored.id = dropped.id
