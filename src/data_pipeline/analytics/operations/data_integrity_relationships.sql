-- relationships: whether both of their ends are there
    SELECT 'relationships' AS entity, looked_at.source_system, result.*
    FROM (
        SELECT
            record.source_system,
            count(*) AS records,
            count(*) FILTER (WHERE NOT is_sample) AS compared,
            count(record.valid_to) FILTER (WHERE record.valid_from IS NOT NULL) AS with_days,
            array_agg(record.id) FILTER (
                WHERE (record.from_entity, record.from_source_system, record.from_source_id)
                    = (record.to_entity, record.to_source_system, record.to_source_id)
            ) AS to_itself,
            array_agg(record.id) FILTER (WHERE record.valid_to < record.valid_from) AS ended_before,
            array_agg(record.id) FILTER (WHERE repeated.relationship_type IS NOT NULL) AS repeated,
            array_agg(record.id) FILTER (WHERE origin.id IS NULL) AS from_unknown,
            array_agg(record.id) FILTER (WHERE target.id IS NULL) AS to_unknown
        FROM {sampled}
        {drawn}
        LEFT JOIN LATERAL (
            SELECT known.id
            FROM canonical.entities AS known
            WHERE known.entity = record.from_entity
                AND known.source_system = record.from_source_system
                AND known.source_id = record.from_source_id
            OFFSET 0 -- looked up by index: all that may be an end are more than fit anywhere
        ) AS origin ON true
        LEFT JOIN LATERAL (
            SELECT known.id
            FROM canonical.entities AS known
            WHERE known.entity = record.to_entity
                AND known.source_system = record.to_source_system
                AND known.source_id = record.to_source_id
            OFFSET 0
        ) AS target ON true
        LEFT JOIN (
            -- what one system says several times; a sample does not show it
            SELECT
                source_system,
                relationship_type,
                from_entity,
                from_source_system,
                from_source_id,
                to_entity,
                to_source_system,
                to_source_id
            FROM canonical.relationships
            WHERE deleted_at IS NULL
                AND (SELECT percent FROM sampling WHERE entity = 'relationships') = 100
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
            HAVING count(*) > 1
        ) AS repeated
            ON repeated.source_system = record.source_system
            AND repeated.relationship_type = record.relationship_type
            AND repeated.from_entity = record.from_entity
            AND repeated.from_source_system = record.from_source_system
            AND repeated.from_source_id = record.from_source_id
            AND repeated.to_entity = record.to_entity
            AND repeated.to_source_system = record.to_source_system
            AND repeated.to_source_id = record.to_source_id
        WHERE record.deleted_at IS NULL
        GROUP BY record.source_system
    ) AS looked_at
    CROSS JOIN LATERAL (
        VALUES
            ('validity', 'ends', 'It joins two different records.', records, to_itself),
            ('validity', 'valid_to', 'It does not end before it begins.', with_days, ended_before),
            ('uniqueness', 'ends', 'The system says it once.', compared, repeated),
            ('referential_integrity', 'from', 'The record that it leads from is there.',
                records, from_unknown),
            ('referential_integrity', 'to', 'The record that it leads to is there.',
                records, to_unknown)
    ) AS result (dimension, check_name, meaning, checked, failed_ids)
