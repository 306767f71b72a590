canonical.{table} AS record
            TABLESAMPLE SYSTEM ((SELECT percent FROM sampling WHERE entity = {entity}))
            REPEATABLE (0)
