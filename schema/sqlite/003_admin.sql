-- What the operator sets up while the gateway runs.

-- A provider that was added, or one that the program brings along, once it was switched: that one
-- has an empty base_url, and only enabled counts.
CREATE TABLE pool_providers (
    seq INTEGER PRIMARY KEY,                 -- the order in which they were added
    name TEXT NOT NULL UNIQUE,
    base_url TEXT NOT NULL DEFAULT '',
    auth TEXT NOT NULL DEFAULT 'bearer',     -- how a key is shown to it
    probe_path TEXT NOT NULL DEFAULT '',     -- a free call that tells whether a key is good
    models_path TEXT NOT NULL DEFAULT '',
    probe_model TEXT NOT NULL DEFAULT '',
    inject_usage INTEGER NOT NULL DEFAULT 0, -- 1: it tells the tokens of a stream only when asked
    enabled INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
) STRICT;

-- Admin tokens besides ADMIN_TOKEN.
CREATE TABLE pool_admin_tokens (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                 -- a_ and 16 hex digits of the digest
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    hint TEXT NOT NULL,                      -- the token, masked
    name TEXT NOT NULL UNIQUE,
    role INTEGER NOT NULL,                   -- 0 reader, 1 operator, 2 owner
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

-- Who changed what, from where. Secrets are not in it.
CREATE TABLE pool_audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,                     -- the name of an admin token
    role TEXT NOT NULL,
    address TEXT NOT NULL,                   -- of the caller
    action TEXT NOT NULL,                    -- a route that changes something
    provider TEXT NOT NULL DEFAULT '',
    target TEXT NOT NULL DEFAULT '',         -- an id or a name, or how many
    request_id TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''          -- JSON: what it was before, and after
) STRICT;
CREATE INDEX pool_audit_at ON pool_audit (at);

-- Long work on many keys, as GET /admin/jobs shows it. What was running when the gateway stopped is
-- interrupted.
CREATE TABLE pool_jobs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                 -- j_ and 16 hex digits
    record TEXT NOT NULL,                    -- JSON
    created_at INTEGER NOT NULL
) STRICT;
