<?php
// Known answers of the formats of PHP systems, on standard output.
//
//     apt-get download wordpress mediawiki php-symfony-password-hasher php-symfony-deprecation-contracts
//     for package in *.deb; do dpkg -x "$package" .; done
//     php make_cms.php . > cms.json
//
// WordPress's, MediaWiki's and Symfony's own classes make theirs. Drupal, Joomla and Magento are in no package: theirs
// are written from their published code (Drupal 7's `includes/password.inc`, Joomla 3's `UserHelper`, Magento 2.4's
// `Encryptor`) over PHP's own functions, and checked against the examples that hashcat 6.2.6 is delivered with.

$share = ($argv[1] ?? '.') . '/usr/share';
require "$share/wordpress/wp-includes/class-phpass.php";
require "$share/php/Symfony/Component/PasswordHasher/autoload.php";
$mediawiki = "$share/mediawiki/includes";
foreach (['Error', '', 'Factory'] as $class) {
    require "$mediawiki/password/Password$class.php";
}
foreach (['Invalid', 'Parameterized', 'LayeredParameterized', 'MWOld', 'MWSalted', 'Pbkdf2', 'Bcrypt', 'Argon2'] as $class) {
    require "$mediawiki/password/{$class}Password.php";
}

class MWException extends Exception {}

/** What MediaWiki takes its salts from. */
class MWCryptRand
{
    public static function generateHex(int $characters): string
    {
        return bin2hex(random_bytes(intdiv($characters, 2)));
    }
}

use Symfony\Component\PasswordHasher\Hasher\{MessageDigestPasswordHasher, Pbkdf2PasswordHasher};

$passwords = json_decode(file_get_contents(__DIR__ . '/passwords.json'), true, flags: JSON_THROW_ON_ERROR);

/** A wrong password as near as can be: the last character changed, where it is one byte. */
function twin(string $password): string
{
    $last = ord(substr($password, -1));
    return $password === '' || $last > 0x7e || $last < 0x20 ? 'x' . $password : substr($password, 0, -1) . chr($last ^ 1);
}

$rows = [];
$add = function (string $scheme, string $password, string $hash, array $more = []) use (&$rows): void {
    $rows[] = ['scheme' => $scheme, 'password' => $password, 'wrong' => twin($password), 'hash' => $hash] + $more;
};
$check = function (bool $right, string $what): void {
    if (!$right) {
        throw new RuntimeException("not as $what has it");
    }
};

// phpass: the fewest rounds that WordPress's class takes are 2^7, of which it adds five itself.
foreach ($passwords as $i => $password) {
    $portable = new PasswordHash(4, true);
    $hash = $portable->HashPassword($password);
    // 9 is 2^(4+5); two further down, with the salt as it is.
    $hash = $portable->crypt_private($password, '$P$5' . substr($hash, 4, 8));
    $check($portable->CheckPassword($password, $hash) && !$portable->CheckPassword(twin($password), $hash), 'WordPress');
    $add('phpass', $password, $hash);
    if ($i % 2 === 0) {
        // phpBB 3.0 only tags it otherwise.
        $add('phpass', $password, $portable->crypt_private($password, '$H$5' . substr($hash, 4, 8)), ['note' => 'phpBB']);
    }
}
$add('phpass', 'at default cost', (new PasswordHash(8, true))->HashPassword('at default cost'), ['note' => 'default cost']);
$add('phpass', 'hashcat', '$P$946647711V1klyitUYhtB8Yw5DMA/w.', ['note' => "hashcat's example"]);
$check((new PasswordHash(8, true))->CheckPassword('hashcat', '$P$946647711V1klyitUYhtB8Yw5DMA/w.'), 'hashcat');

// Drupal 7: phpass over SHA-512, of whose base64 so much is kept that the whole has 55 characters.
function drupal7(string $password, string $setting): string
{
    $count = 1 << strpos('./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', $setting[3]);
    $hash = hash('sha512', substr($setting, 4, 8) . $password, true);
    while ($count-- > 0) {
        $hash = hash('sha512', $hash . $password, true);
    }
    return substr($setting . (new PasswordHash(8, true))->encode64($hash, 64), 0, 55);
}
$salt = fn (): string => (new PasswordHash(8, true))->encode64(random_bytes(6), 6);
$example = '$S$C20340258nzjDWpoQthrdNTR02f0pmev0K/5/Nx80WSkOQcPEQRh';
$check(drupal7('hashcat', substr($example, 0, 12)) === $example, 'hashcat');
$add('drupal7', 'hashcat', $example, ['note' => "hashcat's example"]);
foreach ($passwords as $i => $password) {
    $add('drupal7', $password, drupal7($password, '$S$5' . $salt()));
    // What `update.php` made of Drupal 6's MD5, and other systems' phpass in Drupal.
    $updated = match ($i % 3) {
        0 => drupal7(md5($password), '$S$5' . $salt()),
        1 => (new PasswordHash(8, true))->crypt_private(md5($password), '$P$5' . $salt()),
        2 => (new PasswordHash(8, true))->crypt_private(md5($password), '$H$5' . $salt()),
    };
    $add('drupal7', $password, 'U' . $updated);
}
$add('drupal7', 'at default cost', drupal7('at default cost', '$S$D' . $salt()), ['note' => 'default cost']);

// MediaWiki: the types of its default configuration, at low costs. PBKDF2 longer than its digest is the default.
$types = [
    'A' => ['class' => MWOldPassword::class],
    'B' => ['class' => MWSaltedPassword::class],
    'pbkdf2' => ['class' => Pbkdf2Password::class, 'algo' => 'sha512', 'cost' => '10', 'length' => '64'],
    'pbkdf2-legacyA' => ['class' => LayeredParameterizedPassword::class, 'types' => ['A', 'pbkdf2']],
    'pbkdf2-legacyB' => ['class' => LayeredParameterizedPassword::class, 'types' => ['B', 'pbkdf2']],
    'bcrypt' => ['class' => BcryptPassword::class, 'cost' => 4],
    'argon2' => ['class' => Argon2Password::class, 'algo' => 'auto', 'memory_cost' => 64, 'time_cost' => 2, 'threads' => 1],
];
$older = ['pbkdf2' => ['algo' => 'sha256', 'length' => '128'] + $types['pbkdf2']] + $types;
$wiki = function (string $type, array $types, string $password, array $more = []) use ($add, $check): void {
    $factory = new PasswordFactory($types, $type);
    $hash = $factory->newFromPlaintext($password)->toString();
    $read = $factory->newFromCiphertext($hash);
    $check($read->verify($password) && !$read->verify(twin($password)), 'MediaWiki');
    $add('mediawiki', $password, $hash, $more);
};
foreach ($passwords as $password) {
    foreach (array_keys($types) as $type) {
        // PHP's crypt reads to the first NUL only, which the twin differs after.
        if ($type !== 'bcrypt' || (!str_contains($password, "\0") && strlen($password) < 73)) {
            $wiki($type, $types, $password);
        }
    }
    $wiki('pbkdf2', $older, $password);
    $add('mediawiki', $password, ':A:0123abcd:' . md5('0123abcd-' . md5($password)), ['note' => 'B, as 1.5 wrote it by mistake']);
}
$default = ['pbkdf2' => ['class' => Pbkdf2Password::class, 'algo' => 'sha512', 'cost' => '30000', 'length' => '64']];
$wiki('pbkdf2', $default, 'at default cost', ['note' => 'default cost']);

// Symfony's two, whose salts have a column. A salt of nothing, or of `0`, is no salt to the first.
$salts = [bin2hex(random_bytes(16)), '', base64_encode(random_bytes(30)), '0'];
foreach ($passwords as $i => $password) {
    $salt = $salts[$i % 4];
    foreach ([['sha512', true, 10], ['sha512', false, 5], ['sha1', false, 1], ['md5', true, 2], ['sha256', true, 3]] as [$algorithm, $base64, $iterations]) {
        $hasher = new MessageDigestPasswordHasher($algorithm, $base64, $iterations);
        $hash = $hasher->hash($password, $salt);
        $check($hasher->verify($hash, $password, $salt) && !$hasher->verify($hash, twin($password), $salt), 'Symfony');
        $context = ['salt' => base64_encode($salt), 'iterations' => $iterations];
        $add('symfony-digest', $password, $hash, ['declared' => true, 'context' => $context]);
    }
    foreach (['sha512' => 'symfony-pbkdf2', 'sha256' => 'symfony-pbkdf2-sha256', 'sha1' => 'symfony-pbkdf2-sha1'] as $algorithm => $scheme) {
        $hasher = new Pbkdf2PasswordHasher($algorithm, $i % 3 !== 0, 10, 40);
        $hash = $hasher->hash($password, $salt);
        $check($hasher->verify($hash, $password, $salt) && !$hasher->verify($hash, twin($password), $salt), 'Symfony');
        $context = ['salt' => base64_encode($salt), 'iterations' => 10];
        $add($scheme, $password, $hash, ['declared' => true, 'context' => $context]);
    }
}
$context = ['salt' => base64_encode('5ebe2294ecd0e0f0'), 'iterations' => 5000];
$hash = (new MessageDigestPasswordHasher())->hash('at default cost', '5ebe2294ecd0e0f0');
$add('symfony-digest', 'at default cost', $hash, ['declared' => true, 'context' => $context, 'note' => 'default cost']);

// Joomla 1.0 to 2.5: the salt after the password, and behind a colon. Without a salt the colon may stay.
foreach ($passwords as $i => $password) {
    $salt = ['', bin2hex(random_bytes(16)), 'SALT with $ and {', bin2hex(random_bytes(16))][$i % 4];
    $add('joomla-md5', $password, md5($password . $salt) . ":$salt", ['declared' => true]);
    // Joomla 2.5's other spelling.
    $salt = bin2hex(random_bytes(16));
    $add('joomla-sha256', $password, '{SHA256}' . hash('sha256', $password . $salt) . ":$salt");
}
$example = 'b78f863f2c67410c41e617f724e22f34:89384528665349271307465505333378';
$check(md5('hashcat' . substr($example, 33)) === substr($example, 0, 32), 'hashcat');
$add('joomla-md5', 'hashcat', $example, ['declared' => true, 'note' => "hashcat's example"]);

// Magento 1: the salt, two characters or 32, in front.
foreach ($passwords as $i => $password) {
    $salt = $i % 2 === 0 ? substr(bin2hex(random_bytes(1)), 0, 2) : bin2hex(random_bytes(16));
    $add('magento1-md5', $password, md5($salt . $password) . ":$salt", ['declared' => true]);
}

// Magento 2: what was hashed with one version may have been hashed again with the next, under the same salt.
function magento(string $password, string $salt, array $versions): string
{
    $hash = $password;
    foreach ($versions as $version) {
        $parameters = explode('_', $version);
        $hash = match ($parameters[0]) {
            '0' => md5($salt . $hash),
            '1' => hash('sha256', $salt . $hash),
            '2', '3' => bin2hex(sodium_crypto_pwhash(
                (int)($parameters[1] ?? SODIUM_CRYPTO_SIGN_SEEDBYTES),
                $hash,
                substr(str_pad($salt, SODIUM_CRYPTO_PWHASH_SALTBYTES, $salt), 0, SODIUM_CRYPTO_PWHASH_SALTBYTES),
                (int)($parameters[2] ?? SODIUM_CRYPTO_PWHASH_OPSLIMIT_INTERACTIVE),
                (int)($parameters[3] ?? SODIUM_CRYPTO_PWHASH_MEMLIMIT_INTERACTIVE),
                SODIUM_CRYPTO_PWHASH_ALG_ARGON2ID13,
            )),
        };
    }
    return implode(':', [$hash, $salt, ...$versions]);
}
$chains = [['0'], ['1'], ['0', '1'], ['3_32_2_65536'], ['0', '1', '3_32_2_65536'], ['1', '3_32_1_131072']];
foreach ($passwords as $i => $password) {
    foreach ([$i, $i + 3] as $j) {
        $salt = ['gG', bin2hex(random_bytes(16)), 'Xq7'][$j % 3];
        $add('magento', $password, magento($password, $salt, $chains[$j % 6]));
    }
}
$salt = bin2hex(random_bytes(16));
$add('magento', 'at default cost', magento('at default cost', $salt, ['3_32_2_67108864']), ['note' => 'default cost']);
$add('magento', 'at default cost', magento('at default cost', $salt, ['1', '2']), ['note' => 'default cost, not spelled out']);

$versions = 'WordPress 6.1.9, MediaWiki 1.39.17, Symfony PasswordHasher 5.4.53, libsodium ' . SODIUM_LIBRARY_VERSION;
$made = 'PHP ' . PHP_VERSION . ", $versions; Drupal, Joomla and Magento written from their published code";
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;
$lines = array_map(fn (array $row): string => '  ' . json_encode($row, $flags), $rows);
echo '{"made_by": ', json_encode($made, $flags), ",\n \"rows\": [\n", implode(",\n", $lines), "\n ]}\n";
