//! Dovecot's own.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

#[cfg(feature = "crypt")]
scheme_conformance!(
    dovecot_crypt,
    standard("dovecot-crypt"),
    [
        ("correct horse battery staple", "{DES-CRYPT}Nxi01M8FEUIL."),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "{DES-CRYPT}JZO5oarohqyVs"),
        ("пароль-naïve-🔑", "{DES-CRYPT}JeH.cNWNypnKc"),
    ],
);

scheme_conformance!(
    dovecot_argon2,
    standard("dovecot-argon2"),
    [
        (
            "correct horse battery staple",
            "{ARGON2I}$argon2i$v=19$m=64,t=3,p=1$1UQylU6XpfFV92PcE1I2Tg$DYt4bkYCYEUMU7dVyi0lAsChU1jxw/bfY0hBsh0HraM"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{ARGON2I}$argon2i$v=19$m=64,t=3,p=1$Rws1uT25uQKv6gTMiyW3vQ$UuLX0S42u797rG8HBqsIL3/K3xarNHGwcqJ7CAlptQo"
        ),
        (
            "пароль-naïve-🔑",
            "{ARGON2I}$argon2i$v=19$m=64,t=3,p=1$3FZys9ZB/9HtORGFodR8Xw$RhW+Pnc9r7uvcNa5YAPtbJ8720r/bZFaF/kiS/KwNGM"
        ),
    ],
);

scheme_conformance!(
    dovecot_plain_md4,
    standard("dovecot-plain-md4"),
    [
        ("correct horse battery staple", "{PLAIN-MD4}131adffe1d8712c1b624ba62b5bcf3fd"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{PLAIN-MD4}e03a3d5a470727812bdb42462260906b"
        ),
        ("пароль-naïve-🔑", "{PLAIN-MD4}1b5c35e99a411daca8e567d58dc43749"),
    ],
);

scheme_conformance!(
    dovecot_cram_md5,
    standard("dovecot-cram-md5"),
    [
        ("correct horse battery staple", "{CRAM-MD5}09eae0fafdb8b11dde53f0031217a5c4938a03ccb3eebe1b64e0c243b569921c"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{CRAM-MD5}3ab244182d8657dde7b521579a0fc7d8d1fec6b7802e9b61ee442c07d2b1ce99"
        ),
        ("пароль-naïve-🔑", "{CRAM-MD5}e1500100b6810f27a9ee14fd6d103807a90c9c42bc6820414127d604110eea01"),
    ],
);

scheme_conformance!(
    dovecot_digest_md5,
    standard("dovecot-digest-md5"),
    [
        ("correct horse battery staple", "{DIGEST-MD5}63b49669340469b33a048b9574b0d47a"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{DIGEST-MD5}5571014cd710f0d618dabb8d7c59a354"
        ),
        ("пароль-naïve-🔑", "{DIGEST-MD5}bd1c0e0a395c6aa87e72d077b078c4b6"),
    ],
    HashContext::default().username("ada@example.org"),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    dovecot_pbkdf2,
    standard("dovecot-pbkdf2"),
    [
        ("correct horse battery staple", "{PBKDF2}$1$ytcX6.A3DQ8AU8H4$10$78573dcb240562ed44c052088f68cf7c09ee8dec"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{PBKDF2}$1$xUKj4ABbttfzwDBi$10$ae3429d6e61127d449815c3fbe8660ed1cdad8fb"
        ),
        ("пароль-naïve-🔑", "{PBKDF2}$1$Mv7CyXxFOTlWd2jX$10$26a60bc084f51577ac3f029c5f49cff2496a1839"),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    dovecot_scram,
    standard("dovecot-scram"),
    [
        (
            "correct horse battery staple",
            "{SCRAM-SHA-1}10,LMuj2e3y5yYIkFtNpI3MaQ==,G7c+meaiV8exaFwIa1Ht70PJNCI=,2FKWdosdpd1YyumadYK4ZtBmgKo="
        ),
        (
            "пароль-naïve-🔑",
            "{SCRAM-SHA-256}10,4XbS4pzJSvzGhZiVUmSxpw==,bIM5NTFZq8ssM6EmRIm8Cc3fuFA1TxGSUuuSL2LHeyA=,hLR2uziwlE7OfJJcfWD78dtlScqJFMLsoDe1Dxnfvsk="
        ),
    ],
);
