<?php
// Known answers of forums, shops and frameworks that hash with plain digests, on standard output.
//
//     php make_forums.php > forums.json
//
// Each function is what the system's own source does, over PHP's md5, sha1, hash and hash_hmac; where hashcat 6.2.6
// comes with an example of the format (password `hashcat`), the function must agree with it, and the example is a row.

$passwords = json_decode(file_get_contents(__DIR__ . '/passwords.json'), true, flags: JSON_THROW_ON_ERROR);

/** A wrong password as near as can be: the first character changed where it is one byte. */
function twin(string $password): string
{
    $first = ord($password);
    return $password === '' || $first > 0x7e || $first < 0x20 ? 'x' . $password : chr($first ^ 1) . substr($password, 1);
}

/** Rounds of restful_authentication and of Devise's encryptors. */
function stretched(string $algorithm, int $stretches, string $key, callable $tokens): string
{
    $digest = $key;
    while ($stretches-- > 0) {
        $digest = hash($algorithm, $tokens($digest));
    }
    return $digest;
}

function authlogic(string $password, string $salt, bool $raw): string
{
    $digest = $password . $salt;
    for ($i = 0; $i < 20; $i++) {
        $digest = hash('sha512', $digest, $raw);
    }
    return $raw ? bin2hex($digest) : $digest;
}

// The stored text of a password with a salt, a user name, a key and a number of iterations.
$formats = [
    'authlogic-sha512' => fn ($p, $s) => authlogic($p, $s, false),
    'authlogic-sha512-v2' => fn ($p, $s) => authlogic($p, $s, true),
    'authme-sha256' => fn ($p, $s) => "\$SHA\$$s\$" . hash('sha256', hash('sha256', $p) . $s),
    'bitrix-md5' => fn ($p, $s) => $s . md5($s . $p),
    'cakephp-sha1' => fn ($p, $s, $u, $k) => sha1($k . $p),
    'clearance-sha1' => fn ($p, $s) => sha1("--$s--$p--"),
    'concrete5-md5' => fn ($p, $s, $u, $k) => md5("$p:$k"),
    'dedecms' => fn ($p) => substr(md5($p), 5, 20),
    'devise-sha1' => fn ($p, $s, $u, $k, $i) => stretched('sha1', $i, $k, fn ($d) => "--$s--$d--$p--$k--"),
    'devise-sha512' => fn ($p, $s, $u, $k, $i) => stretched('sha512', $i, $k, fn ($d) => "--$s--$d--$p--$k--"),
    'discuz' => fn ($p, $s) => md5(md5($p) . $s),
    'dle' => fn ($p) => md5(md5($p)),
    'elgg-md5' => fn ($p, $s) => md5($p . $s),
    'ion-auth-sha1' => fn ($p, $s) => substr($s, 0, 10) . substr(sha1(substr($s, 0, 10) . $p), 0, -10),
    'ipb' => fn ($p, $s) => md5(md5($s) . md5($p)),
    'kohana-sha256' => fn ($p, $s, $u, $k) => hash_hmac('sha256', $p, $k),
    'moodle-md5' => fn ($p, $s, $u, $k) => md5($p . $k),
    'mybb' => fn ($p, $s) => md5(md5($s) . md5($p)),
    'opencart-sha1' => fn ($p, $s) => sha1($s . sha1($s . sha1($p))),
    'oscommerce' => fn ($p, $s) => md5($s . $p) . ":$s",
    'prestashop' => fn ($p, $s, $u, $k) => md5($k . $p),
    'punbb-sha1' => fn ($p, $s) => sha1($s . sha1($p)),
    'redmine-sha1' => fn ($p, $s) => sha1($s . sha1($p)),
    'restful-auth-sha1' => fn ($p, $s) => sha1("--$s--$p--"),
    'restful-auth-sha1-key' => fn ($p, $s, $u, $k) => stretched('sha1', 10, $k, fn ($d) => "$d--$s--$p--$k"),
    'sfguard-sha1' => fn ($p, $s) => sha1($s . $p),
    'smf-sha1' => fn ($p, $s, $u) => sha1(strtolower($u) . $p),
    'vbulletin' => fn ($p, $s) => md5(md5($p) . $s),
    'wcf1' => fn ($p, $s) => sha1($s . sha1($s . sha1($p))),
    'whmcs-md5' => fn ($p, $s) => md5($s . $p) . ":$s",
    'xenforo1' => fn ($p, $s) => hash('sha256', hash('sha256', $p) . $s),
    'xenforo1-sha1' => fn ($p, $s) => sha1(sha1($p) . $s),
];

// hashcat's examples: its `hash[:salt[:key]]` of the password `hashcat`.
$examples = [
    'authme-sha256' => ['$SHA$7218532375810603$bfede293ecf6539211a7305ea218b9f3f608953130405cda9eaba6fb6250f824', '7218532375810603'],
    'clearance-sha1' => ['3999d08db95797891ec77f07223ca81bf43e1be2', '5dcc47b04c49d3c8e1b9e4ec367fddeed21b7b85'],
    'discuz' => ['0844fbb2fdeda31884a7a45ec2010bb6', '324410183853308365427804872426'],
    'ipb' => ['022f7e02b3314f7d0968f73c00ba759f', '67588'],
    'mybb' => ['022f7e02b3314f7d0968f73c00ba759f', '67588'],
    'opencart-sha1' => ['058c1c3773340c8563421e2b17e60eb7c916787e', '827500576'],
    'oscommerce' => ['e983672a03adcc9767b24584338eb378:00', '00'],
    'prestashop' => ['f22cade043e7214200206dbffca49fd9', '', '27167508161455764247627144160038845437138252877014827848'],
    'punbb-sha1' => ['9038129c474caa3f0de56f38db84033d0fe1d4b8', '365563602032'],
    'redmine-sha1' => ['c18e826af2a78c7b9b7261452613233417e65817', '28246535720688452723483475753333'],
    'restful-auth-sha1-key' => ['d7d5ea3e09391da412b653ae6c8d7431ec273ea2', '238769868762', '8962783556527653675'],
    'smf-sha1' => ['d27c0a627a45db487af161fcc3a4005d88eb8a1f', ''],
    'vbulletin' => ['28f9975808ae2bdc5847b1cda26033ea', '308'],
    'wcf1' => ['7f8d1951fe48ae3266980c2979c141f60e4415e5', '5037864764153886517871426607441768004150'],
];
$users = ['smf-sha1' => '25551135'];

$rows = [];
foreach ($formats as $scheme => $hash) {
    $uses = fn (string $variable): bool => match ($variable) {
        'salt' => !in_array($scheme, ['authme-sha256', 'bitrix-md5', 'cakephp-sha1', 'concrete5-md5', 'dedecms', 'dle', 'ion-auth-sha1', 'kohana-sha256', 'moodle-md5', 'oscommerce', 'prestashop', 'smf-sha1', 'whmcs-md5']),
        'key' => in_array($scheme, ['cakephp-sha1', 'concrete5-md5', 'devise-sha1', 'devise-sha512', 'kohana-sha256', 'moodle-md5', 'prestashop', 'restful-auth-sha1-key']),
        'username' => $scheme === 'smf-sha1',
        'iterations' => str_starts_with($scheme, 'devise-'),
    };
    $row = function (string $password, string $salt, string $user, string $key, string $note = '') use (&$rows, $scheme, $hash, $uses): string {
        $text = $hash($password, $salt, $user, $key, 10);
        $context = array_filter([
            'salt' => $uses('salt') ? base64_encode($salt) : null,
            'username' => $uses('username') ? $user : null,
            'key' => $uses('key') ? base64_encode($key) : null,
            'iterations' => $uses('iterations') ? 10 : null,
        ], fn ($value) => $value !== null);
        $row = ['scheme' => $scheme, 'password' => $password, 'wrong' => twin($password), 'hash' => $text, 'declared' => true];
        $rows[] = $row + ($context === [] ? [] : ['context' => $context]) + ($note === '' ? [] : ['note' => $note]);
        return $text;
    };
    foreach ($passwords as $i => $password) {
        $row($password, [bin2hex(random_bytes(8)), "q'\"\\\$:[é]{Zz}", '0123456789abcdef'][$i % 3], ['ada', 'Grace.Hopper', 'ÉMILIE'][$i % 3], 'A key: of "the" whole system.');
    }
    if (isset($examples[$scheme])) {
        [$example, $salt, $key] = $examples[$scheme] + [2 => ''];
        if ($row('hashcat', $salt, $users[$scheme] ?? '', $key, "hashcat's example") !== $example) {
            throw new RuntimeException("$scheme is not as hashcat has it");
        }
    }
}

$made = 'PHP ' . PHP_VERSION . ": md5, sha1, hash and hash_hmac; the formats written from the systems' published code";
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;
$lines = array_map(fn (array $row): string => '  ' . json_encode($row, $flags), $rows);
echo '{"made_by": ', json_encode($made, $flags), ",\n \"rows\": [\n", implode(",\n", $lines), "\n ]}\n";
