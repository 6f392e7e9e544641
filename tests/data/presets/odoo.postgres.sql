-- Odoo 16.0: odoo/addons/base/models/res_users.py and res_partner.py, as the ORM makes the tables
-- Written by make.py.


CREATE TABLE res_partner (id serial PRIMARY KEY, name varchar, email varchar, active boolean, phone varchar);
CREATE TABLE res_users (
    id serial PRIMARY KEY, company_id integer NOT NULL, partner_id integer NOT NULL REFERENCES res_partner,
    active boolean DEFAULT true, create_date timestamp without time zone, login varchar NOT NULL UNIQUE, password varchar,
    action_id integer, create_uid integer, write_uid integer, signature text, share boolean, write_date timestamp
);

INSERT INTO res_partner (id, name) VALUES
    (3, 'Ada Lovelace'),
    (7, 'Grace'),
    (8, NULL);

INSERT INTO res_users (id, company_id, partner_id, active, create_date, login, password) VALUES
    (2, 1, 3, true, '2019-04-02 08:15:30.123456', 'ada@example.com', '$pbkdf2-sha512$12$ek.p9X4v5Xyvde79X2tNaQ$cypvyp/7w4UrFSjwsImK.HDKw.fwVH/m1UeftdrrzGqEb552.BOt9/jGLS1X3NLZwurh/qOMORsStKteq8YVfQ'),
    (6, 1, 7, true, '2019-04-02 08:15:30', 'grace', '$pbkdf2-sha512$12$ek.p9X4v5Xyvde79X2tNaQ$cypvyp/7w4UrFSjwsImK.HDKw.fwVH/m1UeftdrrzGqEb552.BOt9/jGLS1X3NLZwurh/qOMORsStKteq8YVfQ'),
    (7, 1, 8, false, NULL, 'mallory', '$pbkdf2-sha512$12$ek.p9X4v5Xyvde79X2tNaQ$cypvyp/7w4UrFSjwsImK.HDKw.fwVH/m1UeftdrrzGqEb552.BOt9/jGLS1X3NLZwurh/qOMORsStKteq8YVfQ');
