-- One row a user. Keys are normal forms and compared as bytes: no collation takes part in VARBINARY, and none pads.
-- NULLs are distinct to UNIQUE, so users without a phone number do not conflict. Times are microseconds since
-- 1970-01-01T00:00:00Z. An index holds 3,072 bytes of a row.
CREATE TABLE waystation_users (
    connection        VARBINARY(255)  NOT NULL,
    id                VARBINARY(1024) NOT NULL,
    version           BIGINT          NOT NULL,
    email             VARBINARY(1024),
    phone             VARBINARY(1024),
    username          VARBINARY(1024),
    legacy_source     VARBINARY(255),
    legacy_id         VARBINARY(1024),
    blocked           BOOLEAN         NOT NULL,
    profile           LONGBLOB        NOT NULL,
    credential        VARBINARY(32)   NOT NULL,
    credential_source VARBINARY(255),
    hash_scheme       VARBINARY(255),
    hash              LONGBLOB,
    hash_context      LONGBLOB,
    moved_at          BIGINT,
    moved_by          VARBINARY(32),
    created_at        BIGINT          NOT NULL,
    updated_at        BIGINT          NOT NULL,
    last_login        BIGINT,
    login_count       BIGINT          NOT NULL,
    password_set_at   BIGINT,
    PRIMARY KEY (connection, id),
    UNIQUE KEY waystation_users_email (connection, email),
    UNIQUE KEY waystation_users_phone (connection, phone),
    UNIQUE KEY waystation_users_username (connection, username),
    UNIQUE KEY waystation_users_legacy (connection, legacy_id, legacy_source),
    KEY waystation_users_by_creation (connection, created_at, id),
    KEY waystation_users_by_login (connection, last_login, id)
) ENGINE = InnoDB;

-- What the deleted leave: digests of their keys under the tombstone key, and nothing that names them.
CREATE TABLE waystation_tombstones (
    connection VARBINARY(255) NOT NULL,
    digest     VARBINARY(64)  NOT NULL,
    at         BIGINT         NOT NULL,
    PRIMARY KEY (connection, digest)
) ENGINE = InnoDB;

CREATE TABLE waystation_jobs (
    connection   VARBINARY(255)  NOT NULL,
    id           VARBINARY(1024) NOT NULL,
    kind         VARBINARY(255)  NOT NULL,
    status       VARBINARY(32)   NOT NULL,
    state        LONGBLOB        NOT NULL,
    created_at   BIGINT          NOT NULL,
    fence        BIGINT          NOT NULL,
    leased_until BIGINT,
    PRIMARY KEY (connection, id),
    KEY waystation_jobs_by_kind (connection, kind, created_at, id)
) ENGINE = InnoDB;

-- Facts about the database itself: the tombstone key, or the digest that recognises the host's own.
CREATE TABLE waystation_meta (
    name  VARBINARY(255) NOT NULL PRIMARY KEY,
    value VARBINARY(64)  NOT NULL
) ENGINE = InnoDB;
