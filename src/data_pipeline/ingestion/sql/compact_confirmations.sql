-- Keeps the newest confirmation of each row, if it is newer than the row itself. An older record is
-- refused because of that one whenever it comes: the others tell nothing more.
WITH taken AS (
    -- all of a table, but for those that somebody else compacts at the moment
    DELETE FROM ingest.confirmations
    WHERE id IN (
        SELECT id FROM ingest.confirmations WHERE entity = {entity} FOR UPDATE SKIP LOCKED
    )
    RETURNING *
),
needed AS (
    -- what they say of rows that no later change or in-place confirmation has overtaken
    SELECT DISTINCT ON (stored.id)
        taken.source,
        taken.object_modified_at,
        taken.object_version_id,
        taken.file_id,
        stored.id,
        stored.source_updated_at
    FROM taken
    CROSS JOIN unnest(taken.ids, taken.source_updated_at) AS confirmed (id, source_updated_at)
    JOIN canonical.{table} AS stored
        ON stored.id = confirmed.id AND stored.source_updated_at = confirmed.source_updated_at
    WHERE (taken.object_modified_at, taken.object_version_id)
        > (stored.object_modified_at, stored.object_version_id)
    ORDER BY stored.id, taken.object_modified_at DESC, taken.object_version_id DESC
)
INSERT INTO ingest.confirmations (
    source, entity, object_modified_at, object_version_id, file_id, ids, source_updated_at
)
SELECT
    source,
    {entity},
    object_modified_at,
    object_version_id,
    file_id,
    array_agg(id),
    array_agg(source_updated_at)
FROM needed
GROUP BY source, object_modified_at, object_version_id, file_id, id / %(rows_of_one)s
