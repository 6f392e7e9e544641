-- Keycloak 24: model/jpa/src/main/resources/META-INF/jpa-changelog-*.xml, as Liquibase makes it
-- Written by make.py.


CREATE TABLE REALM (id varchar(36) NOT NULL PRIMARY KEY, name varchar(255) UNIQUE);
CREATE TABLE USER_ENTITY (
    id varchar(36) NOT NULL PRIMARY KEY, email varchar(255), email_constraint varchar(255),
    email_verified bit(1) NOT NULL DEFAULT 0, enabled bit(1) NOT NULL,
    federation_link varchar(255), first_name varchar(255), last_name varchar(255), realm_id varchar(255),
    username varchar(255), created_timestamp bigint, service_account_client_link varchar(255), not_before int NOT NULL DEFAULT 0
);
CREATE TABLE CREDENTIAL (
    id varchar(36) NOT NULL PRIMARY KEY, salt tinyblob, type varchar(255), user_id varchar(36), created_date bigint,
    user_label varchar(255), secret_data longtext, credential_data longtext, priority int
);

INSERT INTO REALM (id, name) VALUES
    ('r1', 'people''s'),
    ('r2', 'other');

INSERT INTO USER_ENTITY (id, email, email_verified, enabled, first_name, last_name, realm_id, username, created_timestamp, service_account_client_link) VALUES
    ('01d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d', 'ada@example.com', 1, 1, 'Ada', 'Lovelace', 'r1', 'ada', 1554192930000, NULL),
    ('02d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d', 'mallory@example.com', 0, 0, NULL, NULL, 'r1', 'mallory', NULL, NULL),
    ('03d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d', 'ada@example.com', 1, 1, 'Another', 'Ada', 'r2', 'ada', 1554192930000, NULL),
    ('04d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d', NULL, 0, 1, NULL, NULL, 'r1', 'service-account-app', NULL, 'app');

INSERT INTO CREDENTIAL (id, type, user_id, created_date, secret_data, credential_data, priority) VALUES
    ('c1', 'password', '01d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d', 1700000000000, '{"value":"lZhSz0dZT2obh+reh/bM3FjSnHjM3Uo2PdSbTJtGN6pKytIVyc8olFncygc7yLYQ+upmD0CcjnfM6ViW1onzrQ==","salt":"appZtmuTXR9j/iMHVn+mew==","additionalParameters":{}}', '{"hashIterations":10,"algorithm":"pbkdf2","additionalParameters":{}}', 10),
    ('c2', 'password', '02d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d', 1700000000000, '{"value":"PgIj2PH/6fkY2QX+t4iAGSFSs/Bch+Y/8ykU3lq9vMY=","salt":"oyv6PXg0+ZRm4f8vnRpI1g==","additionalParameters":{}}', '{"hashIterations":2,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["64"],"type":["i"],"version":["1.0"],"parallelism":["1"]}}', 10),
    ('c3', 'otp', '01d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d', 1700000000000, '{"value":"x"}', '{}', 5);
