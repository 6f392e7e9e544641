use super::EffectiveInput;

/// What becomes of a hash whose scheme reads only a part of the password, when a longer one opens it.
///
/// bcrypt reads 72 bytes and DES 8. Whoever types those and anything after them is let in, so that nobody knows whether
/// the rest is their password: a hash of the whole would make it so.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Truncation {
    /// The hash stays as it is until the password is changed.
    #[default]
    KeepOld,
    /// The person is let in and told to choose a new password. The hash stays until they do.
    MustChange,
    /// A hash by the policy is made of just the bytes that were read, and goes on reading no more. Where the part
    /// depends on the password and not only on a length (a NUL in it, spaces around it), the hash stays.
    RehashWhatWasProven,
}

impl Truncation {
    /// Whether a hash of which only this was read is replaced.
    pub(super) fn replaces(self, read: &EffectiveInput) -> bool {
        self == Self::RehashWhatWasProven && matches!(read, EffectiveInput::First(_))
    }
}
