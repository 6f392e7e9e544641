<?php
// Known answers of what PHP applications put around bcrypt, on standard output.
//
//     apt-get install php-cli php-mbstring php-symfony-password-hasher
//     php make_bcrypt.php > bcrypt_php.json
//
// Symfony's hasher is the real one. The others are PHP's own functions, called as the applications do: WordPress 6.8
// (`wp_hash_password`), vBulletin 5 and upgrades of old tables (the hexadecimal of a digest), SMF 2.1 (`hash_password`),
// WoltLab's WBB 4 (`PasswordUtil::getDoubleSaltedHash`). PHP refuses NUL bytes for bcrypt; such passwords are left out
// where they reach it.

require 'Symfony/Component/PasswordHasher/autoload.php';

use Symfony\Component\PasswordHasher\Hasher\NativePasswordHasher;

$passwords = json_decode(file_get_contents(__DIR__ . '/passwords.json'), true, flags: JSON_THROW_ON_ERROR);
$rows = [];

/** A wrong password as near as can be. */
function twin(string $password): string
{
    return 'x' . $password;
}

function bcrypt(string $password, int $cost = 4): string
{
    return password_hash($password, PASSWORD_BCRYPT, ['cost' => $cost]);
}

$add = function (string $scheme, string $password, string $hash, bool $declared = true, array $more = []) use (&$rows): void {
    $row = ['scheme' => $scheme, 'password' => $password, 'wrong' => twin($password), 'hash' => $hash];
    $rows[] = $row + ($declared ? ['declared' => true] : []) + $more;
};

$wordpress = fn (string $password): string => base64_encode(hash_hmac('sha384', trim($password), 'wp-sha384', true));
foreach ([...$passwords, "\0\t both ends \x0B\r\n", "\u{A0}no break\u{A0}"] as $password) {
    $add('wordpress-bcrypt', $password, '$wp' . bcrypt($wordpress($password)), false);
}
$add('wordpress-bcrypt', 'password', '$wp' . bcrypt($wordpress('password'), 10), false, ['note' => 'default cost']);

foreach (['md5', 'sha1', 'sha256', 'sha512'] as $digest) {
    foreach ($passwords as $password) {
        $add("bcrypt-hex-$digest", $password, bcrypt(hash($digest, $password)));
        $add("bcrypt-upper-hex-$digest", $password, bcrypt(strtoupper(hash($digest, $password))));
    }
}

$symfony = new NativePasswordHasher(cost: 4, algorithm: PASSWORD_BCRYPT);
foreach ([...$passwords, str_repeat('é', 36), str_repeat('é', 36) . 'x'] as $password) {
    $hash = $symfony->hash($password);
    if ($symfony->verify($hash, $password)) {
        $add('symfony-bcrypt', $password, $hash);
    } else {
        // It hashes an empty password, and never lets one in.
        assert($password === '');
    }
}
$add('symfony-bcrypt', 'password', (new NativePasswordHasher(algorithm: PASSWORD_BCRYPT))->hash('password'), true, ['note' => 'default cost']);

$users = ['ada', 'Ada', 'ÅSA', 'ΣΊΣΥΦΟΣ', 'İstanbul', 'tab & <b>'];
foreach ($passwords as $number => $password) {
    $user = $users[$number % count($users)];
    $cut = mb_strtolower($user, 'UTF-8') . $password;
    if (!str_contains($password, "\0")) {
        $add('smf21-bcrypt', $password, bcrypt($cut), true, ['context' => ['username' => $user]]);
    }
}

foreach ($passwords as $password) {
    if (!str_contains($password, "\0")) {
        $salt = '$2a$' . (count($rows) % 9 ? '04' : '08') . '$' . substr(bcrypt(''), 7, 22);
        $add('wbb4-bcrypt', $password, crypt(crypt($password, $salt), $salt));
    }
}

$symfony = trim(shell_exec('dpkg-query -W -f \'${Version}\' php-symfony-password-hasher'));
$made = ['made_by' => 'PHP ' . PHP_VERSION . ", Symfony PasswordHasher $symfony (Debian)", 'rows' => $rows];
echo json_encode($made, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
