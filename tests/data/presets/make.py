#!/usr/bin/env python3
"""Writes one file of SQL for each preset and database: the user tables as the product publishes them, and people whose
hashes are those of `tests/data/hashes`, made by what is named there.

The password of everybody is `correct horse battery staple`. Run it in this folder.
"""
import json

PASSWORD = "correct horse battery staple"


def hashes(file, scheme, test=lambda _: True):
    rows = json.load(open(f"../hashes/{file}.json"))["rows"]
    return [row["hash"] for row in rows if row["scheme"] == scheme and row["password"] == PASSWORD and test(row["hash"])]


def q(value):
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + value.replace("'", "''") + "'"


def insert(table, columns, *rows):
    lines = ",\n".join("    (" + ", ".join(map(q, row)) + ")" for row in rows)
    return f"INSERT INTO {table} ({columns}) VALUES\n{lines};\n"


def write(name, source, *statements):
    with open(f"{name}.sql", "w") as file:
        file.write(f"-- {source}\n-- Written by make.py.\n\n" + "\n".join(statements))


bcrypt = hashes("php", "bcrypt", lambda text: text.startswith("$2y$"))[0]
phpass = hashes("cms", "phpass", lambda text: text.startswith("$P$"))[0]
argon2 = hashes("php", "argon2", lambda text: text.startswith("$argon2id$"))

# --- WordPress
schema = """
CREATE TABLE wp_users (
    ID bigint(20) unsigned NOT NULL auto_increment PRIMARY KEY,
    user_login varchar(60) NOT NULL default '', user_pass varchar(255) NOT NULL default '',
    user_nicename varchar(50) NOT NULL default '', user_email varchar(100) NOT NULL default '',
    user_url varchar(100) NOT NULL default '', user_registered datetime NOT NULL default '0000-00-00 00:00:00',
    user_activation_key varchar(255) NOT NULL default '', user_status int(11) NOT NULL default '0',
    display_name varchar(250) NOT NULL default '', KEY user_login_key (user_login), KEY user_email (user_email)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
CREATE TABLE wp_usermeta (
    umeta_id bigint(20) unsigned NOT NULL auto_increment PRIMARY KEY, user_id bigint(20) unsigned NOT NULL default '0',
    meta_key varchar(255) default NULL, meta_value longtext, KEY user_id (user_id), KEY meta_key (meta_key(191))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
"""
columns = "ID, user_login, user_pass, user_email, user_registered, display_name"
write(
    "wordpress.mysql",
    "WordPress 6.8: wp-admin/includes/schema.php",
    schema,
    insert(
        "wp_users",
        columns,
        (1, "ada", hashes("bcrypt_php", "wordpress-bcrypt")[0], "Ada@Example.com", "2019-04-02 08:15:30", "Ada Lovelace"),
        (2, "grace", phpass, "grace@example.com", "0000-00-00 00:00:00", "Grace"),
        (3, "old", hashes("digests", "md5")[0], "old@example.com", "2005-01-01 00:00:00", "old"),
    ),
    insert(
        "wp_usermeta",
        "user_id, meta_key, meta_value",
        (1, "first_name", "Ada"),
        (1, "last_name", "Lovelace"),
        (1, "wp_capabilities", 'a:1:{s:13:"administrator";b:1;}'),
    ),
)

# --- Laravel
for engine, key in [("mysql", "bigint unsigned NOT NULL AUTO_INCREMENT"), ("postgres", "bigserial")]:
    schema = f"""
CREATE TABLE users (
    id {key} PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL UNIQUE,
    email_verified_at timestamp NULL, password varchar(255) NOT NULL, remember_token varchar(100) NULL,
    created_at timestamp NULL, updated_at timestamp NULL
);
"""
    write(
        f"laravel.{engine}",
        "Laravel 11: database/migrations/0001_01_01_000000_create_users_table.php",
        schema,
        insert(
            "users",
            "id, name, email, email_verified_at, password, created_at",
            (1, "Ada Lovelace", "ada@example.com", "2020-01-01 00:00:00", bcrypt, "2019-04-02 08:15:30"),
            (2, "Grace", "grace@example.com", None, (argon2 or [bcrypt])[0], None),
        ),
    )

# --- Rails with Devise
for engine, key, time in [
    ("mysql", "bigint NOT NULL AUTO_INCREMENT", "datetime(6)"),
    ("postgres", "bigserial", "timestamp(6) without time zone"),
]:
    schema = f"""
CREATE TABLE users (
    id {key} PRIMARY KEY, email varchar(255) DEFAULT '' NOT NULL UNIQUE,
    encrypted_password varchar(255) DEFAULT '' NOT NULL, reset_password_token varchar(255),
    reset_password_sent_at {time}, remember_created_at {time}, sign_in_count integer DEFAULT 0 NOT NULL,
    current_sign_in_at {time}, last_sign_in_at {time}, current_sign_in_ip varchar(255), last_sign_in_ip varchar(255),
    confirmation_token varchar(255), confirmed_at {time}, confirmation_sent_at {time}, unconfirmed_email varchar(255),
    failed_attempts integer DEFAULT 0 NOT NULL, unlock_token varchar(255), locked_at {time},
    created_at {time} NOT NULL, updated_at {time} NOT NULL
);
"""
    ruby = hashes("python", "bcrypt", lambda text: text.startswith("$2a$"))[0]
    created = "2019-04-02 08:15:30.123456"
    write(
        f"devise.{engine}",
        "Devise 4.9: lib/generators/active_record/devise_generator.rb, all modules; Rails 7.1",
        schema,
        insert(
            "users",
            "id, email, encrypted_password, sign_in_count, current_sign_in_at, confirmed_at, locked_at, created_at, updated_at",
            (1, "ada@example.com", ruby, 7, "2024-02-29 12:00:00", created, None, created, created),
            (2, "grace@example.com", ruby, 0, None, None, None, created, created),
            (3, "mallory@example.com", ruby, 0, None, None, created, created, created),
        ),
    )

# --- Keycloak
credentials = [json.loads(text) for text in hashes("keycloak", "keycloak", lambda text: "secretData" in text)]
for engine in ["mysql", "postgres"]:
    up = str.upper if engine == "mysql" else str
    flag = "bit(1)" if engine == "mysql" else "boolean"
    true, false = (1, 0) if engine == "mysql" else (True, False)
    blob = "longtext" if engine == "mysql" else "text"
    tiny = "tinyblob" if engine == "mysql" else "bytea"
    schema = f"""
CREATE TABLE {up("realm")} (id varchar(36) NOT NULL PRIMARY KEY, name varchar(255) UNIQUE);
CREATE TABLE {up("user_entity")} (
    id varchar(36) NOT NULL PRIMARY KEY, email varchar(255), email_constraint varchar(255),
    email_verified {flag} NOT NULL DEFAULT {"0" if engine == "mysql" else "false"}, enabled {flag} NOT NULL,
    federation_link varchar(255), first_name varchar(255), last_name varchar(255), realm_id varchar(255),
    username varchar(255), created_timestamp bigint, service_account_client_link varchar(255), not_before int NOT NULL DEFAULT 0
);
CREATE TABLE {up("credential")} (
    id varchar(36) NOT NULL PRIMARY KEY, salt {tiny}, type varchar(255), user_id varchar(36), created_date bigint,
    user_label varchar(255), secret_data {blob}, credential_data {blob}, priority int
);
"""
    ids = [f"0{number}d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d" for number in range(5)]

    def credential(number, user, which):
        chosen = credentials[which % len(credentials)]
        return (f"c{number}", "password", user, 1700000000000, chosen["secretData"], chosen["credentialData"], 10)

    user_columns = "id, email, email_verified, enabled, first_name, last_name, realm_id, username, created_timestamp, service_account_client_link"
    write(
        f"keycloak.{engine}",
        "Keycloak 24: model/jpa/src/main/resources/META-INF/jpa-changelog-*.xml, as Liquibase makes it",
        schema,
        insert(up("realm"), "id, name", ("r1", "people's"), ("r2", "other")),
        insert(
            up("user_entity"),
            user_columns,
            (ids[1], "ada@example.com", true, true, "Ada", "Lovelace", "r1", "ada", 1554192930000, None),
            (ids[2], "mallory@example.com", false, false, None, None, "r1", "mallory", None, None),
            (ids[3], "ada@example.com", true, true, "Another", "Ada", "r2", "ada", 1554192930000, None),
            (ids[4], None, false, true, None, None, "r1", "service-account-app", None, "app"),
        ),
        insert(
            up("credential"),
            "id, type, user_id, created_date, secret_data, credential_data, priority",
            credential(1, ids[1], 0),
            credential(2, ids[2], -1),
            ("c3", "otp", ids[1], 1700000000000, '{"value":"x"}', "{}", 5),
        ),
    )

# --- Drupal
drupal = hashes("cms", "drupal7")[0]
for engine, key in [("mysql", "int unsigned"), ("postgres", "bigint")]:
    small = "tinyint" if engine == "mysql" else "smallint"
    write(
        f"drupal7.{engine}",
        "Drupal 7.103: modules/user/user.install",
        f"""
CREATE TABLE users (
    uid {key} NOT NULL DEFAULT 0 PRIMARY KEY, name varchar(60) NOT NULL DEFAULT '' UNIQUE,
    pass varchar(128) NOT NULL DEFAULT '', mail varchar(254) DEFAULT '', theme varchar(255) NOT NULL DEFAULT '',
    signature varchar(255) NOT NULL DEFAULT '', created int NOT NULL DEFAULT 0, access int NOT NULL DEFAULT 0,
    login int NOT NULL DEFAULT 0, status {small} NOT NULL DEFAULT 0, timezone varchar(32), init varchar(254) DEFAULT ''
);
""",
        insert(
            "users",
            "uid, name, pass, mail, created, login, status",
            (0, "", "", "", 0, 0, 0),
            (1, "ada", drupal, "ada@example.com", 1554192930, 1709208000, 1),
            (2, "mallory", drupal, "mallory@example.com", 1554192930, 0, 0),
        ),
    )
    write(
        f"drupal10.{engine}",
        "Drupal 10.2: the schema of the entity type user, core/modules/user/src/Entity/User.php",
        f"""
CREATE TABLE users_field_data (
    uid {key} NOT NULL, langcode varchar(12) NOT NULL, preferred_langcode varchar(12), name varchar(60) NOT NULL,
    pass varchar(255), mail varchar(254), timezone varchar(32), status {small}, created int NOT NULL, changed int,
    access int NOT NULL, login int, init varchar(254), default_langcode {small} NOT NULL, PRIMARY KEY (uid, langcode)
);
""",
        insert(
            "users_field_data",
            "uid, langcode, name, pass, mail, status, created, access, login, default_langcode",
            (0, "en", "", None, None, 0, 1554192930, 0, 0, 1),
            (1, "en", "ada", bcrypt, "ada@example.com", 1, 1554192930, 0, 1709208000, 1),
            (1, "nl", "ada", bcrypt, "ada@example.com", 1, 1554192930, 0, 1709208000, 0),
            (2, "en", "mallory", drupal, "mallory@example.com", 0, 1554192930, 0, 0, 1),
        ),
    )

# --- ASP.NET Core Identity
identity = hashes("dotnet", "aspnet-identity")
for engine in ["mysql", "postgres"]:
    quote = "`" if engine == "mysql" else '"'
    name = lambda text: f"{quote}{text}{quote}"
    flag, time = ("tinyint(1)", "datetime(6)") if engine == "mysql" else ("boolean", "timestamp with time zone")
    true, false = (1, 0) if engine == "mysql" else (True, False)
    columns = ["Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed", "PasswordHash", "SecurityStamp", "ConcurrencyStamp", "PhoneNumber", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnd", "LockoutEnabled", "AccessFailedCount"]
    types = ["varchar(255) NOT NULL PRIMARY KEY"] + ["varchar(256)"] * 4 + [f"{flag} NOT NULL"] + ["text"] * 4 + [f"{flag} NOT NULL"] * 2 + [time, f"{flag} NOT NULL", "int NOT NULL"]
    fields = ",\n    ".join(f"{name(column)} {kind}" for column, kind in zip(columns, types))

    def person(number, who, digest, end):
        email = f"{who}@example.com"
        return (f"id-{number}", who, who.upper(), email, email.upper(), true, digest, None, None, "+31 20 555 0100", false, true, end, true, 0)

    write(
        f"aspnet_identity.{engine}",
        "ASP.NET Core Identity 8.0: IdentityDbContext, as Entity Framework's migration makes it",
        f"\nCREATE TABLE {name('AspNetUsers')} (\n    {fields}\n);\n",
        insert(
            name("AspNetUsers"),
            ", ".join(map(name, columns)),
            person(1, "ada", identity[0], None),
            person(2, "grace", identity[-1], "2001-01-01 00:00:00"),
            person(3, "mallory", identity[0], "2999-01-01 00:00:00"),
        ),
    )

# --- phpBB
for engine in ["mysql", "postgres"]:
    small = "tinyint(2)" if engine == "mysql" else "smallint"
    write(
        f"phpbb.{engine}",
        "phpBB 3.3: phpbb/db/migration/data, the table users, without what is of display only",
        f"""
CREATE TABLE phpbb_users (
    user_id int NOT NULL PRIMARY KEY, user_type {small} DEFAULT 0 NOT NULL, group_id int DEFAULT 3 NOT NULL,
    user_regdate int DEFAULT 0 NOT NULL, username varchar(255) DEFAULT '' NOT NULL,
    username_clean varchar(255) DEFAULT '' NOT NULL UNIQUE, user_password varchar(255) DEFAULT '' NOT NULL,
    user_passchg int DEFAULT 0 NOT NULL, user_email varchar(100) DEFAULT '' NOT NULL,
    user_lastvisit int DEFAULT 0 NOT NULL, user_inactive_reason {small} DEFAULT 0 NOT NULL
);
""",
        insert(
            "phpbb_users",
            "user_id, user_type, user_regdate, username, username_clean, user_password, user_email, user_lastvisit",
            (1, 2, 0, "Anonymous", "anonymous", "", "", 0),
            (2, 3, 1554192930, "Ada", "ada", "$H$" + phpass[3:], "ada@example.com", 1709208000),
            (48, 0, 1554192930, "Grace", "grace", bcrypt, "grace@example.com", 0),
            (49, 1, 1554192930, "Mallory", "mallory", bcrypt, "mallory@example.com", 0),
            (50, 2, 1554192930, "Googlebot", "googlebot", "", "", 0),
        ),
    )

# --- Joomla
joomla_md5 = hashes("cms", "joomla-md5")[0]
for engine in ["mysql", "postgres"]:
    mysql = engine == "mysql"
    none = "0000-00-00 00:00:00" if mysql else "1970-01-01 00:00:00"
    time = "datetime" if mysql else "timestamp without time zone"
    name = (lambda text: f"`{text}`") if mysql else (lambda text: f'"{text}"')
    small = "tinyint" if mysql else "smallint"
    write(
        f"joomla.{engine}",
        "Joomla 3.10: installation/sql/*/joomla.sql",
        f"""
CREATE TABLE j3_users (
    id int NOT NULL PRIMARY KEY, name varchar(400) NOT NULL DEFAULT '', username varchar(150) NOT NULL DEFAULT '',
    email varchar(100) NOT NULL DEFAULT '', password varchar(100) NOT NULL DEFAULT '', block {small} NOT NULL DEFAULT 0,
    {name("sendEmail")} {small} DEFAULT 0, {name("registerDate")} {time} NOT NULL DEFAULT '{none}',
    {name("lastvisitDate")} {time} NOT NULL DEFAULT '{none}', activation varchar(100) NOT NULL DEFAULT '',
    params text NOT NULL, {name("lastResetTime")} {time} NOT NULL DEFAULT '{none}',
    {name("resetCount")} int NOT NULL DEFAULT 0, {name("otpKey")} varchar(1000) NOT NULL DEFAULT '',
    otep varchar(1000) NOT NULL DEFAULT '', {name("requireReset")} {small} NOT NULL DEFAULT 0
);
""",
        insert(
            "j3_users",
            f"id, name, username, email, password, block, {name('registerDate')}, {name('lastvisitDate')}, params, {name('requireReset')}",
            (42, "Ada Lovelace", "ada", "ada@example.com", bcrypt, 0, "2019-04-02 08:15:30", none, "{}", 0),
            (43, "Grace", "grace", "grace@example.com", joomla_md5, 0, "2019-04-02 08:15:30", none, "{}", 1),
            (44, "Mallory", "mallory", "mallory@example.com", phpass, 1, none, none, "{}", 0),
        ),
    )

# --- MediaWiki
wiki = hashes("cms", "mediawiki")
write(
    "mediawiki.mysql",
    "MediaWiki 1.39: maintenance/tables-generated.sql",
    """
CREATE TABLE user (
    user_id INT UNSIGNED AUTO_INCREMENT NOT NULL PRIMARY KEY, user_name VARBINARY(255) DEFAULT '' NOT NULL UNIQUE,
    user_real_name VARBINARY(255) DEFAULT '' NOT NULL, user_password TINYBLOB NOT NULL, user_newpassword TINYBLOB NOT NULL,
    user_newpass_time BINARY(14), user_email TINYTEXT NOT NULL, user_touched BINARY(14) NOT NULL,
    user_token BINARY(32) DEFAULT '' NOT NULL, user_email_authenticated BINARY(14), user_email_token BINARY(32),
    user_email_token_expires BINARY(14), user_registration BINARY(14), user_editcount INT UNSIGNED,
    user_password_expires VARBINARY(14)
) DEFAULT CHARACTER SET binary;
""",
    insert(
        "user",
        "user_id, user_name, user_real_name, user_password, user_newpassword, user_email, user_touched, user_email_authenticated, user_registration",
        (1, "Ada", "Ada Lovelace", wiki[0], "", "Ada@example.com", "20190402081530", "20190402081530", "20190402081530"),
        (2, "Grace", "", wiki[-1], "", "", "20190402081530", None, None),
        (3, "MediaWiki default", "", "", "", "", "20190402081530", None, None),
    ),
)

# --- Odoo
write(
    "odoo.postgres",
    "Odoo 16.0: odoo/addons/base/models/res_users.py and res_partner.py, as the ORM makes the tables",
    """
CREATE TABLE res_partner (id serial PRIMARY KEY, name varchar, email varchar, active boolean, phone varchar);
CREATE TABLE res_users (
    id serial PRIMARY KEY, company_id integer NOT NULL, partner_id integer NOT NULL REFERENCES res_partner,
    active boolean DEFAULT true, create_date timestamp without time zone, login varchar NOT NULL UNIQUE, password varchar,
    action_id integer, create_uid integer, write_uid integer, signature text, share boolean, write_date timestamp
);
""",
    insert("res_partner", "id, name", (3, "Ada Lovelace"), (7, "Grace"), (8, None)),
    insert(
        "res_users",
        "id, company_id, partner_id, active, create_date, login, password",
        (2, 1, 3, True, "2019-04-02 08:15:30.123456", "ada@example.com", hashes("passlib", "pbkdf2-passlib", lambda text: text.startswith("$pbkdf2-sha512$"))[0]),
        (6, 1, 7, True, "2019-04-02 08:15:30", "grace", hashes("passlib", "pbkdf2-passlib", lambda text: text.startswith("$pbkdf2-sha512$"))[0]),
        (7, 1, 8, False, None, "mallory", hashes("passlib", "pbkdf2-passlib", lambda text: text.startswith("$pbkdf2-sha512$"))[0]),
    ),
)
