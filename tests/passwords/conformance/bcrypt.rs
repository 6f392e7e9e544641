//! bcrypt and what stands around it.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

scheme_conformance!(
    bcrypt_2,
    standard("bcrypt-2"),
    [
        ("correct horse battery staple", "$2$04$Ir5Gaxssz89jQfySC7qbrOPVNFGoLljjoFIacvDuZpfExX34xXTH."),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2$04$L7SEiIE5k0oVeh8wLuL1k.xUW/zQ6QkDvgxGohEpekUddOoEQiuJm"
        ),
        ("пароль-naïve-🔑", "$2$04$5XQS5qIVxxK8lCc3t8TmeuUYQ37ev4JX3WwDO1Dv1/UOIrHFXsriu"),
    ],
);

scheme_conformance!(
    bcrypt_2x,
    standard("bcrypt-2x"),
    [
        ("correct horse battery staple", "$2x$04$LhyfbH.WQUk5ywayFTL8B.bFeNxrNJlyH9m1Gf0cgBaPPyHJvnmD2"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2x$04$NTCFTK7mhui1.GoUc.VIx.LWKU/kbPPiGIR9nwR9TPSOpWtzSZNvG"
        ),
        ("пароль-naïve-🔑", "$2x$04$FFs56/1AtA.yA1w6dOuem.Prd2UY2z6vPDiwlOSgGV14MNk6Y/CRu"),
        ("abcé", "$2x$04$1v5dO1GNrAi3bq5OCvtzE.ZP9RzDrmLBqim5PH/AN3zE5jad8QIj6"),
    ],
);

scheme_conformance!(
    bcrypt_hex_md5,
    standard("bcrypt-hex-md5"),
    [
        ("correct horse battery staple", "$2y$04$Q7lUTaMqdkQwKtMclI8r1OvWLdYPHeJ85mjGBBSrYe6aNm1faBgiy"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$iXWl3KEp2WLc5B6dfprGzeBzEFRy9PZ5FYOfW9nukw/Y/jN12q/Me"
        ),
        ("пароль-naïve-🔑", "$2y$04$NiDByCAwpcP6w.qyQhhneeiFauGyiaRbEp1cbHzp8WJf6s6PVpTnm"),
    ],
);

scheme_conformance!(
    bcrypt_hex_sha1,
    standard("bcrypt-hex-sha1"),
    [
        ("correct horse battery staple", "$2y$04$BiE4woeLMz4X.4CmKa8nluG55OsNmqIp9HGKtFZztYpp.bmPs4jly"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$U8SVtPJr.RbIVgful/MYi.gfHNLykkwlMpbYZqdg0YxqbGrupqhhG"
        ),
        ("пароль-naïve-🔑", "$2y$04$vYvawjeHIdCQZ5dPFSGSEOJVfaRoNFLC1H4wE22gmjiDx69hXVc5O"),
    ],
);

scheme_conformance!(
    bcrypt_hex_sha256,
    standard("bcrypt-hex-sha256"),
    [
        ("correct horse battery staple", "$2y$04$U41d//A6s4PnoOmCWErAVuM2pTopkY5aQB8RrxLrJPhIfXvJrH0.u"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$CsBGLF/gm9xgxKzjqkvQ.e1BWiC0Z7gdlD4tSvzdCG6Z6IBRckiDG"
        ),
        ("пароль-naïve-🔑", "$2y$04$vEYESwRduOxr2wdFr4O/SevL/E9sQkbQDNs3jeQjy7KJjnxgrgJsW"),
    ],
);

scheme_conformance!(
    bcrypt_hex_sha512,
    standard("bcrypt-hex-sha512"),
    [
        ("correct horse battery staple", "$2y$04$3GgHHzTlCTP1KC8L3HIaHO1IqHtSTAFEJaLcCeBOpqvUQDkzaqm/i"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$74FjbtS.8X29g0S63zzxRe1xB58f2QlnXI/wu/mRwG19w/EFfaaui"
        ),
        ("пароль-naïve-🔑", "$2y$04$92GByKpoN71ImKwVyPzuAONrAcM2NuYJo5aN2OBcI.wEWOAI9IC4i"),
    ],
);

scheme_conformance!(
    bcrypt_pepper_suffix,
    standard("bcrypt-pepper-suffix"),
    [
        ("correct horse battery staple", "$2b$04$K6ufrZPqThso7jb3cNENo.cCRsNr9Y59R3oh//zWShPkH/2VMADJ."),
        ("密码パスワード비밀번호", "$2b$04$hnUkgOY0fA53R7F07vNuAOeCebZNOIq10l6IMGoTblHM8UrT/YODG"),
    ],
    HashContext::default().key("pepper"),
);

scheme_conformance!(
    bcrypt_sha256,
    standard("bcrypt-sha256"),
    [
        ("correct horse battery staple", "$bcrypt-sha256$2a,4$si93bqJz1TGS2sjL3zjqfu$1ILSzyptylJrUlb3FwByyAmwJEeyGDq"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$bcrypt-sha256$2a,4$MVkisypTqk.ObxakhfJIOe$OKPKTsQnoZgHICGPoLC1kzwekovd9wu"
        ),
        ("пароль-naïve-🔑", "$bcrypt-sha256$2b,4$3eNqHTDezM5m9JBVtK77hO$Ysm22i3mEm0fAhvN9581m2C.PXPNoKS"),
    ],
);

scheme_conformance!(
    bcrypt_upper_hex_md5,
    standard("bcrypt-upper-hex-md5"),
    [
        ("correct horse battery staple", "$2y$04$wsH4tqwcsaOeX2rCQuQUE.eZla4SJ94EdslI4mEuHbiwxySr2KRom"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$eORNoB5DGpP/LlDUn8flfubZS0BJh8kYeqxfaGJsKIvkR424Pe7NW"
        ),
        ("пароль-naïve-🔑", "$2y$04$FMj6/7HipKrRvvmu4pV3YeFdAqHDXI4QwYZD8gASdhbbsBgG5r7cS"),
    ],
);

scheme_conformance!(
    bcrypt_upper_hex_sha1,
    standard("bcrypt-upper-hex-sha1"),
    [
        ("correct horse battery staple", "$2y$04$16AxIQlJ.wCrOgmlKr85nutwQbqXwb9qMJeT6xomh6uRlREZ9.r7C"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$IvHGvU..1Pg388fQnX2Z7uady9pTJfj2j1E7fPf6BdZdTlsrmzjR."
        ),
        ("пароль-naïve-🔑", "$2y$04$OelFdYtQLMq4zn0do8u64eeqeROBpXKyRHGwEiTBJEdw/6C8XsW4S"),
    ],
);

scheme_conformance!(
    bcrypt_upper_hex_sha256,
    standard("bcrypt-upper-hex-sha256"),
    [
        ("correct horse battery staple", "$2y$04$k/56Y/YX9fd392R7K2UyKOEuZpaD/BHKN2cLDI2J.BVVtcu.5FbUW"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$VFPMpxmK.2H1q6ikV9ZlaOyfj6QoCCe2j7cIegbKDX02P.lVMsLv6"
        ),
        ("пароль-naïve-🔑", "$2y$04$.KDsFiqnGArbV4F4CzN4JuCHPsM0Ij6QR0SA5E.9DtKtlWQgbNGza"),
    ],
);

scheme_conformance!(
    bcrypt_upper_hex_sha512,
    standard("bcrypt-upper-hex-sha512"),
    [
        ("correct horse battery staple", "$2y$04$/vYyWEbETbq5PAeaM9l9VegxLSJnRCAEtmW9C1/BPY6wmunnctIHW"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$whd/YeQS4KX3MKeUF2p.I.wf4Wvh2Mryh2NOn5HYUKFrt7o6z025a"
        ),
        ("пароль-naïve-🔑", "$2y$04$Lf6WYL.Bm6LifnPz2pOuKuP0oY0UeExk917Xu8qCeqz8gDxrj/eN."),
    ],
);

scheme_conformance!(
    meteor_bcrypt,
    standard("meteor-bcrypt"),
    [
        ("correct horse battery staple", "$2b$04$HZKiOArmfTaB.8UQZZmIkOX3tZWleku9QOrPw6gDIdVnJNKc5L1XG"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2b$04$6bsFxDO/qhBkcz2j/99CR.U1q9PJR8kqyOemTMZPYDhiBF5/cuxde"
        ),
        ("пароль-naïve-🔑", "$2b$04$RVjpCyUl6FnWQqAO90rRhe0/cazr0tYZJjTq7/HlSx4fiPf1dJowO"),
    ],
);

scheme_conformance!(
    smf21_bcrypt,
    standard("smf21-bcrypt"),
    [
        ("密码パスワード비밀번호", "$2y$04$WFkWTTCX2tZVtGDLzR8bBexAcAQnn4/XYkEQh.nzETuW07nuMF/ky"),
        (
            "a password of exactly seventy-two bytes, which is all that bcrypt reads.",
            "$2y$04$nCfycezOGL.gZ0ZwdxbgoOae6jAdTr1clPi/JeMhUPeWKb/BnYf9e"
        ),
    ],
    HashContext::default().username("ada"),
);

scheme_conformance!(
    symfony_bcrypt,
    standard("symfony-bcrypt"),
    [
        ("correct horse battery staple", "$2y$04$aHtkZtgaG.0XgeG/NkF7OeN.ReyhZ77gLQfHKhys2Zb8DPpaO8G7O"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2y$04$nuAWTeJxscuuujBe1jxoHOx2Au72jcKAyOqfaXvybmUQ0an9kr3LG"
        ),
        ("пароль-naïve-🔑", "$2y$04$ntHV266yoWQzgD9ipo.oZeLSULxCJ9WCsPaK/k9RS6Z2lnPUl3XvO"),
    ],
);

scheme_conformance!(
    wbb4_bcrypt,
    standard("wbb4-bcrypt"),
    [
        ("correct horse battery staple", "$2a$04$D8lfaZWqA.GlqxfNllguYOtA1Ch/CZ4okteWackOfjA.Gc/Z2tWcu"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2a$04$ntQdnhi2t7mWShaCUE7vPuK6Q4lLfy/PlpIGYHQgILzH5tbN5yKf6"
        ),
        ("пароль-naïve-🔑", "$2a$04$A8XwG5pxvECz8hBfdqVcYeIavNFkl8T8Y93EI90B64ojGAFET/Fi2"),
    ],
);

scheme_conformance!(
    wordpress_bcrypt,
    standard("wordpress-bcrypt"),
    [
        ("tab\tnewline\nreturn\r", "$wp$2y$04$IwnG/mWE2ZKTm282DxFbzeEa1sWWiPN7CiEOu99O53FAW7hqTfcYu"),
        ("correct horse battery staple", "$wp$2y$04$uySQyv1vxrt810CIvy9Qu.F5vDjUHjvzjcFdWeIao6ll/lYkxNb5a"),
        ("пароль-naïve-🔑", "$wp$2y$04$cjzoW2W.541qEH2QJfk3zuF9j1F7XqnN7eclmlnuSOYjFtmNSM.sy"),
    ],
);
