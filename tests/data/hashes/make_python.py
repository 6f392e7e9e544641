#!/usr/bin/env python3
"""Known answers from argon2-cffi, pyca/bcrypt, passlib, hashlib and OpenSSL's scrypt, on standard output.

    python3 -m venv venv && venv/bin/pip install argon2-cffi==25.1.0 bcrypt==4.0.1 passlib==1.7.4
    venv/bin/python make_python.py > python.json

bcrypt 4.0.1 is the newest that passlib reads and that still cuts a password after 72 bytes without being asked.
Costs are low, because each hash is verified several times by the tests; rows at default cost are marked.
"""

import base64
import hashlib
import importlib.metadata
import json
import os
import pathlib

import argon2
import bcrypt
from argon2.low_level import Type, hash_secret
from passlib.hash import scrypt as passlib_scrypt

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, password, hash, note=None):
    made = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    rows.append({**made, **({"note": note} if note else {})})


def unpadded(data):
    return base64.b64encode(data).decode().rstrip("=")


# argon2-cffi binds the reference implementation. Every variant, both versions, odd salts and outputs.
for kind in (Type.D, Type.I, Type.ID):
    for version in (16, 19):
        for password in PASSWORDS:
            hash = hash_secret(password.encode(), os.urandom(16), 2, 64, 2, 32, kind, version).decode()
            assert argon2.PasswordHasher().verify(hash, password)
            add("argon2", password, hash)
            if version == 16:
                add("argon2", password, hash.replace("$v=16", ""), "as before version 1.3: no version")
for salt, length in ((8, 32), (16, 16), (16, 24), (16, 64), (16, 65), (16, 128), (48, 32), (64, 32)):
    hash = hash_secret(b"odd lengths", os.urandom(salt), 1, 8, 1, length, Type.ID).decode()
    add("argon2", "odd lengths", hash, f"salt {salt}, output {length}")
add("argon2", "at default cost", argon2.PasswordHasher().hash("at default cost"), "default cost")
add("argon2", "not round", hash_secret(b"not round", os.urandom(16), 3, 77, 3, 32, Type.ID).decode(), "77 KiB in 3 lanes")

# pyca/bcrypt hashes NUL bytes and cuts after 72.
for ident in (b"2a", b"2b"):
    for password in PASSWORDS:
        hash = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, ident)).decode()
        add("bcrypt", password, hash)
        if ident == b"2b":
            add("bcrypt", password, hash.replace("$2b$", "$2y$"), "as PHP tags it")
add("bcrypt", "at default cost", bcrypt.hashpw(b"at default cost", bcrypt.gensalt()).decode(), "default cost")

# passlib writes scrypt in PHC form.
for password in PASSWORDS:
    # passlib refuses NULs for some hashes, and not for this one.
    hash = passlib_scrypt.using(rounds=4, block_size=4, parallelism=2).hash(password)
    assert passlib_scrypt.verify(password, hash)
    add("scrypt", password, hash)
for length in (32, 64):
    salt = os.urandom(8)
    key = hashlib.scrypt(b"odd lengths", salt=salt, n=64, r=8, p=1, dklen=length)
    add("scrypt", "odd lengths", f"$scrypt$ln=6,r=8,p=1${unpadded(salt)}${unpadded(key)}", f"key {length}")
add("scrypt", "at default cost", passlib_scrypt.hash("at default cost"), "default cost")

# No Python package writes PBKDF2 in PHC form: computed by hashlib (OpenSSL) and spelled by the PHC specification.
for digest in ("sha1", "sha224", "sha256", "sha384", "sha512"):
    for password in PASSWORDS:
        salt, length = os.urandom(16), hashlib.new(digest).digest_size
        key = hashlib.pbkdf2_hmac(digest, password.encode(), salt, 10, length)
        add("pbkdf2", password, f"$pbkdf2-{digest}$i=10,l={length}${unpadded(salt)}${unpadded(key)}")
for length in (16, 33, 64, 128):
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", b"odd lengths", salt, 10, length)
    add("pbkdf2", "odd lengths", f"$pbkdf2-sha256$i=10,l={length}${unpadded(salt)}${unpadded(key)}", f"key {length}")
for digest in ("sha1", "sha256", "sha512"):
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac(digest, b"no length", salt, 10)
    add("pbkdf2", "no length", f"$pbkdf2-{digest}$i=10${unpadded(salt)}${unpadded(key)}", "as npm's @phc/pbkdf2: no l=")

packages = ("argon2-cffi", "argon2-cffi-bindings", "bcrypt", "passlib")
made_by = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)
print(json.dumps({"made_by": made_by, "rows": rows}, indent=1))
