//! The rules used unless the host brings its own.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;

use super::{Identifier, IdentifierError, IdentifierKind, IdentifierRules};

/// No identifier is longer, whatever the limits say: the bound on work before anything is looked at.
const MAX_INPUT_BYTES: usize = 1_024;

/// E-mail, phone and user name as most systems mean them.
///
/// | kind | recognised by | normal form | default limits |
/// |---|---|---|---|
/// | e-mail | an `@` that is neither first nor last | NFC, trimmed, lower case, domain to ASCII through UTS 46 (IDNA) | local part 64 bytes, address 254 bytes (RFC 5321) |
/// | phone | a leading `+` | `+` and digits (E.164); spaces, `-`, `.`, `/`, `(`, `)` dropped | 15 digits |
/// | user name | anything else | NFKC, full case folding, trimmed | 1 to 128 characters, no control characters |
///
/// ```
/// use waystation::identifier::{IdentifierRules, StandardRules};
///
/// let rules = StandardRules::new();
/// assert_eq!(rules.parse(" Zoë@Bücher.Example ")?.normal(), "zoë@xn--bcher-kva.example");
/// assert_eq!(rules.parse("+44 (20) 7946-0000")?.normal(), "+442079460000");
/// assert_eq!(rules.parse("ＳＴＲＡẞＥ")?.normal(), "strasse");
/// # Ok::<(), waystation::identifier::IdentifierError>(())
/// ```
#[derive(Clone, Debug)]
pub struct StandardRules {
    email: bool,
    phone: bool,
    username: bool,
    local_part_bytes: usize,
    address_bytes: usize,
    phone_digits: usize,
    username_chars: (usize, usize),
    username_letters: Option<fn(char) -> bool>,
}

impl StandardRules {
    /// All three kinds, with the limits of the table above.
    pub const fn new() -> Self {
        Self {
            email: true,
            phone: true,
            username: true,
            local_part_bytes: 64,
            address_bytes: 254,
            phone_digits: 15,
            username_chars: (1, 128),
            username_letters: None,
        }
    }

    /// Takes identifiers of these kinds only.
    pub fn kinds(mut self, kinds: &[IdentifierKind]) -> Self {
        self.email = kinds.contains(&IdentifierKind::Email);
        self.phone = kinds.contains(&IdentifierKind::Phone);
        self.username = kinds.contains(&IdentifierKind::Username);
        self
    }

    /// Longest local part and longest whole address, in bytes of the normal form.
    pub const fn email_bytes(mut self, local_part: usize, address: usize) -> Self {
        self.local_part_bytes = local_part;
        self.address_bytes = address;
        self
    }

    /// Longest phone number, in digits. E.164 allows 15.
    pub const fn phone_digits(mut self, max: usize) -> Self {
        self.phone_digits = max;
        self
    }

    /// Shortest and longest user name, in characters of the normal form.
    pub const fn username_chars(mut self, min: usize, max: usize) -> Self {
        self.username_chars = (min, max);
        self
    }

    /// Which characters a normalised user name may hold. Without this, every one that is not a control character.
    pub const fn username_letters(mut self, allowed: fn(char) -> bool) -> Self {
        self.username_letters = Some(allowed);
        self
    }

    fn email(&self, text: &str) -> Result<Identifier, IdentifierError> {
        const MALFORMED: IdentifierError = IdentifierError::Malformed { kind: IdentifierKind::Email };
        let composed = composed(text);
        let (local, domain) = composed.rsplit_once('@').ok_or(MALFORMED)?;
        if local.is_empty() || local.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(MALFORMED);
        }
        let domain = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::URL).map_err(|_| MALFORMED)?;
        if domain.is_empty() || domain.starts_with('.') || domain.ends_with('.') || domain.contains("..") {
            return Err(MALFORMED);
        }
        let mut normal = lower_address(local);
        if normal.len() > self.local_part_bytes {
            return Err(IdentifierError::TooLong { part: "local part", max: self.local_part_bytes, unit: "bytes" });
        }
        normal.reserve_exact(1 + domain.len());
        normal.push('@');
        normal.push_str(&domain);
        if normal.len() > self.address_bytes {
            return Err(IdentifierError::TooLong { part: "address", max: self.address_bytes, unit: "bytes" });
        }
        Ok(Identifier::from_parts(IdentifierKind::Email, normal, text))
    }

    fn phone(&self, text: &str) -> Result<Identifier, IdentifierError> {
        const MALFORMED: IdentifierError = IdentifierError::Malformed { kind: IdentifierKind::Phone };
        let mut normal = String::from("+");
        for c in text.strip_prefix('+').ok_or(MALFORMED)?.chars() {
            match c {
                '0'..='9' => normal.push(c),
                ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' => {}
                _ => return Err(MALFORMED),
            }
        }
        let digits = normal.len() - 1;
        if digits == 0 {
            return Err(MALFORMED);
        }
        if digits > self.phone_digits {
            return Err(IdentifierError::TooLong { part: "phone number", max: self.phone_digits, unit: "digits" });
        }
        Ok(Identifier::from_parts(IdentifierKind::Phone, normal, text))
    }

    fn username(&self, text: &str) -> Result<Identifier, IdentifierError> {
        const MALFORMED: IdentifierError = IdentifierError::Malformed { kind: IdentifierKind::Username };
        let normal = folded_username(text).trim().to_owned();
        if normal.chars().any(|c| c.is_control() || !self.username_letters.is_none_or(|allowed| allowed(c))) {
            return Err(MALFORMED);
        }
        let (min, max) = self.username_chars;
        match normal.chars().count() {
            0 => Err(IdentifierError::Empty),
            count if count < min => Err(IdentifierError::TooShort { part: "user name", min, unit: "characters" }),
            count if count > max => Err(IdentifierError::TooLong { part: "user name", max, unit: "characters" }),
            _ => Ok(Identifier::from_parts(IdentifierKind::Username, normal, text)),
        }
    }
}

impl Default for StandardRules {
    fn default() -> Self {
        Self::new()
    }
}

/// NFC, which ASCII is already.
fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { ComposingNormalizerBorrowed::new_nfc().normalize(text) }
}

/// A part of a user name in its normal form.
pub(crate) fn folded_username(text: &str) -> String {
    // What all of the below does to ASCII.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Compatibility forms can hide letters that folding must see, and folding can undo composition: hence thrice.
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let folded = CaseMapper::new().fold_string(&nfkc.normalize(text)).into_owned();
    let folded = CaseMapper::new().fold_string(&nfkc.normalize(&folded)).into_owned();
    nfkc.normalize(&folded).into_owned()
}

/// A part of an e-mail address before the `@` in its normal form.
pub(crate) fn lower_address(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Lower-casing can decompose (`İ`), so the result is composed again.
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    nfc.normalize(&nfc.normalize(text).to_lowercase()).into_owned()
}

impl IdentifierRules for StandardRules {
    fn parse(&self, text: &str) -> Result<Identifier, IdentifierError> {
        let trimmed = text.trim();
        let kind = match trimmed.find('@') {
            Some(at) if at > 0 && !trimmed.ends_with('@') => IdentifierKind::Email,
            _ if trimmed.starts_with('+') => IdentifierKind::Phone,
            _ => IdentifierKind::Username,
        };
        self.parse_as(kind, trimmed)
    }

    fn parse_as(&self, kind: IdentifierKind, text: &str) -> Result<Identifier, IdentifierError> {
        if text.len() > MAX_INPUT_BYTES {
            return Err(IdentifierError::TooLong { part: "identifier", max: MAX_INPUT_BYTES, unit: "bytes" });
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(IdentifierError::Empty);
        }
        match kind {
            IdentifierKind::Email if self.email => self.email(text),
            IdentifierKind::Phone if self.phone => self.phone(text),
            IdentifierKind::Username if self.username => self.username(text),
            kind => Err(IdentifierError::KindNotAccepted { kind }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(text: &str) -> Result<String, IdentifierError> {
        StandardRules::new().parse(text).map(|identifier| identifier.normal().to_owned())
    }

    #[test]
    fn spellings_of_one_person_meet() {
        assert_eq!(normal("Ada.Lovelace@Example.COM").unwrap(), "ada.lovelace@example.com");
        assert_eq!(normal("zoe\u{308}@example.com"), normal("zo\u{eb}@example.com"));
        assert_eq!(normal("a@BÜCHER.example").unwrap(), "a@xn--bcher-kva.example");
        assert_eq!(normal("ﬁona"), normal("FIONA"));
        assert_eq!(normal("ΣΊΣΥΦΟΣ"), normal("σίσυφος"));
        assert_eq!(normal("+1 (555) 010-0000").unwrap(), "+15550100000");
        assert_eq!(normal("@handle").unwrap(), "@handle");
    }

    #[test]
    fn the_original_spelling_is_kept_and_never_compared() {
        let rules = StandardRules::new();
        let ada = rules.parse(" Ada@Example.com ").unwrap();
        assert_eq!(ada.original(), "Ada@Example.com");
        assert_eq!(ada, rules.parse("ada@example.com").unwrap());
        assert_eq!(format!("{ada:?}"), "Identifier(email, ..)");
    }

    #[test]
    fn what_is_refused_says_why_and_not_what() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_address = format!("a@{}.example", ["b".repeat(60).as_str(); 5].join("."));
        for (text, error) in [
            ("  ", IdentifierError::Empty),
            ("a b@example.com", IdentifierError::Malformed { kind: IdentifierKind::Email }),
            ("a@exa mple.com", IdentifierError::Malformed { kind: IdentifierKind::Email }),
            ("a@example..com", IdentifierError::Malformed { kind: IdentifierKind::Email }),
            ("+", IdentifierError::Malformed { kind: IdentifierKind::Phone }),
            ("+12x", IdentifierError::Malformed { kind: IdentifierKind::Phone }),
            ("nul\0name", IdentifierError::Malformed { kind: IdentifierKind::Username }),
            ("+1234567890123456", IdentifierError::TooLong { part: "phone number", max: 15, unit: "digits" }),
            (&long_local, IdentifierError::TooLong { part: "local part", max: 64, unit: "bytes" }),
            (&long_address, IdentifierError::TooLong { part: "address", max: 254, unit: "bytes" }),
            (&"u".repeat(129), IdentifierError::TooLong { part: "user name", max: 128, unit: "characters" }),
            (&"x".repeat(1 << 20), IdentifierError::TooLong { part: "identifier", max: 1_024, unit: "bytes" }),
        ] {
            assert_eq!(normal(text), Err(error));
        }
    }

    #[test]
    fn kinds_and_limits_are_the_hosts() {
        let rules = StandardRules::new()
            .kinds(&[IdentifierKind::Username])
            .username_chars(3, 15)
            .username_letters(|c| c.is_ascii_alphanumeric());
        assert!(rules.parse("ada42").is_ok());
        assert_eq!(rules.parse("ad"), Err(IdentifierError::TooShort { part: "user name", min: 3, unit: "characters" }));
        assert_eq!(rules.parse("ada!"), Err(IdentifierError::Malformed { kind: IdentifierKind::Username }));
        assert_eq!(rules.parse("a@example.com"), Err(IdentifierError::KindNotAccepted { kind: IdentifierKind::Email }));
    }

    proptest! {
        /// A letter beyond ASCII takes the long way, and does nothing to those before it.
        #[test]
        fn ascii_is_folded_as_everything_is(text in "[ -~]{0,40}") {
            prop_assert_eq!(lower_address(&format!("{text}é")), format!("{}é", lower_address(&text)));
            prop_assert_eq!(folded_username(&format!("{text}é")), format!("{}é", folded_username(&text)));
        }

        #[test]
        fn a_normal_form_is_its_own_normal_form(text in "\\PC{0,40}") {
            let rules = StandardRules::new();
            if let Ok(once) = rules.parse(&text) {
                let twice = rules.parse_as(once.kind(), once.normal());
                prop_assert_eq!(twice.map(|identifier| identifier.normal().to_owned()), Ok(once.normal().to_owned()));
            }
        }

        #[test]
        fn e_mail_addresses_are_idempotent(local in "\\PC{1,20}", domain in "[a-zà-ÿ]{1,10}\\.[a-z]{2,5}") {
            let rules = StandardRules::new();
            if let Ok(once) = rules.parse_as(IdentifierKind::Email, &format!("{local}@{domain}")) {
                let twice = rules.parse_as(IdentifierKind::Email, once.normal()).unwrap();
                prop_assert_eq!(twice.normal(), once.normal());
            }
        }
    }
}
