-- Trees of companies within a system, six deep at most; referrals, some of them in a circle; and
-- products that are made of others.
INSERT INTO canonical.relationships (
    source_system, source_id, relationship_type, from_entity, from_source_system, from_source_id,
    to_entity, to_source_system, to_source_id, source_updated_at, file_id, object_modified_at,
    object_version_id
)
WITH placed AS (
    -- each customer's place within its system
    SELECT
        customer.*,
        row_number() OVER (PARTITION BY source_system ORDER BY id) AS place
    FROM canonical.customers AS customer
),
edge AS (
    -- one in three is a subsidiary of the one at a fifth of its place
    SELECT
        'parent_of' AS kind,
        'customers' AS entity,
        parent.source_system AS from_system,
        parent.source_id AS from_id,
        child.source_system AS to_system,
        child.source_id AS to_id,
        child.source_updated_at,
        child.file_id,
        child.object_modified_at
    FROM placed AS child
    JOIN placed AS parent
        ON parent.source_system = child.source_system AND parent.place = child.place / 5
    WHERE pg_temp.draw(child.id, 'has parent') < 0.33
    UNION ALL
    -- one in ten was referred by another of the same system
    SELECT
        'refers',
        'customers',
        origin.source_system,
        origin.source_id,
        referred.source_system,
        referred.source_id,
        referred.source_updated_at,
        referred.file_id,
        referred.object_modified_at
    FROM placed AS referred
    JOIN placed AS origin
        ON origin.source_system = referred.source_system
        AND origin.place = pg_temp.pick(referred.id, 'referred by', 10000)
    WHERE pg_temp.draw(referred.id, 'is referred') < 0.1 AND origin.id <> referred.id
    UNION ALL
    -- one in five products is a bundle of up to three
    SELECT
        'contains',
        'products',
        bundle.source_system,
        bundle.source_id,
        part.source_system,
        part.source_id,
        bundle.source_updated_at,
        bundle.file_id,
        bundle.object_modified_at
    FROM canonical.products AS bundle
    CROSS JOIN generate_series(1, 3) AS number
    JOIN canonical.products AS part
        ON part.source_system = bundle.source_system
        AND part.source_id = 'PRD-' || lpad(
            pg_temp.pick(bundle.id * 4 + number, 'part', 2000)::text, 5, '0'
        )
    WHERE bundle.id %% 5 = 0 AND part.id <> bundle.id
)
SELECT
    from_system,
    format('%%s:%%s/%%s:%%s/%%s', kind, entity, from_id, entity, to_id),
    kind,
    entity,
    from_system,
    from_id,
    entity,
    to_system,
    to_id,
    source_updated_at,
    file_id,
    object_modified_at,
    'v1'
FROM edge
ON CONFLICT DO NOTHING;
