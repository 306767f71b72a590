LEFT JOIN (
            -- numbers that several records of one system have; a sample does not show them
            SELECT source_system, {number}
            FROM canonical.{table}
            WHERE deleted_at IS NULL
                AND {number} IS NOT NULL
                AND (SELECT percent FROM sampling WHERE entity = {entity}) = 100
            GROUP BY source_system, {number}
            HAVING count(*) > 1
        ) AS repeated
            ON repeated.source_system = record.source_system
            AND repeated.{number} = record.{number}
