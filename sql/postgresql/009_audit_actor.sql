ALTER TABLE audit ADD COLUMN actor TEXT COLLATE "C" NOT NULL DEFAULT '';  -- the admin who did it to another's account
