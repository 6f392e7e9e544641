#!/usr/bin/env python3
"""Known answers of what Python packages put around bcrypt, on standard output.

    python3 -m venv venv && venv/bin/pip install passlib==1.7.4 bcrypt==4.0.1 Flask-Bcrypt==1.0.1
    venv/bin/python make_bcrypt.py > bcrypt_python.json

passlib's `bcrypt_sha256` in both versions, Flask-Bcrypt with long passwords handled, and pyca/bcrypt with a pepper after
the password, as Synapse and Devise call it. Flask-Bcrypt refuses an empty password. passlib works with no later bcrypt than 4.0.
"""

import base64
import json
import pathlib
import platform
from importlib.metadata import version

import bcrypt
import flask
import flask_bcrypt
from passlib.hash import bcrypt_sha256

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
PEPPERS = [b"pepper", "pépper-🌶".encode(), b"\x00\xff"]
rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, password, hash, verify, note=None, **more):
    assert verify(password) and not verify(twin(password))
    row = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    rows.append({**row, **more, **({"note": note} if note else {})})


for number, password in enumerate(PASSWORDS):
    for scheme_version in [1, 2]:
        handler = bcrypt_sha256.using(rounds=4, version=scheme_version, ident=["2b", "2a"][number % 2 if scheme_version == 1 else 0])
        hash = handler.hash(password)
        add("bcrypt-sha256", password, hash, lambda password: bcrypt_sha256.verify(password, hash))
hash = bcrypt_sha256.hash("password")
add("bcrypt-sha256", "password", hash, lambda password: bcrypt_sha256.verify(password, hash), "default cost")

app = flask.Flask("vectors")
app.config.update(BCRYPT_HANDLE_LONG_PASSWORDS=True, BCRYPT_LOG_ROUNDS=4)
flask_hasher = flask_bcrypt.Bcrypt(app)
for password in filter(None, PASSWORDS):
    hash = flask_hasher.generate_password_hash(password).decode()
    verify = lambda password: flask_hasher.check_password_hash(hash, password)
    add("bcrypt-hex-sha256", password, hash, verify, declared=True)

for number, password in enumerate(PASSWORDS):
    pepper = PEPPERS[number % len(PEPPERS)]
    hash = bcrypt.hashpw(password.encode() + pepper, bcrypt.gensalt(4)).decode()
    verify = lambda password: bcrypt.checkpw(password.encode() + pepper, hash.encode())
    key = {"key": base64.b64encode(pepper).decode()}
    add("bcrypt-pepper-suffix", password, hash, verify, declared=True, context=key)

versions = ", ".join(f"{name} {version(name)}" for name in ["passlib", "bcrypt", "Flask-Bcrypt"])
print(json.dumps({"made_by": f"Python {platform.python_version()}, {versions}", "rows": rows}, indent=1, ensure_ascii=False))
