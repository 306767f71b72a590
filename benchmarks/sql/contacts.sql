-- Somebody at every second customer.
INSERT INTO canonical.contacts (
    source_system, source_id, customer_source_id, name, first_name, last_name, email, job_title,
    is_primary, country, source_updated_at, file_id, object_modified_at, object_version_id
)
SELECT
    customer.source_system,
    'CON-' || customer.id,
    customer.source_id,
    pg_temp.word(customer.id, 'first') || ' ' || pg_temp.word(customer.id, 'last'),
    pg_temp.word(customer.id, 'first'),
    pg_temp.word(customer.id, 'last'),
    CASE
        WHEN pg_temp.draw(customer.id, 'contact e-mail') < 0.9
            THEN format('contact%%s@mail.example', customer.id)
    END,
    (ARRAY['Buyer', 'Head of Purchasing', 'Managing Director'])
        [pg_temp.pick(customer.id, 'job', 3)],
    true,
    customer.country,
    customer.source_updated_at,
    customer.file_id,
    customer.object_modified_at,
    'v1'
FROM canonical.customers AS customer
WHERE customer.id %% 2 = 0
ORDER BY customer.id;
