<?php
// Known answers from PHP's password_hash, on standard output.
//
//     php make_php.php > php.json
//
// PHP refuses NUL bytes for bcrypt; such passwords are left out there. Argon2 is built in where PHP was built with it.

$passwords = json_decode(file_get_contents(__DIR__ . '/passwords.json'), true, flags: JSON_THROW_ON_ERROR);

function twin(string $password): string
{
    return $password === '' ? 'x' : 'x' . $password;
}

$rows = [];
$add = function (string $scheme, string $password, string $hash) use (&$rows): void {
    if (!password_verify($password, $hash) || password_verify(twin($password), $hash)) {
        throw new RuntimeException("PHP does not verify its own $scheme");
    }
    $rows[] = ['scheme' => $scheme, 'password' => $password, 'wrong' => twin($password), 'hash' => $hash];
};

foreach ($passwords as $password) {
    if (!str_contains($password, "\0")) {
        $add('bcrypt', $password, password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]));
    }
    foreach (['PASSWORD_ARGON2I', 'PASSWORD_ARGON2ID'] as $algorithm) {
        if (defined($algorithm)) {
            $cost = ['memory_cost' => 64, 'time_cost' => 2, 'threads' => 1];
            $add('argon2', $password, password_hash($password, constant($algorithm), $cost));
        }
    }
}

$made = ['made_by' => 'PHP ' . PHP_VERSION, 'rows' => $rows];
echo json_encode($made, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR), "\n";
