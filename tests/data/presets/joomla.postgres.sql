-- Joomla 3.10: installation/sql/*/joomla.sql
-- Written by make.py.


CREATE TABLE j3_users (
    id int NOT NULL PRIMARY KEY, name varchar(400) NOT NULL DEFAULT '', username varchar(150) NOT NULL DEFAULT '',
    email varchar(100) NOT NULL DEFAULT '', password varchar(100) NOT NULL DEFAULT '', block smallint NOT NULL DEFAULT 0,
    "sendEmail" smallint DEFAULT 0, "registerDate" timestamp without time zone NOT NULL DEFAULT '1970-01-01 00:00:00',
    "lastvisitDate" timestamp without time zone NOT NULL DEFAULT '1970-01-01 00:00:00', activation varchar(100) NOT NULL DEFAULT '',
    params text NOT NULL, "lastResetTime" timestamp without time zone NOT NULL DEFAULT '1970-01-01 00:00:00',
    "resetCount" int NOT NULL DEFAULT 0, "otpKey" varchar(1000) NOT NULL DEFAULT '',
    otep varchar(1000) NOT NULL DEFAULT '', "requireReset" smallint NOT NULL DEFAULT 0
);

INSERT INTO j3_users (id, name, username, email, password, block, "registerDate", "lastvisitDate", params, "requireReset") VALUES
    (42, 'Ada Lovelace', 'ada', 'ada@example.com', '$2y$04$bgp9vfU9UDOf1JwfhuZLGuqSKjQZeYy6sTsrdUp806DWhztJHInLG', 0, '2019-04-02 08:15:30', '1970-01-01 00:00:00', '{}', 0),
    (43, 'Grace', 'grace', 'grace@example.com', 'a0b3a18385dc3d2597891fcf036bb881:da66ad0fc63a9e95ead6cdaad4df3ff2', 0, '2019-04-02 08:15:30', '1970-01-01 00:00:00', '{}', 1),
    (44, 'Mallory', 'mallory', 'mallory@example.com', '$P$5lb.X6PVGMd4pxe8kNPfRDyrOFtXlv/', 1, '1970-01-01 00:00:00', '1970-01-01 00:00:00', '{}', 0);
