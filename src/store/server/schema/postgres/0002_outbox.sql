-- What the legacy system is still to be told, in the order of each user's changes. The body is sealed.
CREATE TABLE waystation_outbox (
    connection    BYTEA  NOT NULL,
    user_id       BYTEA  NOT NULL,
    position      BIGINT NOT NULL,
    legacy_source BYTEA,
    legacy_id     BYTEA,
    body          BYTEA  NOT NULL,
    queued_at     BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    due_at        BIGINT NOT NULL,
    taken         BIGINT NOT NULL,
    PRIMARY KEY (connection, user_id, position)
);

CREATE INDEX waystation_outbox_by_time ON waystation_outbox (connection, due_at, user_id);
