-- Names that people cannot tell apart have one look_alike, the SHA-256 of their skeleton (UTS 39): the program
-- computes it. NULL: not yet, as in rows of older programs.
-- older_twin is 0 for who registered when the rule was there, so no other such row has its look_alike. Else the row's id: it may look
-- like others.
ALTER TABLE users
    ADD COLUMN /*M! IF NOT EXISTS */ look_alike VARCHAR(64),
    ADD COLUMN /*M! IF NOT EXISTS */ older_twin BIGINT NOT NULL DEFAULT 0,
    ADD UNIQUE INDEX /*M! IF NOT EXISTS */ users_by_look_alike (look_alike, older_twin);
