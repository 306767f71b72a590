-- Every living customer with its values as they are compared where names are merely alike: see the
-- operation entity_matching. What a query does not ask for is not worked out.
CREATE VIEW canonical.comparable_customers AS
SELECT
    customer.id,
    customer.source_system,
    customer.source_id,
    coalesce(joined.unified_id, customer.id) AS unified_id,
    customer.name,
    -- what ingest.name_key gives, which takes four times as long: only where there may be a legal
    -- form at the end, or letters of other alphabets, it has more to do than this
    CASE
        WHEN octet_length(customer.name) > length(customer.name)
            OR length(split_part(plain.name, ' ', -1)) < 5
            OR split_part(plain.name, ' ', -1)
                IN ('limited', 'incorporated', 'corporation', 'company')
            THEN ingest.name_key(customer.name)
        ELSE plain.name
    END AS name_key,
    -- where it says no more than the name it is left out
    CASE
        WHEN NOT starts_with(lower(customer.legal_name), lower(customer.name))
            THEN ingest.name_key(customer.legal_name)
    END AS legal_name_key,
    customer.email_key AS email,
    split_part(customer.email_key, '@', 2) AS email_domain,
    customer.phone_key AS phone,
    nullif(translate(upper(customer.tax_id), ' .-/', ''), '') AS tax_id,
    customer.country || ' ' || nullif(translate(upper(customer.postal_code), ' -', ''), '')
        AS postal_code
FROM canonical.customers AS customer
LEFT JOIN ingest.joined_customers AS joined ON joined.customer_id = customer.id
CROSS JOIN LATERAL (
    SELECT nullif(
        btrim(
            regexp_replace(
                replace(lower(customer.name COLLATE "C"), '.', ''), '[^a-z0-9]+', ' ', 'g'
            )
        ),
        ''
    ) AS name
    OFFSET 0 -- worked out once for each row
) AS plain
WHERE customer.deleted_at IS NULL;

-- Whether an address or a number is nobody's: ingest.key_weight, for the reader.
CREATE FUNCTION canonical.is_void(kind text, value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ingest.key_weight(kind, value) = 'void';

-- Whether a domain is that of a mail service at which everybody may have an address.
CREATE FUNCTION canonical.is_open_domain(domain text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN domain ~ (
    '^(gmail|googlemail|outlook|hotmail|live|msn|icloud|me|mac|aol|proton|protonmail|gmx|yahoo'
    '|ymail|yandex|mail|web|163|126|qq|orange|free|laposte|wanadoo|libero|t-online)'
    '\.[a-z]{2,3}(\.[a-z]{2})?$'
);

GRANT EXECUTE ON FUNCTION canonical.is_void, canonical.is_open_domain TO analytics_reader;
