//! Every scheme keeps every promise of `PasswordScheme`. The samples are some of `tests/data/hashes`.

#[cfg(feature = "bcrypt")]
#[path = "conformance/bcrypt.rs"]
mod around_bcrypt;
#[cfg(feature = "crypt")]
#[path = "conformance/crypt.rs"]
mod crypt;
#[cfg(feature = "digest")]
#[path = "conformance/database.rs"]
mod database;
#[cfg(feature = "digest")]
#[path = "conformance/digest.rs"]
mod digest;
#[cfg(feature = "digest")]
#[path = "conformance/dovecot.rs"]
mod dovecot;
#[cfg(feature = "digest")]
#[path = "conformance/forums.rs"]
mod forums;
#[cfg(feature = "digest")]
#[path = "conformance/ldap.rs"]
mod ldap;
#[cfg(all(feature = "bcrypt", feature = "digest", feature = "pbkdf2"))]
#[path = "conformance/php.rs"]
mod php;
#[cfg(feature = "digest")]
#[path = "conformance/vendor.rs"]
mod vendor;

use std::sync::Arc;

use waystation::{
    password::{PasswordScheme, Schemes},
    scheme_conformance,
};

#[path = "conformance/dotnet.rs"]
mod dotnet;
#[path = "conformance/java.rs"]
mod java;
#[path = "conformance/python.rs"]
mod python;

fn standard(name: &str) -> Arc<dyn PasswordScheme> {
    Arc::clone(Schemes::standard().get(name).unwrap())
}

scheme_conformance!(
    argon2,
    standard("argon2"),
    [
        (
            "correct horse battery staple",
            "$argon2id$v=19$m=64,t=2,p=2$QnbqiLxCX3ZfXMRb/86dTw$b7B72Su037yu0igvYWD3rj2UU1gLadU/PuPF5ZnPA3c",
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$argon2i$m=64,t=2,p=2$IYzMqnyVNDmQZZAa4H1Rtg$RMCahjUrsUjxSunBCga3PPDbTRq0yVVvEJPDYsgD+j8",
        ),
        (
            "пароль-naïve-🔑",
            "$argon2d$v=19$m=64,p=2,t=2$SiTq/Qu4S0t0OoOE83h5Rg$VMTQSw//M8a8R7cS/2fgpqDPWct+XQXeB91drT0fyCA",
        ),
    ],
);

#[cfg(feature = "bcrypt")]
scheme_conformance!(
    bcrypt,
    standard("bcrypt"),
    [
        ("correct horse battery staple", "$2a$04$cIT1GcCA.5r5ZU988wjuN.4/tykbDVt9BuNSSAEfmmIrpPU5kxgw."),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2a$04$5vbbKLQVd6C1DKosTXyYo.aoE5.eeBKyITcfauxAWfVTcNJ3VNWHi",
        ),
        ("пароль-naïve-🔑", "$2a$04$8dH7ennPsvQShF/OYQywkOpDfOC6ce65oEUeWx7CDE1tIu81z1iy."),
    ],
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    scrypt,
    standard("scrypt"),
    [
        (
            "correct horse battery staple",
            "$scrypt$ln=4,r=4,p=2$Y+wdo7R2DkHIGeM857yXEg$/sLY28L8dkret8E56OXgNX/nH8Kz8HKrOKRRPLp7ZUM",
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$scrypt$ln=4,r=4,p=2$GOM8hzCGUEpprZVyTikl5A$qAO5pk0juBzcarq1GP7zqeDU85nba/hBLnCyd4bkOZw",
        ),
        ("пароль-naïve-🔑", "$scrypt$ln=4,r=4,p=2$whgjJGSsNSakdC5lrPV+Tw$HHxKHJBMKRNY0MebeBMohOK+szyPGxYtO6TRNdOLHCk",),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    pbkdf2,
    standard("pbkdf2"),
    [
        (
            "correct horse battery staple",
            "$pbkdf2-sha256$i=10,l=32$xV0srCHCm2zkeH7AXMQwFg$mcwh2QbKYcj0SQQzDqtxLWtAFbLiuatH2qVyNRW+9Mk",
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$pbkdf2-sha512$i=10,l=64$9yAzId/LUVE/cb2/26VZaA$5/uowjwSqUIjysnyUJOY94sG0BMo8b8J5nLVazmTfslr72kZP1t3ycNQXfMIPYPojqyTBihXAHYJmK6nVXUZ9A",
        ),
        ("пароль-naïve-🔑", "$pbkdf2-sha1$i=10,l=20$Uy5bDSWKVVyBFuUhw6fmXg$Ckxn0roF305smZvVsyuCrRHBh5U"),
    ],
);

scheme_conformance!(
    django_argon2,
    standard("django-argon2"),
    [
        (
            "correct horse battery staple",
            "argon2$argon2id$v=19$m=64,t=2,p=2$cHFERldNclhjY1NWczM5TUhCSDhhVw$rjDzi8WUcMTOTFe9eiCfWzGr7Ry7wYxopxBRWtEv7sM",
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "argon2$argon2id$v=19$m=64,t=2,p=2$MjZZUFQ0NG5HbU4zVmg0dml6YjFhcQ$sQE3ZfBKce473/eKGV1yfBgi7fFXna9cMt1/ukyBxzg",
        ),
        (
            "пароль-naïve-🔑",
            "argon2$argon2id$v=19$m=64,t=2,p=2$UGtldXFISGc3Ym1OcWhnaklBMmxmVA$aY7jbFN8hU3pZ8ePkJXpJfNsDMFaUiNSUEm4ur49ikM",
        ),
    ],
);

#[cfg(feature = "bcrypt")]
scheme_conformance!(
    django_bcrypt,
    standard("django-bcrypt"),
    [
        ("correct horse battery staple", "bcrypt$$2b$04$nTxO5pLU6cuqQmL9kA54zeXWizn6Z6VmYBrsLNSwhsulutMFwUpA."),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "bcrypt$$2b$04$4PriWIc89AEIb4DMYn8A7.XZ5DKZx8rHqtnLMWgaBWuEO4/gqaBSe",
        ),
        ("пароль-naïve-🔑", "bcrypt$$2b$04$culNoT4axDH7mVY4cX8uw.HQx6qPb9ckOfXQlrLkNF9A6MqrujtSW"),
    ],
);

#[cfg(feature = "bcrypt")]
scheme_conformance!(
    django_bcrypt_sha256,
    standard("django-bcrypt-sha256"),
    [
        ("correct horse battery staple", "bcrypt_sha256$$2b$04$b8r04FKIhY2VVZ.Q5k5wzOw2EQPUep0SQqFHiwJ.IEgyVUJmETYyS",),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "bcrypt_sha256$$2b$04$YNvML21SqxHegrm.lOx2weWPrfVAkqTk4kOau6LP3FOm.Fv3FqEqS",
        ),
        ("пароль-naïve-🔑", "bcrypt_sha256$$2b$04$8KN4SN110mEo2b6.w7Bdyu5usCSi3R45YL1WG6IjAqOwfM3RRmvS6"),
    ],
);

#[cfg(feature = "crypt")]
scheme_conformance!(
    des_crypt,
    standard("des-crypt"),
    [
        ("password", "CVhaLTUt7s6OM"),
        ("correct horse battery staple", "ZwWteoNQe5bTQ"),
        ("пароль-naïve-🔑", "02hVqIgRJsT6s"),
        ("1234567", "9HMdzWPD9lPvc"),
    ],
);

#[cfg(feature = "crypt")]
scheme_conformance!(
    django_crypt,
    standard("django-crypt"),
    [
        ("password", "crypt$$usjRS48E8ZADM"),
        ("correct horse battery staple", "crypt$xp$xpisfCDU7Jv0w"),
        ("пароль-naïve-🔑", "crypt$$Y462bnZN1g.2E"),
        ("1234567", "crypt$$qmIsNC69yEbxw"),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    django_md5,
    standard("django-md5"),
    [
        ("correct horse battery staple", "md5$xZ0zYKgQlP8SM2BcsI2rR8$a047542a77b27d3124c778b70a917d8f"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "md5$OsrspAMH4it6rL4NIuw1y0$ebf15276d67230e4e6ee38f6d793537c",
        ),
        ("пароль-naïve-🔑", "md5$JEPsfKyCPXGCzim7zpIMDe$432d47479a6235cc6a2986ad783e4709"),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    django_sha1,
    standard("django-sha1"),
    [
        ("correct horse battery staple", "sha1$vPgGZugcwtI5JLpLTgov1H$da39b5784c607249751596cd154cb5b7f63eff83",),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "sha1$ag4lvyjJMU6VgvMgxO2pk3$d87aa147b3e2d8eafd0d0cfdf8887322202a876b",
        ),
        ("пароль-naïve-🔑", "sha1$dWIo9myuSwpJSwLCIHnpmA$6457f65a5d3803b1c0c17610a416c5eb2546023b"),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    django_unsalted_md5,
    standard("django-unsalted-md5"),
    [
        ("correct horse battery staple", "md5$$9cc2ae8a1ba7a93da39b46fc1019c481"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "md5$$e099765a992bdf178bc7081987f4f860",
        ),
        ("пароль-naïve-🔑", "md5$$64d9f7b258776a4a9fc77617112dd9a4"),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    django_unsalted_sha1,
    standard("django-unsalted-sha1"),
    [
        ("correct horse battery staple", "sha1$$abf7aad6438836dbe526aa231abde2d0eef74d42"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "sha1$$a54f3eccca1d690c752823446b005be5e12e0958",
        ),
        ("пароль-naïve-🔑", "sha1$$fe8f27d331522537b5385ba15dbcf2b6fc5fdb52"),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    django_pbkdf2_sha1,
    standard("django-pbkdf2-sha1"),
    [
        ("correct horse battery staple", "pbkdf2_sha1$10$bVqHrKCNZwg794QSUlMy4Z$uCzvJ2uv0KYC0rZ+dzywjJDnyy4="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "pbkdf2_sha1$10$I7xdFIcRrERLZTIZ5Shk3t$cce1CxCMTtE5RgfQCTpxlXhrxBo=",
        ),
        ("пароль-naïve-🔑", "pbkdf2_sha1$10$M6ymVJe9vp2WqBezcqW0Dm$AeOyKrVqs5JERgp2zGMdSZBKirE="),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    django_pbkdf2_sha256,
    standard("django-pbkdf2-sha256"),
    [
        (
            "correct horse battery staple",
            "pbkdf2_sha256$10$rLlk45L7YJHeMFFO7d4LF0$t+qFBhsA/HuOyLDYAveIyj2HdfzbAZGXEmnZh4vVKEY=",
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "pbkdf2_sha256$10$EHAz59rIf9s2uhOOuKS3Gv$B0IxghyLur5dDiKSYECP4wIbTol4WmtRbXoLNWm9Szc=",
        ),
        ("пароль-naïve-🔑", "pbkdf2_sha256$10$d0Iv3l5YCL7UFrPVQDjXAM$NHTA4WYzNGIrJAYitWUOk4u5MuzXTmqBdpy9pd5J3qE=",),
    ],
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    django_scrypt,
    standard("django-scrypt"),
    [
        (
            "correct horse battery staple",
            "scrypt$16$zwQ4913mBMi6Z62PCPIATO$4$2$jMBtas8Rf0PUuVz6LcJC9qZV3+sjaGSnVrrkpeOWbpgHTRBM/EJSOasNbM8fcyzBRZtF+vUfgdPWb9nWWfLwYg==",
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "scrypt$16$NhALz0ElW7lrkuJ7iU7XgL$4$2$C7lKT+gOuuXsFfUJgKjypFgYbxBDd4c33Sfs2jZOoqAOhaNTtglJxlyG+NLTZGdwkk+hlZKfxZf4bMldbRnLLw==",
        ),
        (
            "пароль-naïve-🔑",
            "scrypt$16$O6S0ab0cA3njslk4LLbssp$4$2$OcUb2P1n5O5fkOxP6G/LQyiHvtA1OLOM3/e4nZOI7hJTddZZX5fAgaqeIg7bVmf9uZ4jzjv0G3fck0N23i9kHA==",
        ),
    ],
);
