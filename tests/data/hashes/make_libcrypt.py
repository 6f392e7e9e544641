#!/usr/bin/env python3
"""Known answers of crypt(3), from the system's libcrypt, htpasswd and OpenSSL, on standard output.

    apt-get install apache2-utils openssl
    python3 make_libcrypt.py > libcrypt.json

Debian's libcrypt is libxcrypt, which knows every method here but apr1: that one is Apache's own. C stops reading a
password at a NUL, and so does every row here. Salts that no generator makes and that libxcrypt accepts are marked.
"""

import ctypes
import ctypes.util
import itertools
import json
import pathlib
import random
import subprocess

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
# What a byte's eighth bit and the length of a digest change.
MORE = ["12345678", "123456789", "é", "a" * 15, "a" * 16, "a" * 17, "b" * 31, "b" * 32, "b" * 33, "c" * 63, "c" * 64, "c" * 65]

libcrypt = ctypes.CDLL(ctypes.util.find_library("crypt"))
libcrypt.crypt.restype = ctypes.c_char_p
random = random.Random(3)
rows = []


def salt(length):
    return "".join(random.choices(ALPHABET, k=length))


def number(value, characters):
    return "".join(ALPHABET[value >> 6 * place & 63] for place in range(characters))


def crypt(password, setting):
    hash = libcrypt.crypt(password.encode(), setting.encode()).decode()
    assert not hash.startswith("*"), setting
    return hash


def twins(password):
    """Wrong passwords as near as can be: the first character changed, the last, one more in front."""
    if password and password[0] != "\0":
        yield chr(ord(password[0]) ^ 1) + password[1:]
        yield password[:-1] + chr(ord(password[-1]) ^ 1)
    yield "x" + password


def add(scheme, password, hash, note=None):
    opens = lambda wrong: libcrypt.crypt(wrong.encode(), hash.encode()).decode() == hash
    wrong = next(wrong for wrong in twins(password) if scheme == "apr1" or not opens(wrong))
    # What libcrypt wrote is a setting too.
    assert scheme == "apr1" or opens(password)
    row = {"scheme": scheme, "password": password, "wrong": wrong, "hash": hash}
    rows.append({**row, **({"note": note} if note else {})})


def every(scheme, settings, passwords=PASSWORDS + MORE):
    for password, setting in zip(passwords, itertools.cycle(settings)):
        add(scheme, password, crypt(password, setting()))


def also(scheme, notes):
    for setting, note in notes.items():
        for password in ["", "correct horse battery staple"]:
            add(scheme, password, crypt(password, setting), note)


every("md5-crypt", [lambda: "$1$" + salt(8), lambda: "$1$" + salt(2)])
also("md5-crypt", {"$1$$": "empty salt", "$1$@,#%_=~$": "salt of odd characters"})

for digit, scheme in [("5", "sha256-crypt"), ("6", "sha512-crypt")]:
    every(scheme, [lambda: f"${digit}$rounds=1000${salt(16)}", lambda: f"${digit}$rounds=1001${salt(5)}"])
    notes = {
        f"${digit}$rounds=1000$$": "empty salt",
        f"${digit}$rounds=1000$@,#%_=~$": "salt of odd characters",
        f"${digit}$rounds=5000${salt(16)}": "the default rounds said",
        f"${digit}${salt(16)}": "default cost",
    }
    also(scheme, notes)

# Flavour, N and r; then which of p and t follow, and those.
yescrypt = ["j75", "j55", "j4T/..", "j85.2", "j75/1.", "/65", ".65", "j75..", "j75.0"]
for scheme, prefix in [("yescrypt", "$y$"), ("gost-yescrypt", "$gy$")]:
    accepted = [cost for cost in yescrypt if not libcrypt.crypt(b"", f"{prefix}{cost}$abcd".encode()).startswith(b"*")]
    assert len(accepted) >= 6, accepted
    every(scheme, [lambda cost=cost: f"{prefix}{cost}${salt(21)}." for cost in accepted])
    also(scheme, {f"{prefix}j75$$": "empty salt", f"{prefix}j9T${salt(21)}/": "default cost", f"{prefix}j75${salt(85)}.": "longest salt"})

every("scrypt-crypt", [lambda: f"$7$4{number(8, 5)}{number(1, 5)}{salt(22)}", lambda: f"$7$2{number(2, 5)}{number(3, 5)}{salt(9)}"])
also("scrypt-crypt", {f"$7$4{number(8, 5)}{number(1, 5)}$": "empty salt", f"$7$4{number(2, 5)}{number(1, 5)}ab$cd": "a dollar in the salt"})
add("scrypt-crypt", "password", crypt("password", f"$7$C{number(32, 5)}{number(1, 5)}{salt(22)}"), "default cost")

every("sha1-crypt", [lambda: f"$sha1${random.randint(1, 99)}${salt(8)}$", lambda: f"$sha1$10${salt(64)}"])
add("sha1-crypt", "password", crypt("password", f"$sha1$248488${salt(16)}$"), "default cost")

every("sunmd5", [lambda: f"$md5,rounds={random.randint(1, 99)}${salt(8)}$", lambda: f"$md5${salt(8)}$", lambda: f"$md5,rounds=7${salt(8)}$x"])
also("sunmd5", {"$md5$$": "empty salt", "$md5$rounds=10$abcdefgh$": "`$` before the rounds", f"$md5${salt(20)}$x": "long salt"})
add("sunmd5", "password", crypt("password", f"$md5,rounds=60000${salt(8)}$"), "default cost")

every("bsdi-crypt", [lambda: f"_{number(random.randint(1, 99), 4)}{salt(4)}"])
also("bsdi-crypt", {f"_{number(64, 4)}{salt(4)}": "even rounds", "_J9......": "salt of zeros"})
add("bsdi-crypt", "password", crypt("password", f"_{number(725, 4)}{salt(4)}"), "default cost")

every("nt-crypt", [lambda: "$3$"])

for tag in ["2a", "2b", "2y"]:
    every("bcrypt", [lambda: f"${tag}$04${salt(21)}."], PASSWORDS[::4])
# With bytes above 127 at every place of a word, alone and after others.
EIGHT_BITS = ["aé", "abé", "abcé", "éa", "ééé", "ÿÿÿÿ", "ÿ", "£", "a£", "ab£"]
every("bcrypt-2x", [lambda: f"$2x$04${salt(21)}."], PASSWORDS + EIGHT_BITS)

for password in PASSWORDS:
    if "\0" in password:
        continue
    line = subprocess.run(["htpasswd", "-nbm", "", password], capture_output=True, check=True).stdout.decode()
    add("apr1", password, line.strip().removeprefix(":"))
for password in PASSWORDS + MORE:
    if "\0" not in password and "\n" not in password and password:
        openssl = ["openssl", "passwd", "-apr1", "-salt", salt(random.randint(1, 8)), password]
        add("apr1", password, subprocess.run(openssl, capture_output=True, check=True).stdout.decode().strip())


def version(package):
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout


made_by = f"libxcrypt {version('libcrypt1')}, htpasswd {version('apache2-utils')}, OpenSSL {version('openssl')} (Debian)"
print(json.dumps({"made_by": made_by, "rows": rows}, indent=1, ensure_ascii=False))
