//! The words of the object.

use serde::{Serialize, Serializer};

use crate::password::{algorithm::Algorithm as Digest, vendor::transcoded::TextEncoding};

/// An enumeration of words, each with its spelling.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(super) enum $name { $($variant),* }

        impl $name {
            pub(super) fn named(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(super) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

words!(
    /// What the hash was made with.
    Algorithm {
        Argon2 = "argon2",
        Bcrypt = "bcrypt",
        Hmac = "hmac",
        Ldap = "ldap",
        Md4 = "md4",
        Md5 = "md5",
        Pbkdf2 = "pbkdf2",
        Scrypt = "scrypt",
        Sha1 = "sha1",
        Sha256 = "sha256",
        Sha512 = "sha512",
    }
);

words!(
    /// How the bytes of a value, a salt or a key are written.
    Encoding { Base64 = "base64", Hex = "hex", Utf8 = "utf8" }
);

words!(
    /// On which side of the password a salt stands.
    Position { Prefix = "prefix", Suffix = "suffix" }
);

words!(
    /// The digests of HMAC.
    HmacDigest {
        Md4 = "md4",
        Md5 = "md5",
        Ripemd160 = "ripemd160",
        Sha1 = "sha1",
        Sha224 = "sha224",
        Sha256 = "sha256",
        Sha384 = "sha384",
        Sha512 = "sha512",
        Whirlpool = "whirlpool",
    }
);

words!(
    /// What the typed password is transcoded into.
    PasswordEncoding {
        Ascii = "ascii",
        Binary = "binary",
        Latin1 = "latin1",
        Ucs2 = "ucs2",
        Utf16le = "utf16le",
        Utf8 = "utf8",
    }
);

impl HmacDigest {
    pub(super) const fn digest(self) -> Digest {
        match self {
            Self::Md4 => Digest::Md4,
            Self::Md5 => Digest::Md5,
            Self::Ripemd160 => Digest::Ripemd160,
            Self::Sha1 => Digest::Sha1,
            Self::Sha224 => Digest::Sha224,
            Self::Sha256 => Digest::Sha256,
            Self::Sha384 => Digest::Sha384,
            Self::Sha512 => Digest::Sha512,
            Self::Whirlpool => Digest::Whirlpool,
        }
    }
}

impl PasswordEncoding {
    pub(super) const fn text(self) -> TextEncoding {
        match self {
            Self::Ascii | Self::Binary | Self::Latin1 => TextEncoding::LowByte,
            Self::Ucs2 | Self::Utf16le => TextEncoding::Utf16,
            Self::Utf8 => TextEncoding::Utf8,
        }
    }
}
