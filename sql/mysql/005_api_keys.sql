-- Keys with which programs call in the name of a user. Rows stay when a key is revoked: the ledger names it by its id.
-- Times are milliseconds since 1970, UTC. Money is in micro-units of the currency of all prices: 1000000 is one of it.
CREATE TABLE IF NOT EXISTS api_keys (
    id          BIGINT AUTO_INCREMENT PRIMARY KEY,
    user_id     BIGINT NOT NULL,
    hash        VARCHAR(64) NOT NULL UNIQUE,  -- keyed, of the whole key: nobody reads a key out of it
    hint        VARCHAR(20) NOT NULL,  -- its last characters, for people
    name        VARCHAR(255) NOT NULL,
    models      VARCHAR(4000) NOT NULL,  -- that it may use, with commas between; empty: all
    created_ms  BIGINT NOT NULL,
    ends_ms     BIGINT NOT NULL,  -- 0: never
    revoked_ms  BIGINT NOT NULL DEFAULT 0,  -- 0: it is not
    used_ms     BIGINT NOT NULL DEFAULT 0,  -- about the last call; 0: none
    most_tokens BIGINT NOT NULL,  -- that its calls may cost; -1: as many as its user has
    tokens_used BIGINT NOT NULL DEFAULT 0,  -- since the last refill; counted for keys with a limit
    tokens_held BIGINT NOT NULL DEFAULT 0,  -- by calls in progress
    most_money  BIGINT NOT NULL,  -- as most_tokens
    money_used  BIGINT NOT NULL DEFAULT 0,
    money_held  BIGINT NOT NULL DEFAULT 0,
    refill      VARCHAR(10) NOT NULL,  -- none, day, month: what is used begins anew with it
    refilled    BIGINT NOT NULL,  -- 20261122 or 202611: that of the last refill
    INDEX api_keys_by_user (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

ALTER TABLE ledger
    ADD COLUMN /*M! IF NOT EXISTS */ key_id BIGINT NOT NULL DEFAULT 0,  -- that the call came with; 0: none
    ADD COLUMN /*M! IF NOT EXISTS */ tokens_cached BIGINT NOT NULL DEFAULT 0,  -- part of tokens_in, the tokens of the prompt
    ADD COLUMN /*M! IF NOT EXISTS */ tokens_reasoning BIGINT NOT NULL DEFAULT 0,  -- part of tokens_out, the tokens of the completion
    ADD COLUMN /*M! IF NOT EXISTS */ cost BIGINT NOT NULL DEFAULT 0,  -- of the call at the prices of its time
    ADD COLUMN /*M! IF NOT EXISTS */ charged_money BIGINT NOT NULL DEFAULT 0,  -- what users.money was lowered by
    ADD COLUMN /*M! IF NOT EXISTS */ balance_money BIGINT;  -- what was left of it; NULL: nothing was charged
