//! Digests alone and with the salt of a column. The samples without a salt are of `tests/data/hashes/digests.json`; those with
//! one are made like them, with one salt, by Python's hashlib.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

scheme_conformance!(
    ripemd160,
    standard("ripemd160"),
    [
        ("correct horse battery staple", "5e708aa85ae8b0d080837c50bd63634d584edc00"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "88EB8AFFB31690943A275FA55075820419EBF1C5"
        ),
        ("пароль-naïve-🔑", "7C2BF5294945204DB6C9FFA5DC1159A10DB657D8")
    ],
);

scheme_conformance!(
    sha3_512,
    standard("sha3-512"),
    [
        (
            "correct horse battery staple",
            "4b65d7b7acc886f9add07db3a5d42bf0032fe0109a1fd56f623c7093e8a59689f9246918a4f388034ddf393231eaba0742b3dc1840e4556270a729ce56098f35"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "548579AC1493DFEA0F1C05FFE4C08BD301DEA1351822AEA28F5B339D90DAE6306D54683FD6503EEA3A37315A6C0D2992C148FADAF5614239F9F5A714BE9B5968"
        ),
        (
            "пароль-naïve-🔑",
            "2C8D84B243F9B467FD9A54D53096E7E802D6697E89E02283A563353609FAE18552505E1E33C256556ECFFBCEE55B02F599C3E4A7D0230BAADA9640FE57D3DE29"
        )
    ],
);

scheme_conformance!(
    md5_salt_prefix,
    standard("md5-salt-prefix"),
    [
        ("correct horse battery staple", "23f5f50fd267d541b7057d57e3cbca59"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "d25a99da654763fc989edd86768290a9"
        ),
        ("пароль-naïve-🔑", "65b98c31b08813327507e434251d7b51")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha1_salt_suffix,
    standard("sha1-salt-suffix"),
    [
        ("correct horse battery staple", "736cf9c9b1eac765cffb0e9f55c9293a9402e819"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "378580b92a2b6b17af85e699ab167317a9e19ea2"
        ),
        ("пароль-naïve-🔑", "f586d34567b6b4db4ddba4ee6f7eb7df3c69420e")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha224_salt_prefix,
    standard("sha224-salt-prefix"),
    [
        ("correct horse battery staple", "9f686d5f728203e59f69052f207d0460d1faba8ed853d714b41462c9"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "8bca00798fd685de30d2158ecd8dc21318231684d794266ca0adebc0"
        ),
        ("пароль-naïve-🔑", "0cbc836eaeab727ce86031c5958f9c90e798f47dec85ebdd317d45c2")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha224_salt_suffix,
    standard("sha224-salt-suffix"),
    [
        ("correct horse battery staple", "8ff8249bd0389f7191911c59f8d37c222a0900edb126a17431f30697"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "6993c6c607f530b25a74813720604ef137e8ee0121fa8c91c2dc90f1"
        ),
        ("пароль-naïve-🔑", "3f47a339f61fd1e38a556dac96626e0035f1595ba50c45dcb380a58d")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha256_salt_prefix,
    standard("sha256-salt-prefix"),
    [
        ("correct horse battery staple", "6a3ccdbe04c0fe0fe413f9df4416b276c9fb0790c31621ce1a63c2b156cc4faf"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "c862885adcf59ddf9189945f59d6a713cbbcfd6d129ffd00e59588fd9ac76284"
        ),
        ("пароль-naïve-🔑", "48b18195b12e32877ddac874da74268d4f8510da41b1ba802a8b3b3adb3aee4a")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha256_salt_suffix,
    standard("sha256-salt-suffix"),
    [
        ("correct horse battery staple", "f14660a787867363869d60206cfdcbbd6de47cca37f34b7f0d10ee85a546fb30"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "4670fb67d31c0a0084f358fbdb95f5e8a7497090d04dab27b5a015747008e77a"
        ),
        ("пароль-naïve-🔑", "35feb85f1142ad6187f32903880405aa7a47932f152330d89912d76ee224553f")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha384_salt_prefix,
    standard("sha384-salt-prefix"),
    [
        (
            "correct horse battery staple",
            "a361f3d24c4cb9cd0f59e18147828ab4efe7581510565e359515a02205a39a6b1ce4845db05a0b22cda48d504357d8dd"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "7ea1b760fb9c92997b390f742eb0a7d810ac0363e81c0c14fe52613c72be6638b19e603b3b4a5c29e380aeea9a3e4f1c"
        ),
        (
            "пароль-naïve-🔑",
            "5f1ec53350fd340cbbc203753cffb522105592bfc1362376e0023c0b2cb2ec04b23273c4f0a607b872ffc51aa70d05ba"
        )
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha384_salt_suffix,
    standard("sha384-salt-suffix"),
    [
        (
            "correct horse battery staple",
            "a8677217bc7ac406ff6a1aeb47f61c8d6d3f252d7e1464702a13f1c6c0e6062b1f50f7f763b7803db405a4fef2da3fc6"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "dd41e1e8bae9cf0fbde27ea0c5a38191358de7549e7847703d88a796ed4de165c857547972c761671884ac98f9432eaf"
        ),
        (
            "пароль-naïve-🔑",
            "2f62ae4b4454fbfe9b0c4565d337a02446d47a04eb9b30221d0abf76cb11aef9d076f4017fccd7607b204e37931976e0"
        )
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha512_salt_prefix,
    standard("sha512-salt-prefix"),
    [
        (
            "correct horse battery staple",
            "70459629270de6efce388468902096df2b7caaa49d594d369bd2917e3d8d8cebc2079822e2b87c3326a9feb977a4ef112db36a2f50a1502f1dbeb100e8cbde93"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "6e7989fb99b6e3e4e3dff61e7e5086b7ea28e404791b8042f3b6391904d62042ae365602fe2a5d5d50b15e177d2470681c602342b204e6ecd504d93add858c08"
        ),
        (
            "пароль-naïve-🔑",
            "d828cb72acc0d9c4ffa8d4e204624c8875decfda7eb9cf597d0d74d8af0c4488e4145c87a61b01674f34aa2a06c2b1db5e2b42b9f3cf22da173ff81c82a09830"
        )
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    sha512_salt_suffix,
    standard("sha512-salt-suffix"),
    [
        (
            "correct horse battery staple",
            "c3806019358067f9c0be7c8249ed5849e248a20b6ecb09734520799784bf9976181dfd6a19fd586845ecd850ac9d3ff55ae7562c5688deeec2360275236cdaa0"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "12c5901f0f96a0bc413c4683122d26ea1f23a89c5f36dd5ede990392069daf03deda8006d5715ebe22c9825f9be38d0b548d2c4d5716fc15bd96f5dabae0e489"
        ),
        (
            "пароль-naïve-🔑",
            "6a63c9a0bfad1af6483d92c32309788a7d51f8846b04e017e14b6ed2cc93fbe08717d3e1131dcced2c57bf4b507a481f71cebe3fdd4ab18925e352b95ae61e61"
        )
    ],
    HashContext::default().salt("x7Qa9abc01"),
);
