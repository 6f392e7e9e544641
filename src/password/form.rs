use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};
use serde::{Deserialize, Serialize};

use super::Password;

/// What is done to the Unicode text of a password before it is hashed.
///
/// "é" can be typed as one character or as two, and a full-width "A" as a plain one. Most systems hash the bytes as they
/// come; some bring them into one form first, and hashes of theirs verify only so. A form never refuses a password: one
/// that it forbids, or that is no text, is hashed as it was typed, which is what PostgreSQL does too.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PasswordForm {
    /// The bytes as they are typed: nearly every system.
    #[default]
    AsTyped,
    /// Normalization Form C (Unicode Standard Annex 15): characters composed.
    Nfc,
    /// Normalization Form KC: composed, and compatibility variants folded. Matrix's Synapse, better-auth.
    Nfkc,
    /// The profile `OpaqueString` of RFC 8265: Form C, and every kind of space a plain one.
    #[cfg(feature = "digest")]
    OpaqueString,
    /// `SASLprep` (RFC 4013), which SCRAM asks for: PostgreSQL, XMPP, `MongoDB`.
    #[cfg(feature = "digest")]
    SaslPrep,
}

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();
const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();

impl PasswordForm {
    /// The password in this form.
    pub(super) fn prepare(self, password: &Password) -> Password {
        // All forms leave printable ASCII alone, and it is what most passwords are.
        let printable = |byte: &u8| (b' '..=b'~').contains(byte);
        let Some(text) = password.expose_text() else { return password.clone() };
        if self == Self::AsTyped || text.as_bytes().iter().all(printable) {
            return password.clone();
        }
        match self {
            Self::AsTyped => password.clone(),
            Self::Nfc => NFC.normalize(text).into_owned().into(),
            Self::Nfkc => NFKC.normalize(text).into_owned().into(),
            #[cfg(feature = "digest")]
            Self::OpaqueString => {
                use precis_profiles::precis_core::profile::Profile as _;
                let prepared = precis_profiles::OpaqueString::new().enforce(text);
                prepared.map_or_else(|_| password.clone(), |prepared| prepared.into_owned().into())
            }
            #[cfg(feature = "digest")]
            Self::SaslPrep => {
                let prepared = stringprep::saslprep(text).ok().filter(|prepared| !prepared.is_empty());
                prepared.map_or_else(|| password.clone(), |prepared| prepared.into_owned().into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(form: PasswordForm, text: &str) -> String {
        form.prepare(&text.into()).expose_text().unwrap().to_owned()
    }

    #[test]
    fn each_form_does_what_its_standard_says() {
        use PasswordForm::*;
        assert_eq!(prepared(AsTyped, "e\u{301}ﬁ"), "e\u{301}ﬁ");
        assert_eq!(prepared(Nfc, "e\u{301}ﬁ"), "éﬁ");
        assert_eq!(prepared(Nfkc, "e\u{301}ﬁ"), "éfi");
    }

    #[test]
    #[cfg(feature = "digest")]
    fn each_profile_does_what_its_rfc_says() {
        use PasswordForm::*;
        // RFC 4013, section 3.
        assert_eq!(prepared(SaslPrep, "I\u{AD}X"), "IX");
        assert_eq!(prepared(SaslPrep, "user"), "user");
        assert_eq!(prepared(SaslPrep, "\u{AA}"), "a");
        assert_eq!(prepared(SaslPrep, "\u{2168}"), "IX");
        // RFC 8265, section 4.3: spaces beyond ASCII become plain ones.
        assert_eq!(prepared(OpaqueString, "foo\u{1680}bar"), "foo bar");
        assert_eq!(prepared(OpaqueString, "πßå"), "πßå");
        assert_eq!(prepared(OpaqueString, "e\u{301}ﬁ"), "éﬁ");
    }

    /// A prohibited character, and bytes that are no text, are no reason to lock anybody out.
    #[test]
    #[cfg(feature = "digest")]
    fn what_a_form_forbids_is_hashed_as_it_was_typed() {
        for form in [PasswordForm::SaslPrep, PasswordForm::OpaqueString] {
            assert_eq!(prepared(form, "bell\u{7}"), "bell\u{7}");
            assert_eq!(prepared(form, "\u{AD}"), "\u{AD}", "nothing is left of it");
            let bytes = Password::from_bytes(vec![0xFF, 0xFE]);
            assert_eq!(form.prepare(&bytes).expose(), bytes.expose());
        }
    }
}
