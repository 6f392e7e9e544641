//! Digests, what PHP's systems store, and what is declared by an expression.

use std::sync::Arc;

use waystation::{
    password::{Declared, HashContext, PasswordScheme, Schemes},
    scheme_conformance,
};

fn standard(name: &str) -> Arc<dyn PasswordScheme> {
    Arc::clone(Schemes::standard().get(name).unwrap())
}

scheme_conformance!(
    md4,
    standard("md4"),
    [
        ("correct horse battery staple", "131adffe1d8712c1b624ba62b5bcf3fd"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "e03a3d5a470727812bdb42462260906b"
        ),
        ("пароль-naïve-🔑", "1b5c35e99a411daca8e567d58dc43749"),
    ],
);

scheme_conformance!(
    md5,
    standard("md5"),
    [
        ("correct horse battery staple", "9cc2ae8a1ba7a93da39b46fc1019c481"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "e099765a992bdf178bc7081987f4f860"
        ),
        ("пароль-naïve-🔑", "64d9f7b258776a4a9fc77617112dd9a4"),
    ],
);

scheme_conformance!(
    sha1,
    standard("sha1"),
    [
        ("correct horse battery staple", "abf7aad6438836dbe526aa231abde2d0eef74d42"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "a54f3eccca1d690c752823446b005be5e12e0958"
        ),
        ("пароль-naïve-🔑", "fe8f27d331522537b5385ba15dbcf2b6fc5fdb52"),
    ],
);

scheme_conformance!(
    sha224,
    standard("sha224"),
    [
        ("correct horse battery staple", "636f080709f287ec5c5ea79442fc4bb914924cd5c6ca8ff84e3410c4"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "6588d32d81c2317647489bdfa041b443fad20ea8cbf48f2e87d18979"
        ),
        ("пароль-naïve-🔑", "727ba90056a5ea3368e47671da0dde36602f1ffa054c8492d00510c9"),
    ],
);

scheme_conformance!(
    sha256,
    standard("sha256"),
    [
        ("correct horse battery staple", "c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "9925c5e09c607b5adae12736f22b219deedcf6dbace41498609e1d3b12f834b7"
        ),
        ("пароль-naïve-🔑", "19492337841800fe81c69c2334399afa256a624b2a24818fa3ccb7fbff202ad0"),
    ],
);

scheme_conformance!(
    sha384,
    standard("sha384"),
    [
        (
            "correct horse battery staple",
            "c24b92449c871f33bbbf1fc1989e5e1037cfa9a3dfdb17947f8172226181e7825ebb4c750763915835bf125a590e05ae"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "d77a1604040e4492aa4e5874a937d16af39c7e738bbb1cff818dd4d6acf5c8c01c559e2e29f292d742d706bf108674e0"
        ),
        (
            "пароль-naïve-🔑",
            "ced012697536579c2f46155d4afc96ff317baf851a2cff7d9119c69c2b75589281e9ea634c76b2b11d458fccab527f44"
        ),
    ],
);

scheme_conformance!(
    sha512,
    standard("sha512"),
    [
        (
            "correct horse battery staple",
            "be5ef7679d88ab9a9045f6267e55f5e5784b4b8cd764b5cd855a5244f91c626953cd46c43d7668873fd6efbd3b221249315580031963472a078781fe046e62ae"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "4c09860bbda5911c9258d2eea20c4bc1c12b40726c5a9443e01747b8f02ddda7e075360c39941030d58de1a047aaf9294177bde2fc2e7e820cde8efafcf9505e"
        ),
        (
            "пароль-naïve-🔑",
            "7332a8148b37485c4e01b9c5170b9c972975f488875f56d2483c4a2bcff5e06e6fd5d3a147ab2cd1de57015d1df97388ce1dc21d2a27948667a4e9d4b8428dde"
        ),
    ],
);

scheme_conformance!(
    sha3_256,
    standard("sha3-256"),
    [
        ("correct horse battery staple", "af9ac3dac56b02f1ea017e7657a9bb7e1778274e31509f134f023e41a5953866"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "e271a920a76ec554dea6723de3c16f5b60d75dc06f57729a8282b6b8ecc994a6"
        ),
        ("пароль-naïve-🔑", "bda12fe7dbb39d6f5db081718f72634c1b7f09ef50eef88cce95fb84a044ac34"),
    ],
);

scheme_conformance!(
    whirlpool,
    standard("whirlpool"),
    [
        (
            "correct horse battery staple",
            "8C0E81FF1650DA90C70A859319BA923B8807AD26AF0940F8562FD62E75878EED13F434BA47860223AC55D92D91A169B3F9A1CBD4F10F3FCA1B877088E5675891"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "30BCC9FA9175D19ECAE49B0FD0D21016F28CE5BD20EA07DEC2492D369764C089F0536B1BBB037CC51404D08CDFAB22E30901E11DF1A1A66C21F780336ADAAAAF"
        ),
        (
            "пароль-naïve-🔑",
            "F3E5885B5BEBF1BA5A63587B3AD9DCFF0BE65F69C3D999814FFB5764765F735BBA7374A66920DFCA98E1ECCA2F616ECE3A49CC7B8708B6D1D67821E468C6F4C1"
        ),
    ],
);

scheme_conformance!(
    nt_hash,
    standard("nt-hash"),
    [
        ("correct horse battery staple", "1b9d5effd34ac283c8efe2eacaea8bbc"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "0a4610022368d04771a662b0f558cec1"
        ),
        ("пароль-naïve-🔑", "7f70287b3fca40b5f4f1538f14af8473"),
    ],
);

scheme_conformance!(
    sha1_salt_prefix,
    standard("sha1-salt-prefix"),
    [
        ("correct horse battery staple", "b8975cf9682accf1dfc7b35e0d27c540fb2d6cb7"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "b05f4d8c9e3e92dde7d94bb4ec0224467f5db5b9"
        ),
        ("пароль-naïve-🔑", "4547a7190a483e6e0fe30b0d59ecbeb5c2a9efaf"),
    ],
    HashContext::default().salt("x7Qa9"),
);

scheme_conformance!(
    md5_salt_suffix,
    standard("md5-salt-suffix"),
    [
        ("correct horse battery staple", "0767e6e9c99f11bcc3883c6c5d0cc52e"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "e65e0ab001605573a9a3bed03648fe3c"
        ),
        ("пароль-naïve-🔑", "758e26232ef3eb9607d5f8a80bb67d99"),
    ],
    HashContext::default().salt("x7Qa9"),
);

scheme_conformance!(
    phpass,
    standard("phpass"),
    [
        ("correct horse battery staple", "$P$5lb.X6PVGMd4pxe8kNPfRDyrOFtXlv/"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$P$5ZnhOrAEZnj8wqvtt95vJ5INuO6Z6.1"
        ),
        ("пароль-naïve-🔑", "$P$5OD4j06AI0zlgHcDJTyrFb10KvNpFD1"),
    ],
);

scheme_conformance!(
    drupal7,
    standard("drupal7"),
    [
        ("correct horse battery staple", "$S$5yH/Na06klwYQ.DPEsL6oNHwfNtg7Y7qJeMY8pYdVbxY8SK.xpQS"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$S$5Nc8fezsOg7LPCnFqc/Se9CMeCNKa8.8UyCM7H5BePHV6qzh3UbI"
        ),
        ("пароль-naïve-🔑", "$S$5Wu/xrsv6PfSpHuovgGG3DNSpiXwFHfdyHB7CSjP1tglYu4/2mgv"),
    ],
);

scheme_conformance!(
    drupal7_of_md5,
    standard("drupal7"),
    [
        ("correct horse battery staple", "U$S$53wNww/uJQyTtkolWUNCcqeqPhQIogNcZB34X1RlNl2XHnu7m9hG"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "U$P$5YFcfFeBLD45WyICXV9ki8/oAMQkTG0"
        ),
        ("пароль-naïve-🔑", "U$P$5/VLoPeLYmUd80.ZeDuVBmx3GMDYQU0"),
    ],
);

scheme_conformance!(
    mediawiki_a,
    standard("mediawiki"),
    [
        ("correct horse battery staple", ":A:9cc2ae8a1ba7a93da39b46fc1019c481"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            ":A:e099765a992bdf178bc7081987f4f860"
        ),
        ("пароль-naïve-🔑", ":A:64d9f7b258776a4a9fc77617112dd9a4"),
    ],
);

scheme_conformance!(
    mediawiki_b,
    standard("mediawiki"),
    [
        ("correct horse battery staple", ":B:6e811d8d:45a67ee0e7e8a9c3070b9f016683aea5"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            ":B:93605a10:2a3e8d4cea73e02c986d8b7b587b31d5"
        ),
        ("пароль-naïve-🔑", ":B:fba9a339:74fc334f8c89918b1e6d34ab9d1dc6b5"),
    ],
);

scheme_conformance!(
    mediawiki_pbkdf2,
    standard("mediawiki"),
    [
        (
            "correct horse battery staple",
            ":pbkdf2:sha512:10:64:3Ix25GsdEJgmRZhMASChog==:YngksyzXN1jixPFpTyaBFwnccaWD8alg7gMW+T5YuuHAx4+XTyfOwny+p++dSZTmDpqkbr/dbz+QELXT8tFIWw=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            ":pbkdf2:sha512:10:64:4MWALeSMAtMV87YkmathOQ==:9tomBfvaC1VpmI0QwDTx5e3OUvVethl4uWpXwKXtDsqBtf2Mi2iTcdt2hO3t/oAfx44GimaTHgyrtaT4t2spIQ=="
        ),
        (
            "пароль-naïve-🔑",
            ":pbkdf2:sha512:10:64:wSpveSnDkACpSTk5w8yGxQ==:NvNjk91b982PrnuBkDzu5Hu5knGHKhL8dZq3ejcbD30TeoR8OZJYxRg44W1bmMOGIsPMgsLB/++Vs2/R+W5qzw=="
        ),
    ],
);

scheme_conformance!(
    mediawiki_bcrypt,
    standard("mediawiki"),
    [
        ("correct horse battery staple", ":bcrypt:4$7nfBeBAxo3UbeZTcPFTSgu$n3G6F..qp.rwW0T4s2gshujJHIaL9ZK"),
        ("пароль-naïve-🔑", ":bcrypt:4$RIpLPc55pj73.g3yJ7Cpou$tII62UNYXV2ngwUvvbAkigk4dWZR.XK"),
    ],
);

scheme_conformance!(
    mediawiki_argon2,
    standard("mediawiki"),
    [
        (
            "correct horse battery staple",
            ":argon2:$argon2id$v=19$m=64,t=2,p=1$WmcvNGhFdEx2RHVDQTI4aw$wGgILflm8qcoiTNZ0f17S/ZzjS3PIMVZGYc0lXMXjsQ"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            ":argon2:$argon2id$v=19$m=64,t=2,p=1$QUhpYTVGN1Y5VWowTG1lRA$qb7zSFhmEbI6MrJ8T67vSHkfTbk3suS+CwcVD153+t8"
        ),
        (
            "пароль-naïve-🔑",
            ":argon2:$argon2id$v=19$m=64,t=2,p=1$WExpeXdOWUJLN0xOaTkzVw$q7x4+z+xjcmSKzEbl8518BBd7Zcp6xSf6uFJ4H3qFtE"
        ),
    ],
);

scheme_conformance!(
    mediawiki_layered,
    standard("mediawiki"),
    [
        (
            "correct horse battery staple",
            ":pbkdf2-legacyB:!sha512:10:64!0dc0cf08!rHDZGRKwtUilTkVm3ov3Vw==!gFXdilUbpf84gOtD26S3vi60fEQbsu0GMYS4H01nTZVYKWq3rHdDRGKLGi/nfjCeYFx+f8aUlKJaw1f06cilTg=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            ":pbkdf2-legacyB:!sha512:10:64!a7d36c3c!ka+XAEsGG1APVH78p2usHg==!ZbEGScHLyb/TH/0y3ptmxaBfljEZAZlyGuQcnYqeTqnGnIXkgGpZ9fQNc3ADoTUKbgsCqG6FSuqUwoXjARhXfQ=="
        ),
        (
            "пароль-naïve-🔑",
            ":pbkdf2-legacyB:!sha512:10:64!4c16c5cc!xc/oHVskWUuOFGLmsTUHLw==!0FJtt7SBDvzMFptRpZ+S5dne45cplcaOb+FwpZKTJAspvfsDPhP/MMNOPnWl+hlBBJ6OYCXrtfjr7CwcjLA1Ow=="
        ),
    ],
);

scheme_conformance!(
    joomla_md5,
    standard("joomla-md5"),
    [
        ("correct horse battery staple", "0767e6e9c99f11bcc3883c6c5d0cc52e:x7Qa9"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "e65e0ab001605573a9a3bed03648fe3c:x7Qa9"
        ),
        ("пароль-naïve-🔑", "758e26232ef3eb9607d5f8a80bb67d99:x7Qa9"),
    ],
);

scheme_conformance!(
    joomla_sha256,
    standard("joomla-sha256"),
    [
        (
            "correct horse battery staple",
            "{SHA256}35160f1b10986dfd90e51db7cdc341e532e40f6d52f1ece55ddbbd6832711229:860fa4072ff41276061925a24c1230d0"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "{SHA256}f6f614dc6a5f6d18f30401ca58ddacd7822df6b47949ee6ed3073b6f428c30e9:84c91066a5a5f15d31c79e2b94f81c36"
        ),
        (
            "пароль-naïve-🔑",
            "{SHA256}af642a40e8eab50ea8d060a68c1ab49529187099b173fa46cc72912d244cfcc1:9696d25d91385927533ae6d73eac6fdc"
        ),
    ],
);

scheme_conformance!(
    magento1_md5,
    standard("magento1-md5"),
    [
        ("correct horse battery staple", "76d045fc620e16317f300344fa40b718:x7Qa9"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "1b4901993b17a5aac33d6182d9dfbe90:x7Qa9"
        ),
        ("пароль-naïve-🔑", "1d466ef72d73071a369216fa1a5c1691:x7Qa9"),
    ],
);

scheme_conformance!(
    magento,
    standard("magento"),
    [
        (
            "correct horse battery staple",
            "c50859d6ed9d720c4584c8681da7f26dce551062f1397ec290a4cd2097c72675:gG:3_32_2_65536"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "58bf7f602ea75af44ecd7a4ca13e641b79b568739de89ed9fa56f603792a3f94:71a9e444bd7d60ade9bbababe387ca89:1"
        ),
        (
            "пароль-naïve-🔑",
            "1e32e10e87ed643c6da27a0a3b3b20c8ba2dcb9c7bbddb185d7bd54dde005148:5342f48a666f77dddeb9e0eeb978a867:0:1:3_32_2_65536"
        ),
    ],
);

scheme_conformance!(
    symfony_digest,
    standard("symfony-digest"),
    [
        (
            "correct horse battery staple",
            "ba6c269eb1d9041b552292d08dc2672f637c81bc3391bc287cec1fa65b5624c17ab3296d1f54f8452b622cf186a8590502e9309756bff22bc30c17a447b90c5a"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "de50847bcbd28144bb4f249b1261c04062779398602b8ba014069a473183b54a5fa9d3f7d0fcc588ccb4d571bba22e50dd46cc8923f6192c636f6634311ae11d"
        ),
        (
            "пароль-naïve-🔑",
            "ce71ea2ca1c23b6f7e7cc4ba0f0cfe8daa5a88d896cc8c3809a9f72ed49427756571875a7d84a57b9c3d403f3556415469be07bfffca751440f772330184ee35"
        ),
    ],
    HashContext::default().salt("x7Qa9").iterations(5),
);

scheme_conformance!(
    symfony_pbkdf2,
    standard("symfony-pbkdf2"),
    [
        (
            "correct horse battery staple",
            "5bdbeda8150f83b4309e4f6bf2b0ef1b58adb5be278df26d46ffc76658bd286b9dfbdd178242bd10"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "ed2fcd0509080827c3198b3eb3d2d752162566810b373d96dacbbb3ef9608ff43313389ed8029168"
        ),
        ("пароль-naïve-🔑", "b8ee12044fbf17235bd2c78a347d793da8b9bed45216717948403f9c43c4de2ba76cc42c4f66b15e"),
    ],
    HashContext::default().salt("x7Qa9").iterations(10),
);

scheme_conformance!(
    symfony_pbkdf2_sha1,
    standard("symfony-pbkdf2-sha1"),
    [
        (
            "correct horse battery staple",
            "5c3ba51916317544b3120b63627c5a406f90ab2ced6d483be5f9ba5e53640f7d3b1b305987189f1b"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "58f573cd1844d4091feab3741091006ee52660a3500c7ed70ec8a350a9bba64cbd79bc81f885b477"
        ),
        ("пароль-naïve-🔑", "0bb158dcb5a5d3871b21be47c9f91dd0b6e8fab678d074eae48f3a82e88930a88c13a70dea56cf89"),
    ],
    HashContext::default().salt("x7Qa9").iterations(10),
);

scheme_conformance!(
    symfony_pbkdf2_sha256,
    standard("symfony-pbkdf2-sha256"),
    [
        (
            "correct horse battery staple",
            "b6f505b74fa10e9abd5776112d4d9ed5830a66ee7d3f464437039fdb131ea3add487b57e75694af0",
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "c563318bf36185d8246a3c80d39899941224ad6346d5c6612931fd713e6ef2e35ea0fa075aba2f4d",
        ),
        ("пароль-naïve-🔑", "0df0153f1d1c8ddf7da452ea7efcb36981ae5ed33f7620a07daef2f29e9c3492a265ef5bb5658455",),
    ],
    HashContext::default().salt("x7Qa9").iterations(10)
);

scheme_conformance!(
    vbulletin,
    standard("vbulletin"),
    [
        ("correct horse battery staple", "86dd3668bcd0de9dd8c7b387c380995a"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "87043ec23e92a346d7189b5097fc8a98"
        ),
        ("пароль-naïve-🔑", "9eab87f263acc07100fb1f29cdec1325"),
    ],
    HashContext::default().salt("x7Qa9"),
);

scheme_conformance!(
    opencart_sha1,
    standard("opencart-sha1"),
    [
        ("correct horse battery staple", "84279da6246f83d79897b4f997464ebb0b981037"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "2112f7fdee507faa5cb48d1bf6c94aa04636b4e7"
        ),
        ("пароль-naïve-🔑", "f3aeb7f6f0a2d227c6785940333eadc66976a288"),
    ],
    HashContext::default().salt("x7Qa9"),
);

scheme_conformance!(
    oscommerce,
    standard("oscommerce"),
    [
        ("correct horse battery staple", "76d045fc620e16317f300344fa40b718:x7Qa9"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "1b4901993b17a5aac33d6182d9dfbe90:x7Qa9"
        ),
        ("пароль-naïve-🔑", "1d466ef72d73071a369216fa1a5c1691:x7Qa9"),
    ],
);

scheme_conformance!(
    authme_sha256,
    standard("authme-sha256"),
    [
        ("correct horse battery staple", "$SHA$x7Qa9$6c741c2decd07b6717dc598deb0cbb6ca4c01656b937cb83a581c4439f6a4540"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$SHA$x7Qa9$f0ad704c4232f4cbfa4c3e016b8cb3c18ffe80be0d553bde5d5a8a60093e1f4f"
        ),
        ("пароль-naïve-🔑", "$SHA$x7Qa9$abc54c9a82a864fe538b680ca1ca02451e3512ece6f71fe8b15804f6311505dc"),
    ],
);

scheme_conformance!(
    bitrix_md5,
    standard("bitrix-md5"),
    [
        ("correct horse battery staple", "x7Qa9abc19f210f30f2a7e0660cc089b4857762b"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "x7Qa9abc12dd265501254ea67a67d54af2df72d9"
        ),
        ("пароль-naïve-🔑", "x7Qa9abc07523be60eaeb7db23acd6fd2d3cc792"),
    ],
);

scheme_conformance!(
    dedecms,
    standard("dedecms"),
    [
        ("correct horse battery staple", "e8a1ba7a93da39b46fc1"),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "65a992bdf178bc708198"),
        ("пароль-naïve-🔑", "7b258776a4a9fc776171"),
    ],
);

scheme_conformance!(
    smf_sha1,
    standard("smf-sha1"),
    [
        ("correct horse battery staple", "0ffd336083ab1f53dbc659339eebfc5b9f88f116"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "6ee7226ceb7c58e69f8fa54aca0abc76751c7235"
        ),
        ("пароль-naïve-🔑", "7f8e09678b965e34ff856839b2648cb8143de2c9"),
    ],
    HashContext::default().username("Grace"),
);

scheme_conformance!(
    kohana_sha256,
    standard("kohana-sha256"),
    [
        ("correct horse battery staple", "d1a063304d29d126ac7968684001a7fc72c6ba6c908f0d81c62db275ac8424eb"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "17848b464ca6db800a9191a18a538de637e22f4e2def51b9b34460f818dc9837"
        ),
        ("пароль-naïve-🔑", "254d0779c252394c56394400c965fb0326e12f02eeefea41ff033e52413addd2"),
    ],
    HashContext::default().key("key of all"),
);

scheme_conformance!(
    devise_sha512,
    standard("devise-sha512"),
    [
        (
            "correct horse battery staple",
            "2dbfc4057c8279648511fcec601e40c0e8da3034da69c96f983be7aeb1684d6713c5a1fda015900c72420976a9429aa16e74a2fa2eac634386dae43e404999ac"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "3c84ae939e01d6bae90cbca17fc71d33f30668131b07911574e75cae36e91b7ca3906d3e38d32fd100152d2964be993f4c7e598659c5180e767089cb9df84301"
        ),
        (
            "пароль-naïve-🔑",
            "e2c73aeea35d784b3430a3cba87bb6a3ec2f2b1404e2010bab3848b22da04f6a5f36a8b8ee5857f44c271a542e5be0afbcd0a0d41cbf5d18ac4c2366f02bb410"
        ),
    ],
    HashContext::default().salt("x7Qa9").key("key of all").iterations(5),
);

scheme_conformance!(
    iterations_in_the_text,
    Declared::new("declared", "$iterations . '$' . $salt . '$' . repeat($iterations, $salt . $pass, sha256(raw($it)))")
        .unwrap(),
    [
        ("correct horse battery staple", "12$x7Qa9$ae36b6f64f73483805aa388f3fbe7b29b4b18df2b7aa37c961846568ca5db43f"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "13$x7Qa9$3db125cbf281a9dc12b6c2b7832f669c80325a3b5eb01d19e668a51561e3427f"
        ),
        ("пароль-naïve-🔑", "14$x7Qa9$2f454c1a62a14d817637d071ef927c557118d5deb5a6282d467f447862208dac"),
    ],
);

scheme_conformance!(
    a_part_of_the_password,
    Declared::new("declared", "md5(trim(substr($pass, 0, 16)) . $salt) . ':' . $salt").unwrap(),
    [
        ("correct horse battery staple", "027cca4aa06e8d6ec058164e020cd331:x7Qa9"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "1f9e48be5f7a9c65ae5d0c27f80a8354:x7Qa9"
        ),
        ("пароль-naïve-🔑", "41db04b5a842b6ebabd2c1805264dc69:x7Qa9"),
    ],
);

scheme_conformance!(
    the_password_as_key,
    Declared::new("declared", "hmac_md5($salt . $pass, $salt)").unwrap(),
    [
        ("correct horse battery staple", "bf4331c60ecc1efedad8a39017920b7b"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "d2a3f839d811d7bd86312995ad0ba513"
        ),
        ("пароль-naïve-🔑", "1611103d3a032243c8f92de64c1eb564"),
    ],
    HashContext::default().salt("x7Qa9"),
);
