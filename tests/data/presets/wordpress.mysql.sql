-- WordPress 6.8: wp-admin/includes/schema.php
-- Written by make.py.


CREATE TABLE wp_users (
    ID bigint(20) unsigned NOT NULL auto_increment PRIMARY KEY,
    user_login varchar(60) NOT NULL default '', user_pass varchar(255) NOT NULL default '',
    user_nicename varchar(50) NOT NULL default '', user_email varchar(100) NOT NULL default '',
    user_url varchar(100) NOT NULL default '', user_registered datetime NOT NULL default '0000-00-00 00:00:00',
    user_activation_key varchar(255) NOT NULL default '', user_status int(11) NOT NULL default '0',
    display_name varchar(250) NOT NULL default '', KEY user_login_key (user_login), KEY user_email (user_email)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
CREATE TABLE wp_usermeta (
    umeta_id bigint(20) unsigned NOT NULL auto_increment PRIMARY KEY, user_id bigint(20) unsigned NOT NULL default '0',
    meta_key varchar(255) default NULL, meta_value longtext, KEY user_id (user_id), KEY meta_key (meta_key(191))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

INSERT INTO wp_users (ID, user_login, user_pass, user_email, user_registered, display_name) VALUES
    (1, 'ada', '$wp$2y$04$uySQyv1vxrt810CIvy9Qu.F5vDjUHjvzjcFdWeIao6ll/lYkxNb5a', 'Ada@Example.com', '2019-04-02 08:15:30', 'Ada Lovelace'),
    (2, 'grace', '$P$5lb.X6PVGMd4pxe8kNPfRDyrOFtXlv/', 'grace@example.com', '0000-00-00 00:00:00', 'Grace'),
    (3, 'old', '9cc2ae8a1ba7a93da39b46fc1019c481', 'old@example.com', '2005-01-01 00:00:00', 'old');

INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES
    (1, 'first_name', 'Ada'),
    (1, 'last_name', 'Lovelace'),
    (1, 'wp_capabilities', 'a:1:{s:13:"administrator";b:1;}');
