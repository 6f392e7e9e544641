//! Directories.

use waystation::scheme_conformance;

use super::standard;

scheme_conformance!(
    ldap_md5,
    standard("ldap-md5"),
    [
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{PLAIN-MD5.HEX}e099765a992bdf178bc7081987f4f860"
        ),
        ("пароль-naïve-🔑", "{PLAIN-MD5.HEX}64d9f7b258776a4a9fc77617112dd9a4"),
        ("пароль-naïve-🔑", "{LDAP-MD5.HEX}64d9f7b258776a4a9fc77617112dd9a4"),
    ],
);

scheme_conformance!(
    ldap_sha1,
    standard("ldap-sha1"),
    [
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SHA.HEX}a54f3eccca1d690c752823446b005be5e12e0958"
        ),
        ("пароль-naïve-🔑", "{SHA.HEX}fe8f27d331522537b5385ba15dbcf2b6fc5fdb52"),
        ("пароль-naïve-🔑", "{SHA1.HEX}fe8f27d331522537b5385ba15dbcf2b6fc5fdb52"),
    ],
);

scheme_conformance!(
    ldap_sha256,
    standard("ldap-sha256"),
    [
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SHA256.HEX}9925c5e09c607b5adae12736f22b219deedcf6dbace41498609e1d3b12f834b7"
        ),
        ("пароль-naïve-🔑", "{SHA256.HEX}19492337841800fe81c69c2334399afa256a624b2a24818fa3ccb7fbff202ad0"),
    ],
);

scheme_conformance!(
    ldap_sha512,
    standard("ldap-sha512"),
    [
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SHA512.HEX}4c09860bbda5911c9258d2eea20c4bc1c12b40726c5a9443e01747b8f02ddda7e075360c39941030d58de1a047aaf9294177bde2fc2e7e820cde8efafcf9505e"
        ),
        (
            "пароль-naïve-🔑",
            "{SHA512.HEX}7332a8148b37485c4e01b9c5170b9c972975f488875f56d2483c4a2bcff5e06e6fd5d3a147ab2cd1de57015d1df97388ce1dc21d2a27948667a4e9d4b8428dde"
        ),
    ],
);

scheme_conformance!(
    ldap_smd5,
    standard("ldap-smd5"),
    [
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SMD5.HEX}3c224b626001d772da44295b08a2ce11a6d3d1ef"
        ),
        ("пароль-naïve-🔑", "{SMD5.HEX}897300dbf961922ed98aa72d09c8d073dd5f4f8a"),
        ("пароль-naïve-🔑", "{SMD5.HEX}c951598bca2881e5a2ea3a4085b6cbf821636d71"),
    ],
);

scheme_conformance!(
    ldap_sha224,
    standard("ldap-sha224"),
    [
        ("correct horse battery staple", "{SHA224.HEX}636f080709f287ec5c5ea79442fc4bb914924cd5c6ca8ff84e3410c4"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SHA224.HEX}6588d32d81c2317647489bdfa041b443fad20ea8cbf48f2e87d18979"
        ),
        ("пароль-naïve-🔑", "{SHA224.HEX}727ba90056a5ea3368e47671da0dde36602f1ffa054c8492d00510c9"),
    ],
);

scheme_conformance!(
    ldap_sha384,
    standard("ldap-sha384"),
    [
        (
            "correct horse battery staple",
            "{SHA384.HEX}c24b92449c871f33bbbf1fc1989e5e1037cfa9a3dfdb17947f8172226181e7825ebb4c750763915835bf125a590e05ae"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SHA384.HEX}d77a1604040e4492aa4e5874a937d16af39c7e738bbb1cff818dd4d6acf5c8c01c559e2e29f292d742d706bf108674e0"
        ),
        (
            "пароль-naïve-🔑",
            "{SHA384.HEX}ced012697536579c2f46155d4afc96ff317baf851a2cff7d9119c69c2b75589281e9ea634c76b2b11d458fccab527f44"
        ),
    ],
);

scheme_conformance!(
    ldap_ssha,
    standard("ldap-ssha"),
    [
        ("correct horse battery staple", "{SSHA}pu1JOEbczgikZYzSvQzf/TFk5sbZSl1K"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SSHA}HPudOUvf8ZtDhBOo0TmtOHhDLJCZ+foF"
        ),
        ("пароль-naïve-🔑", "{SSHA}Qayi/k3ln98Xfrx5Zt9Fu7DDe+kFg+8A"),
    ],
);

scheme_conformance!(
    ldap_ssha224,
    standard("ldap-ssha224"),
    [
        ("correct horse battery staple", "{SSHA224}/N2B5TlMs5tujacGg6fCHFbdCfD+bGx+Q3vrbPiPffLg7F6m"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SSHA224}brT6KMiYrHF3FH9xJB7byaJp+dnCfRFof9WYMoErlbq8jCZT"
        ),
        ("пароль-naïve-🔑", "{SSHA224}zHXtUjyJoX5+v5vCVPTzHvd78XUCypKcS/xGEubMaBdPCtb0"),
    ],
);

scheme_conformance!(
    ldap_ssha256,
    standard("ldap-ssha256"),
    [
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SSHA256}Jo0sLZKWhshIjl0CBJ1lj8v+bfHpL0exROayrm/PNpJ67A+q"
        ),
        ("пароль-naïve-🔑", "{SSHA256}hUAearp2CCPKDyEAsnT587eXrbQp5Sq+jfiE8luQnLcCmZsr"),
        ("odd salt", "{SSHA256}6KMyXGVrrKT7r03GadospUaAd6sgnGZabZIrkdXqJv33Pkdo"),
    ],
);

scheme_conformance!(
    ldap_ssha512,
    standard("ldap-ssha512"),
    [
        (
            "correct horse battery staple",
            "{SSHA512}PJR4MkxbfRfOwN4i7uy9lnhU30o4/7mFxyREwUtAwiBXg0QcnQLjERO4tWIHoC12cBdVYlbT8TBdOk7PDZYUA10aMVRCC8py"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SSHA512}0TopmrtkhtiiqXku076vT0o3IdRrn4m7I7G3FfERlknWl9g8gzkarm3/CT7VuuPDlzh3lhEL0/k3IgmFp5FrCB5f4K2Oo99M"
        ),
        (
            "пароль-naïve-🔑",
            "{SSHA512}9DMtS44LTRNIXuj5NfZej6dAkdWxR/vmwgEyhVnBt4FPbvrd2LOP4iEsqK8lAtftSEZ2TmNnA9oHa5i84ceoocl6S1DjCkRB"
        ),
    ],
);

scheme_conformance!(
    ldap_ssha384,
    standard("ldap-ssha384"),
    [
        (
            "correct horse battery staple",
            "{SSHA384.HEX}9efe6cd1663b55e0de859b14115b9853f8019c87572491d11a6dd38ffb031a78324ed68f0b56e5624498f38a950d0d426225a285d971a5f7"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SSHA384.HEX}52e00c911baa5fba9f640c67138bff7f0c223b588e654e97b26132dfdc1ed74dfb7aadf43272fe7978343e176ade8fa1d2b985d9fc218fb9"
        ),
        (
            "пароль-naïve-🔑",
            "{SSHA384.HEX}16cf36b75e953f9a9b402db1e88a62faa586d0550ea84792322fc825145255288402fab04ae93838aea3f5cfa31dbc155900a04f00434622"
        ),
    ],
);

scheme_conformance!(
    ldap_ns_mta_md5,
    standard("ldap-ns-mta-md5"),
    [
        (
            "correct horse battery staple",
            "{NS-MTA-MD5}dd45c3b3e20d25e6ed4ceb98a8bdbbba63a01f312b09f6d4771d46118767556f"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{NS-MTA-MD5}5212d24bef00e70bd9d50ea49b9dd914f31ac9fff82ef874f13fc3673c392a44"
        ),
        ("пароль-naïve-🔑", "{NS-MTA-MD5}422d92194250a2f5401155139b604225ba3f47124410d137bfed568468dee733"),
    ],
);

scheme_conformance!(
    ldap_argon2,
    standard("ldap-argon2"),
    [
        (
            "correct horse battery staple",
            "{ARGON2}$argon2i$v=19$m=64,t=2,p=2$aKbhkO5wrx+Ic9sZM4lQdg$JguLcIYXdOeX7UGJSPPZbWaKEoAMSwGaNrXUThae6gc"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{ARGON2}$argon2i$v=19$m=64,t=2,p=2$jIMX2TtJJvqQjzWYNVCygw$NKLelO2d2Efy6A3Evd6xnf4J489+GfMOLPo/+DTGp1o"
        ),
        (
            "пароль-naïve-🔑",
            "{ARGON2}$argon2i$v=19$m=64,t=2,p=2$3NrfIROt1hMAB2iv6PeA0g$pyzi4jbMr48t+RcPFb/vZlKyS3qcOODLVwjMCYRqcbo"
        ),
    ],
);

#[cfg(feature = "crypt")]
scheme_conformance!(
    ldap_crypt,
    standard("ldap-crypt"),
    [
        ("correct horse battery staple", "{CRYPT}//JVseih5G3lY"),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "{CRYPT}9sUefFo2Pgt/U"),
        ("пароль-naïve-🔑", "{CRYPT}S32CGTxvMrHuM"),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    ldap_pbkdf2,
    standard("ldap-pbkdf2"),
    [
        (
            "correct horse battery staple",
            "{PBKDF2-SHA512}10$7B4g.DdgvFAtpnGgPRExsA$3wvkUH7tKkZRMdnPEFRXYcjqAFMrIziRX4Z6/D/pNyntoWfzYjDPLoI0Cz6iCwKHG5F1jR0ZsH81jfjSAWny.g"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{PBKDF2-SHA512}10$1GVy4pzO.s/mGMfiOKncfw$84vESlRsGRhY/EnM9AZSKLCPf/vVzIjp6zJnsUcUAoFgKqtvfyVdBa/oRvMdO9LfZ3wETv7r.YXlxBbrRUE4Jw"
        ),
        (
            "пароль-naïve-🔑",
            "{PBKDF2-SHA512}10$7PrzRGjGWQtBt5neGbyuGQ$BFRYKZcPL6CyxKFQ5zHvNz856zrw7AFPnUzo25PW5KYMDXn5guAY.sRYPiPYtjDH36cEaLQndi/r8sEo1YNZ9w"
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    directory_389ds_pbkdf2,
    standard("389ds-pbkdf2"),
    [
        (
            "пароль-naïve-🔑",
            "{PBKDF2_SHA256}AAAACA7zxzDWyE8cugeGEUCII2AUJwx9c5IjlcutX/9zJAxhx2gKztjE8ne7YuXUsN6DMok8kI1yUO2lNMyZ8J+9rCsQWIniCqP9o/62yQo6Z/kZmJ4u1FU6UJ4+iOJw2lyyKFjNPj7z7tJ/WJD9vP9dycrfdNmujA/XzBuPYiN7gSKaJrw7o4F8EJ3J1/E3JJBZRfKmZuwaTLZj+MS/N55QwKewT5yXOErruaP9LG3C+WJAwFA/buNIY+2oyARFy6ZGa2WxFP/yhMU0ZW2H5HgUGBwFK+Vj7n4q6UyI8Q0XgVSyHYbMdP68lO/gSMYIYtGl0ifd6MhXAPqz0qY3MQfq682/fa7pb5lMf3dAYrPpcB9VKQ0zy0gLK/47YD92YSfHzoSLJaWFN2XLq+yA4Kf2OzEOaqpQ8mENXjGp8L6EU/xT"
        ),
        (
            "password",
            "{PBKDF2_SHA256}AAAACAwHG5LTAnLT2MOEmyTvhUYwpMVtlqVFAtEx18IM/BSW61kNkMIKp8wcWZNlFGVkvsLUn1qXVv/+VwasmvX0VbZ+/mbhJoic1LtCiazjTdPoLtMUM2PGrMvLA19DdTkx+puKw4W56td+tACvykKRYN2AnwpLaPQsgilffuCvuckOc5yYkxW0UDhANUm4iSaD6D4yZO8dPJ8RUIePVnuu4XB42vKRvBv+ZpO7dhQs6yZBANHQYLkZYo8l4jH8vRmffW3n5txPJ2r3OcG1zYRxpot+4h8I3y0eU+f8vwhs636RwtDM80TmTW0WYQoV7B7Az13E1K5O76mOA/tUagKhcThRHMPls83YT41l2yVBoYSIVoL4Pih7MWdDoQ0KvXsavPkGpaudY+LjPj9+ff1waFM/wDUpaHFkoGDc1UcaEiFe"
        ),
    ],
);
