--
-- PostgreSQL database dump
--

\restrict 2nPRgLUvBFILhfxTwbIY6AU9aAL66eRhX4BbnteeNrcVM1z9OFbYV56ugEdy5qP

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: auth; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA auth;


ALTER SCHEMA auth OWNER TO postgres;

--
-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;


--
-- Name: EXTENSION pgcrypto; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: audit_log_entries; Type: TABLE; Schema: auth; Owner: postgres
--

CREATE TABLE auth.audit_log_entries (
    id integer NOT NULL,
    payload text
);


ALTER TABLE auth.audit_log_entries OWNER TO postgres;

--
-- Name: users; Type: TABLE; Schema: auth; Owner: postgres
--

CREATE TABLE auth.users (
    instance_id uuid,
    id uuid NOT NULL,
    aud character varying(255),
    role character varying(255),
    email character varying(255),
    encrypted_password character varying(255),
    email_confirmed_at timestamp with time zone,
    invited_at timestamp with time zone,
    confirmation_token character varying(255),
    confirmation_sent_at timestamp with time zone,
    recovery_token character varying(255),
    recovery_sent_at timestamp with time zone,
    email_change_token_new character varying(255),
    email_change character varying(255),
    email_change_sent_at timestamp with time zone,
    last_sign_in_at timestamp with time zone,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    is_super_admin boolean,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    phone text,
    phone_confirmed_at timestamp with time zone,
    phone_change text DEFAULT ''::text,
    phone_change_token character varying(255) DEFAULT ''::character varying,
    phone_change_sent_at timestamp with time zone,
    confirmed_at timestamp with time zone GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED,
    email_change_token_current character varying(255) DEFAULT ''::character varying,
    email_change_confirm_status smallint DEFAULT 0,
    banned_until timestamp with time zone,
    reauthentication_token character varying(255) DEFAULT ''::character varying,
    reauthentication_sent_at timestamp with time zone,
    is_sso_user boolean DEFAULT false NOT NULL,
    deleted_at timestamp with time zone,
    is_anonymous boolean DEFAULT false NOT NULL
);


ALTER TABLE auth.users OWNER TO postgres;

--
-- Name: atomic(text); Type: FUNCTION; Schema: auth; Owner: postgres
--

CREATE FUNCTION auth.atomic(address text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 INSERT INTO auth.users (id, email)
   VALUES (gen_random_uuid(), atomic.address);
 DELETE FROM auth.audit_log_entries;
END;


ALTER FUNCTION auth.atomic(address text) OWNER TO postgres;

--
-- Name: quoted(); Type: FUNCTION; Schema: auth; Owner: postgres
--

CREATE FUNCTION auth.quoted() RETURNS text
    LANGUAGE sql
    AS $_$ SELECT $$
INSERT INTO auth.users (id, email) VALUES ('1', 'mallory@example.com'); -- it's
$$::text $_$;


ALTER FUNCTION auth.quoted() OWNER TO postgres;

--
-- Data for Name: audit_log_entries; Type: TABLE DATA; Schema: auth; Owner: postgres
--

COPY auth.audit_log_entries (id, payload) FROM stdin;
1	it's \\ "so":\nCOPY auth.users (id, email) FROM stdin;\n1\tmallory@example.com\n\\.\nINSERT INTO auth.users (id, email) VALUES ('1', 'mallory@example.com');\n
2	\N
\.


--
-- Data for Name: users; Type: TABLE DATA; Schema: auth; Owner: postgres
--

COPY auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, invited_at, confirmation_token, confirmation_sent_at, recovery_token, recovery_sent_at, email_change_token_new, email_change, email_change_sent_at, last_sign_in_at, raw_app_meta_data, raw_user_meta_data, is_super_admin, created_at, updated_at, phone, phone_confirmed_at, phone_change, phone_change_token, phone_change_sent_at, email_change_token_current, email_change_confirm_status, banned_until, reauthentication_token, reauthentication_sent_at, is_sso_user, deleted_at, is_anonymous) FROM stdin;
00000000-0000-0000-0000-000000000000	f1a0c4d2-0000-4000-8000-000000000001	authenticated	authenticated	ada@example.com	$2a$04$N5deRNlJiv0DaPukzVHRvOJMbl5fgwIcUuoVcm4fiYPR8KuRf4lX6	2024-11-14 10:30:00+00	\N	\N	\N		\N	\N	\N	\N	2024-11-15 08:00:00.123456+00	{"plan": "gold", "provider": "email"}	{"note": "two\\nlines", "full_name": "Ada, \\"Countess\\""}	\N	2024-11-14 10:26:40+00	2024-11-15 08:00:00+00	447700900123	\N			\N		0	\N		\N	f	\N	f
00000000-0000-0000-0000-000000000000	f1a0c4d2-0000-4000-8000-000000000002	authenticated	authenticated	grace@example.com	$2a$04$zIWGJCvXCL3uHpY3.HXDVOR0UKkfavPfHvTKWDB89SYMnKVUOWuw2	\N	\N	\N	\N		\N	\N	\N	\N	2024-11-15 08:00:00.123456+00	{"provider": "email"}	{}	\N	2024-11-14 10:26:40+00	2024-11-15 08:00:00+00	\N	\N			\N		0	2099-01-01 00:00:00+00		\N	f	\N	f
00000000-0000-0000-0000-000000000000	f1a0c4d2-0000-4000-8000-000000000003	authenticated	service	edsger@example.com	$2a$04$FIdru8W/3pWmb658NcoiTOisaWuC7vPdNEfZZuECttLC.sYKXrl8m	2024-11-14 10:30:00+00	\N	\N	\N		\N	\N	\N	\N	2024-11-15 08:00:00.123456+00	\N	\N	\N	2024-11-14 10:26:40+00	2024-11-15 08:00:00+00	\N	\N			\N		0	2024-11-20 00:00:00+00		\N	f	\N	f
00000000-0000-0000-0000-000000000000	f1a0c4d2-0000-4000-8000-000000000004	authenticated	authenticated	barbara@example.com		2024-11-14 10:30:00+00	\N	\N	\N		\N	\N	\N	\N	2024-11-15 08:00:00.123456+00	{"provider": "google"}	{}	\N	2024-11-14 10:26:40+00	2024-11-15 08:00:00+00	\N	\N			\N		0	\N		\N	f	\N	f
00000000-0000-0000-0000-000000000000	f1a0c4d2-0000-4000-8000-000000000005	authenticated	authenticated	gone@example.com	$2a$04$cLxHvpioIGiKxnfHqaqhG.QQGtd4b9cpiAmwDdgjDMlq9RkdKPFQS	\N	\N	\N	\N		\N	\N	\N	\N	2024-11-15 08:00:00.123456+00	{}	{}	\N	2024-11-14 10:26:40+00	2024-11-15 08:00:00+00	\N	\N			\N		0	\N		\N	f	2024-11-16 00:00:00+00	f
00000000-0000-0000-0000-000000000000	f1a0c4d2-0000-4000-8000-000000000006	authenticated	authenticated	\N	\N	\N	\N	\N	\N		\N	\N	\N	\N	2024-11-15 08:00:00.123456+00	{}	{}	\N	2024-11-14 10:26:40+00	2024-11-15 08:00:00+00	\N	\N			\N		0	\N		\N	f	\N	t
00000000-0000-0000-0000-000000000000	f1a0c4d2-0000-4000-8000-000000000007	authenticated	authenticated	alan@example.com	{"key_id":"k","alg":"aes-gcm-hkdf","data":"AAAA"}	\N	\N	\N	\N		\N	\N	\N	\N	2024-11-15 08:00:00.123456+00	{}	{}	\N	2024-11-14 10:26:40+00	2024-11-15 08:00:00+00	\N	\N			\N		0	infinity		\N	f	\N	f
\.


--
-- Name: audit_log_entries audit_log_entries_pkey; Type: CONSTRAINT; Schema: auth; Owner: postgres
--

ALTER TABLE ONLY auth.audit_log_entries
    ADD CONSTRAINT audit_log_entries_pkey PRIMARY KEY (id);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: auth; Owner: postgres
--

ALTER TABLE ONLY auth.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- PostgreSQL database dump complete
--

\unrestrict 2nPRgLUvBFILhfxTwbIY6AU9aAL66eRhX4BbnteeNrcVM1z9OFbYV56ugEdy5qP

