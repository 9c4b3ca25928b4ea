-- AUTO_INCREMENT: a uuid is derived from the id, so the id of a removed user must never come back.
-- The collation, which MariaDB and MySQL each know under another name: texts compare byte by byte, and a space at an
-- end counts.
CREATE TABLE IF NOT EXISTS users (
    id         BIGINT AUTO_INCREMENT PRIMARY KEY,
    name       VARCHAR(50)  NOT NULL UNIQUE,
    password   VARCHAR(200) NOT NULL,  -- $scrypt$ln=..,r=..,p=..$salt$hash
    email      VARCHAR(255) NOT NULL,
    academy    VARCHAR(100) NOT NULL DEFAULT '',  -- old clients send it
    epoch      BIGINT       NOT NULL DEFAULT 0,  -- counted up: every uuid given out before is worthless
    tokens     BIGINT       NOT NULL DEFAULT -1 CHECK (tokens >= -1),  -- left; -1: unlimited
    pic_times  BIGINT       NOT NULL DEFAULT -1 CHECK (pic_times >= -1),  -- left; -1: unlimited
    disabled   BIGINT       NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at VARCHAR(20)  NOT NULL DEFAULT (DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ'))
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4
  COLLATE = /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;
