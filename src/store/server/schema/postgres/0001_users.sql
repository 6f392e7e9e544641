-- One row a user. Keys are normal forms and compared as bytes: no collation takes part in BYTEA, and it holds every
-- character, NUL too. `convert_from(email, 'UTF8')` shows one. NULLs are distinct to UNIQUE, so users without a phone
-- number do not conflict. Times are microseconds since 1970-01-01T00:00:00Z.
CREATE TABLE waystation_users (
    connection        BYTEA   NOT NULL,
    id                BYTEA   NOT NULL,
    version           BIGINT  NOT NULL,
    email             BYTEA,
    phone             BYTEA,
    username          BYTEA,
    legacy_source     BYTEA,
    legacy_id         BYTEA,
    blocked           BOOLEAN NOT NULL,
    profile           BYTEA   NOT NULL,
    credential        BYTEA   NOT NULL,
    credential_source BYTEA,
    hash_scheme       BYTEA,
    hash              BYTEA,
    hash_context      BYTEA,
    moved_at          BIGINT,
    moved_by          BYTEA,
    created_at        BIGINT  NOT NULL,
    updated_at        BIGINT  NOT NULL,
    last_login        BIGINT,
    login_count       BIGINT  NOT NULL,
    password_set_at   BIGINT,
    PRIMARY KEY (connection, id),
    UNIQUE (connection, email),
    UNIQUE (connection, phone),
    UNIQUE (connection, username),
    UNIQUE (connection, legacy_id, legacy_source),
    CHECK ((legacy_source IS NULL) = (legacy_id IS NULL)),
    CHECK ((moved_at IS NULL) = (moved_by IS NULL))
);

CREATE INDEX waystation_users_by_creation ON waystation_users (connection, created_at, id);
CREATE INDEX waystation_users_by_login ON waystation_users (connection, last_login, id);

-- What the deleted leave: digests of their keys under the tombstone key, and nothing that names them.
CREATE TABLE waystation_tombstones (
    connection        BYTEA   NOT NULL,
    digest            BYTEA   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (connection, digest)
);

CREATE TABLE waystation_jobs (
    connection        BYTEA   NOT NULL,
    id                BYTEA   NOT NULL,
    kind              BYTEA   NOT NULL,
    status            BYTEA   NOT NULL,
    state             BYTEA   NOT NULL,
    created_at   BIGINT NOT NULL,
    fence        BIGINT NOT NULL,
    leased_until BIGINT,
    PRIMARY KEY (connection, id)
);

CREATE INDEX waystation_jobs_by_kind ON waystation_jobs (connection, kind, created_at, id);

-- Facts about the database itself: the tombstone key, or the digest that recognises the host's own.
CREATE TABLE waystation_meta (
    name              BYTEA   NOT NULL PRIMARY KEY,
    value             BYTEA   NOT NULL
);
