-- One row a user. Keys are normal forms and compared as bytes (BINARY, SQLite's default collation). NULLs are distinct
-- to UNIQUE, so users without a phone number do not conflict. Times are microseconds since 1970-01-01T00:00:00Z.
CREATE TABLE waystation_users (
    connection        TEXT    NOT NULL,
    id                TEXT    NOT NULL,
    version           INTEGER NOT NULL,
    email             TEXT,
    phone             TEXT,
    username          TEXT,
    legacy_source     TEXT,
    legacy_id         TEXT,
    blocked           INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    profile           TEXT    NOT NULL,
    credential        TEXT    NOT NULL,
    credential_source TEXT,
    hash_scheme       TEXT,
    hash              TEXT,
    hash_context      TEXT,
    moved_at          INTEGER,
    moved_by          TEXT,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    last_login        INTEGER,
    login_count       INTEGER NOT NULL,
    password_set_at   INTEGER,
    PRIMARY KEY (connection, id),
    UNIQUE (connection, email),
    UNIQUE (connection, phone),
    UNIQUE (connection, username),
    UNIQUE (connection, legacy_id, legacy_source),
    CHECK ((legacy_source IS NULL) = (legacy_id IS NULL)),
    CHECK ((moved_at IS NULL) = (moved_by IS NULL))
) STRICT;

CREATE INDEX waystation_users_by_creation ON waystation_users (connection, created_at, id);
CREATE INDEX waystation_users_by_login ON waystation_users (connection, last_login, id);

-- What ANALYZE finds of a million users in one connection. Before it has run, SQLite takes a connection to have ten, and reads
-- all of them in the order that is asked for where the index of another key would give the one who is wanted.
-- https://sqlite.org/lang_analyze.html#fixed_results_of_analyze
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('waystation_users', 'sqlite_autoindex_waystation_users_1', '1000000 1000000 1'),
    ('waystation_users', 'sqlite_autoindex_waystation_users_2', '1000000 1000000 1'),
    ('waystation_users', 'sqlite_autoindex_waystation_users_3', '1000000 1000000 1'),
    ('waystation_users', 'sqlite_autoindex_waystation_users_4', '1000000 1000000 1'),
    ('waystation_users', 'sqlite_autoindex_waystation_users_5', '1000000 1000000 1 1'),
    ('waystation_users', 'waystation_users_by_creation', '1000000 1000000 1 1'),
    ('waystation_users', 'waystation_users_by_login', '1000000 1000000 1 1');
ANALYZE sqlite_schema;

-- What the deleted leave: digests of their keys under the tombstone key, and nothing that names them.
CREATE TABLE waystation_tombstones (
    connection TEXT    NOT NULL,
    digest     BLOB    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (connection, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE waystation_jobs (
    connection   TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    fence        INTEGER NOT NULL,
    leased_until INTEGER,
    PRIMARY KEY (connection, id)
) STRICT;

CREATE INDEX waystation_jobs_by_kind ON waystation_jobs (connection, kind, created_at, id);

-- Facts about the database itself: the tombstone key, or the digest that recognises the host's own.
CREATE TABLE waystation_meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
