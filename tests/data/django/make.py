#!/usr/bin/env python3
"""Makes legacy.sqlite3 and people.json with the real Django.

    python3.11 make.py              # in throw-away virtual environments, all four releases
    python3.11 make.py --check      # the same, but only asks each release about the committed file

The database lives the life of a real one: Django 2.2 creates it, then 3.2, 4.2 and 5.2 migrate it in turn, and
each of them adds the people who joined in its time, through its own ORM and `make_password` with its own default
parameters. Nothing here computes a password hash itself.

For each release the script runs itself again inside that release's environment (`--release`).
"""

import argparse
import datetime
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
DATABASE = HERE / "legacy.sqlite3"
PEOPLE_JSON = HERE / "people.json"
README = HERE / "README.md"

# Release -> what pip installs for it. In the order in which they touch the database.
RELEASES = {
    "2.2": "requirements-2.2.txt",
    "3.2": "requirements-3.2.txt",
    "4.2": "requirements-4.2.txt",
    "5.2": "requirements.txt",
}

SEVENTY_TWO = "a password of exactly seventy-two bytes, which is all that bcrypt reads."
SEVENTY_THREE = "a password of seventy-three bytes: bcrypt never sees its last character.!"
assert len(SEVENTY_TWO.encode()) == 72 and len(SEVENTY_THREE.encode()) == 73


def person(release, hasher, username, password, wrong, **more):
    """One row of auth_user. What is not given takes the value that a plain sign-up would leave."""
    known = {
        "release": release,
        "hasher": hasher,
        "username": username,
        "password": password,
        "wrong_password": wrong,
        "email": f"{username}@example.com",
        "first_name": "",
        "last_name": "",
        "active": True,
        "usable": True,
        "staff": False,
        "superuser": False,
        "groups": [],
        "joined": None,
        "last_login": None,
        # Other passwords that open this row too, because its hash does not read the whole of one.
        "also_opens": [],
        # Put before what make_password returned (see `edvard`).
        "spelling": "",
        "note": "",
    }
    assert set(more) <= set(known), set(more) - set(known)
    return {**known, **more}


PEOPLE = [
    # Django 2.2, 2019-2020
    person("2.2", "pbkdf2_sha256", "george", "Viscous-flow-1851", "viscous-flow-1851", first_name="George", last_name="Stoddart",
           joined="2019-04-02 08:15:30.123456", last_login="2024-11-30 17:45:00.000001", groups=["support"], note="150,000 rounds"),
    person("2.2", "argon2", "agatha", "quiet harbour lights", "quiet harbour light", first_name="Agatha", last_name="Bellweather",
           joined="2019-04-03 09:00:00", last_login="2019-12-24 18:00:00", note="Argon2i, as 2.2 wrote it"),
    person("2.2", "sha1", "bram", "windmolen7", "windmolen8", first_name="Bram", last_name="de Wit",
           joined="2019-05-11 12:31:07.5", last_login="2020-02-29 23:59:59.999999"),
    person("2.2", "unsalted_sha1", "cecile", "brioche-et-beurre", "brioche", first_name="Cécile", last_name="Marchand",
           email="cecile.marchand@example.org", joined="2019-06-01 00:00:00", last_login="2019-06-01 00:00:01"),
    person("2.2", "unsalted_md5", "dorota", "pierogi", "Pierogi", first_name="Dorota", last_name="Zielińska",
           joined="2019-06-15 10:10:10", last_login="2021-01-01 00:00:00", note="bare 32 hex digits"),
    person("2.2", "unsalted_md5", "edvard", "fjord-og-fjell", "fjord", first_name="Edvard", last_name="Haugland",
           joined="2019-07-20 06:45:00", last_login="2019-08-01 06:45:00", spelling="md5$$", note="the other spelling of the same hash, `md5$$`"),
    person("2.2", "crypt", "fiona", "thistle", "Thistle", first_name="Fiona", last_name="MacAra",
           joined="2019-08-02 14:20:00", last_login="2022-03-04 05:06:07", note="DES crypt(3), whole password read"),
    person("2.2", "crypt", "gustav", "midsommarstång", "midsömmarstång", first_name="Gustav", last_name="Ekdahl",
           joined="2019-09-13 19:19:19", last_login="2023-06-23 12:00:00", also_opens=["midsomma", "midsommar"],
           note="DES crypt(3), reads 8 bytes only"),
    person("2.2", "md5", "hedda", "Gingerbread&Glögg", "Gingerbread", first_name="Hedda", last_name="Lindqvist",
           joined="2020-01-07 07:07:07", last_login="2020-12-13 16:30:00"),
    # Django 3.2, 2021-2022
    person("3.2", "pbkdf2_sha256", "ivo", "correct horse battery staple", "correct horse battery stapler", first_name="Ivo", last_name="Kralj",
           joined="2021-05-04 11:00:00", last_login="2025-01-15 08:30:00.25", note="260,000 rounds"),
    person("3.2", "pbkdf2_sha1", "judith", "Tea@4pm, always", "Tea@5pm, always", first_name="Judith", last_name="Ashdown",
           joined="2021-06-21 15:30:00", last_login="2024-06-21 15:30:00", groups=["support"], note="260,000 rounds"),
    person("3.2", "argon2", "kaspar", "Edelweiss 2021!", "Edelweiss 2022!", first_name="Kaspar", last_name="Brunner",
           joined="2021-08-01 00:00:01", last_login="2021-08-01 10:00:00", note="Argon2id"),
    person("3.2", "bcrypt", "lucia", SEVENTY_TWO, "b" + SEVENTY_TWO[1:], first_name="Lucía", last_name="Ferrer",
           joined="2021-10-12 13:37:00", last_login="2022-10-12 13:37:00", also_opens=[SEVENTY_TWO + " Anything."], note="password of 72 bytes"),
    person("3.2", "bcrypt", "matteo", SEVENTY_THREE, "b" + SEVENTY_THREE[1:], first_name="Matteo", last_name="Rinaldi",
           joined="2021-11-02 21:05:44", last_login="2022-11-02 21:05:44", also_opens=[SEVENTY_THREE[:72]],
           note="password of 73 bytes; bcrypt 5 refuses to look at one, older ones drop the 73rd"),
    person("3.2", "bcrypt_sha256", "nadia", "cherry blossom, no. 9", "cherry blossom, no. 8", first_name="Nadia", last_name="Petrescu",
           joined="2022-02-14 18:00:00", last_login="2022-02-15 18:00:00"),
    # Django 4.2, 2023-2024
    person("4.2", "pbkdf2_sha256", "oskar", "Schneeflocke+88", "Schneeflocke+89", first_name="Oskar", last_name="Weidner",
           joined="2023-04-05 10:20:30", last_login="2025-04-05 10:20:30", groups=["editors"], note="600,000 rounds"),
    person("4.2", "pbkdf2_sha256", "priya", "monsoon.and.mangoes", "monsoon and mangoes", first_name="Priya", last_name="Clarke",
           active=False, joined="2023-05-06 07:08:09", last_login="2023-09-01 00:00:00", note="inactive, 600,000 rounds"),
    person("4.2", "scrypt", "quentin", "le-petit-café", "le-petit-cafe", first_name="Quentin", last_name="Dubreuil",
           joined="2023-07-14 20:00:00", last_login="2023-07-15 01:00:00"),
    person("4.2", "bcrypt", "ines", "azulejo-azul", "azulejo", first_name="Inês", last_name="Moreira",
           email="ines.moreira@example.com", joined="2023-10-05 09:09:09", last_login="2024-10-05 09:09:09",
           note="the same address as `ines.work`, but for case"),
    person("4.2", "pbkdf2_sha256", "ines.work", "escritorio-azul", "azulejo-azul", first_name="Inês", last_name="Moreira",
           email="Ines.Moreira@Example.com", joined="2024-01-08 08:00:00", last_login="2024-01-08 08:00:30",
           note="the same address as `ines`, but for case; 600,000 rounds"),
    # Django 5.2, 2025-2026
    person("5.2", "pbkdf2_sha256", "ada", "Notes-on-the-Engine-G", "notes-on-the-engine-g", first_name="Ada", last_name="Lovelace",
           email="Ada.Lovelace@Example.COM", joined="2025-04-10 12:00:00", last_login="2026-10-01 06:30:15.75",
           groups=["editors", "support"], note="mixed-case e-mail, 1,000,000 rounds"),
    person("5.2", "pbkdf2_sha256", "zoë", "пароль-naïve-🔑", "пароль-naive-🔑", first_name="Zoë", last_name="Brontë-Иванова",
           email="zoë.brontë@example.org", joined="2025-05-01 05:05:05.050505", last_login="2026-09-09 09:09:09.090909",
           groups=["Übersetzung"], note="nothing here is ASCII"),
    person("5.2", "pbkdf2_sha1", "rasmus", "havregrød hver dag", "havregrod hver dag", first_name="Rasmus", last_name="Østergaard",
           joined="2025-05-17 17:17:17", last_login="2026-05-17 17:17:17", note="1,000,000 rounds"),
    person("5.2", "argon2", "Saoirse", "salt wind & heather", "salt wind and heather", first_name="Saoirse", last_name="Ní Bhriain",
           email="Saoirse@Example.org", joined="2025-06-24 22:00:00", last_login="2026-06-24 22:00:00", staff=True, groups=["editors"],
           note="staff; capital letter in the username"),
    person("5.2", "bcrypt_sha256", "tomasz", SEVENTY_TWO, SEVENTY_TWO + " Anything.", first_name="Tomasz", last_name="Wrona",
           joined="2025-07-01 01:02:03", last_login="2025-07-02 01:02:03", note="password of 72 bytes"),
    person("5.2", "bcrypt_sha256", "ulrike", SEVENTY_THREE, SEVENTY_THREE[:72], first_name="Ulrike", last_name="Sommer",
           joined="2025-07-03 03:02:01", last_login="2025-07-04 03:02:01", note="password of 73 bytes, all of them read"),
    person("5.2", "bcrypt", "viktor", "gulyás-leves", "gulyas-leves", first_name="Viktor", last_name="Halász",
           joined="2025-08-20 08:20:08", last_login="2026-08-20 08:20:08"),
    person("5.2", "scrypt", "wanda", "Morning Glory 6am", "Morning Glory 7am", first_name="Wanda", last_name="Kowalczyk",
           joined="2025-09-09 06:00:00", last_login="2026-09-09 06:00:00"),
    person("5.2", "md5", "xenia", "olive-grove", "olive grove", first_name="Xenia", last_name="Papadaki",
           joined="2025-10-28 11:11:11", last_login="2026-01-28 11:11:11", note="current releases still write it when asked"),
    person("5.2", "pbkdf2_sha256", "yannick", "galette complète", "galette complete", first_name="Yannick", last_name="Le Goff",
           email="", joined="2025-11-11 11:11:11", last_login="2026-02-02 02:02:02", note="no e-mail"),
    person("5.2", "pbkdf2_sha256", "new.arrival@example.org", "first-day-nerves", "first-day", email="new.arrival@example.org",
           joined="2026-10-31 23:59:59", last_login=None, note="never logged in, no names, username is the e-mail"),
    person("5.2", "unusable", "sso.only", None, "anything at all", first_name="Sofia", last_name="Sandoval", usable=False,
           joined="2026-03-03 03:03:03", last_login="2026-11-01 10:00:00", note="set_unusable_password()"),
    person("5.2", "unusable", "departed", None, "anything at all", first_name="Dario", last_name="Partenza", usable=False, active=False,
           joined="2026-03-04 04:04:04", last_login=None, note="inactive, set_unusable_password()"),
    person("5.2", "argon2", "root", "Keys-To-The-Kingdom-1", "keys-to-the-kingdom-1", email="ROOT@example.com", staff=True, superuser=True,
           joined="2025-04-01 00:00:00", last_login="2026-11-20 20:20:20.2", note="superuser"),
]

# Group -> codenames of its permissions.
GROUPS = {
    "editors": ["view_user", "change_user"],
    "support": ["view_user"],
    "Übersetzung": [],
}


# --- inside one release's environment --------------------------------------------------------------------------


def start_django():
    import django
    from django.conf import settings
    from django.utils.module_loading import import_string

    hashers = []
    for name in ("PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt", "Scrypt", "MD5", "SHA1", "UnsaltedSHA1",
                 "UnsaltedMD5", "Crypt"):
        path = f"django.contrib.auth.hashers.{name}PasswordHasher"
        try:
            import_string(path)
        except ImportError:
            continue
        hashers.append(path)
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATABASE)}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
        PASSWORD_HASHERS=hashers,
        SECRET_KEY="only for this script",
        USE_TZ=True,
        TIME_ZONE="UTC",
        # Django 2.2's translations cannot be loaded on Python 3.11.
        USE_I18N=False,
    )
    # Django's hashers of old digests warn, and Python's crypt does too. We know.
    warnings.simplefilter("ignore")
    django.setup()


def add_people(release):
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group, Permission, User
    from django.core.management import call_command
    from django.utils.dateparse import parse_datetime

    def moment(text):
        return None if text is None else parse_datetime(text).replace(tzinfo=datetime.timezone.utc)

    call_command("migrate", verbosity=0, interactive=False)
    for name, codenames in GROUPS.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            group.permissions.set(Permission.objects.filter(codename__in=codenames))
    for row in PEOPLE:
        if row["release"] != release:
            continue
        # save() and neither create_user() nor clean(), which would lower the case of the e-mail's domain.
        user = User(
            username=row["username"], email=row["email"], first_name=row["first_name"], last_name=row["last_name"],
            is_active=row["active"], is_staff=row["staff"], is_superuser=row["superuser"],
            date_joined=moment(row["joined"]), last_login=moment(row["last_login"]),
        )
        if row["usable"]:
            user.password = row["spelling"] + make_password(row["password"], hasher=row["hasher"])
        else:
            user.set_unusable_password()
        user.clean_fields(exclude=["password", "email"])
        user.save()
        user.groups.set(Group.objects.filter(name__in=row["groups"]))


def check_people(release):
    """Asks this release's own check_password about every row that it or an older one wrote and that it understands."""
    from django.contrib.auth.hashers import check_password, identify_hasher, is_password_usable
    from django.contrib.auth.models import User

    order = list(RELEASES)
    asked = 0
    for row in PEOPLE:
        if order.index(row["release"]) > order.index(release):
            # Not there yet; with --check it is, but an old release owes nothing to hashes that came after it.
            continue
        user = User.objects.get(username=row["username"])
        assert user.email == row["email"] and user.is_active == row["active"], row["username"]
        assert sorted(user.groups.values_list("name", flat=True)) == sorted(row["groups"]), row["username"]
        assert is_password_usable(user.password) == row["usable"], row["username"]
        if not row["usable"]:
            assert not check_password(row["wrong_password"], user.password)
            asked += 1
            continue
        try:
            hasher = identify_hasher(user.password).algorithm
        except ValueError:
            assert row["release"] != release, row["username"]
            continue
        assert hasher == row["hasher"], (row["username"], hasher)
        # (the password, whether it opens the row)
        tries = [(row["password"], True), (row["wrong_password"], False), ("", False)]
        tries += [(other, True) for other in row["also_opens"]]
        for password, opens in tries:
            try:
                answer = check_password(password, user.password)
            except ValueError:
                # bcrypt 5 raises at more than 72 bytes where older ones cut the password off.
                assert hasher == "bcrypt" and len(password.encode()) > 72 and release == "5.2", row["username"]
                continue
            assert answer == opens, (row["username"], password)
        asked += 1
    print(f"Django {release}: {asked} of {User.objects.count()} rows checked")


# --- outside ---------------------------------------------------------------------------------------------------


def rfc3339(text):
    if text is None:
        return None
    day, time = text.split(" ")
    if "." in time:
        whole, fraction = time.split(".")
        time = f"{whole}.{fraction.ljust(6, '0')}"
    return f"{day}T{time}Z"


def write_people():
    rows = []
    for row in PEOPLE:
        rows.append({
            "username": row["username"],
            "email": row["email"],
            "password": row["password"],
            "wrong_password": row["wrong_password"],
            "also_opens": row["also_opens"],
            "hasher": row["hasher"],
            "made_by": row["release"],
            "active": row["active"],
            "usable": row["usable"],
            "groups": sorted(row["groups"]),
            "staff": row["staff"],
            "superuser": row["superuser"],
            "first_name": row["first_name"],
            "last_name": row["last_name"],
            "date_joined": rfc3339(row["joined"]),
            "last_login": rfc3339(row["last_login"]),
        })
    PEOPLE_JSON.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_table():
    stored = dict(sqlite3.connect(DATABASE).execute("SELECT username, password FROM auth_user"))
    lines = ["| username | password | hasher | Django | stored as | of note |", "|---|---|---|---|---|---|"]
    for row in PEOPLE:
        password = "(none)" if row["password"] is None else f"`{row['password']}`"
        start = stored[row["username"]]
        start = start if len(start) <= 32 else start[:31] + "…"
        lines.append(f"| {row['username']} | {password} | {row['hasher']} | {row['release']} | `{start}` | {row['note']} |")
    before, rest = README.read_text(encoding="utf-8").split("<!-- people -->\n")
    _, after = rest.split("<!-- /people -->\n")
    table = "\n".join(lines) + "\n"
    README.write_text(f"{before}<!-- people -->\n{table}<!-- /people -->\n{after}", encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="only check the committed file")
    arguments.add_argument("--release", choices=RELEASES, help=argparse.SUPPRESS)
    arguments = arguments.parse_args()

    if arguments.release:
        start_django()
        if not arguments.check:
            add_people(arguments.release)
        check_people(arguments.release)
        return

    if not arguments.check:
        DATABASE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for release, requirements in RELEASES.items():
            environment = pathlib.Path(scratch) / release
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            python = environment / "bin" / "python"
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", HERE / requirements], check=True)
            command = [python, "-W", "ignore", __file__, "--release", release] + (["--check"] if arguments.check else [])
            subprocess.run(command, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    if arguments.check:
        return
    connection = sqlite3.connect(DATABASE, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("VACUUM")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    write_people()
    write_table()


if __name__ == "__main__":
    main()
