//! What observers are told of an attempt.

use super::{Parts, drive::Driven, task::Task};
use crate::{
    event::EventKind,
    migrator::{Origin, Refusal, machine::Ending},
};

impl Parts {
    pub(super) fn tell(&self, driven: &Driven, task: &Task) {
        let reason = match (driven.ending, task) {
            (Ending::Refused(reason), _) => Some(reason),
            (Ending::NoSuchUser, Task::Adopt { .. }) => Some(Refusal::Unknown),
            _ => None,
        };
        if let Some(reason) = reason {
            if let (Refusal::Conflict, Some(key)) = (reason, driven.conflict) {
                self.emit(EventKind::Conflict { key });
            }
            self.emit(EventKind::Refused { reason });
        }
        if let Task::BeginRecovery { .. } = task {
            self.emit(EventKind::RecoveryBegun { deliverable: driven.token.is_some() });
        }
        if let (Ending::Deleted(true), Task::Delete { user, .. }) = (driven.ending, task) {
            self.emit(EventKind::Deleted { user: user.clone() });
        }
        self.tell_of_user(driven, task);
    }

    fn tell_of_user(&self, driven: &Driven, task: &Task) {
        let Some(row) = &driven.user else { return };
        let user = row.id.clone();
        let source = row.legacy.as_ref().map(|key| key.source().clone());
        if let Some(by) = driven.migrated {
            self.emit(EventKind::Migrated { user: user.clone(), source: source.clone(), by });
        }
        match (driven.ending, task) {
            (Ending::Authenticated { .. }, Task::Adopt { .. }) => self.emit(EventKind::Adopted { user }),
            (Ending::Authenticated { origin, must_change, .. }, _) => {
                if origin == Origin::Legacy && driven.inserted {
                    self.emit(EventKind::Cached { user: user.clone(), source });
                }
                let scheme = row.password_hash().and_then(|hash| hash.scheme()).map(str::to_owned);
                self.emit(EventKind::Authenticated { user, origin, scheme, must_change });
            }
            (Ending::Completed, Task::SignUp { .. }) => self.emit(EventKind::SignedUp { user }),
            (Ending::Completed, Task::ChangeIdentifier { .. }) => self.emit(EventKind::IdentifierChanged { user }),
            (Ending::Completed, Task::ChangePassword { .. } | Task::CompleteRecovery { .. }) => {
                self.emit(EventKind::PasswordChanged { user });
            }
            _ => {}
        }
    }
}
