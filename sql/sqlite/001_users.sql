-- AUTOINCREMENT: a uuid is derived from the id, so the id of a removed user must never come back.
-- Names compare byte by byte: ann and Ann are two users.
CREATE TABLE users (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    password   TEXT    NOT NULL,             -- $scrypt$ln=..,r=..,p=..$salt$hash
    email      TEXT    NOT NULL,
    academy    TEXT    NOT NULL DEFAULT '',  -- old clients send it
    epoch      INTEGER NOT NULL DEFAULT 0,   -- counted up: every uuid given out before is worthless
    tokens     INTEGER NOT NULL DEFAULT -1 CHECK (tokens >= -1),     -- left; -1: unlimited
    pic_times  INTEGER NOT NULL DEFAULT -1 CHECK (pic_times >= -1),  -- left; -1: unlimited
    disabled   INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;
