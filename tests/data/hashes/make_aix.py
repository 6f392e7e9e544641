#!/usr/bin/env python3
"""Known answers of the four password hashes of AIX, written from the specification, on standard output.

    python3 make_aix.py > aix.json

AIX is not to be had here. `{smd5}` is md5-crypt without its tag; the others are PBKDF2 with the salt's text, written
in crypt's alphabet. Checked against the examples that hashcat publishes.
"""

import hashlib
import json
import pathlib
import platform
import random

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
MORE = ["1234567890123456", "é" * 20]
random = random.Random(4)


def cut(digest):
    """Four characters for three bytes. Of the last group only as many as the bits need, and those of the filling first."""
    groups = [digest[start : start + 3].ljust(3, b"\0") for start in range(0, len(digest), 3)]
    text = "".join(low_first(int.from_bytes(group, "big"), 4) for group in groups)
    return text[: -(-len(digest) * 8 // 6)]


def low_first(value, characters):
    return "".join(ALPHABET[value >> 6 * place & 63] for place in range(characters))


def seen(password):
    return password.encode().split(b"\0")[0]


def pbkdf2(digest):
    def hash(password, cost, salt):
        made = hashlib.pbkdf2_hmac(digest, seen(password), salt.encode(), 1 << cost)
        return f"{{s{digest}}}{cost:02}${salt}${cut(made)}"

    return hash


def smd5(password, cost, salt):
    password, salt = seen(password), salt.encode()
    md5 = lambda *parts: hashlib.md5(b"".join(parts)).digest()
    inner = md5(password, salt, password)
    bits = [b"\0" if bit == "1" else password[:1] for bit in f"{len(password):b}"[::-1]] if password else []
    digest = md5(password, salt, (inner * (len(password) // 16 + 1))[: len(password)], *bits)
    for turn in range(1000):
        odd = turn % 2
        first, last = (password, digest) if odd else (digest, password)
        digest = md5(first, salt if turn % 3 else b"", password if turn % 7 else b"", last)
    triples = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
    text = "".join(low_first(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in triples)
    return f"{{smd5}}{salt.decode()}${text}{low_first(digest[11], 2)}"


SCHEMES = {"aix-smd5": smd5, "aix-ssha1": pbkdf2("sha1"), "aix-ssha256": pbkdf2("sha256"), "aix-ssha512": pbkdf2("sha512")}
EXAMPLES = {
    "aix-smd5": (0, "a5/yTL/u", "{smd5}a5/yTL/u$VfvgyHx1xUlXZYBocQpQY0"),
    "aix-ssha1": (6, "bJbkFGJAB30L2e23", "{ssha1}06$bJbkFGJAB30L2e23$dCESGOsP7jaIIAJ1QAcmaGeG.kr"),
    "aix-ssha256": (6, "aJckFGJAB30LTe10", "{ssha256}06$aJckFGJAB30LTe10$ohUsB7LBPlgclE3hJg9x042DLJvQyxVCX.nZZLEz.g2"),
    "aix-ssha512": (
        6,
        "bJbkFGJAB30L2e23",
        "{ssha512}06$bJbkFGJAB30L2e23$bXiXjyH5YGIyoWWmEVwq67nCU5t7GLy9HkCzrodRCQCx3r9VvG98o7O3V0r9cVrX3LPPGuHqT5LLn0oGCuI1..",
    ),
}

rows = []


def twin(password):
    """A wrong password as near as can be: the first character changed."""
    return chr(ord(password[0]) ^ 1) + password[1:] if password else "x"


def add(scheme, password, hash, note=None):
    row = {"scheme": scheme, "password": password, "wrong": twin(password), "hash": hash}
    rows.append({**row, **({"note": note} if note else {})})


for scheme, make in SCHEMES.items():
    cost, salt, hash = EXAMPLES[scheme]
    assert make("hashcat", cost, salt) == hash, make("hashcat", cost, salt)
    add(scheme, "hashcat", hash, "hashcat's example")
    length = 8 if scheme == "aix-smd5" else 16
    for number, password in enumerate(PASSWORDS + MORE):
        add(scheme, password, make(password, 4 + number % 3, "".join(random.choices(ALPHABET, k=length))))
    add(scheme, "password", make("password", 10, "".join(random.choices(ALPHABET, k=length))), "cost 10")

made_by = f"written from the specification: hashlib of Python {platform.python_version()}"
print(json.dumps({"made_by": made_by, "rows": rows}, indent=1, ensure_ascii=False))
