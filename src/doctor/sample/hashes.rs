use crate::{
    doctor::{Code, Site, finding::Tally},
    legacy::LegacyUser,
    password::{
        Comparison, EffectiveInput, HashError, ParsedHash, Password, PasswordHash, Passwords, Strength, Truncation,
    },
};

/// Longer than what any scheme with a fixed length looks at.
const LONG_BYTES: usize = 1_024;

/// Whether the hashes could be verified. None is.
pub(super) struct Hashes<'a> {
    passwords: &'a Passwords,
    /// What is asked how much of it a scheme looks at.
    long: Password,
    judged: u64,
    usable: u64,
}

impl<'a> Hashes<'a> {
    pub(super) fn new(passwords: &'a Passwords) -> Self {
        let long = Password::from_bytes(vec![b'a'; LONG_BYTES.min(passwords.limits().password_bytes)]);
        Self { passwords, long, judged: 0, usable: 0 }
    }

    pub(super) fn examine(&mut self, user: &LegacyUser, tally: &mut Tally) {
        let site = Site::source(user.key.source());
        let Some(hash) = &user.password_hash else {
            let text = "The connection shows no hash: whether the password can be verified there is not known before \
                        the first log-in.";
            tally.add(Code::LegacyHashAbsent, site, text);
            return;
        };
        match self.passwords.check(hash).and_then(|()| self.read(hash)) {
            Ok((scheme, parsed)) => {
                self.judged += 1;
                self.usable += 1;
                if parsed.strength().compare(&self.passwords.policy().strength()) == Comparison::Weaker {
                    let text = "Hashes are weaker than the policy: a new one takes their place at the first log-in.";
                    tally.add(Code::LegacyHashReplaced, site.clone(), text);
                }
                self.describe(&site.scheme(scheme), &*parsed, tally);
            }
            Err(error) => self.refuse(&error, site, tally),
        }
    }

    fn read(&self, hash: &PasswordHash) -> Result<(&'static str, Box<dyn ParsedHash>), HashError> {
        let schemes = self.passwords.schemes();
        Ok((schemes.identify(hash)?.name(), schemes.parse(hash, self.passwords.limits())?))
    }

    fn describe(&self, site: &Site, parsed: &dyn ParsedHash, tally: &mut Tally) {
        tally.add(Code::LegacyHashScheme, site.clone(), "Hashes of this scheme can be verified.");
        if parsed.strength() == Strength::Fast {
            let text = "Hashes are cheap to guess: an import does better to wrap them.";
            tally.add(Code::LegacyHashFast, site.clone(), text);
        }
        let part = match parsed.effective_input(&self.long) {
            EffectiveInput::First(bytes) if bytes < self.long.len() => format!("the first {bytes} bytes of a password"),
            EffectiveInput::Folded => "a password with some of its letters made alike".to_owned(),
            EffectiveInput::First(_) | EffectiveInput::Part(_) | EffectiveInput::Whole => return,
        };
        let then = match self.passwords.truncation() {
            Truncation::KeepOld => "whoever has more keeps the old hash",
            Truncation::MustChange => "whoever has more must choose a new one",
            Truncation::RehashWhatWasProven => "what was read is hashed anew where that is a length",
        };
        tally.add(Code::LegacyHashPartial, site.clone(), format!("The scheme looks at {part}: {then}."));
    }

    /// Counts a hash that cannot be verified.
    pub(super) fn refuse(&mut self, error: &HashError, site: Site, tally: &mut Tally) {
        let mut add = |code, aspect, site, weight| {
            tally.add_weighted(code, aspect, site, weight, format!("These people cannot log in: {error}."));
        };
        match error {
            HashError::Locked => {
                let text = "People have no password: they move through recovery, or not at all.";
                tally.add(Code::LegacyHashLocked, site, text);
                return;
            }
            HashError::Ambiguous { candidates } => {
                add(Code::LegacyHashAmbiguous, "", site.scheme(candidates.join(" or ")), 0);
            }
            HashError::Incomplete { scheme, missing } => {
                add(Code::LegacyHashIncomplete, missing, site.scheme(*scheme), 0);
            }
            HashError::Malformed { scheme, what } => add(Code::LegacyHashMalformed, what, site.scheme(*scheme), 0),
            HashError::TooCostly { scheme, bound, asked, .. } => {
                add(Code::LegacyHashTooCostly, bound, site.scheme(*scheme), *asked);
            }
            HashError::UnsupportedScheme { name } => {
                let site = Site { scheme: name.clone(), ..site };
                add(Code::LegacyHashUnsupported, "", site, 0);
            }
        }
        self.judged += 1;
    }

    pub(super) fn conclude(self, tally: &mut Tally) {
        if self.judged > 0 && self.usable == 0 {
            let text = "Not one hash of the sample can be verified: is it the right column?";
            tally.add(Code::LegacyHashNoneUsable, Site::default(), text);
        }
    }
}
