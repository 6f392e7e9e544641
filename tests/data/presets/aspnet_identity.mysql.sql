-- ASP.NET Core Identity 8.0: IdentityDbContext, as Entity Framework's migration makes it
-- Written by make.py.


CREATE TABLE `AspNetUsers` (
    `Id` varchar(255) NOT NULL PRIMARY KEY,
    `UserName` varchar(256),
    `NormalizedUserName` varchar(256),
    `Email` varchar(256),
    `NormalizedEmail` varchar(256),
    `EmailConfirmed` tinyint(1) NOT NULL,
    `PasswordHash` text,
    `SecurityStamp` text,
    `ConcurrencyStamp` text,
    `PhoneNumber` text,
    `PhoneNumberConfirmed` tinyint(1) NOT NULL,
    `TwoFactorEnabled` tinyint(1) NOT NULL,
    `LockoutEnd` datetime(6),
    `LockoutEnabled` tinyint(1) NOT NULL,
    `AccessFailedCount` int NOT NULL
);

INSERT INTO `AspNetUsers` (`Id`, `UserName`, `NormalizedUserName`, `Email`, `NormalizedEmail`, `EmailConfirmed`, `PasswordHash`, `SecurityStamp`, `ConcurrencyStamp`, `PhoneNumber`, `PhoneNumberConfirmed`, `TwoFactorEnabled`, `LockoutEnd`, `LockoutEnabled`, `AccessFailedCount`) VALUES
    ('id-1', 'ada', 'ADA', 'ada@example.com', 'ADA@EXAMPLE.COM', 1, 'AD3BFxNZawxNQOXwwMXgQ/YyiAypHTcunObb3j5HoxXtuAaArZRmTdBeBoS/lVDIUg==', NULL, NULL, '+31 20 555 0100', 0, 1, NULL, 1, 0),
    ('id-2', 'grace', 'GRACE', 'grace@example.com', 'GRACE@EXAMPLE.COM', 1, 'AQAAAAIAAAAKAAAAEMG1hTP1uXgZ6zq7Go8Hg28T54C9GuJN/IjxG/WgmsydJqn8wERmxJBAewaZuEKdSQ==', NULL, NULL, '+31 20 555 0100', 0, 1, '2001-01-01 00:00:00', 1, 0),
    ('id-3', 'mallory', 'MALLORY', 'mallory@example.com', 'MALLORY@EXAMPLE.COM', 1, 'AD3BFxNZawxNQOXwwMXgQ/YyiAypHTcunObb3j5HoxXtuAaArZRmTdBeBoS/lVDIUg==', NULL, NULL, '+31 20 555 0100', 0, 1, '2999-01-01 00:00:00', 1, 0);
