-- What an account gets on top, in micro-units, as its tokens; -1: unlimited from now on.
ALTER TABLE invitations ADD COLUMN money BIGINT NOT NULL DEFAULT 0;
