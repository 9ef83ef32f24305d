-- What is known of a key besides its state: what an operator says of it, and what checks found.
--
-- In a table of its own, as a change to it should not write the sealed key again, nor a change of the
-- key's state a long list of models. Only keys of which something is known have a row. The number is
-- that of the key's row, so that the tables are read side by side when all keys are loaded.
CREATE TABLE {p}_key_about (
    seq INTEGER PRIMARY KEY REFERENCES {p}_keys (seq) ON DELETE CASCADE,
    note TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '',           -- a JSON array of words; '' is none
    category TEXT NOT NULL DEFAULT '',       -- one word
    models TEXT NOT NULL DEFAULT '',         -- a sorted JSON array of names; '' is unknown
    checked_at INTEGER                       -- when a check last told something of the key
) STRICT;
