-- The pool: keys, client tokens, and what is counted.
--
-- A statement in which {p} stands is run once for each provider, with its table prefix
-- (ollama_api, openrouter_api) in its place.
-- Times are INTEGER: milliseconds since 1970-01-01T00:00:00Z, NULL for none. For people:
--   SELECT id, datetime(created_at / 1000, 'unixepoch') FROM ollama_api_keys;
-- The counters, total_requests to duration_us, are the rows of gateway/stats/tally.def.
-- Once released, a migration is never changed: its checksum is kept in schema_migrations. What is to
-- be different later is a migration of its own.

CREATE TABLE pool_meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE {p}_keys (
    seq INTEGER PRIMARY KEY,                 -- the order in which keys were added
    id TEXT NOT NULL UNIQUE,                 -- k_ and 16 hex digits of the key's SHA-256
    api_key BLOB NOT NULL,                   -- sealed under the master key
    username TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    disabled_auto INTEGER NOT NULL DEFAULT 0, -- 1: by failures, not by hand
    disabled_until INTEGER,                  -- NULL while disabled: for good
    cooling_until INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    limited INTEGER NOT NULL DEFAULT 0,      -- 1: cooling because of a limit or quota
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

-- Only keys that were used have a row here. It has the number of the key's row, not its id, so that
-- both tables are read side by side when all keys are loaded.
CREATE TABLE {p}_key_stats (
    seq INTEGER PRIMARY KEY REFERENCES {p}_keys (seq) ON DELETE CASCADE,
    total_requests INTEGER NOT NULL DEFAULT 0,
    success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    bytes_in INTEGER NOT NULL DEFAULT 0,
    bytes_out INTEGER NOT NULL DEFAULT 0,
    ttfb_us INTEGER NOT NULL DEFAULT 0,
    duration_us INTEGER NOT NULL DEFAULT 0,
    last_used INTEGER,
    last_success INTEGER,
    last_failure INTEGER
) STRICT;

CREATE TABLE {p}_client_tokens (
    seq INTEGER PRIMARY KEY,                 -- the order in which tokens were made
    id TEXT NOT NULL UNIQUE,                 -- t_ and 16 hex digits of the digest
    digest BLOB NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the token, which is stored nowhere
    hint TEXT NOT NULL,                      -- the token, masked
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    total_requests INTEGER NOT NULL DEFAULT 0,
    success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    bytes_in INTEGER NOT NULL DEFAULT 0,
    bytes_out INTEGER NOT NULL DEFAULT 0,
    ttfb_us INTEGER NOT NULL DEFAULT 0,
    duration_us INTEGER NOT NULL DEFAULT 0,
    last_used INTEGER
) STRICT;

CREATE TABLE {p}_global_stats (
    id TEXT PRIMARY KEY CHECK (id = 'global'),
    total_requests INTEGER NOT NULL DEFAULT 0,
    success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    bytes_in INTEGER NOT NULL DEFAULT 0,
    bytes_out INTEGER NOT NULL DEFAULT 0,
    ttfb_us INTEGER NOT NULL DEFAULT 0,
    duration_us INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO {p}_global_stats (id) VALUES ('global');

CREATE TABLE {p}_model_stats (
    model TEXT PRIMARY KEY,
    total_requests INTEGER NOT NULL DEFAULT 0,
    success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    bytes_in INTEGER NOT NULL DEFAULT 0,
    bytes_out INTEGER NOT NULL DEFAULT 0,
    ttfb_us INTEGER NOT NULL DEFAULT 0,
    duration_us INTEGER NOT NULL DEFAULT 0,
    last_used INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE {p}_model_hourly (
    hour INTEGER NOT NULL,                   -- when the hour began
    model TEXT NOT NULL,
    total_requests INTEGER NOT NULL DEFAULT 0,
    success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    bytes_in INTEGER NOT NULL DEFAULT 0,
    bytes_out INTEGER NOT NULL DEFAULT 0,
    ttfb_us INTEGER NOT NULL DEFAULT 0,
    duration_us INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, model)
) STRICT, WITHOUT ROWID;
