-- What a file added to each table; what it added before, replayed, stays.
INSERT INTO ingest.added_rows AS known (file_id, entity, source_system, added)
SELECT %(file_id)s, counted.entity, %(source)s, counted.added
FROM unnest(%(entities)s::text[], %(added)s::bigint[]) AS counted (entity, added)
ON CONFLICT (file_id, entity) DO UPDATE SET added = known.added + excluded.added
