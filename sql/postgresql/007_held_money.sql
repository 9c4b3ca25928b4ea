-- What a call in progress holds besides.
ALTER TABLE reservations ADD COLUMN money BIGINT NOT NULL DEFAULT 0;  -- of the user
ALTER TABLE reservations ADD COLUMN key_id BIGINT NOT NULL DEFAULT 0;  -- of which the next two are held; 0: none
ALTER TABLE reservations ADD COLUMN key_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN key_money BIGINT NOT NULL DEFAULT 0;
