#!/bin/sh
# Fills the table `auth.users` in a PostgreSQL of its own, with the columns that Supabase's migrations give it, and dumps it:
# supabase_users.csv by `\copy`, supabase_users.json by `json_agg`, and by pg_dump supabase_dump.sql with everything in it and
# supabase_data.sql with the options of `supabase db dump --data-only`.
#
# Needs PostgreSQL 15 with pgcrypto (Debian: postgresql-15, postgresql-contrib).
set -eu
out=$(pwd)
folder=$(mktemp -d)
bin=/usr/lib/postgresql/15/bin
as=
if [ "$(id -u)" = 0 ]; then
    as='setpriv --reuid=65534 --regid=65534 --clear-groups'
    chown 65534:65534 "$folder"
fi
trap '$as $bin/pg_ctl -D "$folder/data" -m immediate stop > /dev/null; rm -rf "$folder"' EXIT
$as $bin/initdb -D "$folder/data" -U postgres -A trust --locale=C.UTF-8 > /dev/null
$as $bin/pg_ctl -D "$folder/data" -w -l "$folder/log" -o "-k $folder -c listen_addresses=" start > /dev/null
cat > "$folder/fill.sql" <<'END'
SET timezone = 'UTC';
CREATE EXTENSION pgcrypto;
CREATE SCHEMA auth;
-- github.com/supabase/auth, migrations/, as `\d auth.users` shows them together.
CREATE TABLE auth.users (
    instance_id uuid, id uuid PRIMARY KEY, aud varchar(255), role varchar(255), email varchar(255),
    encrypted_password varchar(255), email_confirmed_at timestamptz, invited_at timestamptz, confirmation_token varchar(255),
    confirmation_sent_at timestamptz, recovery_token varchar(255), recovery_sent_at timestamptz,
    email_change_token_new varchar(255), email_change varchar(255), email_change_sent_at timestamptz,
    last_sign_in_at timestamptz, raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin boolean,
    created_at timestamptz, updated_at timestamptz, phone text DEFAULT NULL, phone_confirmed_at timestamptz,
    phone_change text DEFAULT '', phone_change_token varchar(255) DEFAULT '', phone_change_sent_at timestamptz,
    confirmed_at timestamptz GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED,
    email_change_token_current varchar(255) DEFAULT '', email_change_confirm_status smallint DEFAULT 0,
    banned_until timestamptz, reauthentication_token varchar(255) DEFAULT '', reauthentication_sent_at timestamptz,
    is_sso_user boolean NOT NULL DEFAULT false, deleted_at timestamptz, is_anonymous boolean NOT NULL DEFAULT false
);
INSERT INTO auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, recovery_token,
    last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, phone, phone_confirmed_at, banned_until,
    deleted_at, is_anonymous)
SELECT '00000000-0000-0000-0000-000000000000', ('f1a0c4d2-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'authenticated',
    role, email, CASE WHEN hashed THEN crypt('correct horse battery staple', gen_salt('bf', 4)) ELSE hash END,
    confirmed::timestamptz, '', '2024-11-15 08:00:00.123456+00', app::jsonb, usr::jsonb, '2024-11-14 10:26:40+00',
    '2024-11-15 08:00:00+00', phone, NULL, banned::timestamptz, deleted::timestamptz, email IS NULL AND phone IS NULL
FROM (VALUES
    (1, 'authenticated', 'ada@example.com', true, NULL, '2024-11-14 10:30:00+00', '{"provider": "email", "plan": "gold"}',
        E'{"full_name": "Ada, \\"Countess\\"", "note": "two\\nlines"}', '447700900123', NULL, NULL),
    (2, 'authenticated', 'grace@example.com', true, NULL, NULL, '{"provider": "email"}', '{}', NULL, '2099-01-01 00:00:00+00', NULL),
    (3, 'service', 'edsger@example.com', true, NULL, '2024-11-14 10:30:00+00', NULL, NULL, NULL, '2024-11-20 00:00:00+00', NULL),
    (4, 'authenticated', 'barbara@example.com', false, '', '2024-11-14 10:30:00+00', '{"provider": "google"}', '{}', NULL, NULL, NULL),
    (5, 'authenticated', 'gone@example.com', true, NULL, NULL, '{}', '{}', NULL, NULL, '2024-11-16 00:00:00+00'),
    (6, 'authenticated', NULL, false, NULL, NULL, '{}', '{}', NULL, NULL, NULL),
    (7, 'authenticated', 'alan@example.com', false, '{"key_id":"k","alg":"aes-gcm-hkdf","data":"AAAA"}', NULL, '{}', '{}', NULL, 'infinity', NULL)
) AS v(n, role, email, hashed, hash, confirmed, app, usr, phone, banned, deleted);
-- What looks like users of the dump, and is none: in the text of somebody who is none, and in the bodies of functions.
CREATE TABLE auth.audit_log_entries (id int PRIMARY KEY, payload text);
INSERT INTO auth.audit_log_entries VALUES (1, E'it''s \\ "so":
COPY auth.users (id, email) FROM stdin;
1\tmallory@example.com
\\.
INSERT INTO auth.users (id, email) VALUES (''1'', ''mallory@example.com'');
'), (2, NULL);
CREATE FUNCTION auth.quoted() RETURNS text LANGUAGE sql AS $body$ SELECT $$
INSERT INTO auth.users (id, email) VALUES ('1', 'mallory@example.com'); -- it's
$$::text $body$;
CREATE FUNCTION auth.atomic(address text) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), address);
    DELETE FROM auth.audit_log_entries;
END;
END
sql() { psql -q -X -U postgres -h "$folder" "$@"; }
sql -v ON_ERROR_STOP=1 -f "$folder/fill.sql"
PGOPTIONS='-c timezone=UTC' sql -c "\\copy auth.users TO '$out/supabase_users.csv' WITH (FORMAT csv, HEADER)"
PGOPTIONS='-c timezone=UTC' sql -At -c 'SELECT json_agg(u) FROM auth.users AS u' > "$out/supabase_users.json"
dump() { "$bin/pg_dump" -U postgres -h "$folder" "$@"; }
export PGTZ=UTC
dump > "$out/supabase_dump.sql"
dump --data-only --column-inserts --rows-per-insert=4 --quote-all-identifiers > "$out/supabase_data.sql"
