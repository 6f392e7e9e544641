//! How a Django site's tables are changed.

use super::{Django, DjangoColumn as Column};
use crate::{
    legacy::{
        Commands, Sql,
        preset::users::{delete, insert, quoted, update},
    },
    password::HashFormat,
};

impl Django {
    /// As `create_user`, `set_password` and `delete` do it.
    pub(super) fn commands(&self, format: HashFormat) -> Commands {
        let table = self.user_table.as_str();
        let id = self.name_of(Column::Id).unwrap_or("id");
        let new: Vec<_> = [
            (Column::Username, "coalesce(:username, :email)"),
            (Column::Email, "coalesce(:email, '')"),
            (Column::Password, ":hash"),
            (Column::FirstName, "coalesce(:given_name, '')"),
            (Column::LastName, "coalesce(:family_name, '')"),
            (Column::IsActive, ":active"),
            (Column::IsStaff, "FALSE"),
            (Column::IsSuperuser, "FALSE"),
            (Column::DateJoined, ":created_at"),
        ]
        .into_iter()
        .filter_map(|(column, value)| Some((self.name_of(column)?, value)))
        .collect();
        let mut commands =
            Commands::new(format).create([insert(table, &new)]).without_email_verification().delete(self.deletions(id));
        if let Some(password) = self.name_of(Column::Password) {
            commands = commands.change_password([update(table, id, &[(password, ":hash")])]);
        }
        if let Some(email) = self.name_of(Column::Email) {
            // Whose name is their address is found by the new one. MySQL reads what stands to the left as it is afterwards,
            // so the name comes first.
            let name = self.name_of(Column::Username).map(|name| {
                let (old, address) = (quoted(name), quoted(email));
                (name, format!("CASE WHEN {old} = {address} THEN :email ELSE {old} END"))
            });
            let mut changes: Vec<_> = name.iter().map(|(name, value)| (*name, value.as_str())).collect();
            changes.push((email, ":email"));
            commands = commands.change_email([update(table, id, &changes)]);
        }
        commands
    }

    /// Django leaves no deletion to the database.
    fn deletions(&self, id: &str) -> Vec<Sql> {
        let mut deletions = Vec::new();
        if let Some(groups) = &self.groups {
            deletions.push(delete(&groups.table, &groups.user_column));
            // The same mix-in makes both tables.
            deletions.push(delete(&format!("{}_user_permissions", self.user_table), &groups.user_column));
        }
        deletions.push(delete(&self.user_table, id));
        deletions
    }
}
