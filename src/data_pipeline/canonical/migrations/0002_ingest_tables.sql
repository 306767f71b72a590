-- The ledger: one row for each version of each object that was ever announced.
CREATE TABLE ingest.files (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bucket              text        NOT NULL,
    key                 text        NOT NULL,
    version_id          text        NOT NULL, -- 'null' in a bucket without versions, as S3 says it
    etag                text        NOT NULL,
    size_bytes          bigint,
    source              text,
    status              text        NOT NULL DEFAULT 'loading'
                        CHECK (status IN ('loading', 'loaded', 'failed')),
    object_modified_at  timestamptz,
    records_read        bigint      NOT NULL DEFAULT 0,
    records_inserted    bigint      NOT NULL DEFAULT 0,
    records_updated     bigint      NOT NULL DEFAULT 0,
    records_unchanged   bigint      NOT NULL DEFAULT 0,
    records_stale       bigint      NOT NULL DEFAULT 0,
    records_quarantined bigint      NOT NULL DEFAULT 0,
    attempts            integer     NOT NULL DEFAULT 1,
    received_at         timestamptz NOT NULL DEFAULT now(),
    started_at          timestamptz NOT NULL DEFAULT now(),
    finished_at         timestamptz,
    error_rule          text,
    error               text,
    UNIQUE (bucket, key, version_id, etag),
    CONSTRAINT every_record_has_one_outcome CHECK (
        records_read = records_inserted + records_updated + records_unchanged
                       + records_stale + records_quarantined
    ),
    CONSTRAINT failed_says_why CHECK (status <> 'failed' OR error IS NOT NULL)
);

CREATE INDEX files_source_received_at ON ingest.files (source, received_at DESC);
CREATE INDEX files_not_loaded ON ingest.files (status, started_at) WHERE status <> 'loaded';

-- Records that broke a rule, with all that is needed to explain and to replay them.
CREATE TABLE ingest.quarantine (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_id          bigint      NOT NULL REFERENCES ingest.files,
    position         bigint      NOT NULL, -- line or element of the file, from 1
    place            text        NOT NULL, -- for people: 'line 17: customers[].email'
    record_type      text,                 -- the source's name for it; null when unknown
    parent_source_id text,                 -- the record it was nested in
    raw              text        NOT NULL,
    rule             text        NOT NULL,
    message          text        NOT NULL,
    status           text        NOT NULL DEFAULT 'quarantined'
                     CHECK (status IN ('quarantined', 'replayed', 'discarded')),
    quarantined_at   timestamptz NOT NULL DEFAULT now(),
    replayed_at      timestamptz,
    CHECK ((status = 'replayed') = (replayed_at IS NOT NULL))
);

CREATE INDEX quarantine_file ON ingest.quarantine (file_id, position);
CREATE INDEX quarantine_rule_waiting ON ingest.quarantine (rule, quarantined_at)
    WHERE status = 'quarantined';

-- One row. It rises with every change of data, so that an answer can say what it was read from.
CREATE TABLE ingest.dataset_version (
    singleton  boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    version    bigint      NOT NULL,
    changed_at timestamptz NOT NULL,
    file_id    bigint      REFERENCES ingest.files
);

INSERT INTO ingest.dataset_version (version, changed_at) VALUES (0, now());
