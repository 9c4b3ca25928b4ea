-- What a call in progress holds lies in one tree, by its call: two of four pages less to write, twice for each call. The few
-- that ask for an owner's read the whole table, which has a row per call in progress and no others.
CREATE TABLE lean_reservations (
    call_id       TEXT    PRIMARY KEY,
    user_id       INTEGER NOT NULL,
    tokens        INTEGER NOT NULL,
    pic_times     INTEGER NOT NULL,
    voice_seconds INTEGER NOT NULL,
    calls         INTEGER NOT NULL,  -- 1 when it counts in users.calls_held
    owner         TEXT    NOT NULL,  -- the worker, which puts the expiry off while it lives
    expires_ms    INTEGER NOT NULL,
    money         INTEGER NOT NULL DEFAULT 0,
    key_id        INTEGER NOT NULL DEFAULT 0,  -- of which the next two are held; 0: none
    key_tokens    INTEGER NOT NULL DEFAULT 0,
    key_money     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO lean_reservations SELECT call_id, user_id, tokens, pic_times, voice_seconds, calls, owner, expires_ms, money,
    key_id, key_tokens, key_money FROM reservations;
DROP TABLE reservations;
ALTER TABLE lean_reservations RENAME TO reservations;
