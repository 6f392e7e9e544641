use std::{fmt, sync::Arc};

#[cfg(feature = "pbkdf2")]
use base64ct::Base64;
#[cfg(feature = "bcrypt")]
use base64ct::Base64Bcrypt;
#[cfg(any(feature = "bcrypt", feature = "pbkdf2"))]
use base64ct::Encoding as _;

#[cfg(feature = "digest")]
use super::php::crypt64_text;
use super::{HashPolicy, Password, PasswordHash};

/// How a legacy system writes its hashes, for hashes that are made here and read there.
///
/// Made by [`Passwords::hash_as`](super::Passwords::hash_as). New hashes of the service itself are always Argon2id.
///
/// ```
/// use waystation::password::{HashFormat, Password, Passwords, Verification};
///
/// # #[cfg(feature = "pbkdf2")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let passwords = Passwords::builder().build()?;
/// let password = Password::from("correct horse");
/// let hash = passwords.hash_as(&password, &HashFormat::django_pbkdf2_sha256(1_000)).await?;
/// assert!(hash.expose().starts_with("pbkdf2_sha256$1000$"));
/// assert!(matches!(passwords.verify(&password, &hash).await?, Verification::Match { .. }));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "pbkdf2"))]
/// # fn main() {}
/// ```
///
/// | system | format |
/// |---|---|
/// | ASP.NET Core Identity | [`aspnet_identity_v3`](Self::aspnet_identity_v3) |
/// | Django | [`django_pbkdf2_sha256`](Self::django_pbkdf2_sha256), [`django_argon2id`](Self::django_argon2id) |
/// | Drupal 7 to 10.0; later ones | [`drupal7`](Self::drupal7); [`bcrypt_2y`](Self::bcrypt_2y) |
/// | Keycloak | [`keycloak_pbkdf2_sha256`](Self::keycloak_pbkdf2_sha256), [`keycloak_pbkdf2_sha512`](Self::keycloak_pbkdf2_sha512) |
/// | Laravel, Joomla, PHP's `password_hash` | [`bcrypt_2y`](Self::bcrypt_2y), [`argon2id`](Self::argon2id) |
/// | Rails with Devise | [`bcrypt_2a`](Self::bcrypt_2a) |
/// | Python and Node | [`bcrypt_2b`](Self::bcrypt_2b), [`argon2id`](Self::argon2id) |
/// | WordPress since 6.8; before | [`wordpress`](Self::wordpress); [`phpass`](Self::phpass) |
/// | any other that can be verified | [`of_scheme`](Self::of_scheme) |
#[derive(Clone)]
pub struct HashFormat {
    scheme: &'static str,
    salt_bytes: usize,
    /// What stands for the digest until it is known.
    blank: Vec<u8>,
    write: Write,
    slashes: bool,
}

/// Makes the text of a salt and a digest.
type Write = Arc<dyn Fn(&[u8], &[u8]) -> String + Send + Sync>;

impl HashFormat {
    /// Hashes of any scheme that is registered, those of the host included.
    ///
    /// `write` makes the text out of so many bytes of random salt and of what the scheme calls the
    /// [digest](super::ParsedHash::digest). It is called twice: first with `blank`, any digest of the right length,
    /// since what it writes says with which parameters the digest is to be computed.
    ///
    /// ```
    /// use waystation::password::HashFormat;
    ///
    /// // What a site reads that has run on Django 1.3 since 2011: a digest of 20 bytes, and any text as its salt.
    /// let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    /// let write = move |salt: &[u8], digest: &[u8]| format!("sha1${}${}", hex(salt), hex(digest));
    /// let old_django = HashFormat::of_scheme("django-sha1", 8, vec![0; 20], write);
    /// # let _ = old_django;
    /// ```
    pub fn of_scheme(
        scheme: &'static str,
        salt_bytes: usize,
        blank: Vec<u8>,
        write: impl Fn(&[u8], &[u8]) -> String + Send + Sync + 'static,
    ) -> Self {
        Self { scheme, salt_bytes, blank, write: Arc::new(write), slashes: false }
    }

    /// Argon2id as a PHC string: `$argon2id$v=19$m=65536,t=4,p=1$…`.
    pub fn argon2id(policy: HashPolicy) -> Self {
        Self::argon2("argon2", policy, "")
    }

    /// Django's `Argon2PasswordHasher`: `argon2$argon2id$…`. Its own parameters are 102,400 KiB, 2 passes, 8 lanes.
    pub fn django_argon2id(policy: HashPolicy) -> Self {
        Self::argon2("django-argon2", policy, "argon2")
    }

    fn argon2(scheme: &'static str, policy: HashPolicy, before: &'static str) -> Self {
        let write = move |salt: &[u8], digest: &[u8]| format!("{before}{}", policy.written(salt, digest));
        Self::of_scheme(scheme, policy.salt_len(), vec![0; policy.output_len()], write)
    }

    /// bcrypt as Ruby writes it, `$2a$`, with a cost of 4 to 31: Devise takes 12.
    ///
    /// bcrypt reads 72 bytes of a password, here as there.
    #[cfg(feature = "bcrypt")]
    pub fn bcrypt_2a(cost: u32) -> Self {
        Self::bcrypt("bcrypt", "$2a$", cost)
    }

    /// bcrypt as Python and Node write it, `$2b$`. See [`bcrypt_2a`](Self::bcrypt_2a).
    #[cfg(feature = "bcrypt")]
    pub fn bcrypt_2b(cost: u32) -> Self {
        Self::bcrypt("bcrypt", "$2b$", cost)
    }

    /// bcrypt as PHP writes it, `$2y$`: Laravel takes a cost of 12, PHP 8.4 too, and 10 before. See
    /// [`bcrypt_2a`](Self::bcrypt_2a).
    #[cfg(feature = "bcrypt")]
    pub fn bcrypt_2y(cost: u32) -> Self {
        Self::bcrypt("bcrypt", "$2y$", cost)
    }

    /// WordPress since 6.8: `$wp$2y$`, with PHP's cost (10 or, from 8.4 on, 12). Reads passwords of any length.
    #[cfg(feature = "bcrypt")]
    pub fn wordpress(cost: u32) -> Self {
        Self::bcrypt("wordpress-bcrypt", "$wp$2y$", cost)
    }

    #[cfg(feature = "bcrypt")]
    fn bcrypt(scheme: &'static str, before: &'static str, cost: u32) -> Self {
        Self::of_scheme(scheme, 16, vec![b'.'; 31], move |salt, digest| {
            format!("{before}{cost:02}${}{}", Base64Bcrypt::encode_string(salt), String::from_utf8_lossy(digest))
        })
    }

    /// phpass's portable hash, `$P$`, of 2 to the power of `log2_rounds` rounds of MD5. WordPress before 6.8 takes 13.
    #[cfg(feature = "digest")]
    pub fn phpass(log2_rounds: u32) -> Self {
        Self::portable("phpass", "$P$", log2_rounds, 22)
    }

    /// Drupal 7's and 8's, `$S$`, over SHA-512. Drupal 7 takes 15, Drupal 8 and later 16. Of no password above 512 bytes.
    #[cfg(feature = "digest")]
    pub fn drupal7(log2_rounds: u32) -> Self {
        Self::portable("drupal7", "$S$", log2_rounds, 43)
    }

    #[cfg(feature = "digest")]
    fn portable(scheme: &'static str, tag: &'static str, log2_rounds: u32, letters: usize) -> Self {
        let text = |letters: Vec<u8>| letters.into_iter().map(char::from).collect::<String>();
        // A digit of the same alphabet as the salt. What is none is refused when the text is read.
        let rounds = u8::try_from(log2_rounds).ok().filter(|rounds| *rounds < 64);
        let digit: String =
            text(rounds.map_or_else(Vec::new, |rounds| crypt64_text(&[rounds]))).chars().take(1).collect();
        Self::of_scheme(scheme, 6, vec![b'.'; letters], move |salt, digest| {
            format!("{tag}{digit}{}{}", text(crypt64_text(salt)), String::from_utf8_lossy(digest))
        })
    }

    /// Django's default, with the iterations of its version: 600,000 in 4.2, 870,000 in 5.1, 1,000,000 in 5.2. Django
    /// makes a weaker hash anew at the next log-in there.
    #[cfg(feature = "pbkdf2")]
    pub fn django_pbkdf2_sha256(iterations: u32) -> Self {
        // Django reads the salt as text.
        let write = move |salt: &[u8], key: &[u8]| {
            let salt = super::field::to_hex(salt);
            format!("pbkdf2_sha256${iterations}${}${}", String::from_utf8_lossy(&salt), Base64::encode_string(key))
        };
        Self::of_scheme("django-pbkdf2-sha256", 16, vec![0; 32], write)
    }

    /// ASP.NET Core Identity's version 3 over SHA-512, as .NET 7 and later write it; they take 100,000 iterations.
    #[cfg(feature = "pbkdf2")]
    pub fn aspnet_identity_v3(iterations: u32) -> Self {
        const SALT_BYTES: u32 = 16;
        const SHA512: u32 = 2;
        Self::of_scheme("aspnet-identity", SALT_BYTES as usize, vec![0; 32], move |salt, key| {
            let numbers = [SHA512, iterations, SALT_BYTES].map(u32::to_be_bytes);
            Base64::encode_string(&[&[1], numbers.as_flattened(), salt, key].concat())
        })
    }

    /// Keycloak before 25, as one credential in JSON: its `secretData` and `credentialData` are the columns of the table
    /// `CREDENTIAL`. Keycloak takes 27,500 iterations; 600,000 from 24 on.
    #[cfg(feature = "pbkdf2")]
    pub fn keycloak_pbkdf2_sha256(iterations: u32) -> Self {
        Self::keycloak("pbkdf2-sha256", iterations)
    }

    /// The same over SHA-512, which Keycloak 24 writes with 210,000 iterations.
    #[cfg(feature = "pbkdf2")]
    pub fn keycloak_pbkdf2_sha512(iterations: u32) -> Self {
        Self::keycloak("pbkdf2-sha512", iterations)
    }

    #[cfg(feature = "pbkdf2")]
    fn keycloak(algorithm: &'static str, iterations: u32) -> Self {
        use serde_json::json;

        Self::of_scheme("keycloak", 16, vec![0; 64], move |salt, key| {
            let (salt, key) = (Base64::encode_string(salt), Base64::encode_string(key));
            let secret = json!({"value": key, "salt": salt, "additionalParameters": {}});
            let how = json!({"hashIterations": iterations, "algorithm": algorithm, "additionalParameters": {}});
            let credential =
                json!({"type": "password", "secretData": secret.to_string(), "credentialData": how.to_string()});
            credential.to_string()
        })
    }

    /// Puts a backslash before each `'`, `"` and `\` of a password before it is hashed, as WordPress's forms do: without
    /// it, somebody whose password has one of them could not log in there.
    pub fn with_slashes(mut self) -> Self {
        self.slashes = true;
        self
    }

    /// The text of a hash of this salt and digest.
    pub(super) fn hash(&self, salt: &[u8], digest: &[u8]) -> PasswordHash {
        PasswordHash::declared(self.scheme, (self.write)(salt, digest))
    }

    pub(super) const fn salt_bytes(&self) -> usize {
        self.salt_bytes
    }

    pub(super) const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// What stands for the digest until it is known.
    pub(super) fn blank(&self) -> &[u8] {
        &self.blank
    }

    /// What the system hashes of a password that is typed there.
    pub(crate) fn prepared(&self, password: &Password) -> Password {
        if !self.slashes {
            return password.clone();
        }
        // Twice the length is enough, so that no copy is left where it grew.
        let mut slashed = Vec::with_capacity(2 * password.len());
        for byte in password.expose() {
            if matches!(byte, b'\'' | b'"' | b'\\') {
                slashed.push(b'\\');
            }
            slashed.push(*byte);
        }
        Password::from_bytes(slashed)
    }
}

impl fmt::Debug for HashFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashFormat({})", self.scheme)
    }
}
