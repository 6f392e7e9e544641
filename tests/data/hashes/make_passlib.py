#!/usr/bin/env python3
"""Known answers from passlib, on standard output.

    python3 -m venv venv && venv/bin/pip install passlib==1.7.4
    venv/bin/python make_passlib.py > passlib.json
"""

import importlib.metadata
import json
import pathlib

from passlib.hash import atlassian_pbkdf2_sha1, pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, hasher, password, note=None):
    hash = hasher.hash(password)
    assert hasher.verify(password, hash) and not hasher.verify(twin(password), hash)
    row = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    rows.append({**row, **({"note": note} if note else {})})
    return hash


for hasher in (pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512):
    for password in PASSWORDS:
        add("pbkdf2-passlib", hasher.using(rounds=12), password)
for size in (0, 1, 1024):
    add("pbkdf2-passlib", pbkdf2_sha256.using(rounds=1, salt_size=size), "odd salts", f"salt {size}")
hash = add("pbkdf2-passlib", pbkdf2_sha512.using(rounds=12), "padded")
respelled = hash.replace(".", "+")
start, salt, key = respelled.rsplit("$", 2)
padded = "$".join([start] + [field + "=" * (-len(field) % 4) for field in (salt, key)])
rows.append({**rows[-1], "hash": padded, "note": "with + and padding, as other writers spell it"})
add("pbkdf2-passlib", pbkdf2_sha256, "at default cost", "default cost")

# 10,000 rounds, always.
for password in PASSWORDS:
    add("pbkdf2-atlassian", atlassian_pbkdf2_sha1, password)

print(json.dumps({"made_by": f"passlib {importlib.metadata.version('passlib')}", "rows": rows}, indent=1))
