-- Laravel 11: database/migrations/0001_01_01_000000_create_users_table.php
-- Written by make.py.


CREATE TABLE users (
    id bigserial PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL UNIQUE,
    email_verified_at timestamp NULL, password varchar(255) NOT NULL, remember_token varchar(100) NULL,
    created_at timestamp NULL, updated_at timestamp NULL
);

INSERT INTO users (id, name, email, email_verified_at, password, created_at) VALUES
    (1, 'Ada Lovelace', 'ada@example.com', '2020-01-01 00:00:00', '$2y$04$bgp9vfU9UDOf1JwfhuZLGuqSKjQZeYy6sTsrdUp806DWhztJHInLG', '2019-04-02 08:15:30'),
    (2, 'Grace', 'grace@example.com', NULL, '$argon2id$v=19$m=64,t=2,p=1$U1NjU2d4T0kwMjhqSE5kRg$qjMORRJoVFVNBxgU2ubitjB6vjQ2z/lamIQazlJosrY', NULL);
