-- Money is in micro-units of the currency of all prices: 1000000 is one of it.
ALTER TABLE users
    ADD COLUMN /*M! IF NOT EXISTS */ money BIGINT NOT NULL DEFAULT -1 CHECK (money >= -1),  -- left; -1: unlimited
    ADD COLUMN /*M! IF NOT EXISTS */ money_held BIGINT NOT NULL DEFAULT 0,  -- by calls in progress
    ADD COLUMN /*M! IF NOT EXISTS */ uuid_hash VARCHAR(64),  -- keyed, of the uuid: finds who came with nothing else; NULL: not computed yet
    ADD INDEX /*M! IF NOT EXISTS */ users_by_uuid_hash (uuid_hash);
