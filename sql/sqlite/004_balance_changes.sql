-- Every change of a balance but the charges of calls, which are the ledger's charged_*. Only ever inserted.
CREATE TABLE balance_changes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms     INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    user_name TEXT    NOT NULL,
    unit      TEXT    NOT NULL,  -- tokens, pic_times, voice_seconds: the column of users
    amount    INTEGER NOT NULL,  -- what that column rose by, where unlimited is -1
    balance   INTEGER NOT NULL,  -- after it
    reason    TEXT    NOT NULL,  -- opening, registered, imported, redeemed, granted, refilled, deleted
    actor     TEXT    NOT NULL,  -- account: the user; command: the command line; system
    detail    TEXT    NOT NULL   -- the invitation, what the command said, the period of the refill
) STRICT;
CREATE INDEX balance_changes_by_user ON balance_changes (user_id, unit);

-- Invitations that nobody can use any more. Their rows stay in `invitations`, for what they have granted.
CREATE TABLE revoked_invitations (
    code  TEXT    PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT;

-- What was granted before there was this table: what is left, and what calls have taken.
INSERT INTO balance_changes (at_ms, user_id, user_name, unit, amount, balance, reason, actor, detail)
    SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000, id, name, 'tokens', tokens +
        (SELECT COALESCE(SUM(charged_tokens), 0) FROM ledger WHERE ledger.user_id = users.id), tokens,
        'opening', 'system', '' FROM users;
INSERT INTO balance_changes (at_ms, user_id, user_name, unit, amount, balance, reason, actor, detail)
    SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000, id, name, 'pic_times', pic_times +
        (SELECT COALESCE(SUM(charged_pictures), 0) FROM ledger WHERE ledger.user_id = users.id), pic_times,
        'opening', 'system', '' FROM users;
INSERT INTO balance_changes (at_ms, user_id, user_name, unit, amount, balance, reason, actor, detail)
    SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000, id, name, 'voice_seconds', voice_seconds +
        (SELECT COALESCE(SUM(charged_voice_seconds), 0) FROM ledger WHERE ledger.user_id = users.id), voice_seconds,
        'opening', 'system', '' FROM users;

-- What the call's user had left of its unit after it. NULL: nothing was charged, or nobody wrote it down.
ALTER TABLE ledger ADD COLUMN balance INTEGER;
