use async_trait::async_trait;

use super::{Chain, ChainMember};
use crate::{
    identifier::Identifier,
    legacy::{LegacyError, LegacyUser, LegacyWriter},
    password::Password,
    user::LegacyKey,
};

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyWriter for Chain {
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError> {
        let member = self.home_of(user)?;
        let writer = member.writer()?;
        for identifier in user.profile.identifiers() {
            self.check_free_elsewhere(identifier, member).await?;
        }
        let key = writer.create(user, password).await.map_err(|error| member.named(error))?;
        member.check_own(&key)?;
        Ok(key)
    }

    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let member = self.member(user.source())?;
        member.writer()?.verify_email(user).await.map_err(|error| member.named(error))
    }

    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError> {
        let member = self.member(user.source())?;
        member.writer()?.change_password(user, password).await.map_err(|error| member.named(error))
    }

    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError> {
        let member = self.member(user.source())?;
        let writer = member.writer()?;
        self.check_free_elsewhere(email, member).await?;
        writer.change_email(user, email, verified).await.map_err(|error| member.named(error))
    }

    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let member = self.member(user.source())?;
        member.writer()?.delete(user).await.map_err(|error| member.named(error))
    }
}

impl Chain {
    /// Where a new user is to live: where they are said to, or at the first member where they would be looked for.
    fn home_of(&self, user: &LegacyUser) -> Result<&ChainMember, LegacyError> {
        let would_know =
            |member: &&ChainMember| user.profile.identifiers().any(|identifier| member.route().may_take(identifier));
        let home = if let Ok(named) = self.member(user.key.source()) {
            Some(named).filter(would_know)
        } else {
            let mut open =
                self.members.iter().filter(|member| member.has_writer() && !member.route().asks_for_tenant());
            open.find(would_know)
        };
        home.ok_or(LegacyError::Refused { what: "a new user whom no route leads to a member that can be changed" })
    }

    /// Whether nobody has an identifier at the other members: the two would be taken for one person.
    async fn check_free_elsewhere(&self, identifier: &Identifier, home: &ChainMember) -> Result<(), LegacyError> {
        for member in
            self.members.iter().filter(|member| member.name() != home.name() && member.route().may_take(identifier))
        {
            if member.find(identifier).await?.is_some() {
                return Err(LegacyError::Refused { what: "somebody has this identifier at another member" });
            }
        }
        Ok(())
    }
}
