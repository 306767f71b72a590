LEFT JOIN canonical.{table} AS {parent}
            ON {parent}.source_system = record.source_system
            AND {parent}.source_id = record.{reference}
