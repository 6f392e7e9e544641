-- WordPress 6.1.9, PHP 8.2.36, MariaDB 10.11.19: by make_wordpress.sh.
CREATE TABLE `wp_users` (
  `ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `user_login` varchar(60) NOT NULL DEFAULT '',
  `user_pass` varchar(255) NOT NULL DEFAULT '',
  `user_nicename` varchar(50) NOT NULL DEFAULT '',
  `user_email` varchar(100) NOT NULL DEFAULT '',
  `user_url` varchar(100) NOT NULL DEFAULT '',
  `user_registered` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `user_activation_key` varchar(255) NOT NULL DEFAULT '',
  `user_status` int(11) NOT NULL DEFAULT 0,
  `display_name` varchar(250) NOT NULL DEFAULT '',
  PRIMARY KEY (`ID`),
  KEY `user_login_key` (`user_login`),
  KEY `user_nicename` (`user_nicename`),
  KEY `user_email` (`user_email`)
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
INSERT INTO `wp_users` VALUES (1,'ada','$P$Bnbqfw4lIo/5Am.5sAigGKQhNn9jRS.','ada','Ada.Lovelace@Example.com','http://localhost','2026-11-25 14:24:20','',0,'Ada Lovelace');
INSERT INTO `wp_users` VALUES (2,'grace','$P$BeOdSYqBnwbyR28b7oBdFUl7PCC0tH.','grace','grace@example.com','','2019-04-02 08:15:30','',0,'grace');
INSERT INTO `wp_users` VALUES (3,'Zoe Bronte','$P$BLRRpwwFIEtXp8M7jQM5Feryx3GXiC1','zoe-bronte','zoe-bronte@example.com','','2019-04-02 08:15:30','',0,'Zoe Bronte');
INSERT INTO `wp_users` VALUES (4,'quote','$P$Bhqsg/GeO473WkqnDyPQlMl/vcss0O0','quote','quote@example.com','','2019-04-02 08:15:30','',0,'quote');
CREATE TABLE `wp_usermeta` (
  `umeta_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) unsigned NOT NULL DEFAULT 0,
  `meta_key` varchar(255) DEFAULT NULL,
  `meta_value` longtext DEFAULT NULL,
  PRIMARY KEY (`umeta_id`),
  KEY `user_id` (`user_id`),
  KEY `meta_key` (`meta_key`(191))
) ENGINE=InnoDB AUTO_INCREMENT=58 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
INSERT INTO `wp_usermeta` VALUES (1,1,'nickname','ada');
INSERT INTO `wp_usermeta` VALUES (2,1,'first_name','Ada');
INSERT INTO `wp_usermeta` VALUES (3,1,'last_name','Lovelace');
INSERT INTO `wp_usermeta` VALUES (4,1,'description','');
INSERT INTO `wp_usermeta` VALUES (5,1,'rich_editing','true');
INSERT INTO `wp_usermeta` VALUES (6,1,'syntax_highlighting','true');
INSERT INTO `wp_usermeta` VALUES (7,1,'comment_shortcuts','false');
INSERT INTO `wp_usermeta` VALUES (8,1,'admin_color','fresh');
INSERT INTO `wp_usermeta` VALUES (9,1,'use_ssl','0');
INSERT INTO `wp_usermeta` VALUES (10,1,'show_admin_bar_front','true');
INSERT INTO `wp_usermeta` VALUES (11,1,'locale','');
INSERT INTO `wp_usermeta` VALUES (12,1,'wp_capabilities','a:1:{s:13:\"administrator\";b:1;}');
INSERT INTO `wp_usermeta` VALUES (13,1,'wp_user_level','10');
INSERT INTO `wp_usermeta` VALUES (14,1,'dismissed_wp_pointers','');
INSERT INTO `wp_usermeta` VALUES (15,1,'show_welcome_panel','1');
INSERT INTO `wp_usermeta` VALUES (16,2,'nickname','grace');
INSERT INTO `wp_usermeta` VALUES (17,2,'first_name','');
INSERT INTO `wp_usermeta` VALUES (18,2,'last_name','');
INSERT INTO `wp_usermeta` VALUES (19,2,'description','');
INSERT INTO `wp_usermeta` VALUES (20,2,'rich_editing','true');
INSERT INTO `wp_usermeta` VALUES (21,2,'syntax_highlighting','true');
INSERT INTO `wp_usermeta` VALUES (22,2,'comment_shortcuts','false');
INSERT INTO `wp_usermeta` VALUES (23,2,'admin_color','fresh');
INSERT INTO `wp_usermeta` VALUES (24,2,'use_ssl','0');
INSERT INTO `wp_usermeta` VALUES (25,2,'show_admin_bar_front','true');
INSERT INTO `wp_usermeta` VALUES (26,2,'locale','');
INSERT INTO `wp_usermeta` VALUES (27,2,'wp_capabilities','a:1:{s:6:\"editor\";b:1;}');
INSERT INTO `wp_usermeta` VALUES (28,2,'wp_user_level','7');
INSERT INTO `wp_usermeta` VALUES (29,2,'dismissed_wp_pointers','');
INSERT INTO `wp_usermeta` VALUES (30,3,'nickname','Zoe Bronte');
INSERT INTO `wp_usermeta` VALUES (31,3,'first_name','');
INSERT INTO `wp_usermeta` VALUES (32,3,'last_name','');
INSERT INTO `wp_usermeta` VALUES (33,3,'description','');
INSERT INTO `wp_usermeta` VALUES (34,3,'rich_editing','true');
INSERT INTO `wp_usermeta` VALUES (35,3,'syntax_highlighting','true');
INSERT INTO `wp_usermeta` VALUES (36,3,'comment_shortcuts','false');
INSERT INTO `wp_usermeta` VALUES (37,3,'admin_color','fresh');
INSERT INTO `wp_usermeta` VALUES (38,3,'use_ssl','0');
INSERT INTO `wp_usermeta` VALUES (39,3,'show_admin_bar_front','true');
INSERT INTO `wp_usermeta` VALUES (40,3,'locale','');
INSERT INTO `wp_usermeta` VALUES (41,3,'wp_capabilities','a:1:{s:6:\"editor\";b:1;}');
INSERT INTO `wp_usermeta` VALUES (42,3,'wp_user_level','7');
INSERT INTO `wp_usermeta` VALUES (43,3,'dismissed_wp_pointers','');
INSERT INTO `wp_usermeta` VALUES (44,4,'nickname','quote');
INSERT INTO `wp_usermeta` VALUES (45,4,'first_name','');
INSERT INTO `wp_usermeta` VALUES (46,4,'last_name','');
INSERT INTO `wp_usermeta` VALUES (47,4,'description','');
INSERT INTO `wp_usermeta` VALUES (48,4,'rich_editing','true');
INSERT INTO `wp_usermeta` VALUES (49,4,'syntax_highlighting','true');
INSERT INTO `wp_usermeta` VALUES (50,4,'comment_shortcuts','false');
INSERT INTO `wp_usermeta` VALUES (51,4,'admin_color','fresh');
INSERT INTO `wp_usermeta` VALUES (52,4,'use_ssl','0');
INSERT INTO `wp_usermeta` VALUES (53,4,'show_admin_bar_front','true');
INSERT INTO `wp_usermeta` VALUES (54,4,'locale','');
INSERT INTO `wp_usermeta` VALUES (55,4,'wp_capabilities','a:1:{s:6:\"editor\";b:1;}');
INSERT INTO `wp_usermeta` VALUES (56,4,'wp_user_level','7');
INSERT INTO `wp_usermeta` VALUES (57,4,'dismissed_wp_pointers','');
