use super::PasswordHash;

/// How one system spells its hashes, where several systems share a spelling.
///
/// `md5$salt$hex` is a digest to Django and an HMAC to Werkzeug; 32 hexadecimal digits may be MD5, MD4 or an NT hash.
/// [`Schemes`](super::Schemes) refuses to guess. A dialect declares such a hash as its system means it, and leaves all
/// others to tell their scheme themselves.
///
/// ```
/// use waystation::password::{Dialect, Schemes};
///
/// let stored = Dialect::DJANGO.hash("md5$qvKZ9mBd2Iz5$8f4de5a5a22d6e1ab8b7c5cd2ce02b13");
/// assert_eq!(stored.scheme(), Some("django-md5"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dialect(&'static [(Spelling, &'static str)]);

/// What hashes of one scheme look like.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    /// So many bytes in hexadecimal, and nothing else.
    Hex(usize),
    /// The same with, perhaps, a colon and a salt after it.
    HexAndSalt(usize),
    /// What begins like this.
    Prefix(&'static str),
}

impl Dialect {
    /// Django.
    pub const DJANGO: Self = Self(&[
        (Spelling::Prefix("md5$$"), "django-unsalted-md5"),
        (Spelling::Prefix("sha1$$"), "django-unsalted-sha1"),
        (Spelling::Prefix("md5$"), "django-md5"),
        (Spelling::Prefix("sha1$"), "django-sha1"),
        (Spelling::Hex(16), "md5"),
    ]);

    /// Joomla, whose hashes before 3.2 are a digest and its salt. The oldest have no salt.
    pub const JOOMLA: Self = Self(&[(Spelling::HexAndSalt(16), "joomla-md5")]);

    /// Meteor and Rocket.Chat, whose clients send a digest of the password.
    pub const METEOR: Self = Self(&[(Spelling::Prefix("$2"), "meteor-bcrypt")]);

    /// MySQL and MariaDB, whose oldest hashes are 16 digits and nothing else.
    pub const MYSQL: Self = Self(&[(Spelling::Hex(8), "mysql-323")]);

    /// Werkzeug before 3.0, and so Flask, Airflow and Superset.
    pub const WERKZEUG: Self =
        Self(&[(Spelling::Prefix("md5$"), "werkzeug-hmac"), (Spelling::Prefix("sha1$"), "werkzeug-hmac")]);
    /// Symfony, whose hasher makes a digest of passwords that bcrypt would not read whole.
    pub const SYMFONY: Self = Self(&[(Spelling::Prefix("$2"), "symfony-bcrypt")]);

    /// WordPress, whose oldest hashes are MD5.
    pub const WORDPRESS: Self = Self(&[(Spelling::Hex(16), "md5")]);

    /// WoltLab Burning Board 4, and what else is built on WCF 2.
    pub const WOLTLAB: Self = Self(&[(Spelling::Prefix("$2a$"), "wbb4-bcrypt")]);

    /// The dialect of this name: `django`, `joomla`, `meteor`, `mysql`, `symfony`, `werkzeug`, `woltlab`, `wordpress`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "django" => Self::DJANGO,
            "joomla" => Self::JOOMLA,
            "meteor" => Self::METEOR,
            "mysql" => Self::MYSQL,
            "symfony" => Self::SYMFONY,
            "werkzeug" => Self::WERKZEUG,
            "woltlab" => Self::WOLTLAB,
            "wordpress" => Self::WORDPRESS,
            _ => return None,
        })
    }

    /// A hash of the system, with its scheme declared where the text alone does not tell it.
    pub fn hash(&self, text: impl Into<String>) -> PasswordHash {
        let text = text.into();
        match self.0.iter().find(|(spelling, _)| spelling.fits(&text)) {
            Some((_, scheme)) => PasswordHash::declared(*scheme, text),
            None => PasswordHash::new(text),
        }
    }
}

impl Spelling {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Hex(bytes) => text.len() == 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Self::HexAndSalt(bytes) => Self::Hex(bytes).fits(text.split(':').next().unwrap_or_default()),
            Self::Prefix(prefix) => text.starts_with(prefix),
        }
    }
}
