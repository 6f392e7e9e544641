<?php
// Known answers of declared expressions: each beside the PHP that says the same, on standard output.
//
//     php make_expressions.php > expressions.json
//
// `scheme` holds the expression. Rows that differ from PHP's habits say so in their PHP: a digest in `base64` is its
// bytes, as PHP's `base64_encode(hash(…, true))`.

$passwords = json_decode(file_get_contents(__DIR__ . '/passwords.json'), true, flags: JSON_THROW_ON_ERROR);

function twin(string $password): string
{
    $first = ord($password);
    return $password === '' || $first > 0x7e || $first < 0x22 ? 'x' . $password : chr($first ^ 1) . substr($password, 1);
}

function repeat(int $times, string $value, callable $step): string
{
    while ($times-- > 0) {
        $value = $step($value);
    }
    return $value;
}

$latin1 = fn (string $text): ?string => @iconv('UTF-8', 'ISO-8859-1', $text) ?: ($text === '' ? '' : null);
$utf16 = fn (string $text): string => iconv('UTF-8', 'UTF-16LE', $text);

// What PHP computes of password, salt, user, key and iterations; null where the password has no such form.
$formats = [
    'md5($pass)' => fn ($p) => md5($p),
    'upper(md5($pass))' => fn ($p) => strtoupper(md5($p)),
    'md5(upper(md5($pass)))' => fn ($p) => md5(strtoupper(md5($p))),
    'md5(raw(md5($pass)))' => fn ($p) => md5(md5($p, true)),
    'base64(sha1($pass))' => fn ($p) => base64_encode(sha1($p, true)),
    'base64(hex(sha1($pass)))' => fn ($p) => base64_encode(sha1($p)),
    'sha256(base64(md5($pass)))' => fn ($p) => hash('sha256', base64_encode(md5($p, true))),
    'sha1($pass) . md5($pass)' => fn ($p) => sha1($p) . md5($p),
    "'{SHA}' . base64(sha1(\$pass))" => fn ($p) => '{SHA}' . base64_encode(sha1($p, true)),
    "sha512(\$pass . '{' . \$salt . '}')" => fn ($p, $s) => hash('sha512', $p . '{' . $s . '}'),
    "md5(\$salt . \$pass) . ':' . \$salt" => fn ($p, $s) => md5($s . $p) . ":$s",
    "\$iterations . '\$' . \$salt . '\$' . repeat(\$iterations, \$salt . \$pass, sha256(raw(\$it)))" => fn ($p, $s, $u, $k, $i) =>
        "$i\$$s\$" . bin2hex(repeat($i, $s . $p, fn ($it) => hash('sha256', $it, true))),
    "base64(repeat(\$iterations, '', sha512(raw(\$it) . \$pass . '{' . \$salt . '}')))" => fn ($p, $s, $u, $k, $i) =>
        base64_encode(repeat($i, '', fn ($it) => hash('sha512', $it . $p . '{' . $s . '}', true))),
    'repeat($iterations - 1, sha1($salt . $pass), sha1($it . $pass))' => fn ($p, $s, $u, $k, $i) =>
        repeat($i - 1, sha1($s . $p), fn ($it) => sha1($it . $p)),
    'repeat(3, md5($pass), md5(repeat(2, $it, sha1($it . $salt))))' => fn ($p, $s) =>
        repeat(3, md5($p), fn ($it) => md5(repeat(2, $it, fn ($it) => sha1($it . $s)))),
    'hmac_sha256($key, $pass)' => fn ($p, $s, $u, $k) => hash_hmac('sha256', $p, $k),
    'hmac_md5($pass, $salt)' => fn ($p, $s) => hash_hmac('md5', $s, $p),
    'hmac_sha512(unhex($salt), sha1($pass))' => fn ($p, $s) => hash_hmac('sha512', sha1($p), hex2bin($s)),
    'hmac_sha1(raw(sha256($key)), lower($user) . $pass)' => fn ($p, $s, $u, $k) =>
        hash_hmac('sha1', strtolower($u) . $p, hash('sha256', $k, true)),
    'sha1(unbase64($key) . $pass)' => fn ($p, $s, $u, $k) => sha1(base64_decode($k) . $p),
    'md4(utf16le($pass))' => fn ($p) => hash('md4', $utf16($p)),
    'sha1(latin1($pass))' => fn ($p) => $latin1($p) === null ? null : sha1($latin1($p)),
    'sha256(trim($pass))' => fn ($p) => hash('sha256', trim($p)),
    'sha1(upper($user) . \':\' . upper($pass))' => fn ($p, $s, $u) => sha1(strtoupper("$u:$p")),
    'substr(md5($pass), 5, 20)' => fn ($p) => substr(md5($p), 5, 20),
    'md5(substr(md5($pass), 0, 16) . substr($salt, 0, 4))' => fn ($p, $s) => md5(substr(md5($p), 0, 16) . substr($s, 0, 4)),
    'sha224($pass . "\x00\xff" . $user)' => fn ($p, $s, $u) => hash('sha224', "$p\x00\xff$u"),
    "sha384('it\\'s \\\\ \"here\"' . \$pass)" => fn ($p) => hash('sha384', 'it\'s \\ "here"' . $p),
    'sha3_256($pass . $salt)' => fn ($p, $s) => hash('sha3-256', $p . $s),
    'sha3_512(sha3_384(sha3_224($pass)))' => fn ($p) => hash('sha3-512', hash('sha3-384', hash('sha3-224', $p))),
    'ripemd160(whirlpool($pass))' => fn ($p) => hash('ripemd160', hash('whirlpool', $p)),
    'whirlpool($salt . $pass . $key)' => fn ($p, $s, $u, $k) => hash('whirlpool', $s . $p . $k),
    'sha256($iterations . $salt . $pass)' => fn ($p, $s, $u, $k, $i) => hash('sha256', $i . $s . $p),
];

$rows = [];
foreach ($formats as $expression => $hash) {
    foreach ($passwords as $n => $password) {
        [$salt, $user, $key, $iterations] = [bin2hex(random_bytes(4 + $n)), ['ada', 'Grace.Hopper', 'ÉMILIE'][$n % 3], base64_encode(random_bytes(9)), $n + 2];
        $text = $hash($password, $salt, $user, $key, $iterations);
        if ($text === null) {
            continue;
        }
        $context = ['salt' => base64_encode($salt), 'user' => $user, 'key' => base64_encode($key), 'iterations' => $iterations];
        $context = array_filter($context, fn (string $name): bool => str_contains($expression, "\$$name"), ARRAY_FILTER_USE_KEY);
        if (isset($context['user'])) {
            $context = ['username' => $context['user']] + array_diff_key($context, ['user' => 0]);
        }
        $row = ['scheme' => $expression, 'password' => $password, 'wrong' => twin($password), 'hash' => $text];
        $rows[] = $row + ($context === [] ? [] : ['context' => $context]);
    }
}

$made = 'PHP ' . PHP_VERSION . ': md5, sha1, hash, hash_hmac, iconv';
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;
$lines = array_map(fn (array $row): string => '  ' . json_encode($row, $flags), $rows);
echo '{"made_by": ', json_encode($made, $flags), ",\n \"rows\": [\n", implode(",\n", $lines), "\n ]}\n";
