//! The formats of Spring Security, Shiro, Keycloak and others.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

#[cfg(feature = "digest")]
scheme_conformance!(
    spring_argon2,
    standard("spring-argon2"),
    [
        (
            "correct horse battery staple",
            "{argon2}$argon2id$v=19$m=64,t=2,p=2$kagpqL+FDUMeqWAryfgypA$AUkI1cR6fs3agoBp4Tvu4wjusoP3OFWMQL6DP/JZ2xI"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=64,t=2,p=2$BKy8jzq/iDzsaLrW0CEDtA$EXzqLBVvZocI2i1qZc3a+rpjK7N1BHmhCgeuZRtRmhM"
        ),
        (
            "пароль-naïve-🔑",
            "{argon2}$argon2id$v=19$m=64,t=2,p=2$6lZzlbbfxRiahJ7izDUqNQ$3iPFQNE3SPrT5PuUNKm1feUKzB87P15SLT3UlwE5HLY"
        ),
    ],
);

#[cfg(feature = "bcrypt")]
scheme_conformance!(
    spring_bcrypt,
    standard("spring-bcrypt"),
    [
        ("correct horse battery staple", "{bcrypt}$2a$04$j6siIr/oCSdrAxWDChJtCeq1zxxnLHydXN1YMHtM6EGWYA/NKBtbO"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{bcrypt}$2a$04$m8Kw752CU.wdcN73PnrI2uDSvCvgP5X/O6/O.8XhcwVmo8khdD7ui"
        ),
        ("пароль-naïve-🔑", "{bcrypt}$2a$04$Vbr3VmdU4W9.kMvGJyCYW.Hk1fpnM52NCSDlHCWhDPrA1IIkB4zPK"),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    spring_digest,
    standard("spring-digest"),
    [
        (
            "correct horse battery staple",
            "{MD4}{jH9n+Wg9LE5Mh+DOM+Hk8fP/MZeBYK2DaSMG/k7wGr8=}f3521cb0262f21f1e64f1f6b4999608e"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{MD5}{npi0bMRw1mWeHjsxLJXunpKn7QzY4qXyX/w8DKJ7a7U=}06081b294161f8cea35ff9fa2132f434"
        ),
        (
            "пароль-naïve-🔑",
            "{SHA-1}{qHaUlUKNdmP0k7BfSdx6EmrwiOTx+smlCfU23hI5iuU=}09043ac24293a45c489d6d99a29ba0410e730362"
        ),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    spring_ldap,
    standard("spring-ldap"),
    [
        ("correct horse battery staple", "{ldap}{SSHA}2qC6VBwvWBRW94xvHTWkAkodOSS3ujvVQ4Ll3A=="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{ldap}{sha}pU8+zModaQx1KCNEawBb5eEuCVg="
        ),
        ("пароль-naïve-🔑", "{ldap}{SSHA}/7hDonvFSW8DmC4FKhaVveMNI2vX2NcEXIA51g=="),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    spring_pbkdf2,
    standard("spring-pbkdf2"),
    [
        (
            "correct horse battery staple",
            "{pbkdf2}abec99906a3a2f7ffcf2d498cb2d58bccd43009105c70a4e41dc03e565e1511b1b12dc117dbbeb10"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{pbkdf2}7ef6546283aa5797c8cb193f3cd11f0af2d3a1ffd3f647e32410fc0788812c612b4d9e45f1aa8bf4"
        ),
        ("пароль-naïve-🔑", "{pbkdf2}4e8d575b757959fc9605df8a0b691b863f002824b34b24ff94b7271e14fe17dfc8720887261a3b07"),
    ],
    HashContext::default().iterations(10),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    spring_pbkdf2_with_a_secret,
    standard("spring-pbkdf2"),
    [
        (
            "correct horse battery staple",
            "{pbkdf2}9fc2ad08c688cb0fa8e354f7274ff290a715084dad817db77f414f616e504d806db242b58ef68547"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{pbkdf2}fd8058bcd447ccae52fe98d21e1867771c1c1369e3dd1d61beb359d418063603824ff1e99b0cc1e7"
        ),
        ("пароль-naïve-🔑", "{pbkdf2}0c51cbfc7cb45b3e17c1a90d4a3a406ec78e5b29127b9f7e310667aa3cd927854f46e5306586379c"),
    ],
    HashContext::default().iterations(10).key("a secret of the application"),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    spring_pbkdf2_v58,
    standard("spring-pbkdf2-v58"),
    [
        (
            "correct horse battery staple",
            "{pbkdf2@SpringSecurity_v5_8}10a272e9fe0c4636fdde42aa7d5e149f859f843e46ae74d1a47791e49338aa16cce18760a779327d129280c7bc7ff622"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{pbkdf2@SpringSecurity_v5_8}bb8e5f2bdf8a40c0f7992f6d2484391d49d9deb8332796202f1fde21b69c9aa437436aa97355dcb9a0fe23f6f64b638c"
        ),
        (
            "пароль-naïve-🔑",
            "{pbkdf2@SpringSecurity_v5_8}48315a87e4dbf5a6feffec533eb05cf10b1b5add5cb8f0c8e59fa8dc9735f391355f58b313b9104a5002be559b9bc483"
        ),
    ],
    HashContext::default().iterations(10),
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    spring_scrypt,
    standard("spring-scrypt"),
    [
        (
            "correct horse battery staple",
            "{scrypt}$40402$d6Gkgt7nn4d9InHmNi6kAPqgeX7tAVbwXoaFbd9MfbXEVPcubvL0GyP4SesOQgnsHd4isjLT9URj3S1Kz8rcIQ==$n3yNlm45feWmKBfgrnhtyamD1t9S1NbjdGUIMABw9BY="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{scrypt@SpringSecurity_v5_8}$50801$JCpUojFyqRMaSARPz/mVsQ==$Rrciwq2Eh7/91VdxrKJ89LriktMw4xbDhjo37jQ/VPU="
        ),
        (
            "пароль-naïve-🔑",
            "{scrypt}$40402$tSi3/70ZPKiYSMVhhz2ZFsJj7cejLZJP01QBVqV/z9lM6+44W/lIE3M/X9YFU++OgE+ITbgR40nN4BsiFsEi9A==$pP8Jd7prJ4khVr3Go54bSj1CFq9T5O2gWM7aItK9/m4="
        ),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    spring_sha256,
    standard("spring-sha256"),
    [
        (
            "correct horse battery staple",
            "{sha256}39807cfb07edaafa1df645f426f6023357779b790ff3b227d185c43a6ce8a7147ecacc58edb2d4eb"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{sha256}e343fcffca6dc791eecb456912e84ad3fa7456bdeb9dd50cf9002b47a1f6293ae6ce3375f8939767"
        ),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    shiro1,
    standard("shiro1"),
    [
        ("correct horse battery staple", "$shiro1$MD5$1$QcJvvdL/M3Y6PlyFWH0Z1A==$e1qHazpR1Q2yzEsWVd36lQ=="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$shiro1$SHA-1$10$o2y6CaXfn87Se9xefaj2iw==$Q+MwnzJ87hTchb8M/HyrQUmTg7o="
        ),
        ("пароль-naïve-🔑", "$shiro1$SHA-256$10$+jXJWDqoiuvTRJqgAP2Ljw==$koX0QOss+RWhU4fsIVvlhVbN2fPk9aU7PGu50mVif/0="),
    ],
);

#[cfg(feature = "bcrypt")]
scheme_conformance!(
    shiro2,
    standard("shiro2"),
    [
        (
            "correct horse battery staple",
            "$shiro2$argon2id$v=19$t=1,m=64,p=2$SUDnhgTVGKnNRXPyDx4a6A$/DW7Hm94yo+MJT4Af7oIB8WzdbBFyi+FMr+pjYVHYsc"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$shiro2$2y$4$r3wW0hIQ0Po8dl/2ejO5p.jXf8zhItnAOkIfHWmNSK2EF65KEJFAi"
        ),
        (
            "пароль-naïve-🔑",
            "$shiro2$argon2id$v=19$t=1,m=64,p=2$w/U8357TOlZj9pg03aR9tw$fmt4hHJtY1PiUNojcOP1dNxW3b2cpYCnwGjUaIVCKzE"
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    keycloak,
    standard("keycloak"),
    [(
        "correct horse battery staple",
        r#"{"secretData":"{\"value\":\"hEI6iBsa+zRAeORK4Y0Zc8uMWasF7mUaK1ueuwF9YLE=\",\"salt\":\"appZtmuTXR9j/iMHVn+mew==\"}","credentialData":"{\"hashIterations\":10,\"algorithm\":\"pbkdf2-sha256\"}"}"#
    ),],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    pbkdf2_atlassian,
    standard("pbkdf2-atlassian"),
    [("correct horse battery staple", "{PKCS5S2}NobQ+t8bgzDmnJOylnKuNQddFWgd2wfa8ExBqF3Q5NFk/8qP+OEK3U7UkGngLx29"),],
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    lambdaworks_scrypt,
    standard("lambdaworks-scrypt"),
    [
        (
            "correct horse battery staple",
            "$s0$40402$fO3KI1qbt2ccjYI2p7Ebrw==$FCLYsIgAYsRxK7WiuZWQX0wEVtJ7oF1MHL4l4jv/dP0="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$s0$40402$eLl7gCz2zLF5jo1nYLOg3Q==$nMzrQFPrEm3tf0DzygefmPrFeacVS2Df4wr0NEhwWX8="
        ),
        ("пароль-naïve-🔑", "$s0$40402$ss3ESE2gQzubS+tvdb6RVA==$dIPIya5TqkFb3gnW+oy5+QxfODdxUWw+WC3PAnXnskI="),
    ],
);
