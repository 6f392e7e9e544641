#!/usr/bin/env python3
"""Known answers from PostgreSQL, MariaDB, GRUB and passlib, and from published specifications, on standard output.

    apt-get install postgresql-15 mariadb-server grub-common        (Debian 12)
    python3 -m venv venv && venv/bin/pip install passlib==1.7.4
    sudo venv/bin/python make_database.py > database.json
    sudo venv/bin/python make_database.py mysql > mysql.json

Starts both servers in a folder of its own, without network, and stops them. Neither hashes the empty password, and
PostgreSQL takes no NUL. Formats of software that is not to be had are written from the specification by hashlib;
each of these functions is checked first against a hash that its cracker's documentation publishes.
"""

import base64
import contextlib
import hashlib
import hmac
import importlib.metadata
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

from passlib import hash as passlib

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
SPECIFIED = "written from the specification"
rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, password, hash, note=None, context=None, declared=False):
    row = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    row.update({"declared": True} if declared else {})
    row.update({"context": context} if context else {})
    rows.append({**row, **({"note": note} if note else {})})


def base64ed(data):
    return base64.b64encode(data).decode()


def run(*command, user=None, **options):
    as_user = {"user": pwd.getpwnam(user).pw_uid, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    return subprocess.run(command, capture_output=True, check=True, **as_user, **options).stdout.decode()


@contextlib.contextmanager
def folder_of(user):
    folder = tempfile.mkdtemp()
    shutil.chown(folder, user)
    yield folder
    shutil.rmtree(folder)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


# Passwords that SASLprep changes, and those that it refuses, which PostgreSQL then reads as they are.
SASLPREP = [
    ("I\u00adX", "IX", "a soft hyphen is nothing"),
    ("\u2168", "IX", "a Roman numeral is its letters"),
    ("\u00aa\u3000b", "a b", "an ordinal is a letter, an ideographic space a space"),
    ("\u0627\u0031", None, "right-to-left before a digit is refused, so the bytes count"),
    ("\u0627\u00aa1", None, "refused, and so not normalised either"),
    ("\u00aa\u0007", None, "a control character is refused, and so the rest is not normalised"),
    ("\u00aa\U0001f511", None, "unassigned in Unicode 3.2 is refused, and so the rest is not normalised"),
    ("\u00ad", None, "nothing is left, so the bytes count"),
]


def postgresql():
    binaries = "/usr/lib/postgresql/15/bin"
    with folder_of("postgres") as folder:
        run(f"{binaries}/initdb", "-D", f"{folder}/d", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", user="postgres", cwd="/")
        hba = "local all postgres trust\nlocal all all md5\n"
        pathlib.Path(f"{folder}/d/pg_hba.conf").write_text(hba)
        control = (f"{binaries}/pg_ctl", "-D", f"{folder}/d", "-w", "-l", f"{folder}/log")
        with open(os.devnull, "w") as nothing:
            uid = pwd.getpwnam("postgres")
            start = [*control, "-o", f"-k {folder} -c listen_addresses=''", "start"]
            subprocess.run(start, check=True, stdout=nothing, user=uid.pw_uid, group=uid.pw_gid, extra_groups=[], cwd="/")

        def sql(text):
            return run("psql", "-h", folder, "-U", "postgres", "-AtqX", input=text.encode())

        def stored(kind, user, password):
            sql(f"SET password_encryption = '{kind}'; SET standard_conforming_strings = on;"
                f"DROP ROLE IF EXISTS \"{user}\"; CREATE ROLE \"{user}\" LOGIN PASSWORD {quoted(password)};")
            return sql(f"SELECT rolpassword FROM pg_authid WHERE rolname = {quoted(user)}").strip()

        def accepts(user, password):
            command = ["psql", "-h", folder, "-U", user, "-d", "postgres", "-Atc", "SELECT 1"]
            environment = {**os.environ, "PGPASSWORD": password, "PGCLIENTENCODING": "UTF8", "LC_ALL": "C.UTF-8"}
            return subprocess.run(command, capture_output=True, env=environment).returncode == 0

        for password in PASSWORDS:
            if password and "\0" not in password:
                for kind, scheme, user in (
                    ("md5", "postgresql-md5", "ada"),
                    ("md5", "postgresql-md5", "Zoë"),
                    ("scram-sha-256", "postgresql-scram", "ada"),
                ):
                    hash = stored(kind, user, password)
                    assert accepts(user, password) and not accepts(user, twin(password)), (kind, password)
                    context = {"username": user} if kind == "md5" else None
                    add(scheme, password, hash, context=context)
        for password, equal, note in SASLPREP:
            hash = stored("scram-sha-256", "ada", password)
            add("postgresql-scram", password, hash, note)
            if equal:
                assert accepts("ada", equal), (password, equal)
                add("postgresql-scram", equal, hash, note)
            else:
                assert accepts("ada", password), password
        run(*control, "-m", "immediate", "stop", user="postgres", cwd="/")
        return run(f"{binaries}/postgres", "--version").strip()


def postgresql_from_specification():
    for password in ("", "nul\0inside"):
        hash = "md5" + hashlib.md5(password.encode() + b"ada").hexdigest()
        add("postgresql-md5", password, hash, SPECIFIED, context={"username": "ada"})
        salt = os.urandom(16)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 10)
        client = hmac.digest(salted, b"Client Key", "sha256")
        server = hmac.digest(salted, b"Server Key", "sha256")
        keys = f"{base64ed(hashlib.sha256(client).digest())}:{base64ed(server)}"
        add("postgresql-scram", password, f"SCRAM-SHA-256$10:{base64ed(salt)}${keys}", SPECIFIED)


def mariadb():
    with folder_of("mysql") as folder:
        run("mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={folder}/d")
        socket = f"{folder}/s"
        server = subprocess.Popen(
            ["mariadbd", "--no-defaults", "--user=mysql", f"--datadir={folder}/d", f"--socket={socket}", "--skip-networking"],
            stderr=subprocess.DEVNULL,
        )
        while not os.path.exists(socket):
            time.sleep(0.1)

        def sql(text):
            return run("mariadb", "--no-defaults", "-S", socket, "-N", "-r", input=text.encode()).strip()

        for password in PASSWORDS:
            if password:
                literal = f"x'{password.encode().hex()}'"
                add("mysql-41", password, sql(f"SELECT PASSWORD({literal})"))
                add("mysql-323", password, sql(f"SELECT OLD_PASSWORD({literal})"), declared=True)
        version = sql("SELECT VERSION()")
        server.terminate()
        server.wait()
        return f"MariaDB {version}"


def grub():
    for password in PASSWORDS:
        if password and not set(password) & {"\0", "\n", "\r"}:
            command = ("grub-mkpasswd-pbkdf2", "-c", "10", "-l", "64", "-s", "64")
            printed = run(*command, input=f"{password}\n{password}\n".encode())
            add("pbkdf2-grub", password, printed.rpartition(" ")[2].strip())
    at_default = run("grub-mkpasswd-pbkdf2", input=b"at default cost\nat default cost\n").rpartition(" ")[2].strip()
    add("pbkdf2-grub", "at default cost", at_default, "default cost")
    for password in PASSWORDS[:3]:
        add("pbkdf2-grub", password, passlib.grub_pbkdf2_sha512.using(rounds=10).hash(password), "passlib")


def mssql(version, password, salt):
    digest = {1: hashlib.sha1, 2: hashlib.sha512}[version]
    return "0x" + (bytes([version, 0]) + salt + digest(password.encode("utf-16-le") + salt).digest()).hex().upper()


def microsoft():
    known = (
        "0x02000102030434ea1b17802fd95ea6316bd61d2c94622ca3812793e8fb1672487b5c904a45a31b2ab4a78890d563d2fcf5663e46fe797d"
        "71550494be50cf4915d3f4d55ec375"
    )
    assert mssql(2, "hashcat", bytes.fromhex("01020304")).lower() == known
    for password in PASSWORDS:
        for handler in (passlib.mssql2000, passlib.mssql2005):
            add("mssql", password, handler.hash(password), f"passlib's {handler.name}")
        add("mssql", password, mssql(2, password, os.urandom(4)), SPECIFIED)


def sha256_crypt(password, salt, rounds):
    """Drepper's algorithm with a salt of any length."""
    alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    digest = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
    stretched = lambda block, length: (block * (length // 32 + 1))[:length]
    b = digest(password, salt, password)
    a, length = [password, salt, stretched(b, len(password))], len(password)
    while length:
        a.append(b if length & 1 else password)
        length >>= 1
    a = digest(*a)
    p = stretched(digest(password * len(password)), len(password))
    s = stretched(digest(salt * (16 + a[0])), len(salt))
    for round in range(rounds):
        first, last = (p, a) if round % 2 else (a, p)
        a = digest(first, s if round % 3 else b"", p if round % 7 else b"", last)
    order = [(i * 21 % 30, (i * 21 + 10) % 30, (i * 21 + 20) % 30) for i in range(10)]
    text = ""
    for high, middle, low in order:
        value = a[high] << 16 | a[middle] << 8 | a[low]
        text += "".join(alphabet[value >> shift & 63] for shift in (0, 6, 12, 18))
    value = a[31] << 8 | a[30]
    return text + "".join(alphabet[value >> shift & 63] for shift in (0, 6, 12))


def mysql_salt():
    """Twenty bytes of seven bits each, neither NUL nor `$`, as the server makes them."""
    return bytes(byte & 127 if byte & 127 not in (0, 36) else (byte & 127) + 1 for byte in os.urandom(20))


def mysql():
    salt = bytes.fromhex("F9CC98CE08892924F50A213B6BC571A2C11778C5")
    known = bytes.fromhex(
        "625479393559393965414D45316477456B484F41316E64484742577A2E3162785353526B7554584647562F"
    ).decode()
    assert sha256_crypt(b"hashcat", salt, 5000) == known
    for index, password in enumerate(PASSWORDS[1:]):
        salt = mysql_salt()
        rounds = 7 if index == 3 else 5
        text = b"$A$%03X$" % rounds + salt + sha256_crypt(password.encode(), salt, rounds * 1000).encode()
        add("mysql-caching-sha2", password, text.decode(), SPECIFIED)
        if index < 4:
            add("mysql-caching-sha2", password, "0x" + text.hex().upper(), f"{SPECIFIED}, as `print_identified_with_as_hex` shows it")


def oracle_12(password, salt):
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt + b"AUTH_PBKDF2_SPEEDY_KEY", 4096)
    return "T:" + (hashlib.sha512(key + salt).digest() + salt).hex().upper()


def oracle():
    known = (
        "78281A9C0CF626BD05EFC4F41B515B61D6C4D95A250CD4A605CA0EF97168D670EBCB5673B6F5A2FB9CC4E0C0101E659C0C4E3B9B3BEDA846"
        "CD15508E88685A2334141655046766111066420254008225"
    )
    assert oracle_12("hashcat", bytes.fromhex(known[-32:])) == "T:" + known
    for password in PASSWORDS:
        add("oracle-11", password, passlib.oracle11.hash(password), "passlib")
        add("oracle-12", password, oracle_12(password, os.urandom(16)), SPECIFIED)


def macos(password, salt, iterations, length):
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, length)
    return f"$ml${iterations}${salt.hex()}${key.hex()}"


def apple():
    known = (
        "$ml$35460$93a94bd24b5de64d79a5e49fa372827e739f4d7b6975c752c9a0ff1e5cf72e05$752351df64dd2ce9dc9c64a72ad91de6581a15"
        "c19176266b44d98919dfa81f0f96cbcb20a1ffb400718c20382030f637892f776627d34e021bad4f81b7de8222"
    )
    assert macos("hashcat", bytes.fromhex(known.split("$")[3]), 35460, 64) == known
    for password in PASSWORDS:
        add("pbkdf2-macos", password, macos(password, os.urandom(32), 10, 128), SPECIFIED)
    add("pbkdf2-macos", "cut to 64", macos("cut to 64", os.urandom(32), 10, 64), f"{SPECIFIED}, as crackers cut it")
    add("pbkdf2-macos", "at default cost", macos("at default cost", os.urandom(32), 30000, 128), f"{SPECIFIED}, default cost")


def sap(tag, digest, password, salt, iterations):
    value = digest(password.encode() + salt).digest()
    for _ in range(iterations - 1):
        value = digest(password.encode() + value).digest()
    return f"{{{tag}, {iterations}}}{base64ed(value + salt)}"


def business():
    known = "{x-issha, 1024}C0624EvGSdAMCtuWnBBYBGA0chvqAflKY74oEpw/rpY="
    salt = base64.b64decode(known.partition("}")[2])[20:]
    assert sap("x-issha", hashlib.sha1, "hashcat", salt, 1024) == known
    known = "{x-isSHA384, 5000}3O/F4YGKNmIYHDu7ZQ7Q+ioCOQi4HRY4yrggKptAU9DtmHigCuGqBiAPVbKbEAfGTzh4YlZLWUM="
    salt = base64.b64decode(known.partition("}")[2])[48:]
    assert sap("x-isSHA384", hashlib.sha384, "booboo", salt, 5000) == known
    for digest in ("sha256", "sha384", "sha512"):
        for password in PASSWORDS:
            hash = sap(f"x-is{digest.upper()}", getattr(hashlib, digest), password, os.urandom(16), 10)
            add(f"sap-is{digest}", password, hash, SPECIFIED)
    for password in PASSWORDS:
        add("sap-issha1", password, sap("x-issha", hashlib.sha1, password, os.urandom(12), 10), SPECIFIED)
    add("sap-issha1", "at default cost", sap("x-issha", hashlib.sha1, "at default cost", os.urandom(12), 1024), f"{SPECIFIED}, default cost")


versions = [postgresql(), mariadb()]
postgresql_from_specification()
for make in (grub, microsoft, mysql, oracle, apple, business):
    make()
versions += [run("grub-mkpasswd-pbkdf2", "--version").strip(), f"passlib {importlib.metadata.version('passlib')}"]
rows = [row for row in rows if (row["scheme"] == "mysql-caching-sha2") == (sys.argv[1:] == ["mysql"])]
made_by = ", ".join(versions) + f"; rows marked so: {SPECIFIED}"
print(json.dumps({"made_by": made_by, "rows": rows}, indent=1))
