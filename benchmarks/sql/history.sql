-- A former version of one in five customers and one in ten orders.
WITH former_customer AS (
    -- with another status, half a year before
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT
        'customers',
        id,
        1,
        updated_at - interval '180 days',
        updated_at,
        to_jsonb(customer) || '{"status": "lead", "version": 1}',
        file_id
    FROM canonical.customers AS customer
    WHERE id %% 5 = 0
    RETURNING id
),
former_order AS (
    -- when it was still open
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT
        'orders',
        id,
        1,
        updated_at - interval '7 days',
        updated_at,
        to_jsonb(purchase) || '{"status": "open", "version": 1}',
        file_id
    FROM canonical.orders AS purchase
    WHERE id %% 10 = 0
    RETURNING id
),
changed_customer AS (
    -- the version that followed
    UPDATE canonical.customers
    SET version = 2
    WHERE id IN (SELECT id FROM former_customer)
)
UPDATE canonical.orders
SET version = 2
WHERE id IN (SELECT id FROM former_order);
