use clap::{Args, ValueEnum};
use serde::Deserialize as _;
use serde_json::Value;
use waystation::bulk::ImportPolicy;

use crate::failure::Failure;

// Its group would have the name of that around it.
#[derive(Args, Debug)]
#[group(skip)]
pub(super) struct Options {
    /// Users who are there may be changed
    #[arg(long)]
    upsert: bool,
    /// What may be changed of users who are there
    #[arg(long, value_enum, default_value_t = Preset::Add)]
    policy: Preset,
    /// The key by which a record finds its user
    #[arg(long, value_name = "KEY", value_parser = ["email", "id", "legacy", "phone", "username"])]
    match_by: Option<String>,
    /// Another rule for some fields, such as `user_metadata=deep_merge`. Fields: `identifiers`, `names`, `user_metadata`,
    /// `app_metadata`, `credential`, `verified`, `blocked`, `mfa`, `identities`. Rules: `keep`, `replace`, `deep_merge`,
    /// `fill_missing`, `keep_newer`
    #[arg(long, value_name = "FIELDS=RULE", value_delimiter = ',')]
    merge: Vec<String>,
    /// Spare nobody: users who have moved by themselves are changed like the others
    #[arg(long)]
    change_moved: bool,
    /// Bring back the deleted
    #[arg(long)]
    lift_tombstones: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    /// What is missing is filled in
    Add,
    /// What the reference product does: names, metadata and factors are replaced
    Reference,
}

impl Options {
    /// # Errors
    ///
    /// When there is no such field or rule.
    pub(super) fn read(&self) -> Result<ImportPolicy, Failure> {
        let mut policy = match self.policy {
            Preset::Add => ImportPolicy::default(),
            Preset::Reference => ImportPolicy::reference(),
        };
        policy.upsert = self.upsert;
        policy.spare_moved &= !self.change_moved;
        policy.lift_tombstones |= self.lift_tombstones;
        let mut value = serde_json::to_value(policy).map_err(|error| Failure::of("the policy", error))?;
        if let Some(key) = &self.match_by {
            set(&mut value, "match_by", key)?;
        }
        for rule in &self.merge {
            let (field, rule) = rule
                .split_once('=')
                .ok_or_else(|| Failure::misused(format!("--merge {rule}: it is not of the form FIELDS=RULE")))?;
            set(&mut value, field, rule)?;
        }
        ImportPolicy::deserialize(value).map_err(|error| Failure::of("--merge", error))
    }
}

/// Sets a rule that is there.
fn set(policy: &mut Value, field: &str, rule: &str) -> Result<(), Failure> {
    match policy.get_mut(field) {
        Some(place @ Value::String(_)) => {
            *place = rule.into();
            Ok(())
        }
        _ => Err(Failure::misused(format!("--merge: there is no group of fields called {field}"))),
    }
}
