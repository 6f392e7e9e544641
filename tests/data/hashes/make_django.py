#!/usr/bin/env python3
"""Known answers from Django's own password hashers, on standard output.

    python3 -m venv venv && venv/bin/pip install Django==4.2.30 argon2-cffi==23.1.0 bcrypt==4.0.1
    venv/bin/python make_django.py > django.json

4.2 is the last release with every hasher: 5.1 dropped the unsalted ones and `sha1`. Costs are low, because each hash
is verified several times by the tests; the one row at default cost of each hasher is marked.
"""

import json
import pathlib

import django
from django.conf import settings

settings.configure(PASSWORD_HASHERS=[])

from django.contrib.auth import hashers  # noqa: E402

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())


class CheapArgon2(hashers.Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 2, 64, 2


class CheapBcrypt(hashers.BCryptPasswordHasher):
    rounds = 4


class CheapBcryptSha256(hashers.BCryptSHA256PasswordHasher):
    rounds = 4


class CheapScrypt(hashers.ScryptPasswordHasher):
    work_factor, block_size, parallelism = 16, 4, 2


class CheapPbkdf2(hashers.PBKDF2PasswordHasher):
    iterations = 10


class CheapPbkdf2Sha1(hashers.PBKDF2SHA1PasswordHasher):
    iterations = 10


FORMATS = {
    "django-argon2": (CheapArgon2, hashers.Argon2PasswordHasher),
    "django-bcrypt": (CheapBcrypt, hashers.BCryptPasswordHasher),
    "django-bcrypt-sha256": (CheapBcryptSha256, hashers.BCryptSHA256PasswordHasher),
    "django-md5": (hashers.MD5PasswordHasher, hashers.MD5PasswordHasher),
    "django-pbkdf2-sha1": (CheapPbkdf2Sha1, hashers.PBKDF2SHA1PasswordHasher),
    "django-pbkdf2-sha256": (CheapPbkdf2, hashers.PBKDF2PasswordHasher),
    "django-scrypt": (CheapScrypt, hashers.ScryptPasswordHasher),
    "django-sha1": (hashers.SHA1PasswordHasher, hashers.SHA1PasswordHasher),
    "django-unsalted-md5": (hashers.UnsaltedMD5PasswordHasher, hashers.UnsaltedMD5PasswordHasher),
    "django-unsalted-sha1": (hashers.UnsaltedSHA1PasswordHasher, hashers.UnsaltedSHA1PasswordHasher),
}


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def row(scheme, hasher, password, note=None):
    hash = hasher.encode(password, hasher.salt())
    assert hasher.verify(password, hash) and not hasher.verify(twin(password), hash)
    # Bare digits are not Django's own spelling, and salted digests are Werkzeug's as well.
    bare = "$" not in hash
    declared = bare or scheme in ("django-md5", "django-sha1")
    scheme = "md5" if bare else scheme
    made = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    return {**made, **({"declared": True} if declared else {}), **({"note": note} if note else {})}


rows = []
for scheme, (cheap, default) in FORMATS.items():
    rows += [row(scheme, cheap(), password) for password in PASSWORDS]
    rows.append(row(scheme, default(), "at default cost", "default cost"))

# What Django reads and no longer writes.
for password in PASSWORDS:
    hasher, hash = hashers.UnsaltedMD5PasswordHasher(), "md5$$" + hashers.UnsaltedMD5PasswordHasher().encode(password, "")
    assert hasher.verify(password, hash) and not hasher.verify(twin(password), hash)
    rows.append({"scheme": "django-unsalted-md5", "password": password, "wrong": twin(password), "hash": hash})

print(json.dumps({"made_by": f"Django {django.get_version()}", "rows": rows}, indent=1))
