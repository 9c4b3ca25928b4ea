-- Names that people cannot tell apart have one look_alike, the SHA-256 of their skeleton (UTS 39): the program
-- computes it. NULL: not yet, as in rows of older programs.
ALTER TABLE users ADD COLUMN look_alike TEXT;
-- 0: registered when the rule was there, so no other such row has its look_alike. Else the row's id: it may look like others.
ALTER TABLE users ADD COLUMN older_twin BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX users_by_look_alike ON users (look_alike, older_twin);
