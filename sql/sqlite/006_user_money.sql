-- Money is in micro-units of the currency of all prices: 1000000 is one of it.
ALTER TABLE users ADD COLUMN money INTEGER NOT NULL DEFAULT -1 CHECK (money >= -1);  -- left; -1: unlimited
ALTER TABLE users ADD COLUMN money_held INTEGER NOT NULL DEFAULT 0;  -- by calls in progress
ALTER TABLE users ADD COLUMN uuid_hash TEXT;  -- keyed, of the uuid: finds who came with nothing else; NULL: not computed yet
CREATE INDEX users_by_uuid_hash ON users (uuid_hash);
