-- What a call in progress holds besides.
ALTER TABLE reservations
    ADD COLUMN /*M! IF NOT EXISTS */ money BIGINT NOT NULL DEFAULT 0,  -- of the user
    ADD COLUMN /*M! IF NOT EXISTS */ key_id BIGINT NOT NULL DEFAULT 0,  -- of which the next two are held; 0: none
    ADD COLUMN /*M! IF NOT EXISTS */ key_tokens BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN /*M! IF NOT EXISTS */ key_money BIGINT NOT NULL DEFAULT 0;
