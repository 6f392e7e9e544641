use super::{
    hash::BcryptHash,
    key::{of_c_string, until_nul},
};
use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, format::Stored,
};

/// WoltLab's `crypt(crypt(password, salt), salt)`: the text of one hash is the password of the other.
#[derive(Debug)]
pub(super) struct TwiceHash {
    setting: SecretBytes,
    hash: BcryptHash,
}

impl TwiceHash {
    pub(super) fn parse(stored: &Stored<'_>) -> Result<Self, HashError> {
        let hash = BcryptHash::parse(stored.scheme, stored.text(), stored.limits)?;
        let setting = BcryptHash::setting(stored.text()).ok_or(stored.malformed("it has no digest"))?;
        Ok(Self { setting: setting.into(), hash })
    }
}

impl ParsedHash for TwiceHash {
    fn cost(&self) -> Cost {
        self.hash.cost()
    }

    fn strength(&self) -> Strength {
        self.hash.strength()
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        of_c_string(password, false)
    }

    fn digest(&self) -> &[u8] {
        self.hash.digest()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let inner = self.hash.digest_of(until_nul(password.expose()));
        let text = [self.setting.expose(), inner.expose()].concat();
        self.hash.compute(&Password::from_bytes(text), workspace)
    }
}
