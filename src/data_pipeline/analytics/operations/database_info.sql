WITH relation AS (
    -- what analytics can read, tables first
    SELECT
        class.oid,
        class.relname AS name,
        class.relkind = 'r' AS is_table,
        class.reltuples
    FROM pg_catalog.pg_class AS class
    WHERE class.relnamespace = 'canonical'::regnamespace
        AND class.relkind IN ('r', 'v', 'm')
),

exact_rows AS (
    -- as loads keep count of them; the versions that ended are counted here
    SELECT entity.name, coalesce(sum(counted.records + counted.deleted_records), 0)::bigint AS rows
    FROM (
        VALUES
            ('customers'),
            ('contacts'),
            ('products'),
            ('opportunities'),
            ('orders'),
            ('order_items'),
            ('invoices'),
            ('relationships')
    ) AS entity (name)
    LEFT JOIN canonical.record_counts AS counted ON counted.entity = entity.name
    GROUP BY entity.name
    UNION ALL
    SELECT 'entity_history', count(*) FROM canonical.entity_history
),

database_row AS (
    -- the server, and which state of the data it holds
    SELECT
        1 AS place,
        'database' AS section,
        NULL::text AS relation,
        current_database()::text AS name,
        'PostgreSQL ' || current_setting('server_version') AS type,
        NULL::bigint AS rows,
        NULL::bigint AS estimated_rows,
        pg_database_size(current_database()) AS size_bytes,
        jsonb_build_object(
            'datasetVersion', version,
            'dataChangedAt', to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'timeZone', current_setting('TimeZone'),
            'encoding', current_setting('server_encoding')
        ) AS detail,
        0 AS position
    FROM canonical.dataset_version
),

table_row AS (
    -- tables and views; a view has neither rows nor size of its own
    SELECT
        2 AS place,
        'tables' AS section,
        relation.name::text AS relation,
        CASE WHEN relation.is_table THEN 'table' ELSE 'view' END AS name,
        NULL::text AS type,
        exact_rows.rows,
        CASE
            WHEN relation.is_table AND relation.reltuples >= 0 THEN relation.reltuples::bigint
        END AS estimated_rows,
        CASE WHEN relation.is_table THEN pg_total_relation_size(relation.oid) END AS size_bytes,
        CASE
            WHEN relation.is_table
                THEN jsonb_build_object(
                    'tableBytes', pg_table_size(relation.oid),
                    'indexBytes', pg_indexes_size(relation.oid)
                )
            ELSE '{}'::jsonb
        END AS detail,
        0 AS position
    FROM relation
    LEFT JOIN exact_rows ON exact_rows.name = relation.name
),

column_row AS (
    -- columns in the order of their table
    SELECT
        3 AS place,
        'columns' AS section,
        relation.name::text AS relation,
        attribute.attname::text AS name,
        format_type(attribute.atttypid, attribute.atttypmod) AS type,
        NULL::bigint AS rows,
        NULL::bigint AS estimated_rows,
        NULL::bigint AS size_bytes,
        jsonb_build_object('nullable', NOT attribute.attnotnull) AS detail,
        attribute.attnum::integer AS position
    FROM relation
    JOIN pg_catalog.pg_attribute AS attribute
        ON attribute.attrelid = relation.oid
        AND attribute.attnum > 0
        AND NOT attribute.attisdropped
),

index_row AS (
    -- indexes with how often each was used
    SELECT
        4 AS place,
        'indexes' AS section,
        relation.name::text AS relation,
        class.relname::text AS name,
        method.amname::text AS type,
        NULL::bigint AS rows,
        NULL::bigint AS estimated_rows,
        pg_relation_size(class.oid) AS size_bytes,
        jsonb_build_object(
            'definition', pg_get_indexdef(class.oid),
            'unique', index.indisunique,
            'scans', pg_stat_get_numscans(class.oid)
        ) AS detail,
        0 AS position
    FROM relation
    JOIN pg_catalog.pg_index AS index ON index.indrelid = relation.oid
    JOIN pg_catalog.pg_class AS class ON class.oid = index.indexrelid
    JOIN pg_catalog.pg_am AS method ON method.oid = class.relam
),

extension_row AS (
    -- installed extensions and their versions
    SELECT
        5 AS place,
        'extensions' AS section,
        NULL::text AS relation,
        extname::text AS name,
        extversion AS type,
        NULL::bigint AS rows,
        NULL::bigint AS estimated_rows,
        NULL::bigint AS size_bytes,
        '{}'::jsonb AS detail,
        0 AS position
    FROM pg_catalog.pg_extension
),

load_row AS (
    -- the last twenty loads, the latest first
    SELECT
        6 AS place,
        'loads' AS section,
        NULL::text AS relation,
        load.key AS name,
        load.status AS type,
        load.records_read AS rows,
        NULL::bigint AS estimated_rows,
        load.size_bytes,
        jsonb_build_object(
            'source', load.source,
            'receivedAt',
            to_char(load.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'inserted', load.records_inserted,
            'updated', load.records_updated,
            'unchanged', load.records_unchanged,
            'stale', load.records_stale,
            'quarantined', load.records_quarantined,
            'error', load.error
        ) AS detail,
        row_number() OVER (ORDER BY load.file_id DESC)::integer AS position
    FROM canonical.loads AS load
    ORDER BY load.file_id DESC
    LIMIT 20
),

information AS (
    -- all sections one below the other
    SELECT * FROM database_row
    UNION ALL
    SELECT * FROM table_row
    UNION ALL
    SELECT * FROM column_row
    UNION ALL
    SELECT * FROM index_row
    UNION ALL
    SELECT * FROM extension_row
    UNION ALL
    SELECT * FROM load_row
)

SELECT section, relation, name, type, rows, estimated_rows, size_bytes, detail
FROM information
WHERE %(section)s::text IS NULL OR section = %(section)s::text
ORDER BY place, CASE WHEN place = 2 AND name = 'view' THEN 1 ELSE 0 END, relation, position, name
LIMIT %(row_limit)s::bigint
