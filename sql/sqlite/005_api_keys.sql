-- Keys with which programs call in the name of a user. Rows stay when a key is revoked: the ledger names it by its id.
-- Times are milliseconds since 1970, UTC. Money is in micro-units of the currency of all prices: 1000000 is one of it.
CREATE TABLE api_keys (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL,
    hash        TEXT NOT NULL UNIQUE,  -- keyed, of the whole key: nobody reads a key out of it
    hint        TEXT NOT NULL,  -- its last characters, for people
    name        TEXT NOT NULL,
    models      TEXT NOT NULL,  -- that it may use, with commas between; empty: all
    created_ms  INTEGER NOT NULL,
    ends_ms     INTEGER NOT NULL,  -- 0: never
    revoked_ms  INTEGER NOT NULL DEFAULT 0,  -- 0: it is not
    used_ms     INTEGER NOT NULL DEFAULT 0,  -- about the last call; 0: none
    most_tokens INTEGER NOT NULL,  -- that its calls may cost; -1: as many as its user has
    tokens_used INTEGER NOT NULL DEFAULT 0,  -- since the last refill; counted for keys with a limit
    tokens_held INTEGER NOT NULL DEFAULT 0,  -- by calls in progress
    most_money  INTEGER NOT NULL,  -- as most_tokens
    money_used  INTEGER NOT NULL DEFAULT 0,
    money_held  INTEGER NOT NULL DEFAULT 0,
    refill      TEXT NOT NULL,  -- none, day, month: what is used begins anew with it
    refilled    INTEGER NOT NULL  -- 20261122 or 202611: that of the last refill
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (user_id);

ALTER TABLE ledger ADD COLUMN key_id INTEGER NOT NULL DEFAULT 0;  -- that the call came with; 0: none
ALTER TABLE ledger ADD COLUMN tokens_cached INTEGER NOT NULL DEFAULT 0;  -- part of tokens_in, the tokens of the prompt
ALTER TABLE ledger ADD COLUMN tokens_reasoning INTEGER NOT NULL DEFAULT 0;  -- part of tokens_out, the tokens of the completion
ALTER TABLE ledger ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;  -- of the call at the prices of its time
ALTER TABLE ledger ADD COLUMN charged_money INTEGER NOT NULL DEFAULT 0;  -- what users.money was lowered by
ALTER TABLE ledger ADD COLUMN balance_money INTEGER;  -- what was left of it; NULL: nothing was charged
