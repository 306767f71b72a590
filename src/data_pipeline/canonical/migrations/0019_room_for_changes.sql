-- Leaves room in each page for a new version of some of its rows. One that fits beside the version
-- before, with no indexed value changed, needs no new entry in any index: see
-- https://www.postgresql.org/docs/17/storage-hot.html. Deliveries of which a tenth has changed, or
-- of which all is confirmed in place, spend most of their time on such entries otherwise.
DO $$
DECLARE
    entity text;
BEGIN
    FOREACH entity IN ARRAY ARRAY[
        'customers', 'contacts', 'products', 'opportunities',
        'orders', 'order_items', 'invoices', 'relationships'
    ] LOOP
        EXECUTE format('ALTER TABLE canonical.%I SET (fillfactor = 90)', entity);
    END LOOP;
END
$$;
