-- Times are milliseconds since 1970, UTC. What is held is reserved by calls in progress.
ALTER TABLE users ADD COLUMN voice_seconds INTEGER NOT NULL DEFAULT -1 CHECK (voice_seconds >= -1);  -- left; -1: unlimited
ALTER TABLE users ADD COLUMN tokens_held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN pic_times_held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN voice_seconds_held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN calls_held INTEGER NOT NULL DEFAULT 0;  -- calls in progress, of all hosts
ALTER TABLE users ADD COLUMN paid_ms INTEGER NOT NULL DEFAULT 0;     -- until when calls per minute are paid for
ALTER TABLE users ADD COLUMN refilled INTEGER NOT NULL DEFAULT 0;    -- 20261122 or 202611: the last refill's day or month

-- A call in progress that holds something of its user. Whoever finds one expired releases it.
CREATE TABLE reservations (
    call_id       TEXT    PRIMARY KEY,
    user_id       INTEGER NOT NULL,
    tokens        INTEGER NOT NULL,
    pic_times     INTEGER NOT NULL,
    voice_seconds INTEGER NOT NULL,
    calls         INTEGER NOT NULL,  -- 1 when it counts in users.calls_held
    owner         TEXT    NOT NULL,  -- the worker, which puts the expiry off while it lives
    expires_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX reservations_by_expiry ON reservations (expires_ms);
CREATE INDEX reservations_by_owner ON reservations (owner);

-- A row per call. Only ever inserted. What was charged is what a balance was lowered by.
CREATE TABLE ledger (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id               TEXT    NOT NULL UNIQUE,  -- the same settlement twice is one row
    at_ms                 INTEGER NOT NULL,         -- the call's end
    user_id               INTEGER NOT NULL,         -- 0: nobody
    user_name             TEXT    NOT NULL,
    model                 TEXT    NOT NULL,         -- that answered; empty: none
    route                 TEXT    NOT NULL,
    kind                  TEXT    NOT NULL,         -- text, voice, picture
    tokens_in             INTEGER NOT NULL,
    tokens_out            INTEGER NOT NULL,
    tokens                INTEGER NOT NULL,         -- in all, as billed
    pictures              INTEGER NOT NULL,
    voice_seconds         INTEGER NOT NULL,
    charged_tokens        INTEGER NOT NULL,
    charged_pictures      INTEGER NOT NULL,
    charged_voice_seconds INTEGER NOT NULL,
    milliseconds          INTEGER NOT NULL,
    outcome               TEXT    NOT NULL,         -- complete, client_left, broken, failed
    basis                 TEXT    NOT NULL,         -- reported, estimated, none
    request_id            TEXT    NOT NULL,
    upstream_id           TEXT    NOT NULL
) STRICT;
CREATE INDEX ledger_by_time ON ledger (at_ms);
CREATE INDEX ledger_by_user ON ledger (user_id, at_ms);

-- What happened to accounts: logins, refusals, changes. Only ever inserted; old rows go.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms      INTEGER NOT NULL,
    event      TEXT    NOT NULL,
    user_name  TEXT    NOT NULL,  -- as asked for; there may be no such user
    address    TEXT    NOT NULL,  -- the client's; empty: the command line
    request_id TEXT    NOT NULL,
    detail     TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at_ms);
CREATE INDEX audit_by_user ON audit (user_name, at_ms);

-- Logins that failed, or have begun, by account and by address.
CREATE TABLE login_attempts (
    subject    TEXT    PRIMARY KEY,  -- 'name:ann', 'address:192.0.2.1'
    failures   INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL,
    blocked_ms INTEGER NOT NULL      -- until when
) STRICT;
CREATE INDEX login_attempts_by_time ON login_attempts (last_ms);

-- A code that lets in and grants, once per user.
CREATE TABLE invitations (
    code          TEXT    PRIMARY KEY,
    tokens        INTEGER NOT NULL,
    pic_times     INTEGER NOT NULL,
    voice_seconds INTEGER NOT NULL,
    academy       TEXT    NOT NULL,  -- whose users it is for; empty: all
    uses_left     INTEGER NOT NULL,  -- -1: no limit
    begins_ms     INTEGER NOT NULL,
    ends_ms       INTEGER NOT NULL,  -- 0: never
    created_ms    INTEGER NOT NULL
) STRICT;
CREATE TABLE invitation_uses (
    code    TEXT    NOT NULL,
    user_id INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    PRIMARY KEY (code, user_id)
) STRICT;

-- Whom the import has taken over from the original; it stays when the user is deleted.
CREATE TABLE imports (
    original_id TEXT    PRIMARY KEY,  -- users' Id there
    user_id     INTEGER NOT NULL
) STRICT;
