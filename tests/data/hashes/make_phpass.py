#!/usr/bin/env python3
"""Known answers of passlib's portable hashes of PHP, on standard output.

    python3 -m venv venv && venv/bin/pip install passlib==1.7.4
    venv/bin/python make_phpass.py > phpass.json
"""

import importlib.metadata
import json
import pathlib

from passlib.hash import phpass

PASSWORDS = json.loads((pathlib.Path(__file__).parent / "passwords.json").read_text())
rows = []
for index, password in enumerate(PASSWORDS):
    wrong = chr(ord(password[0]) ^ 1) + password[1:] if password else "x"
    hash = phpass.using(rounds=7 + index % 2, ident="PH"[index % 2]).hash(password)
    assert phpass.verify(password, hash) and not phpass.verify(wrong, hash)
    rows.append({"scheme": "phpass", "password": password, "wrong": wrong, "hash": hash})

made_by = f"passlib {importlib.metadata.version('passlib')}"
lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
print(f'{{"made_by": "{made_by}",\n "rows": [\n{lines}\n ]}}')
