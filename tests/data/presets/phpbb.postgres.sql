-- phpBB 3.3: phpbb/db/migration/data, the table users, without what is of display only
-- Written by make.py.


CREATE TABLE phpbb_users (
    user_id int NOT NULL PRIMARY KEY, user_type smallint DEFAULT 0 NOT NULL, group_id int DEFAULT 3 NOT NULL,
    user_regdate int DEFAULT 0 NOT NULL, username varchar(255) DEFAULT '' NOT NULL,
    username_clean varchar(255) DEFAULT '' NOT NULL UNIQUE, user_password varchar(255) DEFAULT '' NOT NULL,
    user_passchg int DEFAULT 0 NOT NULL, user_email varchar(100) DEFAULT '' NOT NULL,
    user_lastvisit int DEFAULT 0 NOT NULL, user_inactive_reason smallint DEFAULT 0 NOT NULL
);

INSERT INTO phpbb_users (user_id, user_type, user_regdate, username, username_clean, user_password, user_email, user_lastvisit) VALUES
    (1, 2, 0, 'Anonymous', 'anonymous', '', '', 0),
    (2, 3, 1554192930, 'Ada', 'ada', '$H$5lb.X6PVGMd4pxe8kNPfRDyrOFtXlv/', 'ada@example.com', 1709208000),
    (48, 0, 1554192930, 'Grace', 'grace', '$2y$04$bgp9vfU9UDOf1JwfhuZLGuqSKjQZeYy6sTsrdUp806DWhztJHInLG', 'grace@example.com', 0),
    (49, 1, 1554192930, 'Mallory', 'mallory', '$2y$04$bgp9vfU9UDOf1JwfhuZLGuqSKjQZeYy6sTsrdUp806DWhztJHInLG', 'mallory@example.com', 0),
    (50, 2, 1554192930, 'Googlebot', 'googlebot', '', '', 0);
