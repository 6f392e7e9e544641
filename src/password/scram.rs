//! What a server keeps to verify SCRAM (RFC 5802).

use base64ct::{Base64, Encoding};

use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, PasswordForm, SecretBytes, Strength, Workspace,
    algorithm::Algorithm, field, format::Stored, pbkdf2::Pbkdf2Hash,
};

/// A parsed pair of a stored key and a server key, which are both made of the password, salt and iterations.
#[derive(Debug)]
pub(super) struct ScramHash {
    algorithm: Algorithm,
    /// Computes the salted password; its key is a blank of that length.
    salted: Pbkdf2Hash,
    /// Both keys as they stand in the text, and the character between them.
    keys: SecretBytes,
    separator: char,
    form: PasswordForm,
}

impl ScramHash {
    /// Reads both keys, in padded base64 around `separator`.
    pub(super) fn new(
        stored: &Stored<'_>,
        algorithm: Algorithm,
        (iterations, salt): (&str, &str),
        (keys, separator): (&str, char),
    ) -> Result<Self, HashError> {
        let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
        let salt = field::padded_base64(salt).filter(|salt| !salt.is_empty());
        let salt = salt.ok_or(stored.malformed("the salt is empty or not base64"))?;
        // Dots stand where a wrapped hash had its keys. They are nobody's.
        let length = 8 * algorithm.output_bytes().div_ceil(3) + 1;
        if keys.len() != length || keys.bytes().any(|byte| byte != b'.') {
            let (stored_key, server_key) = keys.split_once(separator).ok_or(stored.malformed("it has not two keys"))?;
            for key in [stored_key, server_key] {
                stored.digest(field::padded_base64(key), algorithm.output_bytes())?;
            }
        }
        let blank = SecretBytes::zeroed(algorithm.output_bytes());
        let salted = Pbkdf2Hash::new(stored, algorithm, iterations, salt, blank)?;
        Ok(Self { algorithm, salted, keys: keys.into(), separator, form: PasswordForm::AsTyped })
    }

    /// Of a password that was brought into this form.
    pub(super) fn of_form(self, form: PasswordForm) -> Self {
        Self { form, ..self }
    }
}

impl ParsedHash for ScramHash {
    fn cost(&self) -> Cost {
        self.salted.cost()
    }

    fn strength(&self) -> Strength {
        self.salted.strength()
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        let read = self.salted.effective_input(password);
        // What would be read of the part that is read, if it came alone.
        let part = match &read {
            EffectiveInput::Part(range) => password.expose().get(range.clone()).unwrap_or_default(),
            _ => password.expose(),
        };
        let prepared = self.form.prepare(&Password::from_bytes(part.to_vec()));
        if prepared.expose() == part { read } else { EffectiveInput::Folded }
    }

    fn digest(&self) -> &[u8] {
        self.keys.expose()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let salted = self.salted.compute(&self.form.prepare(password), workspace)?;
        let client_key = self.algorithm.hmac(salted.expose(), &[b"Client Key"]);
        let stored_key = self.algorithm.digest(&[client_key.expose()]);
        let server_key = self.algorithm.hmac(salted.expose(), &[b"Server Key"]);
        let mut keys = Base64::encode_string(stored_key.expose());
        keys.push(self.separator);
        keys.push_str(&Base64::encode_string(server_key.expose()));
        Ok(keys.into_bytes().into())
    }
}
