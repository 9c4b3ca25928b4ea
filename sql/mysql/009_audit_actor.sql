ALTER TABLE audit ADD COLUMN /*M! IF NOT EXISTS */ actor VARCHAR(255) NOT NULL DEFAULT '';  -- the admin who did it to another's account
