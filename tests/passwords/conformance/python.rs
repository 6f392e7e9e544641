//! The formats of Werkzeug, passlib and Flask-Security.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

#[cfg(feature = "digest")]
scheme_conformance!(
    werkzeug_hmac,
    standard("werkzeug-hmac"),
    [
        (
            "correct horse battery staple",
            "sha256$bmrQaavVNG51FWp6$822243463c1c9c16f6ae8f45e4c7a31aa0dde29a76779f6eefbe0c292c5c7e8a"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "sha512$gDbzdJ0nUHqvWjWf$670ab193b6b00392ec0e90b376898190b93066cbda91cfaf73ceed5e0ac9e33531d50a8d94d1829826b5e9b4c18cb13a3c7933fc2e6d994335c88594c518ecab"
        ),
        ("пароль-naïve-🔑", "md5$Q87Fa9gJXISUWlhb$3df4dd1b397ddf549608169c91487ad7"),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    werkzeug_pbkdf2,
    standard("werkzeug-pbkdf2"),
    [
        ("correct horse battery staple", "pbkdf2:sha1:10$E475HaYumg34YVBD$e9ca7ab3973b8fa7f8b0346d6020784a8ceb4cd5"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "pbkdf2:sha256:10$Sb02HapYwbDkbfIu$a63c38aa1c1b9d5fbf8a12360b8bc57e2bcbb9ec8cb6248340d9c4b7400ccd16"
        ),
        (
            "пароль-naïve-🔑",
            "pbkdf2:sha512:10$Nedmfr98JN59O39Y$466ed44e8af92c3efbbbef9b55ab2ae03d902797db1ce17687806ff88fa367a814ac1bb52f103fd6703af90bb1b40622cdf6a876144fb85a5a1ddae71a7a3013"
        ),
    ],
);

#[cfg(feature = "scrypt")]
scheme_conformance!(
    werkzeug_scrypt,
    standard("werkzeug-scrypt"),
    [
        (
            "correct horse battery staple",
            "scrypt:16:4:2$nznbr8c3y1cQGFFg$3c96fb157f8388a1840b2ea8fbfc105aea64a2063c7c6307a6c9d016dd7fc8538bcc0198e2779bbee3d6632dc84ef8159f346efe6be024202c888121b9080a5b"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "scrypt:16:4:2$7sXti3HSAObJr3PP$359a67a46b184b45797f9644984324345d3a057b6e2f7243ab25d739d85fa0618a3de403b7aa1e61139ad7294c3392a54d4e2ba435196d8a6c90db143763f4cb"
        ),
        (
            "пароль-naïve-🔑",
            "scrypt:16:4:2$39Xv5lon8tp7mlIb$5467755559c88df834e4cba3aefc4b1ee833571e85284be98485df4318756a5dcb46ad63b7dd483f9118fd163a464402f82b57fbd6aee465713a481c8662ecd5"
        ),
    ],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    pbkdf2_passlib,
    standard("pbkdf2-passlib"),
    [
        ("correct horse battery staple", "$pbkdf2$12$f0.JUer9X4uxVgoBAAAg5A$PRYtCbfeo03VggWLjAd6Mp8APEE"),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$pbkdf2-sha256$12$AcB4r/WeUwohJMSYc04phQ$9zoTN05F5oeTXvSbOjSnt0azAipNHulPXLrRFSgi3Ng"
        ),
        (
            "пароль-naïve-🔑",
            "$pbkdf2-sha512$12$5jxnDKHUeq.V8p6zFqK0tg$/qsTBIs5iFat9Wvakq3GphjfBWMryicHtoKBeSma.cUm5l5GBm7bb7jHBcMmcA0MQMK2/rffsc.SDxhWB14jHw"
        ),
    ],
);

#[cfg(all(feature = "bcrypt", feature = "pbkdf2"))]
scheme_conformance!(
    flask_security,
    standard("flask-security"),
    [
        (
            "correct horse battery staple",
            "$argon2id$v=19$m=64,t=1,p=1$gZAyhvA+ByBEyNn7/78Xog$vL5uuukoafIbCHdDgnv5vcS4G9hvpVz+9dvi6VBaoCI"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$2b$04$XV.uCe1JKLWuGhwqA4ucFO4AH3Yg54QdRIFq8.nkijooyXJRlFngS"
        ),
        ("пароль-naïve-🔑", "$pbkdf2-sha256$10$OSfkvHfuPcfYm5PSOsd4Lw$id1aptf1EcRvSSKM0ugBRFuQGBPKozlPhZ.KxZLMOkM"),
    ],
    HashContext::default().key("146585145368132386173505678016728509634"),
);

#[cfg(feature = "digest")]
scheme_conformance!(
    flask_security_raw,
    standard("flask-security-raw"),
    [
        (
            "correct horse battery staple",
            "$argon2id$v=19$m=64,t=1,p=1$DCHEOAcAQGgtpTTmvNd6Tw$VFLjz0HWtlRzGfY0tL4J8401+zymSg4HpDR47B9iUcE"
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "$argon2id$v=19$m=64,t=1,p=1$es+ZE4LwnpOS0jrHGCOkNA$V+uqBlqgZ3LwtmE2NLQ9oDwD+CRx7kmcj47Q3z+nYEk"
        ),
        (
            "пароль-naïve-🔑",
            "$argon2id$v=19$m=64,t=1,p=1$Q+j9X8vZ+7/X+v8fwxjjXA$V34/OlwJz85UQcbU6ffT2HpxRHkTg+iJC2ZXpGj2IY4"
        ),
    ],
    HashContext::default().key("146585145368132386173505678016728509634"),
);
