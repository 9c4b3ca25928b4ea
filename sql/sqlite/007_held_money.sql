-- What a call in progress holds besides.
ALTER TABLE reservations ADD COLUMN money INTEGER NOT NULL DEFAULT 0;  -- of the user
ALTER TABLE reservations ADD COLUMN key_id INTEGER NOT NULL DEFAULT 0;  -- of which the next two are held; 0: none
ALTER TABLE reservations ADD COLUMN key_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN key_money INTEGER NOT NULL DEFAULT 0;
