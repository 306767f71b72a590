-- Twenty records of each file were refused.
INSERT INTO ingest.quarantine (
    file_id, position, place, record_type, raw, rule, message, quarantined_at
)
SELECT
    file.id,
    number * 1000,
    format('line %%s: email', number * 1000),
    'customers',
    '{"email": "nobody"}',
    (ARRAY['email', 'currency', 'required', 'date'])[pg_temp.pick(number, 'rule', 4)],
    'Is no e-mail address',
    file.received_at
FROM ingest.files AS file
CROSS JOIN generate_series(1, 20) AS number
WHERE file.bucket = 'sales';
