#!/bin/sh
# Writes `wordpress_real.mysql.sql`: what a WordPress installs and keeps of the people it is given, by its own code.
# Needs Debian's packages wordpress, php-cli, php-mysql and mariadb-server. Run it in this folder, as root.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2> /dev/null || true; wait; rm -rf "$folder"' EXIT

mariadb-install-db --no-defaults --user=root --datadir="$folder/data" --auth-root-authentication-method=normal > /dev/null
mariadbd --no-defaults --user=root --datadir="$folder/data" --socket="$folder/socket" --skip-networking \
    --pid-file="$folder/pid" > "$folder/log" 2>&1 &
server=$!
until mariadb -S "$folder/socket" -e 'CREATE DATABASE wordpress' 2> /dev/null; do sleep 0.2; done

cat > "$folder/people.php" <<PHP
<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:$folder/socket'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_INSTALLING', true); define('WP_SITEURL', 'http://localhost'); define('WP_HTTP_BLOCK_EXTERNAL', true);
\$table_prefix = 'wp_';
define('ABSPATH', '/usr/share/wordpress/');
require ABSPATH . 'wp-settings.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification(\$title, \$url, \$user, \$password) {}
\$password = 'correct horse battery staple';
wp_install('Site', 'ada', 'Ada.Lovelace@Example.com', false, '', \$password);
wp_update_user(['ID' => 1, 'first_name' => 'Ada', 'last_name' => 'Lovelace', 'display_name' => 'Ada Lovelace']);
foreach (['grace', 'Zoë Brontë', 'quote'] as \$login) {
    \$made = wp_insert_user([
        'user_login' => \$login,
        'user_pass' => \$login === 'quote' ? ' it\'s "quoted" \\\\ ' : \$password,
        'user_email' => sanitize_title(\$login) . '@example.com',
        'user_registered' => '2019-04-02 08:15:30',
        'role' => 'editor',
    ]);
    if (is_wp_error(\$made)) { fwrite(STDERR, \$made->get_error_message() . "\\n"); exit(1); }
}
fwrite(STDERR, "WordPress \$wp_version, PHP " . PHP_VERSION . "\\n");
PHP
made_by=$(php "$folder/people.php" 2>&1 > /dev/null | grep '^WordPress')
{
    echo "-- $made_by, $(mariadbd --version | sed 's/.*Ver \([0-9.]*\).*/MariaDB \1/'): by make_wordpress.sh."
    mariadb-dump -S "$folder/socket" --compact --skip-extended-insert wordpress wp_users wp_usermeta
} > wordpress_real.mysql.sql
