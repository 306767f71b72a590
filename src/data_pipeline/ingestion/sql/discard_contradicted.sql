-- Records that are older than a load which found that what is stored was still so.
WITH contradicted AS (
    -- their places in the staging table
    SELECT incoming.ctid
    FROM ingest.{staging} AS incoming
    CROSS JOIN LATERAL {stored_row} AS stored
    WHERE incoming.load_id = %(file_id)s
        AND incoming.position > %(after)s
        -- so written it is looked up in a hash table; as a join it may compare each with each
        AND ((stored.id, incoming.source_updated_at) IN (
            SELECT confirmed.id, confirmed.source_updated_at
            FROM ingest.confirmations AS confirmation
            CROSS JOIN unnest(confirmation.ids, confirmation.source_updated_at)
                AS confirmed (id, source_updated_at)
            WHERE confirmation.source = %(source)s
                AND confirmation.entity = {entity}
                AND (confirmation.object_modified_at, confirmation.object_version_id)
                    > (%(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
        )) IS TRUE
        -- hardly ever: no file that is newer than this one was loaded before it
        AND EXISTS (
            SELECT
            FROM ingest.confirmations AS confirmation
            WHERE confirmation.source = %(source)s
                AND confirmation.entity = {entity}
                AND (confirmation.object_modified_at, confirmation.object_version_id)
                    > (%(modified_at)s::timestamptz, %(version_id)s COLLATE "C")
        )
)
DELETE FROM ingest.{staging}
WHERE ctid = ANY (ARRAY(SELECT ctid FROM contradicted))
