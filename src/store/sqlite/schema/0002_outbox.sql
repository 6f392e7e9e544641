-- What the legacy system is still to be told, in the order of each user's changes. The body is sealed.
CREATE TABLE waystation_outbox (
    connection    TEXT    NOT NULL,
    user_id       TEXT    NOT NULL,
    position      INTEGER NOT NULL,
    legacy_source TEXT,
    legacy_id     TEXT,
    body          BLOB    NOT NULL,
    queued_at     INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    taken         INTEGER NOT NULL,
    PRIMARY KEY (connection, user_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX waystation_outbox_by_time ON waystation_outbox (connection, due_at, user_id);
