-- Several gateways on one database: what each tells the others, and which there are.

-- What was changed, written in the transaction that changed it, as its last step and under an advisory
-- lock: so numbers are committed in their order, and nobody who read up to one misses an earlier one.
-- Rows are pruned after a while, but the last one stays: who finds the row that he read last misses nothing.
CREATE TABLE pool_changes (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    writer BIGINT NOT NULL,                  -- a number that each gateway draws when it starts
    kind TEXT NOT NULL,                      -- what was changed: gateway/store/share.h
    tables TEXT NOT NULL DEFAULT '',         -- of which provider: what the names of its tables begin with
    ids TEXT NOT NULL DEFAULT ''             -- of the rows to be read again, with blanks between them
);

INSERT INTO pool_changes (writer, kind) VALUES (0, 'begin');

-- Gateways that run, or ran a short while ago.
CREATE TABLE pool_gateways (
    id TEXT COLLATE "C" PRIMARY KEY,         -- g_ and 16 hex digits; it lasts as long as STATE_DIR
    address TEXT NOT NULL,                   -- where it listens
    version TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL             -- by the database's clock
);
