use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict};
use crate::{
    clock::Clock,
    identifier::{Identifier, IdentifierRules},
    password::{HashError, Password, PasswordError, Passwords, Verification},
    user::SourceName,
};

mod accounts;
mod ber;
mod builder;
mod date;
mod directory;
mod entry;
mod fault;
mod filter;
mod groups;
mod id;
mod look_up;
mod mapping;
mod new_users;
mod proof;
mod server;
mod session;
mod template;
mod tls;
mod writer;

pub use accounts::LdapAccounts;
pub use builder::LdapConnectionBuilder;
pub use date::LdapDate;
pub use groups::LdapGroups;
pub use mapping::{LdapMapping, LdapValue};
pub use new_users::LdapNewUsers;

use directory::Listing;
use entry::Entry;
use look_up::People;
use proof::{Proof, proof};
use server::Server;
use template::Template;

/// No password is longer, in bytes: servers hang up on a longer message, which would look like an outage.
const MAX_PASSWORD_BYTES: usize = 4_096;

/// A legacy system whose users are in a directory: OpenLDAP, Active Directory, 389 Directory Server and their kin.
///
/// Whether a password is right is asked of the directory itself, by a bind over a connection of its own. Who the person
/// is comes from a search by a service account, over one connection that is kept, and opened again when it is lost.
///
/// ```no_run
/// # async fn example(secret: waystation::Password) -> Result<(), Box<dyn std::error::Error>> {
/// use waystation::legacy::{LdapConnection, LdapGroups, LdapMapping};
///
/// let mapping = LdapMapping::inet_org_person()
///     .groups(LdapGroups::under("ou=groups,dc=example,dc=com", "member"));
/// let legacy = LdapConnection::builder("ldaps://ldap.example.com", "ou=people,dc=example,dc=com", mapping)
///     .service_account("cn=waystation,ou=services,dc=example,dc=com", secret)
///     .certificate_authority(std::fs::read("/etc/ssl/example-ca.pem")?)
///     .build()?;
/// legacy.check().await?;
/// # Ok(())
/// # }
/// ```
///
/// | the directory | the verdict |
/// |---|---|
/// | has no such person | `NotFound` |
/// | has two entries with the identifier | [`LegacyError::Ambiguous`], naming the attribute |
/// | refuses the bind for its password; the password is empty, which is never sent | `Mismatch` |
/// | takes the bind | `Match` |
/// | takes it, or would, but wants a new password: expired, on grace, reset (`ppolicy`; Active Directory's 532, 773) | `MatchMustChange` |
/// | takes it, and the entry says that the account is barred | `Blocked` |
/// | refuses it for another reason: disabled, expired, not now, not from here (530, 531, 533, 701), locked for wrong guesses (775, `ppolicy`) | `Blocked` |
/// | has something of the person that cannot be read | [`LegacyError::Malformed`], naming the attribute |
/// | refuses it without saying why | [`LegacyError::Refused`] |
///
/// *Locked for wrong guesses* is the one `Blocked` that does not prove the password: the directory does not look at it.
///
/// A server that is down, slow, hangs up or talks nonsense is [`LegacyError::Unavailable`]. One that speaks no TLS, shows
/// a certificate that is not trusted, or refuses the service account is [`LegacyError::Misconfigured`]. Referrals are
/// not followed.
///
/// **TLS.** An `ldap://` address means StartTLS, which has to succeed before anything else is said. Without TLS
/// everybody's password can be read on the way; [`without_tls`](LdapConnectionBuilder::without_tls) is for a test.
pub struct LdapConnection {
    source: SourceName,
    server: Server,
    people: People,
    mapping: LdapMapping,
    verification: Verify,
    rules: Arc<dyn IdentifierRules>,
    clock: Arc<dyn Clock>,
    new_users: Option<LdapNewUsers>,
    listing: Listing,
}

/// Who says whether a password is right.
enum Verify {
    /// The directory, of the entry that was found.
    ByBind,
    /// The directory, of a name made of what was typed.
    ByTemplate(Template),
    /// This machine, by the hash in the entry.
    Hashes(Arc<Passwords>),
}

impl LdapConnection {
    /// A connection to the directory at `url`, whose people are under `base`. Nothing is opened before the first
    /// question.
    pub fn builder(url: impl Into<String>, base: impl Into<String>, mapping: LdapMapping) -> LdapConnectionBuilder {
        LdapConnectionBuilder::new(url.into(), base.into(), mapping)
    }

    /// A connection to Active Directory: its attributes, and only the users among its entries.
    pub fn active_directory(url: impl Into<String>, base: impl Into<String>) -> LdapConnectionBuilder {
        Self::builder(url, base, LdapMapping::active_directory())
            .filter("(&(objectCategory=person)(objectClass=user))")
            .source("active-directory")
    }

    /// Asks once, about nobody: whether the directory is there and its certificate trusted, takes the service account,
    /// and has the search base; where hashes are verified here, also whether any can be read. For a service's start, so
    /// that a wrong set-up shows before the first person logs in.
    ///
    /// # Errors
    ///
    /// The first that a log-in would meet.
    pub async fn check(&self) -> Result<(), LegacyError> {
        if !self.server.has_service() {
            return self.server.reach().await;
        }
        let is_hash_needed = matches!(self.verification, Verify::Hashes(_));
        match self.mapping.password_attribute().filter(|_| is_hash_needed) {
            Some(attribute) if !self.anybody_has(attribute).await? => Err(LegacyError::misconfigured(format!(
                "nobody has an attribute {attribute} that the service account may read"
            ))),
            Some(_) => Ok(()),
            None => self.anybody_has("waystationNobody").await.map(drop),
        }
    }

    async fn verify(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let (id, identifier) = (attempt.id_at(&self.source)?, attempt.identifier());
        if attempt.password().is_empty() {
            // Directories take a bind without a password for one of nobody, and say yes.
            return Ok(Verdict::Mismatch);
        }
        match (&self.verification, id) {
            (Verify::ByTemplate(template), None) => self.verify_by_template(template, attempt).await,
            (verification, Some(id)) => match self.entry_by_id(id).await? {
                Some(entry) => self.verify_entry(verification, &entry, None, attempt).await,
                None => Ok(Verdict::NotFound),
            },
            (verification, None) => match self.entry_of(identifier).await? {
                Some(entry) => self.verify_entry(verification, &entry, Some(identifier), attempt).await,
                None => Ok(Verdict::NotFound),
            },
        }
    }

    async fn verify_entry(
        &self,
        verification: &Verify,
        entry: &Entry,
        asked: Option<&Identifier>,
        attempt: &LegacyAttempt<'_>,
    ) -> Result<Verdict, LegacyError> {
        match verification {
            Verify::ByBind | Verify::ByTemplate(_) => {
                let Some(password) = sendable(attempt.password())? else { return Ok(Verdict::Mismatch) };
                let (_, reply) = self.server.bind(entry.dn(), password).await?;
                self.verdict(proof(&reply)?, entry, asked).await
            }
            Verify::Hashes(passwords) => self.verify_hashes(passwords, entry, asked, attempt).await,
        }
    }

    /// Binds with a name made of what was typed, and reads the entry as its owner.
    async fn verify_by_template(
        &self,
        template: &Template,
        attempt: &LegacyAttempt<'_>,
    ) -> Result<Verdict, LegacyError> {
        let identifier = attempt.identifier();
        let Some(name) = template.name(identifier) else { return Ok(Verdict::NotFound) };
        let Some(password) = sendable(attempt.password())? else { return Ok(Verdict::Mismatch) };
        let (mut session, reply) = self.server.bind(&name, password).await?;
        let proof = proof(&reply)?;
        let entry = if matches!(proof, Proof::Right) {
            let search = self.people.own_entry(template.makes_dns().then_some(name), identifier, &self.mapping);
            let reply = self.server.ask_over(&mut session, &search).await?.success()?;
            self.only_one(reply, identifier)?
        } else if self.server.has_service() {
            // To tell a wrong password from nobody, and to know who has the right one and may not use it any more.
            self.entry_of(identifier).await?
        } else {
            None
        };
        match (entry, proof) {
            (Some(entry), proof) => self.verdict(proof, &entry, Some(identifier)).await,
            (None, Proof::Right) => {
                Err(LegacyError::misconfigured("people may not read their own entry, or it has another name for them"))
            }
            (None, Proof::Wrong) if self.server.has_service() => Ok(Verdict::NotFound),
            (None, Proof::Wrong) => Ok(Verdict::Mismatch),
            (None, Proof::NoEntry) => Ok(Verdict::NotFound),
            (None, Proof::Barred) => Ok(Verdict::Blocked),
            (None, Proof::RightMustChange) => Err(LegacyError::misconfigured(
                "a service account is needed to read the entries of people whose password has expired",
            )),
        }
    }

    async fn verdict(&self, proof: Proof, entry: &Entry, asked: Option<&Identifier>) -> Result<Verdict, LegacyError> {
        let must_change = match proof {
            Proof::Barred => return Ok(Verdict::Blocked),
            Proof::NoEntry => return Ok(Verdict::NotFound),
            Proof::Wrong => return Ok(Verdict::Mismatch),
            Proof::Right => self.mapping.must_change(entry)?,
            Proof::RightMustChange => true,
        };
        Ok(of_right_password(self.user(entry, asked).await?, must_change))
    }

    async fn verify_hashes(
        &self,
        passwords: &Passwords,
        entry: &Entry,
        asked: Option<&Identifier>,
        attempt: &LegacyAttempt<'_>,
    ) -> Result<Verdict, LegacyError> {
        let place = self.mapping.password_attribute().unwrap_or("?");
        let hashes = self.mapping.password_hashes(entry)?;
        if hashes.is_empty() {
            // Not a wrong password: directories hide the attribute from whoever has no right to read it.
            return Err(LegacyError::malformed("missing, or hidden from the service account", place));
        }
        // What else is to be asked about them is asked first, and only matters if the password is right.
        let user = self.user(entry, asked).await;
        // From here on the time is spent on our own pool.
        attempt.answered();
        let mut unusable = None;
        for hash in hashes {
            match passwords.verify_for_connection(attempt.password(), &hash).await {
                Ok(Verification::Match { truncated, .. }) => {
                    let mut user = user?;
                    user.truncated = truncated;
                    user.password_hash = Some(hash);
                    return Ok(of_right_password(user, self.mapping.must_change(entry)?));
                }
                Ok(_) | Err(PasswordError::Hash(HashError::Locked)) => {}
                Err(PasswordError::Hash(source)) => unusable = Some(source),
                Err(error) => return Err(LegacyError::Password(error)),
            }
        }
        match unusable {
            Some(source) => Err(LegacyError::UnusableHash { place: place.to_owned(), source }),
            None => Ok(Verdict::Mismatch),
        }
    }
}

fn of_right_password(user: LegacyUser, must_change: bool) -> Verdict {
    if user.profile.blocked {
        Verdict::Blocked
    } else if must_change {
        Verdict::MatchMustChange(Box::new(user))
    } else {
        Verdict::Match(Box::new(user))
    }
}

/// The password as a bind takes it; `None` for what is nobody's password. RFC 4511 wants passwords in UTF-8. A NUL ends
/// a password for servers written in C, so that one who typed more than the password would be let in.
fn sendable(password: &Password) -> Result<Option<&str>, LegacyError> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(LegacyError::Refused { what: "a password of more than 4 KiB" });
    }
    Ok(password.expose_text().filter(|text| !text.is_empty() && !text.contains('\0')))
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyConnection for LdapConnection {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        self.verify(attempt).await
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        match self.entry_of(identifier).await? {
            Some(entry) => self.user(&entry, Some(identifier)).await.map(Some),
            None => Ok(None),
        }
    }

    /// Nobody without a service account that could list them.
    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        self.server.has_service().then_some(self)
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        self.new_users.is_some().then_some(self)
    }
}

impl fmt::Debug for LdapConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapConnection")
            .field("source", &self.source)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
