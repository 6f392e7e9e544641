//! Spellings that several systems share, or that seem to, and what tells them apart.

use waystation::password::{
    Dialect, EffectiveInput, HashContext, HashError, Limits, ParsedHash, PasswordHash, Plaintext, Schemes, Workspace,
};

fn parse(stored: &PasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    Schemes::standard().parse(stored, &Limits::default())
}

fn opens(stored: &PasswordHash, password: &str) -> bool {
    parse(stored).unwrap().verify(&password.into(), &mut Workspace::default()).unwrap()
}

fn name(text: &str) -> String {
    Schemes::standard().identify(&PasswordHash::new(text)).unwrap().name().to_owned()
}

/// Both write `sha1$salt$hex`. For "password", Django's digest and Werkzeug's HMAC of the same salt.
#[test]
fn djangos_digests_and_werkzeugs_hmacs_must_be_told_apart() {
    let django = "sha1$seasalt$fa4f7fa4ae2ebbdae99ed97b3ea70ef50d63b6b9";
    let Err(HashError::Ambiguous { candidates }) = parse(&PasswordHash::new(django)).map(drop) else {
        panic!("it is guessed");
    };
    assert_eq!(candidates, ["django-sha1", "werkzeug-hmac"]);
    for (dialect, scheme) in [(Dialect::DJANGO, "django-sha1"), (Dialect::WERKZEUG, "werkzeug-hmac")] {
        assert_eq!(dialect.hash(django).scheme(), Some(scheme));
        assert_eq!(dialect.hash("pbkdf2:sha256:1$salt$").scheme(), None);
    }
}

/// What Spring's own documentation shows, each of "password"; and its ids are told by their case.
#[test]
fn ids_of_spring_are_case_sensitive() {
    for (scheme, text) in [
        ("spring-bcrypt", "{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG"),
        ("spring-pbkdf2", "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc"),
        (
            "spring-scrypt",
            "{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=",
        ),
        ("spring-sha256", "{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0"),
        ("spring-digest", "{MD5}{thisissalt}2a4e7104c2780098f50ed5a84bb2323d"),
        ("spring-digest", "{MD4}{thisissalt}6cc7924dad12ade79dfb99e424f25260"),
    ] {
        assert_eq!(name(text), scheme);
        assert!(opens(&PasswordHash::new(text), "password"), "{text}");
        assert!(!opens(&PasswordHash::new(text), "Password"), "{text}");
        let (id, body) = text.split_once('}').unwrap();
        let other = if id.contains("sha") { id.to_uppercase() } else { id.to_lowercase() };
        let other = if other == id { id.to_uppercase() } else { other };
        let taken = Schemes::standard()
            .identify(&PasswordHash::new(format!("{other}}}{body}")))
            .map(waystation::PasswordScheme::name);
        assert_ne!(taken, Ok(scheme), "{other}");
    }
}

/// A secret of Spring's stands between salt and password, one of Shiro's before the salt: without it nothing opens.
#[test]
fn a_secret_that_is_missing_opens_nothing() {
    let text = "{sha256}a9a94c8bd0ea85c5c8d3ee2bcd1a4d7e1c23c2da7ea1e2a1d2ce9d4b8b7e9ff1a2b3c4d5e6f70819";
    let with_key = |key: &str| PasswordHash::new(text).with_context(HashContext::default().key(key));
    let computed = |stored: &PasswordHash| {
        parse(stored).unwrap().compute(&"password".into(), &mut Workspace::default()).unwrap().expose().to_vec()
    };
    assert_ne!(computed(&with_key("secret")), computed(&PasswordHash::new(text)));
    // The secret is in front of the password, so one may be moved into the other: both are read.
    let moved = parse(&PasswordHash::new(text)).unwrap();
    let moved = moved.compute(&"secretpassword".into(), &mut Workspace::default()).unwrap();
    assert_eq!(computed(&with_key("secret")), moved.expose());
}

/// PHC strings and passlib's begin alike; a `=` in the parameters is the difference.
#[test]
fn phc_and_passlib_are_told_apart() {
    assert_eq!(name("$pbkdf2-sha256$i=10,l=32$c2FsdHNhbHQ$"), "pbkdf2");
    assert_eq!(name("$pbkdf2-sha256$10$c2FsdHNhbHQ$"), "pbkdf2-passlib");
}

/// Flask-Security's forms bring a password to NFKD: however it is typed, it opens, where the system does so.
#[test]
fn flask_security_normalizes_unless_told_not_to() {
    let text = "$argon2id$v=19$m=64,t=1,p=1$1TrnHGOM8V4LYWxNSWnNmQ$soD2QDbfUxhL4aAewn0FajvGrO2bgMIfMcue7uY6JHk";
    let stored = |scheme| PasswordHash::declared(scheme, text).with_context(HashContext::default().key("key"));
    let computed = |scheme, password: &str| {
        let parsed = parse(&stored(scheme)).unwrap();
        parsed.compute(&password.into(), &mut Workspace::default()).unwrap().expose().to_vec()
    };
    assert_eq!(computed("flask-security", "Zo\u{eb}"), computed("flask-security", "Zoe\u{308}"));
    assert_ne!(computed("flask-security-raw", "Zo\u{eb}"), computed("flask-security-raw", "Zoe\u{308}"));
    let read = |password: &str| parse(&stored("flask-security")).unwrap().effective_input(&password.into());
    assert_eq!(read("Zo\u{eb}"), EffectiveInput::Whole);
    assert_eq!(read("\u{fb01}sh"), EffectiveInput::Folded);
    let keyless = parse(&PasswordHash::declared("flask-security", text)).map(drop);
    assert_eq!(keyless, Err(HashError::Incomplete { scheme: "flask-security", missing: "key" }));
}

/// Anybody who can write to a table could otherwise write a password there.
#[test]
fn plaintext_is_read_only_where_it_is_asked_for() {
    let texts = [("spring-noop", "{noop}hunter2"), ("werkzeug-plain", "plain$$hunter2")];
    for (scheme, text) in texts {
        let refused = parse(&PasswordHash::new(text)).map(drop);
        assert_eq!(refused, Err(HashError::UnsupportedScheme { name: Some(scheme.to_owned()) }));
    }
    let asked = [Plaintext::BARE, Plaintext::SPRING_NOOP, Plaintext::WERKZEUG];
    let schemes = asked.into_iter().try_fold(Schemes::standard(), waystation::Schemes::with).unwrap();
    let parse = |stored: &PasswordHash| schemes.parse(stored, &Limits::default());
    let bare = PasswordHash::declared("plaintext", "hunter2");
    for stored in texts.map(|(_, text)| PasswordHash::new(text)).into_iter().chain([bare]) {
        let parsed = parse(&stored).unwrap();
        let opens = |password: &str| parsed.verify(&password.into(), &mut Workspace::default()).unwrap();
        assert!(opens("hunter2"));
        for wrong in ["", "hunter", "hunter22", "Hunter2", "{noop}hunter2"] {
            assert!(!opens(wrong), "{wrong}");
        }
        assert_eq!(parsed.effective_input(&"hunter2".into()), EffectiveInput::Whole);
        assert!(!format!("{parsed:?}").contains("hunter"));
    }
    for empty in ["{noop}", "plain$$"] {
        assert!(matches!(parse(&PasswordHash::new(empty)), Err(HashError::Malformed { .. })), "{empty}");
    }
}

/// Whoever has the text of a key could otherwise cut it: a shorter one is the beginning of a longer one.
#[test]
fn keys_of_other_lengths_than_are_written_are_refused() {
    let key = "uhzro4w69/QphLAbhRhg0cvNNHf/D4JWJg2tHeEzLzMVr6T3Ci+KOV7IRquKecAOirqT1NAhG+QkcQKtdORwvQ==";
    let keycloak = |key: &str| {
        let secret = format!(r#"{{\"value\":\"{key}\",\"salt\":\"MzXLGb/ym81qWk8PiJtmjA==\"}}"#);
        let data = r#"{\"hashIterations\":1,\"algorithm\":\"pbkdf2-sha256\"}"#;
        PasswordHash::new(format!(r#"{{"secretData":"{secret}","credentialData":"{data}"}}"#))
    };
    assert_eq!(name(keycloak(key).expose()), "keycloak");
    assert!(parse(&keycloak(key)).is_ok());
    for end in (0..key.len() - 4).step_by(4) {
        assert!(matches!(parse(&keycloak(&key[..end])), Err(HashError::Malformed { .. })), "{end}");
    }
}
