#!/usr/bin/env python3
"""Known answers of traditional DES crypt(3), from the system's libcrypt and Django's own hasher, on standard output.

    python3.11 -m venv venv && venv/bin/pip install Django==4.2.30
    venv/bin/python -W ignore make_crypt.py > crypt.json

4.2 is the last release with the hasher, and 3.12 the last Python with the module `crypt` that it calls. libcrypt is
called directly for what Python's module refuses: passwords with a NUL, at which C stops reading.
"""

import ctypes
import ctypes.util
import json
import pathlib
import platform
import random
import subprocess

import django
from django.conf import settings

settings.configure(PASSWORD_HASHERS=[])

from django.contrib.auth import hashers  # noqa: E402

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
# Around the eight bytes that are read, and what seven bits make of the rest.
SHORT = ["1234567", "12345678", "123456789", "thistle", "midsommarst\u00e5ng", "\u00e9", "aaaaaaa\u00e9", "\u0100\u0100\u0100\u0100",
         "abc\u0000def", "~!@#%^&*"]

libcrypt = ctypes.CDLL(ctypes.util.find_library("crypt"))
libcrypt.crypt.restype = ctypes.c_char_p
random = random.Random(46)
rows = []


def crypt(password, salt):
    hash = libcrypt.crypt(password.encode(), salt.encode()).decode()
    assert len(hash) == 13 and hash.startswith(salt)
    return hash


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, password, hash, note=None):
    made = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    rows.append({**made, **({"note": note} if note else {})})


for password in PASSWORDS + SHORT:
    add("des-crypt", password, crypt(password, "".join(random.choices(ALPHABET, k=2))))
# Every character of the alphabet in both places of the salt.
for first, second in zip(ALPHABET, ALPHABET[::-1]):
    add("des-crypt", "password", crypt("password", first + second), "every salt")

hasher = hashers.CryptPasswordHasher()
for password in PASSWORDS + SHORT:
    if "\0" in password:
        continue
    hash = hasher.encode(password, hasher.salt())
    assert hasher.verify(password, hash) and not hasher.verify(twin(password), hash)
    add("django-crypt", password, hash)
    old = hash.replace("$$", f"${hash[7:9]}$")
    assert hasher.verify(password, old)
    add("django-crypt", password, old, "as before Django 1.4: the salt twice")

package = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libcrypt1"], capture_output=True, text=True, check=True)
made_by = f"libxcrypt {package.stdout} (Debian), Django {django.get_version()}, Python {platform.python_version()}"
print(json.dumps({"made_by": made_by, "rows": rows}, indent=1))
