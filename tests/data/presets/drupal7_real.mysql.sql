-- Drupal 7.44, PHP 7.0.33-0ubuntu0.16.04.16, MariaDB 10.11.19: by make_drupal.sh.
CREATE TABLE `users` (
  `uid` int(10) unsigned NOT NULL DEFAULT 0 COMMENT 'Primary Key: Unique user ID.',
  `name` varchar(60) NOT NULL DEFAULT '' COMMENT 'Unique user name.',
  `pass` varchar(128) NOT NULL DEFAULT '',
  `mail` varchar(254) DEFAULT '' COMMENT 'User’s e-mail address.',
  `theme` varchar(255) NOT NULL DEFAULT '' COMMENT 'User’s default theme.',
  `signature` varchar(255) NOT NULL DEFAULT '' COMMENT 'User’s signature.',
  `signature_format` varchar(255) DEFAULT NULL COMMENT 'The filter_format.format of the signature.',
  `created` int(11) NOT NULL DEFAULT 0 COMMENT 'Timestamp for when user was created.',
  `access` int(11) NOT NULL DEFAULT 0 COMMENT 'Timestamp for previous time user accessed the site.',
  `login` int(11) NOT NULL DEFAULT 0 COMMENT 'Timestamp for user’s last login.',
  `status` tinyint(4) NOT NULL DEFAULT 0 COMMENT 'Whether the user is active(1) or blocked(0).',
  `timezone` varchar(32) DEFAULT NULL COMMENT 'User’s time zone.',
  `language` varchar(12) NOT NULL DEFAULT '' COMMENT 'User’s default language.',
  `picture` int(11) NOT NULL DEFAULT 0 COMMENT 'Foreign key: file_managed.fid of user’s picture.',
  `init` varchar(254) DEFAULT '' COMMENT 'E-mail address used for initial account creation.',
  `data` longblob DEFAULT NULL COMMENT 'A serialized array of name value pairs that are related to the user. Any form values posted during user edit are stored and are loaded into the $user object during user_load(). Use of this field is discouraged and it will likely disappear in a future...',
  PRIMARY KEY (`uid`),
  UNIQUE KEY `name` (`name`),
  KEY `access` (`access`),
  KEY `created` (`created`),
  KEY `mail` (`mail`),
  KEY `picture` (`picture`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci COMMENT='Stores user data.';
INSERT INTO `users` VALUES (0,'','','','','',NULL,0,0,0,0,NULL,'',0,'',NULL);
INSERT INTO `users` VALUES (1,'ada','$S$DEWeaBJG4Gmj.2hzOzFvcZhP7RWuOeR9CP4poe/hzGiE.yerR/VZ','Ada.Lovelace@Example.com','','',NULL,1796012945,1796012945,1796012945,1,'UTC','',0,'Ada.Lovelace@Example.com','b:0;');
INSERT INTO `users` VALUES (2,'grace','$S$DM03YOoPHI06EomLIShUbBvzrcriD7v5iwEJnxUjj7/mFwcJLUuY','grace@example.com','','',NULL,1554192930,1709208060,1709208000,1,'UTC','',0,'grace@example.com',NULL);
INSERT INTO `users` VALUES (3,'Zoë Brontë','$S$DiJ42x7VEMi5GtIgEOQ9fa2Xwc.RgdAN/GxgTec9Esm19IQgcX22','Zoe.Bronte@example.com','','',NULL,1554192930,0,0,1,'UTC','',0,'Zoe.Bronte@example.com',NULL);
INSERT INTO `users` VALUES (4,'quote','$S$DrLahmBRFXSdbloJv/53yv4LePgEspAX35CvrRX2z7BXC./p2kCh','quote@example.com','','',NULL,1554192930,0,0,1,'UTC','',0,'quote@example.com',NULL);
INSERT INTO `users` VALUES (5,'mallory','$S$DszmuRO/hBHINJMejYe4DKWDAPywmUwT1ThOo1obQVltiAClyace','mallory@example.com','','',NULL,1554192930,0,0,0,'UTC','',0,'mallory@example.com',NULL);
INSERT INTO `users` VALUES (6,'six','U$S$9eU34Ys2vDRJX7T04qU99ehOgZIXl.XF5.cdUKPAsol2w4xe4gyn','six@example.com','','',NULL,1554192930,0,0,1,'UTC','',0,'six@example.com',NULL);
