-- Drupal 7.103: modules/user/user.install
-- Written by make.py.


CREATE TABLE users (
    uid int unsigned NOT NULL DEFAULT 0 PRIMARY KEY, name varchar(60) NOT NULL DEFAULT '' UNIQUE,
    pass varchar(128) NOT NULL DEFAULT '', mail varchar(254) DEFAULT '', theme varchar(255) NOT NULL DEFAULT '',
    signature varchar(255) NOT NULL DEFAULT '', created int NOT NULL DEFAULT 0, access int NOT NULL DEFAULT 0,
    login int NOT NULL DEFAULT 0, status tinyint NOT NULL DEFAULT 0, timezone varchar(32), init varchar(254) DEFAULT ''
);

INSERT INTO users (uid, name, pass, mail, created, login, status) VALUES
    (0, '', '', '', 0, 0, 0),
    (1, 'ada', '$S$5yH/Na06klwYQ.DPEsL6oNHwfNtg7Y7qJeMY8pYdVbxY8SK.xpQS', 'ada@example.com', 1554192930, 1709208000, 1),
    (2, 'mallory', '$S$5yH/Na06klwYQ.DPEsL6oNHwfNtg7Y7qJeMY8pYdVbxY8SK.xpQS', 'mallory@example.com', 1554192930, 0, 0);
