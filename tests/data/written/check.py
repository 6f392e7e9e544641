"""Verifies what Python's software reads. Ends with an error at the first hash that is not as it should be."""
import base64
import hashlib
import json
import struct
import sys

import argon2
import bcrypt
import django
from django.conf import settings
from django.contrib.auth.hashers import check_password

settings.configure(
    PASSWORD_HASHERS=[
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]
)


def argon2id(password, text):
    try:
        return argon2.PasswordHasher().verify(text, password)
    except argon2.exceptions.VerifyMismatchError:
        return False


def aspnet(password, text):
    # PasswordHasher.VerifyHashedPasswordV3: a byte, three numbers, salt and subkey; the password in UTF-8.
    data = base64.b64decode(text, validate=True)
    marker, prf, iterations, salt_bytes = struct.unpack(">BIII", data[:13])
    salt, subkey = data[13 : 13 + salt_bytes], data[13 + salt_bytes :]
    digest = ["sha1", "sha256", "sha512"][prf]
    assert marker == 1 and salt_bytes == 16 and len(subkey) == 32
    return hashlib.pbkdf2_hmac(digest, password.encode(), salt, iterations, len(subkey)) == subkey


def keycloak(password, text):
    # Pbkdf2PasswordHashProvider: derived key size of 512 bits.
    credential = json.loads(text)
    secret, data = json.loads(credential["secretData"]), json.loads(credential["credentialData"])
    digest = data["algorithm"].removeprefix("pbkdf2-")
    key, salt = base64.b64decode(secret["value"]), base64.b64decode(secret["salt"])
    assert credential["type"] == "password" and len(key) == 64
    return hashlib.pbkdf2_hmac(digest, password.encode(), salt, data["hashIterations"], 64) == key


CHECKS = {
    "argon2id": argon2id,
    "aspnet-identity-v3": aspnet,
    "bcrypt-2a": lambda password, text: bcrypt.checkpw(password.encode(), text.encode()),
    "bcrypt-2b": lambda password, text: bcrypt.checkpw(password.encode(), text.encode()),
    "django-argon2id": check_password,
    "django-pbkdf2-sha256": check_password,
    "keycloak-pbkdf2-sha256": keycloak,
    "keycloak-pbkdf2-sha512": keycloak,
}

for row in json.load(open(sys.argv[1])):
    check = CHECKS.get(row["format"])
    if check:
        assert check(row["password"], row["hash"]), row
        assert not check("x" + row["password"], row["hash"]), row
from importlib.metadata import version

print(f"Django {django.__version__}, argon2-cffi {version('argon2-cffi')}, bcrypt {bcrypt.__version__}, Python {sys.version.split()[0]}")
