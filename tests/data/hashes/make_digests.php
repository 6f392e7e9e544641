<?php
// Known answers of plain and salted digests, from PHP's own functions, on standard output.
//
//     php make_digests.php > digests.json
//
// NT hashes are MD4 over UTF-16LE, as Samba and FreeIPA write them: PHP's `md4` and iconv.

$passwords = json_decode(file_get_contents(__DIR__ . '/passwords.json'), true, flags: JSON_THROW_ON_ERROR);

/** A wrong password as near as can be: the last character changed, where it is one byte. */
function twin(string $password): string
{
    $last = ord(substr($password, -1));
    return $password === '' || $last > 0x7e || $last < 0x20 ? 'x' . $password : substr($password, 0, -1) . chr($last ^ 1);
}

$rows = [];
$add = function (string $scheme, string $password, string $hash, ?string $salt = null) use (&$rows): void {
    $row = ['scheme' => $scheme, 'password' => $password, 'wrong' => twin($password), 'hash' => $hash, 'declared' => true];
    // Told by their lengths.
    if (in_array($scheme, ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'])) {
        unset($row['declared']);
    }
    $rows[] = $row + ($salt === null ? [] : ['context' => ['salt' => base64_encode($salt)]]);
};

$names = ['md4', 'md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512', 'ripemd160', 'whirlpool'];
foreach ($names as $name) {
    foreach ($passwords as $i => $password) {
        $digest = hash($name, $password, true);
        // Three spellings: as PHP and MySQL write it, as Oracle and .NET write it, and as Java's and OpenSSL's users do.
        $add($name, $password, [bin2hex($digest), strtoupper(bin2hex($digest)), base64_encode($digest)][$i % 3]);
    }
}

foreach (['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as $name) {
    foreach ($passwords as $i => $password) {
        // Text, text of other bytes, raw bytes, and none.
        $salt = [bin2hex(random_bytes(4)), "sé:'$\\", random_bytes(16), ''][$i % 4];
        $add("$name-salt-prefix", $password, hash($name, $salt . $password), $salt);
        $add("$name-salt-suffix", $password, hash($name, $password . $salt), $salt);
    }
}

foreach ($passwords as $i => $password) {
    $digest = hash('md4', iconv('UTF-8', 'UTF-16LE', $password), true);
    $add('nt-hash', $password, [bin2hex($digest), strtoupper(bin2hex($digest))][$i % 2]);
    $add('nt-hash', $password, 'ipaNTHash: ' . base64_encode($digest));
    unset($rows[array_key_last($rows)]["declared"]);
}

$made = ['made_by' => 'PHP ' . PHP_VERSION . ": hash and iconv; the joins are written from the names", 'rows' => $rows];
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;
$lines = array_map(fn (array $row): string => '  ' . json_encode($row, $flags), $rows);
echo '{"made_by": ', json_encode($made['made_by'], $flags), ",\n \"rows\": [\n", implode(",\n", $lines), "\n ]}\n";
