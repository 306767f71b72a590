-- One for each customer that a CRM or an e-mail tool knows, and a second for some.
INSERT INTO canonical.opportunities (
    source_system, source_id, customer_source_id, name, stage, status, amount, currency,
    probability, expected_close_date, closed_at, owner_name, lead_source, source_created_at,
    source_updated_at, file_id, object_modified_at, object_version_id
)
SELECT
    customer.source_system,
    format('OPP-%%s-%%s', customer.id, place),
    customer.source_id,
    'Deal ' || place || ' with ' || customer.name,
    outcome.stage,
    outcome.status,
    round((10 ^ (3 + 2 * pg_temp.draw(customer.id * 2 + place, 'amount')))::numeric, 2),
    customer.annual_revenue_currency,
    outcome.probability,
    (customer.source_updated_at + interval '60 days')::date,
    CASE WHEN outcome.status <> 'open' THEN customer.source_updated_at END,
    'Owner ' || pg_temp.pick(customer.id, 'owner', 12),
    (ARRAY['Web', 'Referral', 'Trade fair', 'Partner'])[pg_temp.pick(customer.id, 'lead', 4)],
    least(customer.source_created_at, customer.source_updated_at),
    customer.source_updated_at,
    customer.file_id,
    customer.object_modified_at,
    'v1'
FROM canonical.customers AS customer
CROSS JOIN LATERAL generate_series(1, 1 + customer.id %% 2) AS place
JOIN LATERAL (
    VALUES
        (1, 'Proposal', 'open', 40), (2, 'Negotiation', 'open', 70),
        (3, 'Closed Won', 'won', 100), (4, 'Closed Lost', 'lost', 0)
) AS outcome (number, stage, status, probability)
    ON outcome.number = pg_temp.pick(customer.id * 2 + place, 'outcome', 4)
WHERE customer.source_system IN ('crm', 'hubspot', 'salesforce')
    AND customer.annual_revenue_currency IS NOT NULL
ORDER BY customer.id, place;
