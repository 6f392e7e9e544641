#!/usr/bin/env python3
"""Known answers from OpenLDAP, 389 Directory Server and passlib, on standard output.

    apt-get install slapd slapd-contrib 389-ds-base        (Debian 12)
    python3 -m venv venv && venv/bin/pip install passlib==1.7.4
    venv/bin/python make_ldap.py > ldap.json
    venv/bin/python make_ldap.py crypt > ldap_crypt.json

OpenLDAP refuses to hash the empty password, and passlib any with a NUL; nobody writes SHA-224, so that those rows are
written from the specification by hashlib. 389-DS verifies all rows of its own and those that are marked so.
"""

import base64
import hashlib
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from passlib import hash as passlib

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, password, hash, note=None, wrong=None):
    made = {"scheme": scheme, "password": password, "wrong": wrong or twin(password), "hash": hash}
    rows.append({**made, **({"note": note} if note else {})})


def base64ed(data):
    return base64.b64encode(data).decode()


def slappasswd(tag, password, *options):
    """`None` where it refuses the password."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(password.encode())
        file.flush()
        command = ["slappasswd", "-o", "module-path=/usr/lib/ldap", "-h", tag, "-n", "-T", file.name, *options]
        done = subprocess.run(command, capture_output=True)
    return done.stdout.decode() if done.returncode == 0 and done.stdout.startswith(b"{") else None


def pwdhash_accepts(hash, password):
    """Whether 389-DS lets the password in. Its command takes no NUL."""
    done = subprocess.run(["pwdhash", "-c", hash, password], capture_output=True)
    return done.returncode == 0 and b"password ok" in done.stdout


def pwdhash(scheme, password):
    if "\0" in password:
        return None
    hash = subprocess.run(["pwdhash", "-s", scheme, password], capture_output=True, check=True).stdout.decode().strip()
    assert pwdhash_accepts(hash, password) and not pwdhash_accepts(hash, twin(password)), (scheme, password)
    return hash


def load(module):
    return ("-o", f"module-load={module}")


# OpenLDAP: its own schemes and those of its modules.
openldap = [
    ("ldap-md5", "{MD5}", ()),
    ("ldap-smd5", "{SMD5}", ()),
    ("ldap-sha1", "{SHA}", ()),
    ("ldap-ssha", "{SSHA}", ()),
    *((f"ldap-sha{bits}", f"{{SHA{bits}}}", load("pw-sha2")) for bits in (256, 384, 512)),
    *((f"ldap-ssha{bits}", f"{{SSHA{bits}}}", load("pw-sha2")) for bits in (256, 384, 512)),
]
for scheme, tag, options in openldap:
    for password in PASSWORDS:
        if hash := slappasswd(tag, password, *options):
            add(scheme, password, hash)
hash = slappasswd("{SSHA}", "spelled otherwise")
add("ldap-ssha", "spelled otherwise", hash.replace("{SSHA}", "{ssha}"), "the tag's case is free")
add("ldap-ssha", "spelled otherwise", hash.replace("{SSHA}", "{Ssha}"), "the tag's case is free")

for tag in ("{PBKDF2}", "{PBKDF2-SHA1}", "{PBKDF2-SHA256}", "{PBKDF2-SHA512}"):
    for password in PASSWORDS[1:6] if tag != "{PBKDF2-SHA512}" else PASSWORDS[6:]:
        if hash := slappasswd(tag, password, *load("pw-pbkdf2")):
            add("ldap-pbkdf2", password, hash, "10,000 iterations, which cannot be changed")

for password in PASSWORDS:
    if hash := slappasswd("{ARGON2}", password, *load("argon2 m=64 t=2 p=2")):
        add("ldap-argon2", password, hash)
add("ldap-argon2", "at default cost", slappasswd("{ARGON2}", "at default cost", *load("argon2")), "default cost")

# `{CRYPT}` is whatever the system's crypt(3) makes of a salt: here libxcrypt.
for salt in ("%.2s", "$1$%.8s", "$5$rounds=1000$%.16s", "$6$rounds=1000$%.16s", "$2b$04$%.22s", "$y$j75$%.20s"):
    for password in PASSWORDS[1:]:
        if hash := slappasswd("{CRYPT}", password, "-c", salt):
            add("ldap-crypt", password, hash)

# 389-DS. Where its salts and digests are spelled as OpenLDAP's, a few of each will do.
for scheme, name in (
    ("ldap-md5", "MD5"),
    ("ldap-smd5", "SMD5"),
    ("ldap-sha1", "SHA"),
    ("ldap-ssha", "SSHA"),
    *((f"ldap-{salted.lower()}sha{bits}", f"{salted}SHA{bits}") for salted in ("", "S") for bits in (256, 384, 512)),
    ("ldap-crypt", "CRYPT"),
    ("ldap-crypt", "CRYPT-MD5"),
    ("ldap-crypt", "CRYPT-SHA256"),
    ("ldap-crypt", "CRYPT-SHA512"),
    ("ldap-crypt", "GOST_YESCRYPT"),
    ("ldap-pbkdf2", "PBKDF2-SHA1"),
    ("ldap-pbkdf2", "PBKDF2-SHA256"),
    ("ldap-pbkdf2", "PBKDF2-SHA512"),
    ("389ds-pbkdf2", "PBKDF2_SHA256"),
):
    for password in (PASSWORDS[0], PASSWORDS[4], PASSWORDS[12]):
        # Whoever reads an empty password from a hash of crypt(3) reads no digest: such rows say little.
        if password or scheme != "ldap-crypt":
            add(scheme, password, pwdhash(name, password), "389-DS")

# The same with few iterations, made by hashlib and verified by 389-DS.
for password in PASSWORDS:
    salt = os.urandom(64)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 8, 256)
    hash = "{PBKDF2_SHA256}" + base64ed((8).to_bytes(4, "big") + salt + key)
    if "\0" not in password:
        assert pwdhash_accepts(hash, password) and not pwdhash_accepts(hash, twin(password)), password
        add("389ds-pbkdf2", password, hash, "made by hashlib, verified by 389-DS")
    else:
        add("389ds-pbkdf2", password, hash, "written from the specification")
for digest in ("sha1", "sha256", "sha512"):
    for password in PASSWORDS[:10]:
        salt = os.urandom(16)
        key = hashlib.pbkdf2_hmac(digest, password.encode(), salt, 10)
        hash = f"{{PBKDF2-{digest.upper()}}}10${base64ed(salt)}${base64ed(key)}"
        assert pwdhash_accepts(hash, password) and not pwdhash_accepts(hash, twin(password)), password
        add("ldap-pbkdf2", password, hash, "made by hashlib, verified by 389-DS")

# Netscape's Messaging Server: 389-DS verifies its hashes and makes none.
for password in PASSWORDS:
    salt = os.urandom(16).hex().encode()
    digest = hashlib.md5(salt + b"Y" + password.encode() + b"\xf7" + salt).hexdigest()
    hash = "{NS-MTA-MD5}" + digest + salt.decode()
    if "\0" not in password:
        assert pwdhash_accepts(hash, password) and not pwdhash_accepts(hash, twin(password)), password
        add("ldap-ns-mta-md5", password, hash, "made by hashlib, verified by 389-DS")

# passlib: salts of other lengths, AB64 for base64.
for handler, scheme in (
    (passlib.ldap_salted_md5, "ldap-smd5"),
    (passlib.ldap_salted_sha1, "ldap-ssha"),
    (passlib.ldap_salted_sha256, "ldap-ssha256"),
    (passlib.ldap_salted_sha512, "ldap-ssha512"),
):
    for length in (4, 16):
        for password in ("", "odd salt"):
            add(scheme, password, handler.using(salt_size=length).hash(password), f"passlib, salt of {length} bytes")
for handler in (passlib.ldap_pbkdf2_sha1, passlib.ldap_pbkdf2_sha256, passlib.ldap_pbkdf2_sha512):
    for password in ("", PASSWORDS[4], PASSWORDS[13]):
        add("ldap-pbkdf2", password, handler.using(rounds=10).hash(password), "passlib")
for handler in (
    passlib.ldap_des_crypt,
    passlib.ldap_md5_crypt,
    passlib.ldap_sha1_crypt.using(rounds=10),
    passlib.ldap_sha256_crypt.using(rounds=1000),
    passlib.ldap_sha512_crypt.using(rounds=1000),
    passlib.ldap_bsdi_crypt.using(rounds=11),
):
    for password in PASSWORDS[:4]:
        add("ldap-crypt", password, handler.hash(password), "passlib")
for handler, scheme in ((passlib.ldap_hex_md5, "ldap-md5"), (passlib.ldap_hex_sha1, "ldap-sha1")):
    for password in PASSWORDS[:4]:
        add(scheme, password, handler.hash(password), "passlib: hexadecimal, as Dovecot reads too")

# The empty password, NULs and short salts, as hashlib makes them; unpadded as some dumps are.
for name, scheme in (("md5", "smd5"), ("sha1", "ssha"), ("sha256", "ssha256"), ("sha384", "ssha384"), ("sha512", "ssha512")):
    for password, length in (("", 8), ("nul\0inside", 8), ("short salt", 1), ("long salt", 64)):
        salt = os.urandom(length)
        hash = base64ed(hashlib.new(name, password.encode() + salt).digest() + salt)
        note = f"written from the specification, salt of {length} bytes"
        add(f"ldap-{scheme}", password, f"{{{scheme.upper()}}}{hash}", note)
        if hash.endswith("="):
            add(f"ldap-{scheme}", password, f"{{{scheme.upper()}}}{hash.rstrip('=')}", f"{note}, padding stripped")
for name, scheme in (("md5", "md5"), ("sha1", "sha"), ("sha256", "sha256"), ("sha384", "sha384"), ("sha512", "sha512")):
    for password in ("", "nul\0inside"):
        hash = base64ed(hashlib.new(name, password.encode()).digest())
        add("ldap-sha1" if scheme == "sha" else f"ldap-{scheme}", password, f"{{{scheme.upper()}}}{hash}", "written from the specification")
        if hash.endswith("="):
            add("ldap-sha1" if scheme == "sha" else f"ldap-{scheme}", password, f"{{{scheme.upper()}}}{hash.rstrip('=')}", "padding stripped")
for password in PASSWORDS:
    digest, salt = hashlib.sha224(password.encode()).digest(), os.urandom(8)
    add("ldap-sha224", password, "{SHA224}" + base64ed(digest), "written from the specification")
    salted = hashlib.sha224(password.encode() + salt).digest()
    add("ldap-ssha224", password, "{SSHA224}" + base64ed(salted + salt), "written from the specification")


def version(package):
    return subprocess.run(["dpkg-query", "-Wf", "${Version}", package], capture_output=True, check=True).stdout.decode()


made_by = ", ".join(f"{package} {version(package)}" for package in ("slapd", "slapd-contrib", "389-ds-base", "libcrypt1"))
made_by += f", passlib {importlib.metadata.version('passlib')}; rows marked so: written from the specification"
rows = [row for row in rows if (row["scheme"] == "ldap-crypt") == (sys.argv[1:] == ["crypt"])]
print(json.dumps({"made_by": made_by, "rows": rows}, indent=1))
