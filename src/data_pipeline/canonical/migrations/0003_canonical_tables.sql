-- Every table: one row for each record of each source system, unique by (source_system,
-- source_id). References are the source's own ids within the same system, so that a child may
-- arrive before its parent. (source_updated_at, object_modified_at, object_version_id) is the
-- order in which records win. A deleted row keeps its last values; a row that was deleted before
-- it was ever seen has none, hence no NOT NULL on what a source says.

-- Companies, and persons who buy.
CREATE TABLE canonical.customers (
    id                      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system           text        NOT NULL,
    source_id               text        NOT NULL,
    customer_type           text,       -- company, person
    name                    text,
    legal_name              text,
    email                   text,
    phone                   text,
    website                 text,
    industry                text,
    segment                 text,
    status                  text,       -- lead, prospect, active, inactive, churned
    tax_id                  text,
    street                  text,
    city                    text,
    region                  text,
    postal_code             text,
    country                 canonical.country_code,
    employee_count          bigint,
    annual_revenue          numeric,
    annual_revenue_currency canonical.currency_code,
    credit_limit            numeric,
    credit_limit_currency   canonical.currency_code,
    external_ids            jsonb       NOT NULL DEFAULT '{}', -- {"<source system>": "<id there>"}
    attributes              jsonb       NOT NULL DEFAULT '{}',
    source_created_at       timestamptz,
    source_updated_at       timestamptz NOT NULL,
    deleted_at              timestamptz,
    version                 integer     NOT NULL DEFAULT 1,
    created_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id                 bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at      timestamptz NOT NULL,
    object_version_id       text        NOT NULL COLLATE "C",
    email_key               text GENERATED ALWAYS AS (nullif(lower(btrim(email)), '')) STORED,
    UNIQUE (source_system, source_id),
    CHECK (deleted_at IS NOT NULL OR name IS NOT NULL),
    CHECK (annual_revenue IS NULL OR annual_revenue_currency IS NOT NULL),
    CHECK (credit_limit IS NULL OR credit_limit_currency IS NOT NULL)
);

-- People at a customer.
CREATE TABLE canonical.contacts (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system      text        NOT NULL,
    source_id          text        NOT NULL,
    customer_source_id text,
    name               text,
    first_name         text,
    last_name          text,
    email              text,
    phone              text,
    job_title          text,
    department         text,
    is_primary         boolean,
    country            canonical.country_code,
    external_ids       jsonb       NOT NULL DEFAULT '{}',
    attributes         jsonb       NOT NULL DEFAULT '{}',
    source_created_at  timestamptz,
    source_updated_at  timestamptz NOT NULL,
    deleted_at         timestamptz,
    version            integer     NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id            bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at timestamptz NOT NULL,
    object_version_id  text        NOT NULL COLLATE "C",
    email_key          text GENERATED ALWAYS AS (nullif(lower(btrim(email)), '')) STORED,
    UNIQUE (source_system, source_id),
    CHECK (deleted_at IS NOT NULL OR name IS NOT NULL)
);

CREATE TABLE canonical.products (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system       text        NOT NULL,
    source_id           text        NOT NULL,
    sku                 text,
    name                text,
    description         text,
    category            text,
    brand               text,
    status              text,       -- active, inactive
    unit_of_measure     text,
    unit_price          numeric,
    unit_price_currency canonical.currency_code,
    external_ids        jsonb       NOT NULL DEFAULT '{}',
    attributes          jsonb       NOT NULL DEFAULT '{}',
    source_created_at   timestamptz,
    source_updated_at   timestamptz NOT NULL,
    deleted_at          timestamptz,
    version             integer     NOT NULL DEFAULT 1,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id             bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at  timestamptz NOT NULL,
    object_version_id   text        NOT NULL COLLATE "C",
    UNIQUE (source_system, source_id),
    CHECK (deleted_at IS NOT NULL OR name IS NOT NULL),
    CHECK (unit_price IS NULL OR unit_price_currency IS NOT NULL)
);

CREATE TABLE canonical.opportunities (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system       text        NOT NULL,
    source_id           text        NOT NULL,
    customer_source_id  text,
    contact_source_id   text,
    name                text,
    stage               text,       -- the source's own pipeline stage
    status              text,       -- open, won, lost
    amount              numeric,
    currency            canonical.currency_code,
    probability         numeric,    -- percent, 0 to 100
    expected_close_date date,
    closed_at           timestamptz,
    owner_name          text,
    lead_source         text,
    attributes          jsonb       NOT NULL DEFAULT '{}',
    source_created_at   timestamptz,
    source_updated_at   timestamptz NOT NULL,
    deleted_at          timestamptz,
    version             integer     NOT NULL DEFAULT 1,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id             bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at  timestamptz NOT NULL,
    object_version_id   text        NOT NULL COLLATE "C",
    UNIQUE (source_system, source_id),
    CHECK (deleted_at IS NOT NULL OR name IS NOT NULL),
    CHECK (amount IS NULL OR currency IS NOT NULL),
    CHECK (probability BETWEEN 0 AND 100)
);

CREATE TABLE canonical.orders (
    id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system         text        NOT NULL,
    source_id             text        NOT NULL,
    customer_source_id    text,
    opportunity_source_id text,
    order_number          text,
    status                text,       -- draft, open, processing, shipped, completed, cancelled, refunded
    channel               text,
    ordered_at            timestamptz,
    currency              canonical.currency_code,
    subtotal              numeric,
    discount              numeric,
    tax                   numeric,
    shipping              numeric,
    total                 numeric,
    attributes            jsonb       NOT NULL DEFAULT '{}',
    source_created_at     timestamptz,
    source_updated_at     timestamptz NOT NULL,
    deleted_at            timestamptz,
    version               integer     NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id               bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at    timestamptz NOT NULL,
    object_version_id     text        NOT NULL COLLATE "C",
    UNIQUE (source_system, source_id),
    CHECK (deleted_at IS NOT NULL OR ordered_at IS NOT NULL),
    CHECK (num_nonnulls(subtotal, discount, tax, shipping, total) = 0 OR currency IS NOT NULL)
);

CREATE TABLE canonical.order_items (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system      text        NOT NULL,
    source_id          text        NOT NULL,
    order_source_id    text,
    product_source_id  text,
    line_number        bigint,
    sku                text,
    description        text,
    quantity           numeric,
    currency           canonical.currency_code,
    unit_price         numeric,
    discount           numeric,
    tax                numeric,
    total              numeric,
    attributes         jsonb       NOT NULL DEFAULT '{}',
    source_created_at  timestamptz,
    source_updated_at  timestamptz NOT NULL,
    deleted_at         timestamptz,
    version            integer     NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id            bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at timestamptz NOT NULL,
    object_version_id  text        NOT NULL COLLATE "C",
    UNIQUE (source_system, source_id),
    CHECK (deleted_at IS NOT NULL OR order_source_id IS NOT NULL),
    CHECK (num_nonnulls(unit_price, discount, tax, total) = 0 OR currency IS NOT NULL)
);

CREATE TABLE canonical.invoices (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system      text        NOT NULL,
    source_id          text        NOT NULL,
    customer_source_id text,
    order_source_id    text,
    invoice_number     text,
    status             text,       -- draft, open, paid, overdue, void, uncollectible
    issued_on          date,
    due_on             date,
    paid_at            timestamptz,
    currency           canonical.currency_code,
    subtotal           numeric,
    tax                numeric,
    total              numeric,
    amount_paid        numeric,
    attributes         jsonb       NOT NULL DEFAULT '{}',
    source_created_at  timestamptz,
    source_updated_at  timestamptz NOT NULL,
    deleted_at         timestamptz,
    version            integer     NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id            bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at timestamptz NOT NULL,
    object_version_id  text        NOT NULL COLLATE "C",
    UNIQUE (source_system, source_id),
    CHECK (num_nonnulls(subtotal, tax, total, amount_paid) = 0 OR currency IS NOT NULL)
);

-- Typed edges between any two entities, also across systems.
CREATE TABLE canonical.relationships (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_system      text        NOT NULL,
    source_id          text        NOT NULL,
    relationship_type  text,       -- reads from left to right: 'parent_of', 'supplies', 'refers'
    from_entity        text,       -- a table of this schema
    from_source_system text,
    from_source_id     text,
    to_entity          text,
    to_source_system   text,
    to_source_id       text,
    valid_from         date,
    valid_to           date,
    attributes         jsonb       NOT NULL DEFAULT '{}',
    source_created_at  timestamptz,
    source_updated_at  timestamptz NOT NULL,
    deleted_at         timestamptz,
    version            integer     NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_id            bigint      NOT NULL REFERENCES ingest.files,
    object_modified_at timestamptz NOT NULL,
    object_version_id  text        NOT NULL COLLATE "C",
    UNIQUE (source_system, source_id),
    CHECK (deleted_at IS NOT NULL OR num_nulls(relationship_type, from_entity,
        from_source_system, from_source_id, to_entity, to_source_system, to_source_id) = 0)
);

-- What each row was before it changed. The present version is in the row itself.
CREATE TABLE canonical.entity_history (
    entity     text        NOT NULL, -- a table of this schema
    id         bigint      NOT NULL, -- of its row
    version    integer     NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to   timestamptz NOT NULL,
    data       jsonb       NOT NULL,
    file_id    bigint      NOT NULL REFERENCES ingest.files, -- that brought this version
    PRIMARY KEY (entity, id, version),
    CHECK (valid_from <= valid_to)
);
