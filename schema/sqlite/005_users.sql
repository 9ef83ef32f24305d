-- Users: who they are, what they may do, and what proves it.

CREATE TABLE ollama_api_users (
    seq INTEGER PRIMARY KEY,                 -- the order in which they registered
    id TEXT NOT NULL UNIQUE,                 -- u_ and 16 hex digits
    email TEXT NOT NULL UNIQUE,              -- in small letters
    password_hash TEXT NOT NULL,             -- scrypt, as a PHC string
    is_active INTEGER NOT NULL DEFAULT 1,
    role TEXT NOT NULL DEFAULT 'user',       -- user or admin
    default_provider TEXT NOT NULL,          -- the one that was chosen
    key_provider TEXT NOT NULL,              -- the one whose client token it is
    key_id TEXT NOT NULL UNIQUE,             -- of the client token
    key_token BLOB NOT NULL,                 -- the client token, sealed under the master key
    key_expires_at INTEGER NOT NULL,         -- as in the row of the client token
    limit_minute INTEGER NOT NULL DEFAULT 0, -- requests allowed; 0 is any number
    limit_day INTEGER NOT NULL DEFAULT 0,
    models TEXT NOT NULL DEFAULT '',         -- JSON: names that are allowed; '' is all
    last_login_at INTEGER,
    last_sign_in_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- One check-in a day.
CREATE TABLE ollama_api_user_signins (
    id INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES ollama_api_users (id) ON DELETE CASCADE,
    sign_day TEXT NOT NULL,                  -- 2026-01-31
    created_at INTEGER NOT NULL,
    UNIQUE (user_id, sign_day)
) STRICT;

-- What a session's token names; without its row it is worth nothing.
CREATE TABLE ollama_api_user_sessions (
    jti TEXT NOT NULL PRIMARY KEY,           -- s_ and 16 hex digits
    user_id TEXT NOT NULL REFERENCES ollama_api_users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ollama_api_user_sessions_user ON ollama_api_user_sessions (user_id);

-- The one code of an address and a purpose that counts: the next takes its row.
CREATE TABLE ollama_api_email_verification_codes (
    email TEXT NOT NULL,
    purpose TEXT NOT NULL,                   -- register, login or reset
    code BLOB NOT NULL CHECK (length(code) = 32), -- HMAC-SHA256 of it, which AUTH_SECRET is the key of
    attempts INTEGER NOT NULL DEFAULT 0,     -- wrong ones
    uses INTEGER NOT NULL DEFAULT 0,         -- right ones
    used_at INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (email, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX ollama_api_email_verification_codes_expires ON ollama_api_email_verification_codes (expires_at);

-- How often a code was asked for.
CREATE TABLE ollama_api_email_sends (
    subject TEXT NOT NULL PRIMARY KEY,       -- an e-mail address, or "ip " and an address or network
    sent_at INTEGER NOT NULL,                -- the latest
    day INTEGER NOT NULL,                    -- since 1970, of that
    sent INTEGER NOT NULL                    -- on that day
) STRICT, WITHOUT ROWID;

-- Who may register while REGISTRATION=invite.
CREATE TABLE ollama_api_user_invites (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                 -- i_ and 16 hex digits of the digest
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    hint TEXT NOT NULL,                      -- the code, masked
    note TEXT NOT NULL DEFAULT '',
    uses INTEGER NOT NULL DEFAULT 0,
    uses_max INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;
