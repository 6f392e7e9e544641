//! Formats that a host declares: what expressions compute, refuse, and how they are shown.

use proptest::prelude::*;
use waystation::password::*;

use super::{
    known_answers::{assert_enough, check},
    vectors::{Row, rows},
};

const PARTS: &[&str] = &["expressions.json"];

fn declared(expression: &str) -> Declared {
    Declared::new("declared", expression).unwrap_or_else(|error| panic!("{error}"))
}

/// A hash of the expression, in the context.
fn parse(expression: &str, hash: &str, context: &HashContext) -> Result<Box<dyn ParsedHash>, HashError> {
    let hash = PasswordHash::declared("declared", hash).with_context(context.clone());
    Schemes::empty().with(declared(expression)).unwrap().parse(&hash, &Limits::default())
}

fn opens(parsed: &dyn ParsedHash, password: &str) -> bool {
    parsed.verify(&password.into(), &mut Workspace::default()).unwrap()
}

#[test]
fn expressions_say_what_php_says() {
    let rows = rows(PARTS);
    assert!(rows.len() > 500);
    for Row { scheme: expression, password, wrong, hash, context, .. } in rows {
        let parsed = parse(&expression, &hash, &context).unwrap_or_else(|error| panic!("{expression}: {error}"));
        assert!(opens(&*parsed, &password), "{expression}: {password:?} is refused");
        assert!(!opens(&*parsed, &wrong), "{expression}: {wrong:?} is accepted");
        // Shown and read again it is the same.
        let parsed = parse(&declared(&expression).expression().to_string(), &hash, &context).unwrap();
        assert!(opens(&*parsed, &password), "{expression}: shown, it is another");
    }
}

#[test]
fn what_an_expression_asks_for_must_come_with_the_hash() {
    for Row { scheme: expression, hash, context, .. } in rows(PARTS) {
        let is_stored = expression.starts_with("$iterations . ") || expression.ends_with("':' . $salt");
        if !context.is_empty() && !is_stored {
            let missing = parse(&expression, &hash, &HashContext::default()).unwrap_err();
            assert!(matches!(missing, HashError::Incomplete { .. }), "{expression}: {missing}");
        }
    }
}

#[test]
fn hashes_of_forums_shops_and_frameworks() {
    let counts = check(&["forums.json"]);
    let names: Vec<&str> = counts.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 32);
    assert_enough(&counts, &names);
}

#[test]
fn the_guide_lists_what_forums_store() {
    let guide = include_str!("../../src/guide/home_made_hashes.md");
    let schemes = Schemes::standard();
    let listed = guide.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |")?.split_once("` | `"));
    let listed: Vec<(&str, &str)> = listed.filter(|(name, _)| schemes.get(name).is_some()).collect();
    assert_eq!(listed.len(), 32);
    // The guide's line of a scheme opens what the scheme opens.
    for Row { scheme, password, hash, context, .. } in rows(&["forums.json"]) {
        let (_, expression) = listed.iter().find(|(name, _)| *name == scheme).unwrap();
        let parsed = parse(expression, &hash, &context).unwrap_or_else(|error| panic!("{scheme}: {error}"));
        assert!(opens(&*parsed, &password), "{scheme}");
        assert_eq!(declared(expression).expression().to_string(), *expression);
    }
}

#[test]
#[rustfmt::skip]
fn errors_show_the_place() {
    let refused = [
        ("", "expected a variable, a function or a quoted text", ""),
        ("md5", "expected `(`", ""),
        ("md5($pass", "expected `)`", ""),
        ("md5($pass))", "expected `.` or the end", ")"),
        ("md5 $pass", "expected `(`", "$"),
        ("md5($pass) $salt", "expected `.` or the end", "$"),
        ("md5($pass .)", "expected a variable, a function or a quoted text", ")"),
        ("md5(, $pass)", "expected a variable, a function or a quoted text", ","),
        ("md5($pass, $salt)", "expected `)`", ","),
        ("hmac_md5($pass)", "expected `,`", ")"),
        ("sha7($pass)", "there is no such function", "sha7"),
        ("MD5($pass)", "there is no such function", "MD5"),
        ("hmac_sha7($key, $pass)", "there is no such function", "hmac_sha7"),
        ("hash('md5', $pass)", "there is no such function", "hash"),
        ("md5($password)", "there is no such variable", "$password"),
        ("md5($ pass)", "there is no such variable", "$"),
        ("md5($it . $pass)", "`$it` is the value before a step of `repeat`", "$it"),
        ("repeat(3, $it, md5($it))", "`$it` is the value before a step of `repeat`", "$it"),
        ("md5('a . $pass)", "the quotation does not end", "'"),
        (r"md5('\n' . $pass)", "`\\` stands before a quote, another `\\`, or `x` only", r"\"),
        (r"md5('\xg0' . $pass)", "`\\x` takes two hexadecimal digits", r"\"),
        ("repeat(0, $pass, md5($it))", "it is done at least once", "0"),
        ("repeat(05, $pass, md5($it))", "expected a number", "05"),
        ("repeat(-1, $pass, md5($it))", "expected a number", "-"),
        ("repeat(99999999999999999999, $pass, md5($it))", "expected a number", "99999999999999999999"),
        ("repeat($salt, $pass, md5($it))", "expected a number or `$iterations`", "$salt"),
        ("repeat(3, $pass, md5($pass))", "a step starts from `$it`", "md5($pass)"),
        ("repeat(3, $pass, repeat(2, $pass, md5($it)))", "a step starts from `$it`", "repeat(2, $pass, md5($it))"),
        ("repeat(3, $pass, $it . $it)", "a step ends with a digest", "$it . $it"),
        ("repeat(3, $pass, upper($it))", "a step ends with a digest", "upper($it)"),
        ("repeat($iterations - 1, $pass, md5($it))", "there may be no step, so that it must be of the form that it starts from", "md5($it)"),
        ("md5(substr($pass . $salt, 0, 8))", "of what the password stands in, only `$pass` itself can be cut", "$pass . $salt"),
        ("substr(md5($pass), 20, 20)", "it ends beyond the text", "20"),
        ("substr(md5($pass), 0, 0)", "nothing is left", "0"),
        ("substr(md5($pass), 0, 8)", "the stored digest is shorter than 8 bytes", "substr(md5($pass), 0, 8)"),
        ("substr(md5($pass), 0, 17)", "a digest is stored in hexadecimal or in base64", "substr(md5($pass), 0, 17)"),
        ("md5(unhex($pass))", "only what comes with the hash is decoded: salt, user and key", "$pass"),
        ("md5(unbase64( md5($salt) ) . $pass)", "only what comes with the hash is decoded: salt, user and key", "md5($salt)"),
        ("$pass", "the password itself would be stored", "$pass"),
        ("hex($pass)", "the password itself would be stored", "hex($pass)"),
        ("md5($salt)", "beside the digest only quoted texts, `$salt` and `$iterations` are stored", "md5($salt)"),
        ("$salt", "no digest of `$pass` is in it", "$salt"),
        ("'none'", "no digest of `$pass` is in it", "'none'"),
        ("md5($pass) . ':' . $user", "beside the digest only quoted texts, `$salt` and `$iterations` are stored", "$user"),
        ("raw(md5($pass))", "a digest is stored in hexadecimal or in base64", "raw(md5($pass))"),
        ("md5($pass) . $salt . ':' . $salt", "it is stored twice", "$salt"),
        ("$iterations . $salt . md5($pass)", "nothing tells where it begins", "$salt"),
        ("$iterations . '1$' . md5($pass)", "nothing tells it from the iterations before it", "'1$'"),
        ("$salt . '$1' . $iterations . ':' . md5($pass)", "nothing tells it from the digits before it", "$iterations"),
        ("$iterations . md5($pass)", "nothing tells it from the iterations before it", "md5($pass)"),
        ("md5($pass) . $iterations", "nothing tells it from the digest before it", "$iterations"),
        ("md5($pass) . ':' . sha1($pass)", "of several digests all are in hexadecimal, and nothing stands between them", "sha1($pass)"),
        ("md5($pass) . base64(sha1($pass))", "of several digests all are in hexadecimal, and nothing stands between them", "base64(sha1($pass))"),
        ("md5('é' . ß)", "expected a variable, a function or a quoted text", "ß"),
    ];
    for (expression, what, marked) in refused {
        let error = Declared::new("declared", expression).expect_err(expression);
        assert_eq!((error.what(), &expression[error.at()]), (what, marked), "{error}");
    }
    let error = Declared::new("declared", "md5('é' .\n\tsha7($pass))").unwrap_err();
    assert_eq!(error.to_string(), "there is no such function\n  md5('é' .  sha7($pass))\n             ^^^^");
}

#[test]
fn expressions_are_bounded_in_length_and_depth() {
    let nested = |depth: usize| format!("{}$pass{}", "md5(".repeat(depth), ")".repeat(depth));
    assert!(Declared::new("declared", &nested(16)).is_ok());
    let deep = [nested(17), nested(200), format!("md5({}$pass)", "(".repeat(900)), "(".repeat(1_000)];
    for deep in deep {
        assert_eq!(Declared::new("declared", &deep).unwrap_err().what(), "it is nested more than 16 deep");
    }
    let long = |bytes: usize| format!("md5('{}' . $pass)", "é".repeat(bytes / 2));
    assert!(Declared::new("declared", &long(1_000)).is_ok());
    let error = Declared::new("declared", &long(1_000_000)).unwrap_err();
    assert_eq!(error.what(), "it is longer than 1024 bytes");
    assert!(error.to_string().len() < 4_000);
    // What is shown must be read again, and that is longer.
    let controls = format!("md5('{}' . $pass)", "\u{1}".repeat(1_000));
    assert_eq!(Declared::new("declared", &controls).unwrap_err().what(), "written out it is longer than 1024 bytes");
}

#[test]
fn work_is_bounded_before_any_is_done() {
    let md5 = "5f4dcc3b5aa765d61d8327deb882cf99";
    let salt = HashContext::default().salt("salt");
    let costly = [
        ("repeat(5000001, $pass, md5($it))", "digests", 5_000_001),
        ("repeat(18446744073709551615, $pass, md5($it))", "digests", u64::MAX),
        ("repeat(5000, $pass, md5(repeat(5000, $it, md5($it))))", "digests", 25_005_000),
        ("repeat(4294967296, $pass, md5(repeat(4294967297, $it, md5($it))))", "digests", u64::MAX),
        ("repeat(2500001, $pass, hmac_md5($salt, $it))", "digests", 5_000_002),
        ("repeat($iterations, $pass, md5($it))", "digests", u64::MAX),
    ];
    for (expression, expected, most) in costly {
        let error = parse(expression, md5, &salt.clone().iterations(u64::MAX)).unwrap_err();
        let HashError::TooCostly { bound, asked, limit, .. } = error else { panic!("{expression}: {error}") };
        assert_eq!((bound, asked, limit), (expected, most, 5_000_000), "{expression}");
    }
    // A step that reads a long text each time.
    let text = "'".to_owned() + &"x".repeat(900) + "'";
    let error = parse(&format!("repeat(5000000, $pass, md5($it . {text}))"), md5, &salt).unwrap_err();
    assert!(
        matches!(error, HashError::TooCostly { bound: "bytes for its digests", asked: 4_660_000_000, .. }),
        "{error}"
    );
    // A password that is read in each of them.
    let parsed = parse("repeat(5000000, '', md5($it . $pass))", md5, &salt).unwrap();
    let error = parsed.compute(&"x".repeat(4_096).as_str().into(), &mut Workspace::default()).unwrap_err();
    assert!(matches!(error, HashError::TooCostly { bound: "bytes for its digests", .. }), "{error}");
    // A text that doubles.
    let doubled = format!("md5({}$pass{})", "utf16le(".repeat(14), ")".repeat(14));
    let parsed = parse(&doubled, md5, &salt).unwrap();
    let error = parsed.compute(&"x".repeat(4_096).as_str().into(), &mut Workspace::default()).unwrap_err();
    assert!(matches!(error, HashError::TooCostly { bound: "bytes in one text", .. }), "{error}");
    // What comes with the hash.
    let long = HashContext::default().salt(vec![b'x'; 1_025]).username("x".repeat(1_025)).key(vec![b'x'; 1_025]);
    for variable in ["salt", "user", "key"] {
        let error = parse(&format!("md5(${variable} . $pass)"), md5, &long).unwrap_err();
        assert!(matches!(error, HashError::TooCostly { asked: 1_025, limit: 1_024, .. }), "{error}");
    }
}

#[test]
fn stored_texts_are_laid_out_as_declared() {
    let md5 = "5f4dcc3b5aa765d61d8327deb882cf99"; // of `password`
    let context = HashContext::default();
    let opens = |expression: &str, text: &str| {
        parse(expression, text, &context).is_ok_and(|parsed| opens(&*parsed, "password"))
    };
    for (expression, text, other) in [
        ("md5($pass)", md5.to_owned(), format!("{md5} ")),
        ("md5($pass)", md5.to_uppercase(), format!("0x{md5}")),
        ("upper(md5($pass))", md5.to_owned(), md5[1..].to_owned()),
        ("base64(md5($pass))", "X03MO1qnZdYdgyfeuILPmQ==".to_owned(), "X03MO1qnZdYdgyfeuILPmQ=".to_owned()),
        ("base64(md5($pass))", "X03MO1qnZdYdgyfeuILPmQ".to_owned(), "X03MO1qnZdYdgyfeuILPmR".to_owned()),
        ("base64url(sha1($pass))", "W6ph5Mm5Pz8GgiULbPgzG37mj9g".to_owned(), "W6ph5Mm5Pz8GgiULbPgzG37mj9g=".to_owned()),
        ("'md5:' . md5($pass)", format!("md5:{md5}"), format!("md5 {md5}")),
        ("md5($pass) . '.v1'", format!("{md5}.v1"), format!("{md5}.v2")),
        (
            "'{' . base64(md5($pass)) . '}'",
            "{X03MO1qnZdYdgyfeuILPmQ==}".to_owned(),
            "{X03MO1qnZdYdgyfeuILPmQ==".to_owned(),
        ),
        ("$salt . '$' . md5($pass)", format!("a$b${md5}"), format!("ab{md5}")),
        ("$salt . base64(md5($pass))", "=X03MO1qnZdYdgyfeuILPmQ==".to_owned(), "X03MO1qnZdYdgyfeuILPmQ===".to_owned()),
        ("'v' . $iterations . ',' . $salt . ',' . md5($pass)", format!("v12,,,{md5}"), format!("v012,,,{md5}")),
        ("$salt . '#' . $iterations . '#' . md5($pass)", format!("1#2#3#{md5}"), format!("1#2##{md5}")),
    ] {
        assert!(opens(expression, &text), "{expression}: {text}");
        assert!(!opens(expression, &other), "{expression}: {other}");
    }
}

#[test]
fn what_is_not_read_of_a_password_is_said() {
    use EffectiveInput::{First, Folded, Part, Whole};

    let read = |expression: &str, password: &[u8]| {
        let context = HashContext::default().salt("s").key("k");
        let parsed = parse(expression, "5f4dcc3b5aa765d61d8327deb882cf99", &context).unwrap();
        parsed.effective_input(&Password::from_bytes(password.to_vec()))
    };
    for (expression, password, expected) in [
        ("md5($pass)", &b" ab "[..], Whole),
        ("md5(trim($pass))", b" ab ", Part(1..3)),
        ("md5(trim($pass))", b" a a ", Part(1..4)),
        ("md5(trim($pass))", b"  ", Part(0..0)),
        ("md5(trim($pass))", b"ab", Whole),
        ("md5(trim($pass) . $pass)", b" ab ", Whole),
        ("md5(lower($pass))", b"ab", Folded),
        ("md5(upper($salt . $pass))", b"ab", Folded),
        ("md5(upper(md5($pass)))", b"ab", Whole),
        ("md5(substr($pass, 0, 8))", b"0123456789", First(8)),
        ("md5(substr($pass, 2, 4))", b"0123456789", Part(2..6)),
        ("md5(substr($pass, 2, 4))", b"0123", Part(2..4)),
        ("md5(substr($pass, 2, 4))", b"0", Part(1..1)),
        ("md5(trim(substr($pass, 0, 8)))", b" 23456 89", Part(1..8)),
        ("md5(trim(substr($pass, 0, 7)))", b" 23456 89", Part(1..6)),
        ("md5(lower($pass) . substr($pass, 0, 8))", b"ab", Folded),
        ("hmac_md5($pass, $salt)", b"ab\0", Part(0..2)),
        ("hmac_md5($salt . $pass, $salt)", b"ab\0\0", Part(0..2)),
        ("hmac_md5($pass . $salt, $salt)", b"ab\0", Whole),
        ("hmac_md5($pass, $pass)", b"ab\0", Whole),
        ("hmac_md5($key, $pass)", b"ab\0", Whole),
        ("repeat(2, substr($pass, 0, 8), md5($it))", b"0123456789", First(8)),
        ("repeat(2, substr($pass, 0, 8), md5($it . $pass))", b"0123456789", Whole),
    ] {
        assert_eq!(read(expression, password), expected, "{expression}: {password:?}");
    }
}

#[test]
fn a_password_without_the_form_opens_nothing() {
    // The digest of nothing, and of a question mark, which is what PHP puts in the place of what Latin-1 has not.
    for digest in ["da39a3ee5e6b4b0d3255bfef95601890afd80709", "5bab61eb53176449e25c2c82f172b82cb13ffb9d"] {
        let parsed = parse("sha1(latin1($pass))", digest, &HashContext::default()).unwrap();
        assert!(!opens(&*parsed, "ж") && opens(&*parsed, if digest.starts_with('d') { "" } else { "?" }));
        let parsed = parse("sha1(utf16le($pass))", digest, &HashContext::default()).unwrap();
        let no_text = Password::from_bytes(b"\xff".to_vec());
        assert_eq!(parsed.verify(&no_text, &mut Workspace::default()), Ok(false));
    }
}

#[test]
fn what_comes_with_a_hash_is_decoded_strictly() {
    let hash = "5f4dcc3b5aa765d61d8327deb882cf99";
    for (expression, salt) in [
        ("md5(unhex($salt) . $pass)", "0g"),
        ("md5(unhex($salt) . $pass)", "012"),
        ("md5(unbase64($salt) . $pass)", "a"),
        ("md5(unbase64($salt) . $pass)", "ab=c"),
        ("md5(md5(unhex(trim($salt))) . $pass)", " 0g "),
    ] {
        let error = parse(expression, hash, &HashContext::default().salt(salt)).unwrap_err();
        assert!(matches!(error, HashError::Malformed { .. }), "{expression}: {error}");
    }
    let error = parse("repeat($iterations, $pass, md5($it))", hash, &HashContext::default().iterations(0)).unwrap_err();
    assert!(matches!(error, HashError::Malformed { .. }), "{error}");
    let fewer = "repeat($iterations - 5, md5($pass), md5($it))";
    assert!(parse(fewer, hash, &HashContext::default().iterations(4)).is_err());
    assert!(opens(&*parse(fewer, hash, &HashContext::default().iterations(5)).unwrap(), "password"));
}

#[test]
fn nothing_secret_is_shown() {
    let context = HashContext::default().salt("the salt is secret").key("the key is secret").username("ada");
    let parsed = parse("md5($salt . $key . $user . $pass)", "5f4dcc3b5aa765d61d8327deb882cf99", &context).unwrap();
    assert_eq!(format!("{parsed:?}"), "DeclaredHash { scheme: \"declared\", .. }");
    assert_eq!(format!("{:?}", declared("md5( $pass )")), "Declared(declared, md5($pass))");
}

/// Expressions as a host might write them, with what is not needed left in.
fn expressions() -> impl Strategy<Value = String> {
    let literal = prop_oneof![
        any::<String>().prop_map(|text| text.replace('\\', r"\\").replace('\'', r"\'")),
        proptest::collection::vec(any::<u8>(), 0..4)
            .prop_map(|bytes| bytes.iter().fold(String::new(), |text, byte| text + &format!("\\x{byte:02X}"))),
    ];
    let leaf = prop_oneof![
        3 => proptest::sample::select(vec!["$pass", "$salt", "$user", "$key", "$iterations"]).prop_map(str::to_owned),
        1 => literal.prop_map(|text| format!("'{text}'")),
    ];
    let digest = proptest::sample::select(vec!["md5", "sha1", "sha256", "sha3_256", "whirlpool"]);
    let form = proptest::sample::select(vec!["raw", "upper", "lower", "base64", "hex", "trim", "utf16le", "latin1"]);
    leaf.prop_recursive(6, 24, 4, move |inner| {
        prop_oneof![
            3 => (digest.clone(), inner.clone()).prop_map(|(digest, of)| format!("{digest}({of})")),
            1 => (digest.clone(), inner.clone(), inner.clone())
                .prop_map(|(digest, key, of)| format!("hmac_{digest}( {key} , {of} )")),
            1 => (form.clone(), inner.clone()).prop_map(|(form, of)| format!("{form}({of})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}\t.  {other})")),
            1 => (1..5_u8, digest.clone(), inner.clone(), inner.clone())
                .prop_map(|(times, digest, first, more)| format!("repeat({times},{first},{digest}($it.{more}))")),
            1 => (digest.clone(), inner, 0..20_u8, 1..13_u8)
                .prop_map(|(digest, of, start, length)| format!("substr({digest}({of}), {start}, {length})")),
        ]
    })
}

proptest! {
    #[test]
    fn an_expression_is_read_as_it_is_shown(expression in expressions()) {
        // Around it what makes it a stored digest, whatever it is.
        let around = format!("sha1({expression} . $pass)");
        if let Ok(read) = around.parse::<Expression>() {
            let shown = read.to_string();
            let again = shown.parse::<Expression>();
            prop_assert_eq!(again, Ok(read), "{}", shown);
        }
    }

    #[test]
    fn what_is_computed_is_what_is_stored(expression in expressions(), password in ".{0,9}", salt in ".{0,9}") {
        let context = HashContext::default().salt(salt.as_str()).username("Ada").key("key").iterations(2);
        let around = format!("sha1({expression} . $pass)");
        if let Ok(parsed) = Declared::new("declared", &around).map(|_| parse(&around, &"0".repeat(40), &context)) {
            let Ok(parsed) = parsed else { return Ok(()) };
            let computed = parsed.compute(&password.as_str().into(), &mut Workspace::default()).unwrap();
            if !computed.is_empty() {
                let hex = computed.expose().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
                let parsed = parse(&around, &hex, &context).unwrap();
                prop_assert!(opens(&*parsed, &password));
            }
        }
    }

    #[test]
    fn nothing_panics(text in any::<String>(), expression in "[a-z0-9_$'(),. \\\\\"-]{0,60}") {
        for text in [text, expression] {
            if let Err(error) = text.parse::<Expression>() {
                prop_assert!(text.get(error.at()).is_some() || text.len() > 1_024);
                prop_assert!(error.to_string().starts_with(error.what()));
            }
        }
    }
}
