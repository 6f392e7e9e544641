//! What forums, shops and frameworks stored. The samples are made like `tests/data/hashes/forums.json`, with one salt and one
//! key, by Python's hashlib.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

scheme_conformance!(
    authlogic_sha512,
    standard("authlogic-sha512"),
    [
        (
            "correct horse battery staple",
            "fddebf62d3cffbf993903d14f7cae95ad9ea2ba416de233e693b9b0720bd3b01b6bddaf44a783a912aa3549f66b95ff5983764257dfe13b65d45724925d6c259"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "c9830a8852aaf0c7a5a4dddd404003dacb9415cad72d1d9fdd6b842b83a545e121a213ddf491b36b98494c091d0ba0f801ac60c41bf5fa68fdb97c79f7dea493"
        ),
        (
            "пароль-naïve-🔑",
            "b0117fdcc0cd7b32849dfcd0050973eee02258812f7d6f252c45b5f008a8b6e59c9115a8ee8cde59e068eab80f122be4cfdfe7bc5eeb65cd36828b5880a2a110"
        )
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    authlogic_sha512_v2,
    standard("authlogic-sha512-v2"),
    [
        (
            "correct horse battery staple",
            "2c5d466e61a7de687d318afef62940fbfa2e0a461a67ba5994d86de4b28eed801e67607391338df1ec32aef130bbe6acd90d17c8a3de3ed7b469f253804a7315"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "e272688352b4f47be527924f94b9af40c80c65b25a5d32aec9953fc3a2627484fda2aeeb3ff124410e2e14efe5853c5e0311dbaf75b9c2a321600f8589912984"
        ),
        (
            "пароль-naïve-🔑",
            "04f5483211e2cacf7a3a1a7f5a7beac1edc4f1b1bac15a9e755137b55db2bc96b43e645c1fea3f81182e8d735171c0aea0cbcf06760f0d4c425974190cb1b1da"
        )
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    cakephp_sha1,
    standard("cakephp-sha1"),
    [
        ("correct horse battery staple", "03a95b34553fe295ebd3c3e813b503a6a2bc039c"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "93673b2ba14bf559bc541055d48f8b368382c428"
        ),
        ("пароль-naïve-🔑", "60a2db6904a158dae416d947e597aee200d1d8e8")
    ],
    HashContext::default().key("key of all"),
);

scheme_conformance!(
    clearance_sha1,
    standard("clearance-sha1"),
    [
        ("correct horse battery staple", "732c465a3eacd866c8f05f21537c1dc2c1d16126"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "993fe90e0b16bd22a9635f7332ca5cb38b57e16a"
        ),
        ("пароль-naïve-🔑", "c49a2b134035382e0d3c1bd6788971846bc526b9")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    concrete5_md5,
    standard("concrete5-md5"),
    [
        ("correct horse battery staple", "cd878749953850c3339dc96297b05465"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "ffb11a708ed29f9eb18f8af483adc784"
        ),
        ("пароль-naïve-🔑", "0af63e4313fa8e540cf1d4b83148f688")
    ],
    HashContext::default().key("key of all"),
);

scheme_conformance!(
    devise_sha1,
    standard("devise-sha1"),
    [
        ("correct horse battery staple", "cfea41b5307bb267dbfd410fb3fbdcdc2ea2945b"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "517747c3787b54ec060f116a848640bfae17d020"
        ),
        ("пароль-naïve-🔑", "d630cf701777c514390b24b042d110c06eba62f2")
    ],
    HashContext::default().salt("x7Qa9abc01").key("key of all").iterations(5),
);

scheme_conformance!(
    discuz,
    standard("discuz"),
    [
        ("correct horse battery staple", "e158032ba3208621e9e1f1108b708ea1"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "df171b13a960d5d8ab22fc77751d6c68"
        ),
        ("пароль-naïve-🔑", "321084a26035fdcca4760d9a043b90a4")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    dle,
    standard("dle"),
    [
        ("correct horse battery staple", "ee7350f7bfb9a05bde19763ba3da1b5f"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "883b63a0f16f3861cf08053b925e2f23"
        ),
        ("пароль-naïve-🔑", "bf0ae5affbd588cb1b8e819fbc0ef6b0")
    ],
);

scheme_conformance!(
    elgg_md5,
    standard("elgg-md5"),
    [
        ("correct horse battery staple", "447c946d2ebbb95333aad10efe1d06ff"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "91553a4004c7d91133559fe943c62c0c"
        ),
        ("пароль-naïve-🔑", "306d3c7c2728127fab8355bd54cd9c7b")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    ion_auth_sha1,
    standard("ion-auth-sha1"),
    [
        ("correct horse battery staple", "x7Qa9abc01bd38dcdd8bf0bc7beebc97c78f3449"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "x7Qa9abc010fc73131fb45207b5657899208043c"
        ),
        ("пароль-naïve-🔑", "x7Qa9abc01199d4fa02983ce1af02549862dce93")
    ],
);

scheme_conformance!(
    ipb,
    standard("ipb"),
    [
        ("correct horse battery staple", "b0cbcb8899cdcffcb1ed2b9d7ef9671d"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "2e7c83bab4a6d84b2d3f848a09e86f89"
        ),
        ("пароль-naïve-🔑", "2231805d8e614a5da0286ef0aa56a9a3")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    moodle_md5,
    standard("moodle-md5"),
    [
        ("correct horse battery staple", "f8e770b61f096f5ccd2477eb0c089673"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "798829abc4ec4cf6c47534afc45f7305"
        ),
        ("пароль-naïve-🔑", "56b1603e6502334f7a53a1cf9b9c29ff")
    ],
    HashContext::default().key("key of all"),
);

scheme_conformance!(
    mybb,
    standard("mybb"),
    [
        ("correct horse battery staple", "b0cbcb8899cdcffcb1ed2b9d7ef9671d"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "2e7c83bab4a6d84b2d3f848a09e86f89"
        ),
        ("пароль-naïve-🔑", "2231805d8e614a5da0286ef0aa56a9a3")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    prestashop,
    standard("prestashop"),
    [
        ("correct horse battery staple", "44c0d1709caab3488b441646604a578e"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "31a5b763094e9f88b467f06c05cc3eed"
        ),
        ("пароль-naïve-🔑", "a7819520bbf56c7321f070619df09b1d")
    ],
    HashContext::default().key("key of all"),
);

scheme_conformance!(
    punbb_sha1,
    standard("punbb-sha1"),
    [
        ("correct horse battery staple", "7fbd2d07b7e9866d59886423b7b0e8368848140a"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "fe0727ec7b155145117a3baad282fa2750cd90d3"
        ),
        ("пароль-naïve-🔑", "641c12886b11acb2831f8dd8abb31f5b11ddaa49")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    redmine_sha1,
    standard("redmine-sha1"),
    [
        ("correct horse battery staple", "7fbd2d07b7e9866d59886423b7b0e8368848140a"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "fe0727ec7b155145117a3baad282fa2750cd90d3"
        ),
        ("пароль-naïve-🔑", "641c12886b11acb2831f8dd8abb31f5b11ddaa49")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    restful_auth_sha1,
    standard("restful-auth-sha1"),
    [
        ("correct horse battery staple", "732c465a3eacd866c8f05f21537c1dc2c1d16126"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "993fe90e0b16bd22a9635f7332ca5cb38b57e16a"
        ),
        ("пароль-naïve-🔑", "c49a2b134035382e0d3c1bd6788971846bc526b9")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    restful_auth_sha1_key,
    standard("restful-auth-sha1-key"),
    [
        ("correct horse battery staple", "f7db6654b1bbf25c754f0980bfb24e51424d58f2"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "140b97c49055b4eac3364563f27ccf4f60887c30"
        ),
        ("пароль-naïve-🔑", "a986db5b38a9301b2a45e862ad583a2045a5327c")
    ],
    HashContext::default().salt("x7Qa9abc01").key("key of all"),
);

scheme_conformance!(
    sfguard_sha1,
    standard("sfguard-sha1"),
    [
        ("correct horse battery staple", "bd38dcdd8bf0bc7beebc97c78f3449d524e4dc2a"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "0fc73131fb45207b5657899208043c4ab36bc5e0"
        ),
        ("пароль-naïve-🔑", "199d4fa02983ce1af02549862dce9344f5379dce")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    wcf1,
    standard("wcf1"),
    [
        ("correct horse battery staple", "aa94dfc61ee291db5bc141b4ed3805c3551e4e52"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "6ca34cc4cc14bd63f2bb4c3c7d43718597271be4"
        ),
        ("пароль-naïve-🔑", "2344266b60193f8feb426153a1478897c35dbc10")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    whmcs_md5,
    standard("whmcs-md5"),
    [
        ("correct horse battery staple", "23f5f50fd267d541b7057d57e3cbca59:x7Qa9abc01"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "d25a99da654763fc989edd86768290a9:x7Qa9abc01"
        ),
        ("пароль-naïve-🔑", "65b98c31b08813327507e434251d7b51:x7Qa9abc01")
    ],
);

scheme_conformance!(
    xenforo1,
    standard("xenforo1"),
    [
        ("correct horse battery staple", "60a6e29482f82a8625fdfdb5b4c474ba93bf5ea0447bdd4975153ff546ea0c16"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "eeab3885f1748a12a71f805b75cd485ab3c2db8855f78eca4e2c9c1ff630e809"
        ),
        ("пароль-naïve-🔑", "84b916a80b97019ccfbb0474dc84cd501c8ceda97d42711722f0a7c02474ede7")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);

scheme_conformance!(
    xenforo1_sha1,
    standard("xenforo1-sha1"),
    [
        ("correct horse battery staple", "350d8a2aa88482338c477a5916f09f4148ac2e75"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "60b675daaa849331428ca91b7174c17a755c21a5"
        ),
        ("пароль-naïve-🔑", "819b7aa05ec50abe8ba30de7fa7bd10ae536ae85")
    ],
    HashContext::default().salt("x7Qa9abc01"),
);
