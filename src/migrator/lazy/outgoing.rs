//! What the legacy system is to be told of a write.

use super::{
    drive::{Drive, fault},
    task::Task,
};
use crate::{
    error::Error,
    identifier::IdentifierKind,
    migrator::{
        machine::{Insertion, Replacement},
        write_back::Change,
    },
    password::Password,
    store::Outgoing,
    user::{NewUser, Profile, User, UserChange, UserId},
};

impl Drive<'_> {
    pub(super) fn outgoing_of_insert(&mut self, insertion: Insertion, user: &NewUser) -> Result<Vec<Outgoing>, Error> {
        let before = self.person.as_ref().map(|person| &person.profile);
        let mut changes = match (insertion, self.task) {
            (Insertion::SignedUp, _) => vec![Change::Create(self.wanted()?)],
            (Insertion::Moved(_), Task::CompleteRecovery { .. }) => vec![Change::Password(self.wanted()?)],
            _ => Vec::new(),
        };
        changes.extend(verification(before, &user.profile));
        self.outgoing(&user.id, &changes)
    }

    pub(super) fn outgoing_of_update(
        &mut self,
        replacement: Replacement,
        user: &User,
        change: &UserChange,
    ) -> Result<Vec<Outgoing>, Error> {
        let mut changes = Vec::new();
        match (replacement, self.task) {
            (Replacement::Password, _) => {
                changes.push(Change::Password(self.wanted()?));
                let verified = change.profile.as_ref().and_then(|after| verification(Some(&user.profile), after));
                changes.extend(verified);
            }
            (Replacement::Identifier, Task::ChangeIdentifier { identifier, verified, .. })
                if identifier.kind() == IdentifierKind::Email =>
            {
                changes.push(Change::Email { email: identifier.clone(), verified: *verified });
            }
            _ => {}
        }
        self.outgoing(&user.id, &changes)
    }

    /// The messages that say this, while the legacy system is told anything at all.
    pub(super) fn outgoing(&mut self, user: &UserId, changes: &[Change]) -> Result<Vec<Outgoing>, Error> {
        let now = self.parts.clock.now();
        let Some(courier) = &self.parts.courier else { return Ok(Vec::new()) };
        if courier.options.has_ended(now) || !self.task.conduct().asks_legacy {
            return Ok(Vec::new());
        }
        let message = |change: &Change| courier.options.outgoing(user, change, now, &*self.parts.entropy);
        let messages: Vec<_> = changes.iter().map(message).collect::<Result<_, _>>()?;
        self.queued += messages.len();
        Ok(messages)
    }

    fn wanted(&self) -> Result<Password, Error> {
        self.task.wanted().cloned().ok_or_else(fault)
    }
}

/// What the legacy system does not know yet of the address.
fn verification(before: Option<&Profile>, after: &Profile) -> Option<Change> {
    let was_verified = before.is_none_or(|before| before.email_verified);
    (after.email_verified && !was_verified).then_some(Change::VerifyEmail)
}
