-- MediaWiki 1.39: maintenance/tables-generated.sql
-- Written by make.py.


CREATE TABLE user (
    user_id INT UNSIGNED AUTO_INCREMENT NOT NULL PRIMARY KEY, user_name VARBINARY(255) DEFAULT '' NOT NULL UNIQUE,
    user_real_name VARBINARY(255) DEFAULT '' NOT NULL, user_password TINYBLOB NOT NULL, user_newpassword TINYBLOB NOT NULL,
    user_newpass_time BINARY(14), user_email TINYTEXT NOT NULL, user_touched BINARY(14) NOT NULL,
    user_token BINARY(32) DEFAULT '' NOT NULL, user_email_authenticated BINARY(14), user_email_token BINARY(32),
    user_email_token_expires BINARY(14), user_registration BINARY(14), user_editcount INT UNSIGNED,
    user_password_expires VARBINARY(14)
) DEFAULT CHARACTER SET binary;

INSERT INTO user (user_id, user_name, user_real_name, user_password, user_newpassword, user_email, user_touched, user_email_authenticated, user_registration) VALUES
    (1, 'Ada', 'Ada Lovelace', ':A:9cc2ae8a1ba7a93da39b46fc1019c481', '', 'Ada@example.com', '20190402081530', '20190402081530', '20190402081530'),
    (2, 'Grace', '', ':A:0123abcd:99e91979f19ae3f3da15019df553bda4', '', '', '20190402081530', NULL, NULL),
    (3, 'MediaWiki default', '', '', '', '', '20190402081530', NULL, NULL);
