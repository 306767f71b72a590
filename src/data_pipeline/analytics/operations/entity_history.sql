WITH chosen AS (
    -- the record that was asked for
    SELECT id, source_system, source_id
    FROM canonical.{entity}
    WHERE id = %(id)s::bigint
        OR (source_system = %(source_system)s::text AND source_id = %(source_id)s::text)
),

version AS (
    -- its versions, the present one last, without what is about the row and not the record
    SELECT
        held.id,
        held.version,
        held.valid_from,
        held.valid_to,
        (held.data ->> 'source_updated_at')::timestamptz AS source_updated_at,
        held.data - %(bookkeeping)s::text[] AS data,
        held.file_id
    FROM canonical.entity_versions AS held
    WHERE held.entity = %(entity)s::text
        AND held.id = (SELECT id FROM chosen)
),

compared AS (
    -- each with the one before it
    SELECT version.*, lag(data) OVER (ORDER BY version) AS before
    FROM version
)

SELECT
    %(entity)s::text AS entity,
    compared.id,
    chosen.source_system,
    chosen.source_id,
    compared.version,
    compared.valid_from,
    compared.valid_to,
    CASE
        WHEN compared.data ->> 'deleted_at' IS NOT NULL THEN 'deleted'
        WHEN compared.before IS NULL THEN 'created'
        WHEN compared.before ->> 'deleted_at' IS NOT NULL THEN 'restored'
        ELSE 'updated'
    END AS event,
    CASE WHEN compared.before IS NOT NULL THEN coalesce(difference.changes, '{{}}') END AS changes,
    compared.data,
    compared.source_updated_at,
    load.key AS file,
    load.received_at AS loaded_at
FROM compared
JOIN chosen ON chosen.id = compared.id
LEFT JOIN canonical.loads AS load ON load.file_id = compared.file_id
LEFT JOIN LATERAL (
    -- what differs; a column that is younger than a version had no value then
    SELECT
        jsonb_object_agg(
            coalesce(former.name, present.name),
            jsonb_build_object('from', former.value, 'to', present.value)
        ) AS changes
    FROM (
        SELECT key AS name, value FROM jsonb_each(compared.before - 'attributes')
        UNION ALL
        SELECT 'attributes.' || key, value FROM jsonb_each(compared.before -> 'attributes')
    ) AS former
    FULL JOIN (
        SELECT key AS name, value FROM jsonb_each(compared.data - 'attributes')
        UNION ALL
        SELECT 'attributes.' || key, value FROM jsonb_each(compared.data -> 'attributes')
    ) AS present ON present.name = former.name
    WHERE coalesce(former.value, 'null') <> coalesce(present.value, 'null')
) AS difference ON true
WHERE (
        %(as_of)s::timestamptz IS NULL
        OR (
            compared.valid_from <= %(as_of)s::timestamptz
            AND (compared.valid_to IS NULL OR %(as_of)s::timestamptz < compared.valid_to)
        )
    )
    AND (%(contains)s::jsonb IS NULL OR compared.data @> %(contains)s::jsonb)
ORDER BY compared.version
LIMIT %(row_limit)s::bigint
