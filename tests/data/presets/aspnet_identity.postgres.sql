-- ASP.NET Core Identity 8.0: IdentityDbContext, as Entity Framework's migration makes it
-- Written by make.py.


CREATE TABLE "AspNetUsers" (
    "Id" varchar(255) NOT NULL PRIMARY KEY,
    "UserName" varchar(256),
    "NormalizedUserName" varchar(256),
    "Email" varchar(256),
    "NormalizedEmail" varchar(256),
    "EmailConfirmed" boolean NOT NULL,
    "PasswordHash" text,
    "SecurityStamp" text,
    "ConcurrencyStamp" text,
    "PhoneNumber" text,
    "PhoneNumberConfirmed" boolean NOT NULL,
    "TwoFactorEnabled" boolean NOT NULL,
    "LockoutEnd" timestamp with time zone,
    "LockoutEnabled" boolean NOT NULL,
    "AccessFailedCount" int NOT NULL
);

INSERT INTO "AspNetUsers" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed", "PasswordHash", "SecurityStamp", "ConcurrencyStamp", "PhoneNumber", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnd", "LockoutEnabled", "AccessFailedCount") VALUES
    ('id-1', 'ada', 'ADA', 'ada@example.com', 'ADA@EXAMPLE.COM', true, 'AD3BFxNZawxNQOXwwMXgQ/YyiAypHTcunObb3j5HoxXtuAaArZRmTdBeBoS/lVDIUg==', NULL, NULL, '+31 20 555 0100', false, true, NULL, true, 0),
    ('id-2', 'grace', 'GRACE', 'grace@example.com', 'GRACE@EXAMPLE.COM', true, 'AQAAAAIAAAAKAAAAEMG1hTP1uXgZ6zq7Go8Hg28T54C9GuJN/IjxG/WgmsydJqn8wERmxJBAewaZuEKdSQ==', NULL, NULL, '+31 20 555 0100', false, true, '2001-01-01 00:00:00', true, 0),
    ('id-3', 'mallory', 'MALLORY', 'mallory@example.com', 'MALLORY@EXAMPLE.COM', true, 'AD3BFxNZawxNQOXwwMXgQ/YyiAypHTcunObb3j5HoxXtuAaArZRmTdBeBoS/lVDIUg==', NULL, NULL, '+31 20 555 0100', false, true, '2999-01-01 00:00:00', true, 0);
