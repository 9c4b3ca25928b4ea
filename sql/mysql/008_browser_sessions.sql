-- Sessions of browsers: who has the token of a row's hash is signed in as its user, while the user has that epoch. A row
-- goes when its session ends. Times are milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS browser_sessions (
    id      BIGINT AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    epoch   BIGINT NOT NULL,  -- of the user when it began: a new password or uuid ends it
    hash    VARCHAR(64) NOT NULL UNIQUE,  -- keyed, of the token: nobody reads a token out of it
    made_ms BIGINT NOT NULL,
    used_ms BIGINT NOT NULL,  -- to a minute
    network VARCHAR(100) NOT NULL,  -- of the client when it began
    INDEX browser_sessions_by_user (user_id),
    INDEX browser_sessions_by_use (used_ms)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

ALTER TABLE users ADD COLUMN /*M! IF NOT EXISTS */ is_admin BIGINT NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1));  -- may use /admin/*
