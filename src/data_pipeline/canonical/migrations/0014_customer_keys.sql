-- What names a customer across systems, and by which rules it may be compared. In words, with
-- reasons: docs/identity.md.

-- E.164, '+' and at most 15 digits, from the mapping: there the customer's country is at hand and
-- the server's time is not spent on it.
ALTER TABLE canonical.customers ADD COLUMN phone_key text;
ALTER TABLE ingest.staged_customers ADD COLUMN phone_key text;
CREATE INDEX customers_phone_key ON canonical.customers (phone_key)
    WHERE phone_key IS NOT NULL AND deleted_at IS NULL;

-- Which customers a transaction has changed, without an index on what changes with every version.
CREATE INDEX customers_updated_at ON canonical.customers
    USING brin (updated_at) WITH (pages_per_range = 32, autosummarize = on);

-- The ids in other systems that customers declare, one row each, so that they can be looked up
-- from the other side. Kept by ingest.unify_customers.
CREATE TABLE ingest.declared_ids (
    customer_id     bigint NOT NULL,
    declared_system text   NOT NULL,
    declared_id     text   NOT NULL,
    PRIMARY KEY (customer_id, declared_system)
);
CREATE INDEX declared_ids_declared ON ingest.declared_ids (declared_system, declared_id);

-- Every key of every living customer. A key is a kind and a value; an id is one within its system.
-- A customer has its own id, if anyone declares it, as well as those it declares: whoever declares
-- the same id has one key in common with its owner and with all others who declare it.
CREATE VIEW ingest.customer_keys AS
SELECT id AS customer_id, source_system, 'email'::text AS kind, ''::text AS scope,
    email_key AS value
FROM canonical.customers
WHERE deleted_at IS NULL AND email_key IS NOT NULL
UNION ALL
SELECT id, source_system, 'phone'::text, ''::text, phone_key
FROM canonical.customers
WHERE deleted_at IS NULL AND phone_key IS NOT NULL
UNION ALL
SELECT id, source_system, 'external_id'::text, source_system, source_id
FROM canonical.customers AS customer
WHERE deleted_at IS NULL
    AND EXISTS (
        SELECT
        FROM ingest.declared_ids AS declared
        WHERE declared.declared_system = customer.source_system
            AND declared.declared_id = customer.source_id
    )
UNION ALL
SELECT customer.id, customer.source_system, 'external_id'::text, declared.declared_system,
    declared.declared_id
FROM ingest.declared_ids AS declared
JOIN canonical.customers AS customer ON customer.id = declared.customer_id
WHERE customer.deleted_at IS NULL;

-- How much a key says by itself.
--   'decisive': an id that a system declares; an e-mail address of a person or of a single office.
--   'shared': whoever works there reads it or answers it: info@, sales@, and every telephone
--       number, which may be a switchboard's. It counts together with something else that agrees.
--   'void': nobody's, such as noreply@, or what people type to fill a field. It says nothing.
CREATE FUNCTION ingest.key_weight(kind text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind
    WHEN 'external_id' THEN 'decisive'
    WHEN 'phone' THEN CASE
        -- 0000000, 1111111, 1234567
        WHEN value ~ '([0-9])\1{6}' OR value ~ '(^|[^0-9]|0)1234567' THEN 'void'
        ELSE 'shared'
    END
    ELSE CASE
        WHEN translate(split_part(value, '@', 1), '.-_', '') ~
            '^((do)?not?reply|mailerdaemon|postmaster|bounces?|null|none|nil|no(ne)?e?mail'
            '|unknown|test|dummy|example|asdf?|x+)[0-9]*(\+.*)?$'
        THEN 'void'
        -- the mailboxes of RFC 2142, and those that businesses have besides
        WHEN translate(split_part(split_part(value, '@', 1), '+', 1), '.-_', '') ~
            '^(info|office|contact|kontakt|contacto|hello|hallo|hola|mail|email|post|company|all'
            '|sales|vertrieb|verkauf|ventas|ventes|vendite|orders?|bestellung|shop|store'
            '|purchasing|einkauf|compras|achats|procurement'
            '|billing|invoices?|rechnung|facturacion|comptabilite|accounts?|accounting'
            '|accountspayable|accountsreceivable|buchhaltung|finance|payments?'
            '|support|service|kundenservice|help|helpdesk|customerservice|care'
            '|admin|administration|administrator|webmaster|hostmaster|abuse|security|web|it'
            '|team|reception|empfang|secretary|sekretariat|hr|jobs|careers'
            '|marketing|press|media|general|enquir(y|ies)|inquir(y|ies))$'
        THEN 'shared'
        ELSE 'decisive'
    END
END;

-- A name as it is compared: without case, accents, punctuation and the legal form at its end.
CREATE FUNCTION ingest.name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(btrim(regexp_replace(
    regexp_replace(
        replace(
            -- marks that decomposition parts from their letters
            regexp_replace(
                normalize(lower(name COLLATE "pg_c_utf8"), NFKD), '[\u0300-\u036f]', '', 'g'
            ),
            '.', ''
        ) COLLATE "pg_c_utf8",
        '[^[:alnum:]]+', ' ', 'g'
    ),
    '( (co|kg|gmbh|mbh|ag|ohg|ug|ev|se|sas|sarl|sa|spa|srl|sl|slu|bv|nv|ab|as|oy|oyj|aps'
    '|ltd|limited|plc|llc|llp|lp|inc|incorporated|corp|corporation|company|kk|pty|pte|sp|z|o|oo'
    '|doo))+ *$', ''
)), '');

-- Whether two customers agree in something that strangers differ in. What makes a shared key count.
CREATE FUNCTION ingest.agree(one canonical.customers, other canonical.customers) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(one.email_key = other.email_key AND one.phone_key = other.phone_key, false)
    OR coalesce(
        translate(upper(one.tax_id), ' .-/', '') = translate(upper(other.tax_id), ' .-/', ''), false
    )
    OR coalesce(
        one.country = other.country
        AND translate(upper(one.postal_code), ' -', '')
            = translate(upper(other.postal_code), ' -', ''),
        false
    )
    OR coalesce(ingest.name_key(one.name) = ingest.name_key(other.name), false)
    OR coalesce(ingest.name_key(one.legal_name) = ingest.name_key(other.name), false)
    OR coalesce(ingest.name_key(one.name) = ingest.name_key(other.legal_name), false)
    OR coalesce(ingest.name_key(one.legal_name) = ingest.name_key(other.legal_name), false);

-- Keys that several customers have. One that several of the same system have is ambiguous: which
-- of them another system means, nothing says. An id is not ambiguous for its owner's own system:
-- that system declares one of its records to be another.
CREATE VIEW ingest.shared_keys AS
SELECT
    kind,
    scope,
    value,
    array_agg(customer_id ORDER BY customer_id) AS customer_ids,
    array_agg(DISTINCT source_system ORDER BY source_system) AS source_systems,
    count(*) FILTER (WHERE source_system <> scope)
        > count(DISTINCT source_system) FILTER (WHERE source_system <> scope) AS is_ambiguous
FROM ingest.customer_keys
GROUP BY kind, scope, value
HAVING count(*) > 1;

GRANT EXECUTE ON FUNCTION ingest.key_weight, ingest.name_key, ingest.agree TO analytics_reader;
