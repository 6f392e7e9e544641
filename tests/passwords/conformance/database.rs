//! Databases, and what keeps passwords like them.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

scheme_conformance!(
    mssql,
    standard("mssql"),
    [
        ("correct horse battery staple", "0x0100C698F3FE57CEDD90DB96FD013E6E2923751CED3178A850C0"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "0x0100E87DEFDDB3C35ABE1EF9C73A4987CDFDC8ED1B06240B3407"
        ),
        (
            "correct horse battery staple",
            "0x0200A712F709FAAFD76903A81C35FA3640BF8DA95A1ECDDC2A2BD6F38063830F543C6B07CBE03757AEE5FF422B868BAAE50BE09D4BBED83D2DD51C71A691E2A91D2076D501BF"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "0x02005FAFFC90A56147D16C8F5739A84754A6DADBCB9ECEE893FE4D87DDB49B8B6E07714813CE671DF0E5EB0095BBCACF1F21599030239FFC3A2FB643E2B99A824B8F0A127F16"
        ),
    ],
);

scheme_conformance!(
    mysql_323,
    standard("mysql-323"),
    [
        ("correct horse battery staple", "3c814ebd0491233c"),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "57262a4b2905be25"),
        ("пароль-naïve-🔑", "597060ee688433a8"),
    ],
);

scheme_conformance!(
    mysql_41,
    standard("mysql-41"),
    [
        ("correct horse battery staple", "*F4AF2E5D85456A908E0F552F0366375B06267295"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "*307BCC1F84C73BBD6BB9D72DE1EEBE478F7BB188"
        ),
        ("пароль-naïve-🔑", "*180B53615942BA4C6936C1BC1959E8D569139BA5"),
    ],
);

scheme_conformance!(
    oracle_11,
    standard("oracle-11"),
    [
        ("correct horse battery staple", "S:B9A11D275F07EFC450877F673E881402A79A4EDE24633782D580DF52FB1A"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "S:F4BE45A4F3AE1B558B35AABFB4671A3825EE870187D1EC7ECB6F58332C3D"
        ),
        ("пароль-naïve-🔑", "S:9CCA618B9E054B7306166604BC67F45B2854249701D52847CFAD7571F448"),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    oracle_12,
    standard("oracle-12"),
    [(
        "correct horse battery staple",
        "T:DD67D0B0BE5E881E9285EF2CA3CD629C3DB71FA2F5E7D88CF4CF012CFED90DD99832710FB95B87EDFBF98A7957BAA9D30E9A4F568D07C6574247995DCFCBB399D62179DFAD672AE388CEE2F674B2D414"
    ),],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    pbkdf2_grub,
    standard("pbkdf2-grub"),
    [
        (
            "correct horse battery staple",
            "grub.pbkdf2.sha512.10.27BA84EF9758FF18BFF4D817B9185B4BA6C5E55DC55C2BDDA0B19F976FBE1CDB214E9880A6D754AB00C99C0322A060740FE99744D2C60980179F1CB1CC8D3CB7.31D32D537BABDDCA9DB66A3C70AB31BCF047B9C8852C8031358B7AAB6C59105DAF965EEF75D9AF2FC1BF9CAA21F390E2D06DF5FC5B680EAAD3B003CD7BDBB193"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "grub.pbkdf2.sha512.10.816ACF6F8E5C0AF5754A371E67EB149840BCF928592D8AA7B55C013B892FE9D786D8229A1A0373EE0DFAB24B6FBF6CCA40AC8BD2346BBC92EE54972BFBFBFEAF.64F6F363D34826E334BF251A10B3AF678E40078309F2884F234AB80DFFC5DBDCB520DFBD492458576D203248C8BA84209A3EB4682836B2F8E02D7B910D814B59"
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    pbkdf2_macos,
    standard("pbkdf2-macos"),
    [
        (
            "correct horse battery staple",
            "$ml$10$ab7af0bf4974680d43806e3e1558a9e09a47f0a3a1282ccd2ae34f2a15dc3a6d$076fe88b218bae4f65f807924e2459270df1651017ce8a03511487565786c2f09bcf66d09f720dc20b2f5d8d3bd4682fc293f037ee5bf1752a15f5baa13a51e6"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$ml$10$6189418d14fbdb7ca847b8f3048a44648cab2cf4efcd787989abecade89dbe04$f5627ac643b1db3581c724657ccc39681810800f759a59a566bbf97ddde2812849d59af0cc3a3498a358bfc6966dda03250516bf1620295ea8009ed9f86d5d7e"
        ),
    ],
);

scheme_conformance!(
    postgresql_md5,
    standard("postgresql-md5"),
    [
        ("correct horse battery staple", "md50a03eed3c2e71175dbc849c2fc5591e0"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "md5a03be0fdfe2a6c003bd411a89ae8ec03"
        ),
        ("пароль-naïve-🔑", "md59876b6eaac55fef89111a936e8ab0eed"),
    ],
    HashContext::default().username("ada"),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    postgresql_scram,
    standard("postgresql-scram"),
    [
        (
            "correct horse battery staple",
            "SCRAM-SHA-256$10:bN1HcBUFhg56yFdyz7c66g==$GylEKxLHvmk/Tirwsx2THR6Z4p2k32Z5ckMOP/B3m3Q=:KyzLU1T2a0chU49CgM3idwH/D83PW5jN0v34kawpEkU="
        ),
        (
            "пароль-naïve-🔑",
            "SCRAM-SHA-256$10:b4TgyYCK1k816JauGtgXlQ==$JNP8tPmHtNhoj6PKlxOAJz600csTKFehwyp0KEbnqjc=:1gY06KKP/BLbE9cwgr7nntORXjLzbBVvcBV0Lirr+aY="
        ),
        (
            "\u{2168}",
            "SCRAM-SHA-256$10:DoiOfzOYqsG7O//R4w5CQg==$H9cNSxVWZ8E7/3GqmsvitzOyhgB7S+wTHAFnN4csnRc=:mKf5LDvAjmS2mNCAyQg+m4j0qQoyaqNC7PiODz6/E90="
        ),
    ],
);

scheme_conformance!(
    sap_issha1,
    standard("sap-issha1"),
    [
        ("correct horse battery staple", "{x-issha, 10}5HPuWoJ5YY155foDfbuJTilp1DEYLZbrxyS9Q9zPmJI="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{x-issha, 10}sLXABPWoebyCIwe+bAhZqK6HxybruqLM5+rtCbnL3pw="
        ),
        ("пароль-naïve-🔑", "{x-issha, 10}p3+EnrjVnqLKVIa8kTxUq6dB2a+GZTLORW5nE9sc++g="),
    ],
);

scheme_conformance!(
    sap_issha256,
    standard("sap-issha256"),
    [
        (
            "correct horse battery staple",
            "{x-isSHA256, 10}0t9Fxb72eohNfKNTMf/k6ZHLr56xAfY7zNTfzI3zr5UtMnKAR3pU/uFGTu4jZd+E"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{x-isSHA256, 10}P+yugbnqbjWnmZURMwMBl6mNDlPV5HU+aDh3M3NkO5o65GU3rRJNF/rLOOEEYqoE"
        ),
        ("пароль-naïve-🔑", "{x-isSHA256, 10}oeKwwr/Xs48AwZ2nCjsXq2qHfYhgNQHCH6wdZ1DTLnBcLLyK5/GDGhOSZBUHjTa/"),
    ],
);

scheme_conformance!(
    sap_issha384,
    standard("sap-issha384"),
    [
        (
            "correct horse battery staple",
            "{x-isSHA384, 10}j0LeWo5gFqbn8C9Uk+CJwn56nWAEYY9I+BDMBjHz8/ZSaV0CJUPXFkEIenNZkFiaF4WB6WGJ38LTinSzv3Xidg=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{x-isSHA384, 10}6NpuxVx3yYRFvtimA4AeRtWqPxRBkvvOmOjb/XHGYFIBUBxXoba63rK9m3/iFr/2SPQ7XlQTvH3UQOBYHOd79g=="
        ),
        (
            "пароль-naïve-🔑",
            "{x-isSHA384, 10}JmnCeNIbQweHaXFbmozYEephwIqeOq5Flqt6SfPkG0DRuICbpOQvmKH0EA/qCSI5RE3aY0by/5g5WnjEuFiUdQ=="
        ),
    ],
);

scheme_conformance!(
    sap_issha512,
    standard("sap-issha512"),
    [
        (
            "correct horse battery staple",
            "{x-isSHA512, 10}vvkjmrGwlHVYYqVkMyw2qfiu5cFrAv2eCqCsKcOtkAw3UrgooItbE6xPYljPj0unJRcbeBDJh5VDbDm2lvTUu9sxuOq3Te/z5QId2myYDtg="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{x-isSHA512, 10}cGTJ20SChPuGODGOZGRMEAENqxluBQNm3PPvOUS489TtRbtN3KRW+mQ8kEhmwf3X/rtuo2kuLsE3HCFZeKlVDQQNI0CtbS1PN1X97h0Szzk="
        ),
        (
            "пароль-naïve-🔑",
            "{x-isSHA512, 10}RgGwyM5eJ02Sz3AFf2uQNl2svq2Z71Exkf6ZlagC6Kgj4vLzgA3WTpumV8hy+vz9RcqJ7rEL7UwyH9mcCHW5rFo+KsoUlmMEVRgvKj4Y0fo="
        ),
    ],
);

#[cfg(feature = "crypt")]
scheme_conformance!(
    mysql_caching_sha2,
    standard("mysql-caching-sha2"),
    [
        (
            "correct horse battery staple",
            "$A$005$U\x11[\x15)\x1ff\nxdb\x12U(bn>]jERyOScwpvtJhAPHi4qsCtXib1WM/smaJBoITcOSwzM2A"
        ),
        (
            "correct horse battery staple",
            "0x2441243030352455115B15291F660A786462125528626E3E5D6A4552794F5363777076744A6841504869347173437458696231574D2F736D614A426F4954634F53777A4D3241"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$A$005$\x11#\x164eO\x1b3|{\x0fR\x10\x18v(<q2\x0fgiz.AI0QSiZZ6LARlfs7QEmnZg8VDU3d6GqsuN1oblC"
        ),
        ("пароль-naïve-🔑", "$A$007$(\x1a} &cN\x1b\x08^\x1an1g};FDSMufWLaRY7GZJ1SGq3QL.Mbe2tZBC.kbgx48x3j7iWbu."),
        (
            "пароль-naïve-🔑",
            "0x24412430303724281A7D2026634E1B085E1A6E31677D3B4644534D7566574C61525937475A4A3153477133514C2E4D626532745A42432E6B626778343878336A37695762752E"
        )
    ],
);
