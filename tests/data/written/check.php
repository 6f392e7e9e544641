<?php
// Verifies what PHP's software reads. Ends with an error at the first hash that is not as it should be.
define('ABSPATH', '/usr/share/wordpress/');
define('WPINC', 'wp-includes');
require ABSPATH . WPINC . '/version.php';
require ABSPATH . WPINC . '/class-phpass.php';
require ABSPATH . WPINC . '/formatting.php';

// WordPress 6.8, wp-includes/pluggable.php: wp_check_password, without its filters.
function check_wordpress_68($password, $hash) {
    if (!str_starts_with($hash, '$wp')) return false;
    $password_to_verify = base64_encode(hash_hmac('sha384', trim($password), 'wp-sha384', true));
    return password_verify($password_to_verify, substr($hash, 3));
}

function check_phpass($password, $hash) {
    return (new PasswordHash(8, true))->CheckPassword($password, $hash);
}

// Drupal 7, includes/password.inc: _password_crypt, with _password_base64_encode as phpass has it.
function check_drupal7($password, $hash) {
    $phpass = new PasswordHash(8, true);
    $setting = substr($hash, 0, 12);
    $count = 1 << strpos($phpass->itoa64, $setting[3]);
    $salt = substr($setting, 4, 8);
    $digest = hash('sha512', $salt . $password, true);
    do {
        $digest = hash('sha512', $digest . $password, true);
    } while (--$count);
    return substr($setting . $phpass->encode64($digest, strlen($digest)), 0, 55) === $hash;
}

$checks = [
    'bcrypt-2y' => 'password_verify',
    'drupal7' => 'check_drupal7',
    'phpass' => 'check_phpass',
    'phpass-slashed' => fn ($password, $hash) => check_phpass(wp_slash($password), $hash),
    'wordpress' => 'check_wordpress_68',
    'wordpress-slashed' => fn ($password, $hash) => check_wordpress_68(wp_slash($password), $hash),
];
foreach (json_decode(file_get_contents($argv[1]), true) as $row) {
    $check = $checks[$row['format']] ?? null;
    if (!$check) continue;
    if (!$check($row['password'], $row['hash']) || $check('x' . $row['password'], $row['hash'])) {
        fwrite(STDERR, "not verified: {$row['format']}\n");
        exit(1);
    }
}
echo "WordPress $wp_version, PHP " . PHP_VERSION;
