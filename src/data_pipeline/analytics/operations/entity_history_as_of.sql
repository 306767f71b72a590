WITH present AS (
    -- the first records that have not changed since
    SELECT record
    FROM canonical.{entity} AS record
    WHERE record.updated_at <= %(as_of)s::timestamptz
        AND record.id > %(after_id)s::bigint
        AND (%(source_system)s::text IS NULL OR record.source_system = %(source_system)s::text)
        AND (%(include_deleted)s::boolean OR record.deleted_at IS NULL)
        AND (
            %(contains)s::jsonb IS NULL
            OR jsonb_build_object({filtered}) @> %(contains)s::jsonb
        )
    ORDER BY record.id
    LIMIT %(row_limit)s::bigint
),

former AS (
    -- the first of those that have, as they were
    SELECT id, version, valid_from, valid_to, data, file_id
    FROM canonical.entity_history
    WHERE entity = %(entity)s::text
        AND valid_from <= %(as_of)s::timestamptz
        AND valid_to > %(as_of)s::timestamptz
        AND id > %(after_id)s::bigint
        AND (
            %(source_system)s::text IS NULL
            OR data ->> 'source_system' = %(source_system)s::text
        )
        AND (%(include_deleted)s::boolean OR data ->> 'deleted_at' IS NULL)
        AND (%(contains)s::jsonb IS NULL OR data @> %(contains)s::jsonb)
    ORDER BY id
    LIMIT %(row_limit)s::bigint
),

held AS (
    -- the version that held then, of each
    SELECT
        (present.record).id,
        (present.record).version,
        (present.record).updated_at AS valid_from,
        NULL::timestamptz AS valid_to,
        to_jsonb(present.record) AS data,
        (present.record).file_id
    FROM present
    UNION ALL
    SELECT id, version, valid_from, valid_to, data, file_id
    FROM former
)

SELECT
    %(entity)s::text AS entity,
    held.id,
    held.data ->> 'source_system' AS source_system,
    held.data ->> 'source_id' AS source_id,
    held.version,
    held.valid_from,
    held.valid_to,
    NULL::text AS event,
    NULL::jsonb AS changes,
    held.data - %(bookkeeping)s::text[] AS data,
    (held.data ->> 'source_updated_at')::timestamptz AS source_updated_at,
    load.key AS file,
    load.received_at AS loaded_at
FROM held
LEFT JOIN canonical.loads AS load ON load.file_id = held.file_id
ORDER BY held.id
LIMIT %(row_limit)s::bigint
