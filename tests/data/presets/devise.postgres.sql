-- Devise 4.9: lib/generators/active_record/devise_generator.rb, all modules; Rails 7.1
-- Written by make.py.


CREATE TABLE users (
    id bigserial PRIMARY KEY, email varchar(255) DEFAULT '' NOT NULL UNIQUE,
    encrypted_password varchar(255) DEFAULT '' NOT NULL, reset_password_token varchar(255),
    reset_password_sent_at timestamp(6) without time zone, remember_created_at timestamp(6) without time zone, sign_in_count integer DEFAULT 0 NOT NULL,
    current_sign_in_at timestamp(6) without time zone, last_sign_in_at timestamp(6) without time zone, current_sign_in_ip varchar(255), last_sign_in_ip varchar(255),
    confirmation_token varchar(255), confirmed_at timestamp(6) without time zone, confirmation_sent_at timestamp(6) without time zone, unconfirmed_email varchar(255),
    failed_attempts integer DEFAULT 0 NOT NULL, unlock_token varchar(255), locked_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL
);

INSERT INTO users (id, email, encrypted_password, sign_in_count, current_sign_in_at, confirmed_at, locked_at, created_at, updated_at) VALUES
    (1, 'ada@example.com', '$2a$04$EtxqiSVuSuSxwPBaFIF3cO/D1YjXY2C3BwYUbz9fl8CLU7BSX2W56', 7, '2024-02-29 12:00:00', '2019-04-02 08:15:30.123456', NULL, '2019-04-02 08:15:30.123456', '2019-04-02 08:15:30.123456'),
    (2, 'grace@example.com', '$2a$04$EtxqiSVuSuSxwPBaFIF3cO/D1YjXY2C3BwYUbz9fl8CLU7BSX2W56', 0, NULL, NULL, NULL, '2019-04-02 08:15:30.123456', '2019-04-02 08:15:30.123456'),
    (3, 'mallory@example.com', '$2a$04$EtxqiSVuSuSxwPBaFIF3cO/D1YjXY2C3BwYUbz9fl8CLU7BSX2W56', 0, NULL, NULL, '2019-04-02 08:15:30.123456', '2019-04-02 08:15:30.123456', '2019-04-02 08:15:30.123456');
