-- Records that are older than a load which found that what is stored was still so.
DELETE FROM ingest.{staging} AS incoming
USING canonical.{table} AS stored
WHERE incoming.load_id = %(file_id)s
    AND incoming.position > %(after)s
    AND stored.source_system = %(source)s
    AND stored.source_id = incoming.source_id
    AND (stored.id, incoming.source_updated_at) IN (
        SELECT confirmed.id, confirmed.source_updated_at
        FROM ingest.confirmations AS confirmation
        CROSS JOIN unnest(confirmation.ids, confirmation.source_updated_at)
            AS confirmed (id, source_updated_at)
        WHERE confirmation.source = %(source)s
            AND confirmation.entity = {entity}
            AND (confirmation.object_modified_at, confirmation.object_version_id)
                > (%(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
    )
    -- hardly ever: no file that is newer than this one was loaded before it
    AND EXISTS (
        SELECT
        FROM ingest.confirmations AS confirmation
        WHERE confirmation.source = %(source)s
            AND confirmation.entity = {entity}
            AND (confirmation.object_modified_at, confirmation.object_version_id)
                > (%(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
    )
