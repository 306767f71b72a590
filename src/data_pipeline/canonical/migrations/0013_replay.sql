-- Every time that quarantined records or whole files were tried again, what was asked and what
-- came of it.
CREATE TABLE ingest.replays (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request      jsonb       NOT NULL,
    requested_by text        NOT NULL, -- the invocation, as the function's log names it
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at  timestamptz,          -- null while it runs, and of one that was broken off
    answer       jsonb
);

-- What it takes to map a record again exactly as it was mapped at first: the whole record of the
-- file, and the list that it was in.
ALTER TABLE ingest.quarantine
    ADD COLUMN collection   text,    -- the envelope's list; null for a record in none
    ADD COLUMN document     text,    -- the record of the file around it, once for all its parts
    ADD COLUMN is_cut       boolean NOT NULL DEFAULT false, -- the whole is in the file alone
    ADD COLUMN attempts     integer NOT NULL DEFAULT 1,
    ADD COLUMN attempted_at timestamptz,
    ADD COLUMN replay_id    bigint REFERENCES ingest.replays; -- that tried it last

CREATE INDEX quarantine_waiting_at ON ingest.quarantine (quarantined_at)
    WHERE status = 'quarantined';

-- What a replay rejects, until it is told apart from what was rejected before.
CREATE UNLOGGED TABLE ingest.staged_quarantine (
    file_id          bigint NOT NULL,
    position         bigint NOT NULL,
    place            text   NOT NULL,
    record_type      text,
    parent_source_id text,
    collection       text,
    document         text,
    raw              text   NOT NULL,
    is_cut           boolean NOT NULL,
    rule             text   NOT NULL,
    message          text   NOT NULL
);
CREATE INDEX staged_quarantine_position ON ingest.staged_quarantine (file_id, position);

GRANT SELECT, INSERT, UPDATE ON ingest.replays TO ingest_writer;
GRANT SELECT, INSERT, DELETE ON ingest.staged_quarantine TO ingest_writer;

CREATE OR REPLACE VIEW canonical.quarantined_records AS
SELECT
    record.id,
    record.file_id,
    file.source,
    file.key,
    record.place,
    record.record_type,
    record.rule,
    record.message,
    record.status,
    record.quarantined_at,
    record.replayed_at,
    record.attempts,
    record.attempted_at
FROM ingest.quarantine AS record
JOIN ingest.files AS file ON file.id = record.file_id;
