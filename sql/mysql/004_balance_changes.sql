-- Every change of a balance but the charges of calls, which are the ledger's charged_*. Only ever inserted.
CREATE TABLE IF NOT EXISTS balance_changes (
    id        BIGINT AUTO_INCREMENT PRIMARY KEY,
    at_ms     BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    user_name VARCHAR(255) NOT NULL,
    unit      VARCHAR(20) NOT NULL,  -- tokens, pic_times, voice_seconds: the column of users
    amount    BIGINT NOT NULL,  -- what that column rose by, where unlimited is -1
    balance   BIGINT NOT NULL,  -- after it
    reason    VARCHAR(20) NOT NULL,  -- opening, registered, imported, redeemed, granted, refilled, deleted
    actor     VARCHAR(20) NOT NULL,  -- account: the user; command: the command line; system
    detail    VARCHAR(1000) NOT NULL,  -- the invitation, what the command said, the period of the refill
    INDEX balance_changes_by_user (user_id, unit)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Invitations that nobody can use any more. Their rows stay in `invitations`, for what they have granted.
CREATE TABLE IF NOT EXISTS revoked_invitations (
    code  VARCHAR(64) PRIMARY KEY,
    at_ms BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- What was granted before there was this table: what is left, and what calls have taken.
INSERT INTO balance_changes (at_ms, user_id, user_name, unit, amount, balance, reason, actor, detail)
    SELECT UNIX_TIMESTAMP() * 1000, id, name, 'tokens', tokens +
        (SELECT COALESCE(SUM(charged_tokens), 0) FROM ledger WHERE ledger.user_id = users.id), tokens,
        'opening', 'system', '' FROM users
    WHERE NOT EXISTS (SELECT 1 FROM balance_changes WHERE balance_changes.user_id = users.id AND unit = 'tokens');
INSERT INTO balance_changes (at_ms, user_id, user_name, unit, amount, balance, reason, actor, detail)
    SELECT UNIX_TIMESTAMP() * 1000, id, name, 'pic_times', pic_times +
        (SELECT COALESCE(SUM(charged_pictures), 0) FROM ledger WHERE ledger.user_id = users.id), pic_times,
        'opening', 'system', '' FROM users
    WHERE NOT EXISTS (SELECT 1 FROM balance_changes WHERE balance_changes.user_id = users.id AND unit = 'pic_times');
INSERT INTO balance_changes (at_ms, user_id, user_name, unit, amount, balance, reason, actor, detail)
    SELECT UNIX_TIMESTAMP() * 1000, id, name, 'voice_seconds', voice_seconds +
        (SELECT COALESCE(SUM(charged_voice_seconds), 0) FROM ledger WHERE ledger.user_id = users.id), voice_seconds,
        'opening', 'system', '' FROM users
    WHERE NOT EXISTS (SELECT 1 FROM balance_changes WHERE balance_changes.user_id = users.id AND unit = 'voice_seconds');

-- What the call's user had left of its unit after it. NULL: nothing was charged, or nobody wrote it down.
ALTER TABLE ledger ADD COLUMN /*M! IF NOT EXISTS */ balance BIGINT;
