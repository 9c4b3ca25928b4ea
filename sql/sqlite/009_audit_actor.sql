ALTER TABLE audit ADD COLUMN actor TEXT NOT NULL DEFAULT '';  -- the admin who did it to another's account
