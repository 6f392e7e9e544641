--
-- PostgreSQL database dump
--

\restrict 7hoigRch8YrSm5DkMmgqc1EobVCbx3zVYSUzUwopKhz031oQnpx1ifgSMlL353v

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
-- Data for Name: audit_log_entries; Type: TABLE DATA; Schema: auth; Owner: postgres
--

INSERT INTO "auth"."audit_log_entries" ("id", "payload") VALUES
	(1, 'it''s \ "so":
COPY auth.users (id, email) FROM stdin;
1	mallory@example.com
\.
INSERT INTO auth.users (id, email) VALUES (''1'', ''mallory@example.com'');
'),
	(2, NULL);


--
-- Data for Name: users; Type: TABLE DATA; Schema: auth; Owner: postgres
--

INSERT INTO "auth"."users" ("instance_id", "id", "aud", "role", "email", "encrypted_password", "email_confirmed_at", "invited_at", "confirmation_token", "confirmation_sent_at", "recovery_token", "recovery_sent_at", "email_change_token_new", "email_change", "email_change_sent_at", "last_sign_in_at", "raw_app_meta_data", "raw_user_meta_data", "is_super_admin", "created_at", "updated_at", "phone", "phone_confirmed_at", "phone_change", "phone_change_token", "phone_change_sent_at", "email_change_token_current", "email_change_confirm_status", "banned_until", "reauthentication_token", "reauthentication_sent_at", "is_sso_user", "deleted_at", "is_anonymous") VALUES
	('00000000-0000-0000-0000-000000000000', 'f1a0c4d2-0000-4000-8000-000000000001', 'authenticated', 'authenticated', 'ada@example.com', '$2a$04$N5deRNlJiv0DaPukzVHRvOJMbl5fgwIcUuoVcm4fiYPR8KuRf4lX6', '2024-11-14 10:30:00+00', NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '2024-11-15 08:00:00.123456+00', '{"plan": "gold", "provider": "email"}', '{"note": "two\nlines", "full_name": "Ada, \"Countess\""}', NULL, '2024-11-14 10:26:40+00', '2024-11-15 08:00:00+00', '447700900123', NULL, '', '', NULL, '', 0, NULL, '', NULL, false, NULL, false),
	('00000000-0000-0000-0000-000000000000', 'f1a0c4d2-0000-4000-8000-000000000002', 'authenticated', 'authenticated', 'grace@example.com', '$2a$04$zIWGJCvXCL3uHpY3.HXDVOR0UKkfavPfHvTKWDB89SYMnKVUOWuw2', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '2024-11-15 08:00:00.123456+00', '{"provider": "email"}', '{}', NULL, '2024-11-14 10:26:40+00', '2024-11-15 08:00:00+00', NULL, NULL, '', '', NULL, '', 0, '2099-01-01 00:00:00+00', '', NULL, false, NULL, false),
	('00000000-0000-0000-0000-000000000000', 'f1a0c4d2-0000-4000-8000-000000000003', 'authenticated', 'service', 'edsger@example.com', '$2a$04$FIdru8W/3pWmb658NcoiTOisaWuC7vPdNEfZZuECttLC.sYKXrl8m', '2024-11-14 10:30:00+00', NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '2024-11-15 08:00:00.123456+00', NULL, NULL, NULL, '2024-11-14 10:26:40+00', '2024-11-15 08:00:00+00', NULL, NULL, '', '', NULL, '', 0, '2024-11-20 00:00:00+00', '', NULL, false, NULL, false),
	('00000000-0000-0000-0000-000000000000', 'f1a0c4d2-0000-4000-8000-000000000004', 'authenticated', 'authenticated', 'barbara@example.com', '', '2024-11-14 10:30:00+00', NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '2024-11-15 08:00:00.123456+00', '{"provider": "google"}', '{}', NULL, '2024-11-14 10:26:40+00', '2024-11-15 08:00:00+00', NULL, NULL, '', '', NULL, '', 0, NULL, '', NULL, false, NULL, false);
INSERT INTO "auth"."users" ("instance_id", "id", "aud", "role", "email", "encrypted_password", "email_confirmed_at", "invited_at", "confirmation_token", "confirmation_sent_at", "recovery_token", "recovery_sent_at", "email_change_token_new", "email_change", "email_change_sent_at", "last_sign_in_at", "raw_app_meta_data", "raw_user_meta_data", "is_super_admin", "created_at", "updated_at", "phone", "phone_confirmed_at", "phone_change", "phone_change_token", "phone_change_sent_at", "email_change_token_current", "email_change_confirm_status", "banned_until", "reauthentication_token", "reauthentication_sent_at", "is_sso_user", "deleted_at", "is_anonymous") VALUES
	('00000000-0000-0000-0000-000000000000', 'f1a0c4d2-0000-4000-8000-000000000005', 'authenticated', 'authenticated', 'gone@example.com', '$2a$04$cLxHvpioIGiKxnfHqaqhG.QQGtd4b9cpiAmwDdgjDMlq9RkdKPFQS', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '2024-11-15 08:00:00.123456+00', '{}', '{}', NULL, '2024-11-14 10:26:40+00', '2024-11-15 08:00:00+00', NULL, NULL, '', '', NULL, '', 0, NULL, '', NULL, false, '2024-11-16 00:00:00+00', false),
	('00000000-0000-0000-0000-000000000000', 'f1a0c4d2-0000-4000-8000-000000000006', 'authenticated', 'authenticated', NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '2024-11-15 08:00:00.123456+00', '{}', '{}', NULL, '2024-11-14 10:26:40+00', '2024-11-15 08:00:00+00', NULL, NULL, '', '', NULL, '', 0, NULL, '', NULL, false, NULL, true),
	('00000000-0000-0000-0000-000000000000', 'f1a0c4d2-0000-4000-8000-000000000007', 'authenticated', 'authenticated', 'alan@example.com', '{"key_id":"k","alg":"aes-gcm-hkdf","data":"AAAA"}', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '2024-11-15 08:00:00.123456+00', '{}', '{}', NULL, '2024-11-14 10:26:40+00', '2024-11-15 08:00:00+00', NULL, NULL, '', '', NULL, '', 0, 'infinity', '', NULL, false, NULL, false);


--
-- PostgreSQL database dump complete
--

\unrestrict 7hoigRch8YrSm5DkMmgqc1EobVCbx3zVYSUzUwopKhz031oQnpx1ifgSMlL353v

