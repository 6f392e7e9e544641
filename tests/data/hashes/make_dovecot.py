#!/usr/bin/env python3
"""Known answers from Dovecot's `doveadm pw`, which makes and verifies them, on standard output.

    apt-get install dovecot-core        (Debian 12)
    python3 make_dovecot.py > dovecot.json
    python3 make_dovecot.py crypt > dovecot_crypt.json

Its command takes no NUL. Argon2 of its making takes 32 MiB at least, so that most of those rows are hashes of the
`argon2` module of OpenLDAP (see `make_ldap.py`) under Dovecot's tags, verified by Dovecot.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

PASSWORDS = [
    password
    for password in json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
    if "\0" not in password
]
rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def accepts(hash, password, user):
    command = ["doveadm", "pw", "-t", hash, "-p", password, "-u", user]
    return subprocess.run(command, capture_output=True).returncode == 0


def add(scheme, password, hash, note=None, user="ada@example.org", context=None):
    assert accepts(hash, password, user) and not accepts(hash, twin(password), user), (scheme, password, hash)
    row = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    rows.append({**row, **({"context": context} if context else {}), **({"note": note} if note else {})})


def doveadm(tag, password, *options):
    command = ["doveadm", "pw", "-s", tag, "-p", password, *options]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode().removesuffix("\n")


SALTED = ("SMD5", "SSHA", "SSHA256", "SSHA512")
PLAIN = ("PLAIN-MD5", "LDAP-MD5", "SHA", "SHA1", "SHA256", "SHA512")
NAMES = {"PLAIN-MD5": "ldap-md5", "LDAP-MD5": "ldap-md5", "SHA": "ldap-sha1", "SHA1": "ldap-sha1"}
# What OpenLDAP writes too, in all three encodings: a few of each.
for tag in PLAIN + SALTED:
    for encoding in ("", ".B64", ".HEX", ".hex"):
        for password in (PASSWORDS[0], PASSWORDS[4], PASSWORDS[12]):
            add(NAMES.get(tag, f"ldap-{tag.lower()}"), password, doveadm(tag + encoding, password))
for tag, scheme in (("MD5", "ldap-md5"), ("SHA", "ldap-sha1"), ("SHA256", "ldap-sha256"), ("SHA512", "ldap-sha512")):
    for password in PASSWORDS[:3]:
        hexadecimal = doveadm(("PLAIN-MD5" if tag == "MD5" else tag) + ".HEX", password).partition("}")[2]
        add(scheme, password, f"{{{tag}}}{hexadecimal}", "hexadecimal told by its length")
        add(scheme, password, f"{{{tag}}}{hexadecimal.upper()}", "hexadecimal told by its length")
        if tag == "MD5":
            add(scheme, password, "{MD5}" + doveadm("LDAP-MD5", password).partition("}")[2], "base64")

for password in PASSWORDS:
    add("dovecot-plain-md4", password, doveadm("PLAIN-MD4", password))
    add("dovecot-cram-md5", password, doveadm("CRAM-MD5", password))
    context = {"username": "ada@example.org"}
    add("dovecot-digest-md5", password, doveadm("DIGEST-MD5", password, "-u", "ada@example.org"), context=context)
    add("dovecot-pbkdf2", password, doveadm("PBKDF2", password, "-r", "10"))
    add("dovecot-scram", password, doveadm("SCRAM-SHA-1", password, "-r", "4096"))
    add("dovecot-scram", password, doveadm("SCRAM-SHA-256", password, "-r", "4096"))
    if password:
        add("dovecot-crypt", password, doveadm("DES-CRYPT", password))
        add("dovecot-crypt", password, doveadm("MD5-CRYPT", password))
        add("dovecot-crypt", password, doveadm("MD5", password))
        add("dovecot-crypt", password, doveadm("SHA256-CRYPT", password, "-r", "1000"))
        add("dovecot-crypt", password, doveadm("SHA512-CRYPT", password, "-r", "1000"))
        add("dovecot-crypt", password, doveadm("BLF-CRYPT", password, "-r", "4"))
add("dovecot-plain-md4", "base64", doveadm("PLAIN-MD4.b64", "base64"))
add("dovecot-cram-md5", "HMAC-MD5", doveadm("HMAC-MD5", "HMAC-MD5"), "the older name")
add("dovecot-pbkdf2", "at default cost", doveadm("PBKDF2", "at default cost"), "default cost")
add("dovecot-crypt", "at default cost", doveadm("BLF-CRYPT", "at default cost"), "default cost")
add("dovecot-crypt", "at default cost", doveadm("SHA512-CRYPT", "at default cost"), "default cost")
for encoding in (".hex", ".b64"):
    add("dovecot-crypt", "text of a text", doveadm(f"SHA512-CRYPT{encoding}", "text of a text", "-r", "1000"))
add("dovecot-crypt", "another", "{DES-CRYPT}" + doveadm("SHA256-CRYPT", "another").partition("}")[2], "the tag says little")

for kind, tag in (("argon2i", "ARGON2I"), ("argon2id", "ARGON2ID")):
    for password in PASSWORDS if kind == "argon2i" else ():
        with tempfile.NamedTemporaryFile() as file:
            file.write(password.encode())
            file.flush()
            module = ["-o", "module-path=/usr/lib/ldap", "-o", "module-load=argon2 m=64 t=3 p=1"]
            command = ["slappasswd", *module, "-h", "{ARGON2}", "-n", "-T", file.name]
            hash = subprocess.run(command, capture_output=True).stdout.decode().removeprefix("{ARGON2}")
        if hash:
            add("dovecot-argon2", password, f"{{{tag}}}{hash}", "made by OpenLDAP, verified by Dovecot")
    add("dovecot-argon2", "at default cost", doveadm(tag, "at default cost"), "default cost")

version = subprocess.run(["dpkg-query", "-Wf", "${Version}", "dovecot-core"], capture_output=True, check=True).stdout
rows = [row for row in rows if (row["scheme"] == "dovecot-crypt") == (sys.argv[1:] == ["crypt"])]
print(json.dumps({"made_by": f"dovecot-core {version.decode()}", "rows": rows}, indent=1))
