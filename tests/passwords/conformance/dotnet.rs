//! The formats of ASP.NET and of Umbraco.

use waystation::{password::HashContext, scheme_conformance};

use super::standard;

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    aspnet_identity_2,
    standard("aspnet-identity"),
    [("correct horse battery staple", "AD3BFxNZawxNQOXwwMXgQ/YyiAypHTcunObb3j5HoxXtuAaArZRmTdBeBoS/lVDIUg=="),],
);

#[cfg(feature = "pbkdf2")]
scheme_conformance!(
    aspnet_identity_3,
    standard("aspnet-identity"),
    [
        (
            "correct horse battery staple",
            "AQAAAAEAAAAKAAAAEFsKEgHXemd6CjBL51Yxl2/cTT30uZ25UrwHQairJtJyfi0ev3ux5njC+lOm0D4xDw=="
        ),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "AQAAAAAAAAAKAAAAEDV7ps9+1fiFY3LlOT7qz1kgIPRngd2XioAB+lvnRDtx73pW6Xw1N4J4jI0cgGem/A=="
        ),
        ("пароль-naïve-🔑", "AQAAAAIAAAAKAAAAEBsBLMcboe6xCesXxhLtImzO/HBJHmp6GxAx7I+rJJtH+4h3P47sV5v8oWWW0ZEcTw=="),
    ],
);

#[cfg(feature = "digest")]
scheme_conformance!(
    aspnet_membership_sha1,
    standard("aspnet-membership"),
    [("correct horse battery staple", "ECHXMcIfWWK8DF2Qo1iYu5AJVU4="),],
    HashContext::default().salt("2TS76+m3/YzNVFsyeMSMNw=="),
);

#[cfg(feature = "digest")]
scheme_conformance!(
    aspnet_membership_hmac,
    standard("aspnet-membership"),
    [("correct horse battery staple", "YoY4TWPEqTXs1hWXP6s1L8sUOiD2ro0ScosK+hMouFE="),],
    HashContext::default().salt("2TS76+m3/YzNVFsyeMSMNw=="),
);

#[cfg(feature = "digest")]
scheme_conformance!(
    aspnet_membership_sha256,
    standard("aspnet-membership-sha256"),
    [("correct horse battery staple", "rRM7mQWMpZJNZUmOtiOCZH4z2crY96zt3lWxwuQS1JM="),],
    HashContext::default().salt("2TS76+m3/YzNVFsyeMSMNw=="),
);

#[cfg(feature = "digest")]
scheme_conformance!(
    aspnet_membership_sha512,
    standard("aspnet-membership-sha512"),
    [(
        "correct horse battery staple",
        "aBhSfzIK/H7FIR6QVRCNk36KBxsGhKPCOTL8Bd/sg2HWp1Wy3cwd6etREuvoLPqKPTQhWhiDlPfGvFeTx29HfA=="
    ),],
    HashContext::default().salt("2TS76+m3/YzNVFsyeMSMNw=="),
);

#[cfg(feature = "digest")]
scheme_conformance!(
    umbraco,
    standard("umbraco"),
    [
        ("correct horse battery staple", "2TS76+m3/YzNVFsyeMSMNw==YoY4TWPEqTXs1hWXP6s1L8sUOiD2ro0ScosK+hMouFE="),
        (
            "a password of seventy-three bytes: bcrypt never sees its last character.!",
            "SwhiLoEn6N96dsTQIG9Y1g==E9Za7vQN+MYWC2HfiAYE38QSIV0="
        ),
        ("пароль-naïve-🔑", "vXS6aCC9N7Bvqa9Kae3i2WPzjrg="),
    ],
);
