-- Times are milliseconds since 1970, UTC. What is held is reserved by calls in progress.

-- A call in progress that holds something of its user. Whoever finds one expired releases it.
CREATE TABLE IF NOT EXISTS reservations (
    call_id       VARCHAR(64)  PRIMARY KEY,
    user_id       BIGINT       NOT NULL,
    tokens        BIGINT       NOT NULL,
    pic_times     BIGINT       NOT NULL,
    voice_seconds BIGINT       NOT NULL,
    calls         BIGINT       NOT NULL,  -- 1 when it counts in users.calls_held
    owner         VARCHAR(100) NOT NULL,  -- the worker, which puts the expiry off while it lives
    expires_ms    BIGINT       NOT NULL,
    INDEX reservations_by_expiry (expires_ms),
    INDEX reservations_by_owner (owner)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- A row per call. Only ever inserted. What was charged is what a balance was lowered by.
CREATE TABLE IF NOT EXISTS ledger (
    id                    BIGINT AUTO_INCREMENT PRIMARY KEY,
    call_id               VARCHAR(64)  NOT NULL UNIQUE,  -- the same settlement twice is one row
    at_ms                 BIGINT       NOT NULL,  -- the call's end
    user_id               BIGINT       NOT NULL,  -- 0: nobody
    user_name             VARCHAR(255) NOT NULL,
    model                 VARCHAR(100) NOT NULL,  -- that answered; empty: none
    route                 VARCHAR(100) NOT NULL,
    kind                  VARCHAR(20)  NOT NULL,  -- text, voice, picture
    tokens_in             BIGINT       NOT NULL,
    tokens_out            BIGINT       NOT NULL,
    tokens                BIGINT       NOT NULL,  -- in all, as billed
    pictures              BIGINT       NOT NULL,
    voice_seconds         BIGINT       NOT NULL,
    charged_tokens        BIGINT       NOT NULL,
    charged_pictures      BIGINT       NOT NULL,
    charged_voice_seconds BIGINT       NOT NULL,
    milliseconds          BIGINT       NOT NULL,
    outcome               VARCHAR(20)  NOT NULL,  -- complete, client_left, broken, failed
    basis                 VARCHAR(20)  NOT NULL,  -- reported, estimated, none
    request_id            VARCHAR(100) NOT NULL,
    upstream_id           VARCHAR(200) NOT NULL,
    INDEX ledger_by_time (at_ms),
    INDEX ledger_by_user (user_id, at_ms)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- What happened to accounts: logins, refusals, changes. Only ever inserted; old rows go.
CREATE TABLE IF NOT EXISTS audit (
    id         BIGINT AUTO_INCREMENT PRIMARY KEY,
    at_ms      BIGINT       NOT NULL,
    event      VARCHAR(50)  NOT NULL,
    user_name  VARCHAR(255) NOT NULL,  -- as asked for; there may be no such user
    address    VARCHAR(64)  NOT NULL,  -- the client's; empty: the command line
    request_id VARCHAR(100) NOT NULL,
    detail     VARCHAR(1000) NOT NULL,
    INDEX audit_by_time (at_ms),
    INDEX audit_by_user (user_name (100), at_ms)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Logins that failed, or have begun, by account and by address.
CREATE TABLE IF NOT EXISTS login_attempts (
    subject    VARCHAR(200) PRIMARY KEY,  -- 'name:ann', 'address:192.0.2.1'
    failures   BIGINT       NOT NULL,
    last_ms    BIGINT       NOT NULL,
    blocked_ms BIGINT       NOT NULL,  -- until when
    INDEX login_attempts_by_time (last_ms)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- A code that lets in and grants, once per user.
CREATE TABLE IF NOT EXISTS invitations (
    code          VARCHAR(64)  PRIMARY KEY,
    tokens        BIGINT       NOT NULL,
    pic_times     BIGINT       NOT NULL,
    voice_seconds BIGINT       NOT NULL,
    academy       VARCHAR(100) NOT NULL,  -- whose users it is for; empty: all
    uses_left     BIGINT       NOT NULL,  -- -1: no limit
    begins_ms     BIGINT       NOT NULL,
    ends_ms       BIGINT       NOT NULL,  -- 0: never
    created_ms    BIGINT       NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;
CREATE TABLE IF NOT EXISTS invitation_uses (
    code    VARCHAR(64)  NOT NULL,
    user_id BIGINT       NOT NULL,
    at_ms   BIGINT       NOT NULL,
    PRIMARY KEY (code, user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Whom the import has taken over from the original; it stays when the user is deleted.
CREATE TABLE IF NOT EXISTS imports (
    original_id VARCHAR(50) PRIMARY KEY,  -- users' Id there
    user_id     BIGINT      NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- Last: MySQL, unlike MariaDB, cannot add a column a second time.
ALTER TABLE users
    ADD COLUMN /*M! IF NOT EXISTS */ voice_seconds BIGINT NOT NULL DEFAULT -1 CHECK (voice_seconds >= -1),  -- left; -1: unlimited
    ADD COLUMN /*M! IF NOT EXISTS */ tokens_held BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN /*M! IF NOT EXISTS */ pic_times_held BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN /*M! IF NOT EXISTS */ voice_seconds_held BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN /*M! IF NOT EXISTS */ calls_held BIGINT NOT NULL DEFAULT 0,  -- calls in progress, of all hosts
    ADD COLUMN /*M! IF NOT EXISTS */ paid_ms BIGINT NOT NULL DEFAULT 0,     -- until when calls per minute are paid for
    ADD COLUMN /*M! IF NOT EXISTS */ refilled BIGINT NOT NULL DEFAULT 0;    -- 20261122 or 202611: the last refill's day or month
