use clap::{Args, ValueEnum};
use serde::Deserialize as _;
use serde_json::Value;
use waystation::bulk::ImportPolicy;

use crate::failure::Failure;

// Its group would have the name of that around it.
#[derive(Args, Debug)]
#[group(skip)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Options {
    /// Users who are there may be changed
    #[arg(long)]
    upsert: bool,
    /// What may be changed of users who are there: `add` unless given. Whether they are blocked or verified is not, unless
    /// --merge says so
    #[arg(long, value_enum)]
    policy: Option<Preset>,
    /// The key by which a record finds its user: `email` unless given
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
    /// Of users who have moved by themselves, fill in what is missing and change nothing, with `--policy reference` too
    #[arg(long, conflicts_with = "change_moved")]
    spare_moved: bool,
    /// Change users by an address that was never shown to be theirs: whoever signed up here with another's address gets
    /// what the file has for that
    #[arg(long)]
    trust_unverified: bool,
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
        let changes = self.policy.is_some() || !self.merge.is_empty() || self.match_by.is_some();
        if !self.upsert && (changes || self.change_moved || self.spare_moved || self.trust_unverified) {
            let what = "--policy, --merge, --match-by, --change-moved, --spare-moved and --trust-unverified say what may be \
                        changed of users who are there: give --upsert too";
            return Err(Failure::misused(what));
        }
        let mut policy = match self.policy.unwrap_or(Preset::Add) {
            Preset::Add => ImportPolicy::default(),
            Preset::Reference => ImportPolicy::reference(),
        };
        policy.upsert = self.upsert;
        policy.spare_moved = (policy.spare_moved || self.spare_moved) && !self.change_moved;
        policy.trust_unverified |= self.trust_unverified;
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
        ImportPolicy::deserialize(value).map_err(|error| Failure::misused(format!("--merge: {error}")))
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

/// What stands on the command line for this policy.
pub(super) fn arguments(policy: &ImportPolicy) -> Vec<String> {
    let mut arguments = Vec::new();
    let usual = ImportPolicy::default();
    for (flag, is_set) in [
        ("--upsert", policy.upsert),
        ("--change-moved", policy.upsert && !policy.spare_moved),
        ("--trust-unverified", policy.trust_unverified),
        ("--lift-tombstones", policy.lift_tombstones),
    ] {
        if is_set {
            arguments.push(flag.to_owned());
        }
    }
    let rules = |policy| serde_json::to_value(policy).unwrap_or_default();
    if let (true, Value::Object(rules), Value::Object(usual)) = (policy.upsert, rules(policy), rules(&usual)) {
        let others = rules.iter().filter(|(field, rule)| usual.get(*field) != Some(*rule));
        for (field, rule) in others.filter_map(|(field, rule)| Some((field, rule.as_str()?))) {
            if field == "match_by" {
                arguments.extend(["--match-by".to_owned(), rule.to_owned()]);
            } else {
                arguments.extend(["--merge".to_owned(), format!("{field}={rule}")]);
            }
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    fn read(arguments: &[String]) -> ImportPolicy {
        let command = Options::augment_args(clap::Command::new("import")).no_binary_name(true);
        Options::from_arg_matches(&command.get_matches_from(arguments)).unwrap().read().unwrap()
    }

    #[test]
    fn whatever_the_policy_the_command_is_told_that_has_the_same() {
        for line in [
            "",
            "--lift-tombstones",
            "--upsert",
            "--upsert --policy reference",
            "--upsert --policy reference --spare-moved --match-by legacy",
            "--upsert --merge user_metadata=deep_merge,app_metadata=keep_newer --change-moved --trust-unverified",
        ] {
            let policy = read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(read(&arguments(&policy)), policy, "{line}");
        }
    }
}
