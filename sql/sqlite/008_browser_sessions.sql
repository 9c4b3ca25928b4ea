-- Sessions of browsers: who has the token of a row's hash is signed in as its user, while the user has that epoch. A row
-- goes when its session ends. Times are milliseconds since 1970, UTC.
CREATE TABLE browser_sessions (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    epoch   INTEGER NOT NULL,  -- of the user when it began: a new password or uuid ends it
    hash    TEXT NOT NULL UNIQUE,  -- keyed, of the token: nobody reads a token out of it
    made_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,  -- to a minute
    network TEXT NOT NULL  -- of the client when it began
) STRICT;
CREATE INDEX browser_sessions_by_user ON browser_sessions (user_id);
CREATE INDEX browser_sessions_by_use ON browser_sessions (used_ms);

ALTER TABLE users ADD COLUMN is_admin INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1));  -- may use /admin/*
