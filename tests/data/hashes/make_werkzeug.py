#!/usr/bin/env python3
"""Known answers from Werkzeug, on standard output. Version 3 made the first file, 2.2 the second:

    python3 -m venv venv && venv/bin/pip install werkzeug==3.1.9
    venv/bin/python make_werkzeug.py > werkzeug.json
    venv/bin/pip install werkzeug==2.2.3
    venv/bin/python make_werkzeug.py > werkzeug2.json

HMACs with a bare digest as their method, which look like Django's digests, are of Werkzeug before 3.0.
"""

import hashlib
import importlib.metadata
import json
import pathlib

from werkzeug.security import check_password_hash, generate_password_hash

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
VERSION = importlib.metadata.version("werkzeug")
rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, password, hash, note=None, declared=False):
    assert check_password_hash(hash, password) and not check_password_hash(hash, twin(password))
    row = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    rows.append({**row, **({"declared": True} if declared else {}), **({"note": note} if note else {})})


if VERSION.startswith("3."):
    for digest in ("sha1", "sha256", "sha512"):
        for password in PASSWORDS:
            add("werkzeug-pbkdf2", password, generate_password_hash(password, f"pbkdf2:{digest}:10"))
    for digest in ("md5", "sha224", "sha384", "sha3_256"):
        add("werkzeug-pbkdf2", "of any digest", generate_password_hash("of any digest", f"pbkdf2:{digest}:10"))
    add("werkzeug-pbkdf2", "at default cost", generate_password_hash("at default cost", "pbkdf2"), "default cost")
    for password in PASSWORDS:
        add("werkzeug-scrypt", password, generate_password_hash(password, "scrypt:16:4:2"))
    for length in (1, 8, 64):
        add("werkzeug-scrypt", "odd salts", generate_password_hash("odd salts", "scrypt:128:8:1", length), f"salt {length}")
    add("werkzeug-scrypt", "at default cost", generate_password_hash("at default cost"), "default cost")
else:
    for digest in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        ambiguous = digest in ("md5", "sha1")
        for password in PASSWORDS:
            add("werkzeug-hmac", password, generate_password_hash(password, digest), declared=ambiguous)
    for length in (1, 32, 200):
        add("werkzeug-hmac", "odd salts", generate_password_hash("odd salts", "sha256", length), f"salt {length}")
    for password in ("", "a", "password"):
        # What was imported from tables without salts, and is read as a plain digest.
        add("werkzeug-hmac", password, "sha256$$" + hashlib.sha256(password.encode()).hexdigest(), "no salt")
    for password in ("a", "password", "пароль-naïve-🔑"):
        add("werkzeug-pbkdf2", password, generate_password_hash(password, "pbkdf2:sha256:10"))

print(json.dumps({"made_by": f"Werkzeug {VERSION}", "rows": rows}, indent=1))
