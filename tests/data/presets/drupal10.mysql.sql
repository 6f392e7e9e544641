-- Drupal 10.2: the schema of the entity type user, core/modules/user/src/Entity/User.php
-- Written by make.py.


CREATE TABLE users_field_data (
    uid int unsigned NOT NULL, langcode varchar(12) NOT NULL, preferred_langcode varchar(12), name varchar(60) NOT NULL,
    pass varchar(255), mail varchar(254), timezone varchar(32), status tinyint, created int NOT NULL, changed int,
    access int NOT NULL, login int, init varchar(254), default_langcode tinyint NOT NULL, PRIMARY KEY (uid, langcode)
);

INSERT INTO users_field_data (uid, langcode, name, pass, mail, status, created, access, login, default_langcode) VALUES
    (0, 'en', '', NULL, NULL, 0, 1554192930, 0, 0, 1),
    (1, 'en', 'ada', '$2y$04$bgp9vfU9UDOf1JwfhuZLGuqSKjQZeYy6sTsrdUp806DWhztJHInLG', 'ada@example.com', 1, 1554192930, 0, 1709208000, 1),
    (1, 'nl', 'ada', '$2y$04$bgp9vfU9UDOf1JwfhuZLGuqSKjQZeYy6sTsrdUp806DWhztJHInLG', 'ada@example.com', 1, 1554192930, 0, 1709208000, 0),
    (2, 'en', 'mallory', '$S$5yH/Na06klwYQ.DPEsL6oNHwfNtg7Y7qJeMY8pYdVbxY8SK.xpQS', 'mallory@example.com', 0, 1554192930, 0, 0, 1);
