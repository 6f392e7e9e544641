//! The forms of identity providers. The samples are some of `tests/data/hashes`; those with a context are made like them,
//! with one salt. `better-auth-scrypt` is not here: its one cost is more than samples may have.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

/// What stands beside all samples that need it.
fn columns() -> HashContext {
    HashContext::default().salt("salt of a column").iterations(3)
}

#[cfg(feature = "bcrypt")]
scheme_conformance!(
    clerk_bcrypt_peppered,
    standard("clerk-bcrypt-peppered"),
    [
        ("correct horse battery staple", "$2b$04$UjrBVb38Jy6MfwuwyLWmZe2mju95OT3ZFTkyg3RJ/WqNyDX3zkKCG$pepper3"),
        ("пароль-naïve-🔑", "$2b$04$.tGDlTBdp9C44msd64.QmOJTJVfjiXvORSmnj1ztL.wxpHRrerJsC$pepper4"),
    ],
);

scheme_conformance!(
    clerk_md5_salted,
    standard("clerk-md5-salted"),
    [
        ("correct horse battery staple", "e43a92c8dbff68679ab4d9c4f03d7373$7c26996c34b5851d3dd2c35cb08bc876"),
        ("пароль-naïve-🔑", "44e1a9f22cf2f8332dbd82f116e193fe$ceb2fa6050aa3dbab9793cdcbea10c80"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "1efc508076e91981c2aef1f1ba599b9f$b7484d57dca852d47dcfaa212d186cb3"
        ),
    ],
);

scheme_conformance!(
    clerk_md5_salted_suffix,
    standard("clerk-md5-salted-suffix"),
    [
        ("correct horse battery staple", "7fcb1f0a0b6926a49f34b094e9103568$532c715823b45cd81d07a3631c3897d8"),
        ("пароль-naïve-🔑", "6c72a7290f980c0d253e1b4499c8066b$5583be4ed321f8d46e1234bb2112234e"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "116f27f7285c4afdefad2d75e4c889fb$9c8dd110da19452fb9eef3f53a21e67a"
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    clerk_pbkdf2_sha1,
    standard("clerk-pbkdf2-sha1"),
    [
        (
            "correct horse battery staple",
            "pbkdf2_sha1$4$3c00ba6fe7e71c50c1f58b114d4aa64b$ef8db873d5a548dd34a4fa71c3e6c79c8d94428b$20"
        ),
        ("пароль-naïve-🔑", "pbkdf2_sha1$5$salt 4$e6c937638b4aaf0839591a539c80d56c678f2d17f08dc0c44d79d2f40036411e"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "pbkdf2_sha1$14$salt 13$2c720ecc976e20cf70730c02fc5f554cc80521ea719c70941c370bd34dee81f4"
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    clerk_pbkdf2_sha256,
    standard("clerk-pbkdf2-sha256"),
    [
        (
            "correct horse battery staple",
            "pbkdf2_sha256$4$ZTgYEjbU1q097qw9qtK0ZQ==$TA5PkoucJICusCYfx76dGzBy16107vqEvkr+Vf9uYRM="
        ),
        ("пароль-naïve-🔑", "pbkdf2_sha256$5$pwaJFDLjDmeZXFcNF27IKg==$+FAdq6AZG+flCzrVb0yQD2ScTMlT+JXpY28EHo72y4w="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "pbkdf2_sha256$14$3nTqHMm0rzxVw3Pli+2m9g==$7Ag7MjU2t1aeKSjF44Dm5q4j+M9mkhasktUyvXv7eRk="
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    clerk_pbkdf2_sha512,
    standard("clerk-pbkdf2-sha512"),
    [
        (
            "correct horse battery staple",
            "pbkdf2_sha512$4$3a2fe56d8bc5ba58a56d5d9644eaf03f$e01a170bf3dca4ea15ff7d2db109d3103fb4a273beee9fad03dd33488d8350279b9c29038d02f58a572250910248c6bd7eb6108cf751c692918e1c47adc4751c"
        ),
        (
            "пароль-naïve-🔑",
            "pbkdf2_sha512$5$35d9ad167c384f910bf8d65acb9ec616$88279b0f9bb2e0f4c51382ca05a0c5783e1878d9e08150f1a2d62f8b2cae6af6f1c512393bd537e4e314d1be9ffb97646b74c2d81dccf2e5e65d24eca2f28df5"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "pbkdf2_sha512$14$48877e0b061605db3a1204aa9b31ee56$765786f4ccf580bb143ccd0f55da3a9c4471b98372926a525e96c91bb4c6b3ef3cff8e107144a844860344cb700a2c77a1f80ff3080223696b017797486ecd77"
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    clerk_pbkdf2_sha512_hex,
    standard("clerk-pbkdf2-sha512-hex"),
    [
        (
            "correct horse battery staple",
            "pbkdf2_sha512_hex$4$e0e1fba6daa20f66aa47254ec4eb34d7$824ee786abb7fda2d548a63e5887ebfa508f8dbabd4613e67c5d807145ea02b13496b2b881faf89cdaa85b0f46332c82fb2a27084b1af45f1ef45f7bc7c98da3"
        ),
        (
            "пароль-naïve-🔑",
            "pbkdf2_sha512_hex$5$d523ea69fcbf322535e4efa112b18bb0$a32c30a9c0d9f8fc1de719ee6c082c4e0141130fd1b915218f7d16ac43a84bc7c53d4355831390bd9ff46e2e7db34bc2cf77693043f683395e567dc6aa3d32dd"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "pbkdf2_sha512_hex$14$70cc63efa23f5145e943806a9d4928c1$bb8567927a845af15b8211c47a0801c3abbee427b95ea01d7eb2e92a551f979ba1c8be4febc95d703300689bc23cf503214b82843ea7ea26eedf64e693b49d6a"
        ),
    ],
);

scheme_conformance!(
    clerk_sha256_salted,
    standard("clerk-sha256-salted"),
    [
        (
            "correct horse battery staple",
            "d8e078f6a152696df9233d532335d77e$3b456cb8253dceb5c126c5a6e4b68bfee2599316bb775bb53c4ae2a44fd0542e"
        ),
        (
            "пароль-naïve-🔑",
            "96770a36d646486eda90bcfbc491a3bc$6e4224b8763639be9f5514f5b8215d51fdd05bc452a8cb8bfa6c44825e8a35dd"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "be625d4cc29d7b947dda1a64424cb0e2$830261df5ce4e34e0b84241042be4aa6047c8a793afd0945a4747a35b8b097c6"
        ),
    ],
);

scheme_conformance!(
    clerk_sha256_salted_suffix,
    standard("clerk-sha256-salted-suffix"),
    [
        (
            "correct horse battery staple",
            "e9b6ae5464ffc0ae839c467c82d70593$ec5954ed144ae0c225790aa401f387f6cae914006aab8cd177414dda98bdc185"
        ),
        (
            "пароль-naïve-🔑",
            "8ee65b3a2e60c2ee64a1f127bdb71a02$ddac8050ef9327155803488cd47717887c68b99cc89709cc63ee3d1309b0c995"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "9ddf017cd7d2ed6f920997286fe1880f$622b63c1edd69619974114685609b4c92bcbc48a2bf308747a0701dc21ec343a"
        ),
    ],
);

scheme_conformance!(
    clerk_sha512_symfony,
    standard("clerk-sha512-symfony"),
    [
        (
            "correct horse battery staple",
            "sha512_symfony$4$11778e95da510e18e25d15a5d838391d$hVU8ZRZ5MtO/v4vVETlq+Yy1kDCvMOQf4rjkjkkJc9B6rsOGIOPzgQ7zgQZr/Y999pY5bL3CH0B/VKtcSgaPJg=="
        ),
        (
            "пароль-naïve-🔑",
            "sha512_symfony$5$44e5e94b2b9ac6612107e274bdca7b7e$FWfT0tH40YDqZpQtSxeIvbDyhR04DqX+65rIXyMuvKLYuI4Bxq+ZQAcij6gBijA/vM3sV/lL+QMiXEhEfyU8LQ=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "sha512_symfony$14$b9efe122bb8329e486af3148e233d632$N6RHEzJ+WXP4Ja7rL4+hY6/k+mqVpyO18e4AnTZ9n2NeFOOeU2x0b9JtidI+nh2GANCLYzh7+ozGn9sDobHNdw=="
        ),
    ],
);

#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
scheme_conformance!(
    custom_password_hash,
    standard("custom-password-hash"),
    [
        (
            "correct horse battery staple",
            r#"{"algorithm":"argon2","hash":{"value":"$argon2i$v=19$m=64,t=3,p=1$ZXHuqVzkrovB0ifG7rUd1g$Jzaemc1l1mBI4RtmyxC+80MXVSD7X18SHiqeuwG8x3k","encoding":"utf8"}}"#
        ),
        (
            "correct horse battery staple",
            r#"{"algorithm":"bcrypt","hash":{"value":"$2b$04$kytH6WCc0EIfS2IxxAdLZ.GyjH9rp.DuHkCbF9xcxCr6FNXECh1Wu"},"salt":{"value":"4adfb11f49dd","encoding":"hex","position":"prefix"},"password":{"encoding":"latin1"}}"#
        ),
        (
            "correct horse battery staple",
            r#"{"algorithm":"hmac","hash":{"value":"A14E059A260F0ED0C713190059F106AA","encoding":"hex","digest":"md4","key":{"value":"XbwGMuPLw6eW+YLZOH1O/NX23RycXHQpUCW/fFdLij3qlAuqEZ14wqV7vT8D5PXp01wuLiQ1/4ZRSZG8H+nO/Q==","encoding":"base64"}},"password":{"encoding":"ascii"}}"#
        ),
        (
            "correct horse battery staple",
            r#"{"algorithm":"ldap","hash":{"value":"{SSHA}zsr7LmAYvABQU8CS/Z4eBrjp3iCpFBo3ToOJPpZAla6N","encoding":"utf8"}}"#
        ),
        (
            "correct horse battery staple",
            r#"{"algorithm":"md4","hash":{"value":"90a515c702ba8cbec4d92d71ee8ec357","encoding":"hex"},"salt":{"value":"sält 4","position":"suffix"},"password":{"encoding":"latin1"}}"#
        ),
        (
            "correct horse battery staple",
            r#"{"algorithm":"sha256","hash":{"value":"yGC0VH9ljmnIklzasA0w0pBmJMB+FPVYKqaRbN0EvMA=","encoding":"base64"},"salt":{"value":"1eefe142039eb3aba5","encoding":"hex","position":"suffix"},"password":{"encoding":"ascii"}}"#
        ),
        (
            "correct horse battery staple",
            r#"{"algorithm":"pbkdf2","hash":{"value":"$pbkdf2-mdc2$i=4,l=25$u5845AdabXM$1kTCVb1gr92zZQ4rrroIY2mLoduD6/5K9A","encoding":"utf8"},"password":{"encoding":"utf16le"}}"#
        ),
        (
            "correct horse battery staple",
            r#"{"algorithm":"scrypt","hash":{"value":"AtTcSRuex35LvkX-oB0KzH7VmQ","encoding":"base64"},"salt":{"value":"a9vYf12p4MYLBZaL","encoding":"base64"},"keylen":19,"cost":16,"blockSize":4,"parallelization":1,"password":{"encoding":"utf16le"}}"#
        ),
        (
            "пароль-naïve-🔑",
            r#"{"algorithm":"md5","hash":{"value":"2FkK1pbsLKjzrCqTn-R_dg","encoding":"base64"},"salt":{"value":"533fc46d4968ab9583","encoding":"hex","position":"prefix"},"password":{"encoding":"ascii"}}"#
        ),
    ],
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    firebase_scrypt,
    standard("firebase-scrypt"),
    [
        (
            "correct horse battery staple",
            "$firescrypt$ln=5,r=4,p=1$xoM1JLCF4x6uXQ==$QQulakXjrboP/A4Z4ce7bJjogsTUPjG6pC9aTfhOVztVX9EpVkWr5mbramvBHwGeEfhpk9cQL1ixxv2s4ekdsQ==$Bw==$7JkI6D35Xosgjtbci0Qd8wF4Ynq2+kvQwLwGoK1uVqXMAAhkDpV1uMxHMA4vF62cR5/kxBMIgVifMyecAMknHQ=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$firebasescrypt$ln=5,r=6$2L1ykRoh5ktpsA==$ffXA4p2X0YmXyXXqn2p-8OlAmejNbqdj5ySMiHMC8dfVsvs6CEVRwKCX0Q588UpMnLNUMWmmgUXSXnB9eoGCFg==$Bw==$cSYi4oOqDy27cxJsOinXlMId2ZKMAkkHJc1LnyKijckStEg_MnBGgLHSSsTJkG7VntDFjEv3r2x7N0x2o15LJQ=="
        ),
        (
            "пароль-naïve-🔑",
            "$fbscrypt$v=1,n=6,r=5,p=1,ss=Bw==,sk=2er3/v1Wv8R12Zc/QL9aPcr8O3oXugtDk2UVXfMN+pDifPA0e9qMyrpGdGc8mxQJi6KOz/Wu30jUPP0NScjwTQ==$w2VMEJIEjTG3Eg==$Xj/EAlceIuUdLJNyw/WuTqa3GrHTiymKPy/4CGdV0c9fNyd+gFSirdmCH84HfrCFe4Xij4dGc88KfREdveXI+Q=="
        ),
        (
            "correct horse battery staple",
            "$firebase-scrypt$hash=g36P32TjnAwuAQNjwHqECpdna1k/gLNsqD3aUQCD3q4sPjLtVoFuGtZffGVotwh1P4S0H4sPW5tCTRmXgUZhxg==$salt=0qTyH2lTwzdQow==$sk=qeWFiOfMnXlm5t1sRj7pHLLd0tPqH6dFE9djvzfM4XkLR7mVEEneOM1AXE00VKygM3yAq0qqCS0b9nw0lqhR9w==$ss=Bw==$r=4$m=5"
        ),
    ],
);

scheme_conformance!(
    fusionauth_hmac_sha256,
    standard("fusionauth-hmac-sha256"),
    [
        ("correct horse battery staple", "fE0MTaJjtVMjTE8Nnvy/1uYVlZaZOiRmbOWPHj4fLqI="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "5GVtVKGuu/7N0ohLOxmC8ir/fJEHXnJyRj8iV45Bu1c="
        ),
        ("пароль-naïve-🔑", "xd+uIBdQN3nx/mfQZQbwUE1cLB+ogImzOYF7+9PUUIA="),
    ],
    columns(),
);

scheme_conformance!(
    fusionauth_md5,
    standard("fusionauth-md5"),
    [
        ("correct horse battery staple", "I4rd8ng+4hQTMzZ1rjp1Ig=="),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "FrBWKkMg9e7ozwR90TCzrg=="),
        ("пароль-naïve-🔑", "ALp93mArinK1l869cUyy8Q=="),
    ],
    columns(),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    fusionauth_pbkdf2_sha256,
    standard("fusionauth-pbkdf2-sha256"),
    [
        ("correct horse battery staple", "oZirdHn2xTG8HUGYH1J9gTGlDFLa4sYscs1WmX49DZE="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "lj05F1xqrk6HPYZ1raqius1tnqv2RY9NKYD1takde7E="
        ),
        ("пароль-naïve-🔑", "43jYxWhCzvu8M3/3yiO+HY8pz4wGCgb7c0r8aGVMZBk="),
    ],
    columns(),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    fusionauth_pbkdf2_sha256_512,
    standard("fusionauth-pbkdf2-sha256-512"),
    [
        (
            "correct horse battery staple",
            "oZirdHn2xTG8HUGYH1J9gTGlDFLa4sYscs1WmX49DZHZjmlNecWS6MgnYL9APWB3VAZ8/V/XQdcPzXaexr99kA=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "lj05F1xqrk6HPYZ1raqius1tnqv2RY9NKYD1takde7Gf/2te69mQPVUGBVEQ/sUlXng2LRf2ZKEzvteIWqO4aQ=="
        ),
        ("пароль-naïve-🔑", "43jYxWhCzvu8M3/3yiO+HY8pz4wGCgb7c0r8aGVMZBlZB6KawpIqGdfWZoOQ9SNcpLCvem2U2mTHYFUfVK6jKg=="),
    ],
    columns(),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    fusionauth_pbkdf2_sha512,
    standard("fusionauth-pbkdf2-sha512"),
    [
        (
            "correct horse battery staple",
            "/ThquBOC8pe7lVCtmtI+Bh4VvIH6e5mRm0ITFroYFXpQLOFsW5ifzQLllFggxp65PVYx90N873Ucd39y8raK/Q=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "2j7oU/SahQigEnI/Sed8neTWvFJSdYUmLDi9gVhCnF1ZO2mT61KB5PJC7zNXEm1Lx94KpMVgMT+F/HMX1LVTYw=="
        ),
        ("пароль-naïve-🔑", "LHUjMf9V4BGyRW51cUeHHV2jC9nLDKE7+Vz+dUK/xpAVlOUBwWLwj5baiKDJ7cTR4Lr5gUvKS3gdkUzEmQc/nw=="),
    ],
    columns(),
);

scheme_conformance!(
    fusionauth_phpass_md5,
    standard("fusionauth-phpass-md5"),
    [
        ("correct horse battery staple", "dQuPpI57E7Fh.2ziyhP7c/"),
        ("a password of seventy-three bytes: bcrypt never sees its last character.!", "WQ.hlVa26BR/s6DmNjVC51"),
        ("пароль-naïve-🔑", "uovCG.PM903dWbPKrWp.a."),
    ],
    columns(),
);

scheme_conformance!(
    fusionauth_phpass_sha512,
    standard("fusionauth-phpass-sha512"),
    [
        ("correct horse battery staple", "yZHndwSsd5EXBWIeA14cWRO6/g52em9za6DcbGBWYFT"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "Er9lRE3FP5v7zuNHdB82tNtb9aZwFZroiApqE6zuXsX"
        ),
        ("пароль-naïve-🔑", "pn4TVxwZiKO8XZqG7hFa9EP.IHwUFycbb9MujbxAIC7"),
    ],
    columns(),
);

scheme_conformance!(
    fusionauth_sha256,
    standard("fusionauth-sha256"),
    [
        ("correct horse battery staple", "tqPsxk38PNKsG3FBpVX71FFqsJE9kts0bKyzXYAyhmc="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "LCeo3KtxU4RwEInzE4nncGLc4yOmHAnKjpsr4r9+WU4="
        ),
        ("пароль-naïve-🔑", "vJs30nqGg1Gd195WW7u2tt9E/BkBphsCp8jOTU1tRcI="),
    ],
    columns(),
);

#[cfg(feature = "crypt")]
scheme_conformance!(
    kratos_crypt,
    standard("kratos-crypt"),
    [
        ("correct horse battery staple", "$md5-crypt$c0a7e2bb$0yyQvoO4bYpTgF/CDFg/Z/"),
        ("пароль-naïve-🔑", "$sha256-crypt$rounds=1004$971b7431$4NxbzwgWz6k/uXnUCYymu0RBc.0z/QeXigLi9PpNbh."),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$sha256-crypt$rounds=1013$dd824265$Fjd8XYCfMe5hbDYaWeHUhoP3uFValkU52QQU4AX1Fn4"
        ),
    ],
);

scheme_conformance!(
    kratos_digest,
    standard("kratos-digest"),
    [
        (
            "correct horse battery staple",
            "$md5$pf=e1NBTFR9LXtQQVNTV09SRH0te1NBTFR9$UxmGVA5yqKUz1cIbQ2Mukw==$k95GN/B/uKm519OeXSs3mQ=="
        ),
        (
            "correct horse battery staple",
            "$sha1$pf=e1NBTFR9LXtQQVNTV09SRH0te1NBTFR9$UxmGVA5yqKUz1cIbQ2Mukw==$FEYYTTBJIs+jIDrZRjDimW3Tgcs="
        ),
        (
            "correct horse battery staple",
            "$sha256$pf=e1NBTFR9LXtQQVNTV09SRH0te1NBTFR9$UxmGVA5yqKUz1cIbQ2Mukw==$HTUzoDxhRcCPqKQNE3o9YQURaxe3vWgzMBEOPqi1zhE="
        ),
        (
            "correct horse battery staple",
            "$sha512$pf=e1NBTFR9LXtQQVNTV09SRH0te1NBTFR9$UxmGVA5yqKUz1cIbQ2Mukw==$8BbbwzGjRHAHK4DIKPGWkQlwnmQTpFeg8gCxaxoawVgjtMlUPHD7Ae7dsR1zAszhaAz+a1d7cbEbqtb7Zp5xbw=="
        ),
        ("password", "$md5$X03MO1qnZdYdgyfeuILPmQ=="),
    ],
);

scheme_conformance!(
    kratos_hmac,
    standard("kratos-hmac"),
    [
        (
            "correct horse battery staple",
            "$hmac-sha256$YmIzNjhhNzVkMGJlNDE0Mzg0NWMwNjAyYmIyYTliM2QzNjY0NjYxMGU3MzljMWE3N2Y2ZDFhYzZmZDlkNzIwMw==$jkKDRBfH9FHkkxhZoNhytQ=="
        ),
        (
            "пароль-naïve-🔑",
            "$hmac-sha384$NjAyOWRmYmNlYzg3M2Y3MjFjNzJmYzk2ZTU1M2E3YzI2OWY4NWJlMTliNWU3MmEzZjAxN2YwYjZhZWY3ODI2NWVlMjRlZTg5ZGExYTllMGNlOWFiYmViZTNkMTM5OWZk$YWQQlt8llDy0Ie6cv7+fIg=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$hmac-sha1$NDMzZGZjZTQ4MDZlYjk4NTc5ZTQwN2VjMjM3YTgxN2FmOGU3MmI2Zg==$6bPSINja5RDoLGpp4bWpzw=="
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    kratos_pbkdf2,
    standard("kratos-pbkdf2"),
    [
        (
            "correct horse battery staple",
            "$pbkdf2-sha256$i=4,l=32$bfZahM0IlaycsA0T67xZww$rWM6HWuaMeNnzCv0OBBMF3cKcQ+KRVbOEfLjeXRQIFE"
        ),
        ("пароль-naïve-🔑", "$pbkdf2-sha1$i=5,l=20$r/+d/S8YsUkMchogX+Hdhg$3WnAkxMJTI8slab7cUUWFeuhlrE"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$pbkdf2-sha256$i=14,l=32$G7Vx63gjm33EQx6OTvhwNg$AOQL/5qHrX3UoWcGRIwNyoCWoC1N0RN9JHn5aJ/jilk"
        ),
    ],
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    kratos_scrypt,
    standard("kratos-scrypt"),
    [
        (
            "correct horse battery staple",
            "$scrypt$ln=16,r=4,p=1$xp1quNbMyXmYPk9NmI50CA==$Q6FfdQLSHr2vwg3i3s5VAkLnYfFLSSCAvWtygBt7iZ0="
        ),
        (
            "пароль-naïve-🔑",
            "$scrypt$ln=32,r=5,p=1$yUER83w5N7qWieY5jvdsHg==$4ssTkriw3BYUN/JDfkz0NxpieJV8gEZP2EOGXzTiFOA="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$scrypt$ln=4,r=6,p=1$32RQefxMtpvQNBLVEjU6pA==$bY+YaboAq/LGcS6FeTZ5OjZVoNqpeVH1j6RjrJhkBSQ="
        ),
    ],
);

scheme_conformance!(
    md5salted_passwap,
    standard("md5salted-passwap"),
    [
        ("correct horse battery staple", "$md5salted-prefix$40cff846ee52d5bead65ff6a9b9a73cf$hafM44m3yuPASwXi/j08ug=="),
        ("пароль-naïve-🔑", "$md5salted-suffix$d4fe2d5b2e05088b02063f48ed870b51$o4Rnehn2wiqqw0BoKRNBLw=="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$md5salted-prefix$576573808f3b19311e5f61f7a28bed7f$GSybvEbO9CJEbTjJohzNjQ=="
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    passport_local_mongoose,
    standard("passport-local-mongoose"),
    [
        (
            "correct horse battery staple",
            "a198ab7479f6c531bc1d41981f527d8131a50c52dae2c62c72cd56997e3d0d91d98e694d79c592e8c82760bf403d607754067cfd5fd741d70fcd769ec6bf7d90d23eeb175904f5499b994d8c8f0244cc810290251ee6967d9479b6fa3d3d45d8e01e694471fc74c0bc16a0fd4950170da4d87c6e1ead15db59996293fe81f1f4c4edefe2aa175ec5e1536c3886d78814550d3bd55994790623d3bac5fc661f704e6ebf247ad17fee0f9a675f050667186b12de33fa75af17c7042b18637e2318a3315ae963a62bea9887ac78d1e4441a74e494c1ffacdc5a8db047b8c45e9eebb10248f8bf361d012db427107b3019961a02a4978d9953423fbebdf6e69938acae6690843ec9c7cd5e4d4e19e245d79ea12c8ee96e3d622106886e32010bba065dc4a8426d1882940a7f7546d872667d66ca50b098370de96e86e3fd4a4bd5a7d84d802ec629f5ec60a5abbee9c52f2f910ea708282b35733d09a1a9f6a4877a0f89410b1d64d623bdb8931766456ffd166554e075d153d6a6cbb03b78a5137ff5938c3457492d2c0f7871834d27275772808a85ce50e51e1a5137c3eefa2139cc81a3047e57e2ca4e2173c7df36a6c7fe03d53b6915eb3600602b71849b41a29de27ce4084453759dd6d50b21e5870a6872c8b9aaa532c1d6bc856585bbf16c3d41f4f65000fc011eec45369242ad252cd514ec19ca8ba69610d3b23cfacbf1"
        ),
        (
            "пароль-naïve-🔑",
            "e378d8c56842cefbbc337ff7ca23be1d8f29cf8c060a06fb734afc68654c64195907a29ac2922a19d7d6668390f5235ca4b0af7a6d94da64c760551f54aea32a0d43e0e132a28e283f5bd1ff8c81a2ac70fd4c91fe70b0dfba0dc31916ff15b8f37918252ae0a3b32beb154bd9592d423b803d57efdf4354328a111d0b514d3d34a5053f36bec6f545a7eb1ad48ad1a4c1fac754609780f1da675b084d5f8873fd306e46467bdd5f0a340fbc8eef50ff5165a695e652f5ade0bfc2669c2146afb5ac64c8ddd2a099019d436046c45d9ca86ac432603e9439f6838104a94ebf31e93d15b620e6ee05ab18b16d327ac2362e6f59f5708d3ce4e7755dc3cb18ef5ceb7064753edfded4f190b3129dc5c08caa01eb60516a1c01277b5d30dc8a80085d069702e104cda4142dccd2d698dfae067d7faa6c2d1820f610fc81510e1da956c854adb967fe8379e8cce64aa67c679cec592811fb2170209d2094e1d165ea48bf8170123e49bdfc5128fd3d3cd543066c43eabec9f2a22fa0fb5b85d5389fdc220d06acec44cc0b16c1aabfdfbc3fe6b23c92190f19b2212a1ead0450d13b0aae8e877a3da77fd058edff0b92b420222a82977c6051ccad31a8b9464b01faebe31696b0eeadef0b6f8360154e63c3409eabf5fdc2962137cd2741364578fb67864026aa4a334f749affe22734c527306f5613a3c30e6f2979b96d458bbbdf"
        ),
    ],
    columns(),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    passport_local_mongoose_sha1,
    standard("passport-local-mongoose-sha1"),
    [
        (
            "correct horse battery staple",
            "f0daefd72e217410ae70717da7b7026e5f81ce8090b320532a2b6c394e0e45df2e8b3afb7ca40d5e9133dcbab789b9b547cba2a7d95ab84aaf2f951d5da0aed31545bfe7862f12b4f7b0714d6049f2b1de39ec67dac89497b4b2211eba36c247c830d1ecc74a6e4992473cc60c56b788d0bd9446d24b0208036310922143c7c9774ebcbe6d6579151b910f760d2a6e7f4ef202ab704412640da8748f0e99a5f5188c26e1c1732761af564443e6f7582657177ff9c9940f0d16298688da260659cc884da2c46b67bae7416365a23d99d10dc30eb53260454d82a95762abb930fe9e6c11a5cc4eaecbcbd149e411b1705cceb42f8a1784fa42e394f49dd44d9f3d858cf851e2b5ef2d41c8dbcd73ddd59a75be37fd99c0400a1cbdc9d6ef6a990c4e0978cff9d3b2bc2c214852342fce87d3ddb62682a9c740bcaaf3aecb6e504e9a1ac79fb611476ece921654d9928eebe3f1bcabe6950e1f0876b67590036f8f86baca2bb3b09e911420ecf793016404891fe1d2a9e8aca9aefb63260a299c21f2c80899be73ea828cf9a9eb045e33db7336ea490ca8bc8954b0f7614f210d4196a810f546322f5d4c905540d3ac156b39ce8b8dee9a487e8aee6fb5975badafe12a4df498f21d48fa9de46b5fe02648d9c713dcbf6a8af8c6cc1bda9bafd1d5a6ba597e2a0119be9099b6ca964c76aa36c1fbe1ae3a96ae08d31ce538f38086"
        ),
        (
            "пароль-naïve-🔑",
            "ac340f6bff5a4dc2a83e9a7ac377ac03dedd500484be8dcf50a2f2b48fefdaf91b34c50614ec270ebea482708e21e082ef70cb0d01dee3a683dfe9e6bd1e4a578bd635de391908f238af5c2f5599988427afce15ac32e0b26e34ac719ed08826f2bcefac29a07810dca33cfd799ce78bf9783981ff398d01549cfd8156a7dc1c9ac7e17c4803044d52737f0e9f05149faf4906e1a9b69645a3ed31a5c51fa20bc63c044b9b597775f0d73c208ecb812cc044132e29e223297cef64fddc5f74538fdeb7fa837dede263097e6f410e8a7c2340018069a8712bd394255f98fafc1e2dd3c04ef0d4ba847c3ce3b7ddb4ec1a40a498b206a08cf87a52ed2419f4e75869f6534b243616b55d4d4b8fc5f1043fcf7eadbadb3f776f0af49282e513298a1b79d1b064d112f82d0760a08cb115eab7181c9d56cf05b04a3d242a6e1c0f5752962d7b41827e7789a31844b467bdd6b2f9c2bdcc229312adb0ff11ef9278daf7d7adae385888a311dcbfcc7dd570790d875ecd869c24f44ac65aaf5f3dc5a43df0d8ba6c43137bf0284f34aae8e9a2039fe79b08005bf24d1ede120263534590bc6a54e2d295c25eaa158b869f08af760347c7643b19f269d66ca611580a3807865081017ac87fff80681574c2bc4bbc98e0eac96057f5d7a4866aed55ec6d4fb3c578a0a526267e95fde17d13523e078e51aed7ac06e819c4427ad35eeef9"
        ),
    ],
    columns(),
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    passport_local_mongoose_sha512,
    standard("passport-local-mongoose-sha512"),
    [
        (
            "correct horse battery staple",
            "fd386ab81382f297bb9550ad9ad23e061e15bc81fa7b99919b421316ba18157a502ce16c5b989fcd02e5945820c69eb93d5631f7437cef751c777f72f2b68afdccbbe10fa381e57be9d61ea902973c310bbef56e019db412879d43e48bbb878599bb625841fa91ec8e77151d1b57fc948042a788783ac45982fe10ed6469ef2aa58a4dd11eef044ec5431c86cf7fbea710722a0382c0d6f5bb70cb4677c4782f01503bc00b3cc6a6d261ed8f56155d7a9278aeea52da99ac0b28ff68adfe932003dce1682d439b36ecefb2e4448bbc2c39ae45aa49711d0dcf86bcc05ded51533393e6e8d60bb9cf6c3c21656bab796ceb5b61225db003a3da808efae5f1caba10c920cf6c2f1e2bcace80f0c19f938b8e6e7299f1dca4be378cf230984775b152e3a28a6d7bd8c445c462ea57129fd4ff0b9e38c0da01dab4570410608dc27bef2206dd04226ca2fd80a5b5e39d623e73f32cfc2b13fcdd2fbee97a389f2d291e402888bcdb78bc6bb2b5e023f05c5ea12e9ba45927a96016902514c72400ef20bdca4e273250ca4f01256a95817bbdac31272477284a712da0e982ab5f09c15827f3afdefed4e12cc969b8d0393b16cbd6bc8969d7aff17f335de2eec01ef2f9c891be0130d2f10e902e1d411e2be32c85270ce70ddb66439b3303b749a578cc42fc39e40cdbf2bde5c2953fa3422b8fd25a0a754dae9e57e944361aed42f6"
        ),
        (
            "пароль-naïve-🔑",
            "2c752331ff55e011b2456e757147871d5da30bd9cb0ca13bf95cfe7542bfc6901594e501c162f08f96da88a0c9edc4d1e0baf9814bca4b781d914cc499073f9f5ef63bdae56c46f17531beb7a74e241ab2a44bae9149d6620f7cd038a9d15e026537b9f1fabeba7f78b5014cda40045094746722f08e0739fd3a152fbf2ea748d2959a81869d66815ee95d7173e11e9e45ab90305ed3f65871951134befee4e1cf6d9185f15e2bade7890483996f2da5a72e1ff30e19c2404c795f228abbed2ca4f525be4baece89ffdf2276ca3f61561fc3f6f8a8653b107c64825a1254b0b23a9f8c8391869387c025e3221f6b831b0e27950c100daf9c2c91ef529239b2fa38e97d68f66b50c7c69fd3196884f43f64a5f8f369b6953e34f302117da7b0916cdd1cce281dc3f96860eb2cb9c575f213d30e9c7674c30b30dd86da7c524a534b6d7629898d1ed6d21af78a5951f839600ec89f91bb2b20949f963deddd58148c99bdb978b57dd6028478a2f0712a5b54b2c850713fbc2c2b3e039410118b2e73d0bbd9c6b40a3cdf9fa627993d8efe73f19167b58c9cc44447dd0387021a533447eaee8436360cb846dd84db0dc773900b87c06ca0f83a65170c8ffd5304802f594f637ced8351e9d52dcfe224fd39ca3dba75830906572d00fbb54146870176a6f437cb3d19958c3f1585f68ccfe5ef50b6420fff4b06145f5efcd6c93b24"
        ),
    ],
    columns(),
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    scrypt_passwap,
    standard("scrypt-passwap"),
    [
        (
            "correct horse battery staple",
            "$7$ln=4,r=4,p=1$xG8AchA/vTgAiJUUp1wRJQ$T2LpTsfvOWpXkhD/IIt2QPtgSBq+pZrGGvmsarwyzME"
        ),
        ("пароль-naïve-🔑", "$7$ln=5,r=5,p=1$okPkiHJuAb4sMgugMjkeYg$yjYaTQHrnY42uo4STNiEA/g4xQkvqrbw6+Z9OA0N9+M"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$7$ln=2,r=6,p=1$JgRcF3HyFZLZTFYcBuv3TQ$2I/wfz1TT34LjJS52lt5HNwP3MFV3hBSh+ZV3nZTdQo"
        ),
    ],
);
