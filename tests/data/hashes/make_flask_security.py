#!/usr/bin/env python3
"""Known answers from Flask-Security-Too, on standard output.

    python3 -m venv venv && venv/bin/pip install flask-security-too==5.9.2 libpass==1.9.4 bcrypt==4.0.1 argon2-cffi==25.1.0
    venv/bin/python make_flask_security.py > flask_security.json

Its forms bring a password to NFKD before it is hashed; so does this script. Versions before 4.0 did not, nor do
later ones where an option says so.
"""

import base64
import importlib.metadata
import json
import pathlib

from flask import Flask
from flask_security import Security, hash_password, verify_password

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
KEY = "146585145368132386173505678016728509634"
COSTS = {
    "argon2__time_cost": 1,
    "argon2__memory_cost": 64,
    "argon2__parallelism": 1,
    "bcrypt__rounds": 4,
    "pbkdf2_sha256__rounds": 10,
    "pbkdf2_sha512__rounds": 10,
    "sha256_crypt__rounds": 1000,
    "sha512_crypt__rounds": 1000,
}
rows = []


class Users:
    """All that the extension asks of a datastore when it starts."""

    db = None
    user_model = role_model = webauthn_model = type("Model", (), {"fs_uniquifier": None})


def app(scheme, costs, form="NFKD"):
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="not secret",
        SECURITY_PASSWORD_HASH=scheme,
        SECURITY_PASSWORD_NORMALIZE_FORM=form,
        SECURITY_PASSWORD_SALT=KEY,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=costs,
    )
    app.security = Security(app, Users())
    return app


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(app, scheme, password, note=None):
    with app.app_context():
        hash = hash_password(app.security.password_util.normalize(password))
        for typed, opens in ((password, True), (twin(password), False)):
            assert verify_password(app.security.password_util.normalize(typed), hash) is opens
    context = {"key": base64.b64encode(KEY.encode()).decode()}
    row = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash, "declared": True}
    rows.append({**row, "context": context, **({"note": note} if note else {})})


for scheme in ("argon2", "bcrypt", "pbkdf2_sha256", "pbkdf2_sha512", "sha256_crypt", "sha512_crypt"):
    made = app(scheme, COSTS)
    for password in PASSWORDS:
        add(made, "flask-security", password)
for scheme in ("argon2", "bcrypt"):
    add(app(scheme, {}), "flask-security", "at default cost", "default cost")

made = app("argon2", COSTS, form=None)
for password in PASSWORDS:
    add(made, "flask-security-raw", password)

packages = ("flask-security-too", "libpass", "bcrypt", "argon2-cffi")
made_by = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)
print(json.dumps({"made_by": made_by, "rows": rows}, indent=1))
