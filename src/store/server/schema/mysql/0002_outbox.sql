-- What the legacy system is still to be told, in the order of each user's changes. The body is sealed.
CREATE TABLE waystation_outbox (
    connection    VARBINARY(255)  NOT NULL,
    user_id       VARBINARY(1024) NOT NULL,
    position      BIGINT          NOT NULL,
    legacy_source VARBINARY(255),
    legacy_id     VARBINARY(1024),
    body          BLOB            NOT NULL,
    queued_at     BIGINT          NOT NULL,
    expires_at    BIGINT          NOT NULL,
    due_at        BIGINT          NOT NULL,
    taken         BIGINT          NOT NULL,
    PRIMARY KEY (connection, user_id, position),
    KEY waystation_outbox_by_time (connection, due_at, user_id)
) ENGINE = InnoDB;
