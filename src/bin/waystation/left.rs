use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use waystation::{
    Identifier, LegacyConnection as _,
    report::{self, Left, ReportError, WhyLeft},
};

use crate::{
    arguments::Global,
    engine,
    failure::{Exit, Failure},
    output::{self, plain},
    settings::Settings,
    store,
};

/// So many users of the legacy system are looked at at once.
const PAGE: usize = 1_000;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Only those who are left for one of these reasons
    #[arg(long, value_name = "REASON", value_delimiter = ',', value_parser = WhyLeft::NAMES)]
    why: Vec<String>,
}

/// Somebody who is left, as they are printed.
#[derive(Serialize)]
struct Shown<'a> {
    source: &'a str,
    legacy_id: &'a str,
    email: Option<&'a str>,
    username: Option<&'a str>,
    phone_number: Option<&'a str>,
    name: Option<&'a str>,
    why: &'static str,
    detail: Option<String>,
    scheme: Option<&'static str>,
}

pub(crate) async fn run(options: &Options, global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::read(global)?;
    let passwords = Arc::new(engine::passwords(&settings)?);
    let legacy = settings.legacy()?.connection(&passwords)?;
    let directory =
        legacy.as_directory().ok_or_else(|| Failure::impossible("the legacy system has no list of its users"))?;
    let store = store::open_or_empty(&settings).await?;
    let failed = |error| match error {
        ReportError::Store(error) => Failure::of("the store cannot be asked", error),
        error => Failure::of("who is left cannot be told", error),
    };
    let (mut walked, mut found, mut after) = (0_usize, 0_usize, None);
    loop {
        let page = report::left(&*store, directory, Some(&passwords), after.as_ref(), PAGE).await.map_err(failed)?;
        walked = walked.saturating_add(page.walked);
        found = found.saturating_add(page.left.len());
        for left in &page.left {
            let shown = Shown::from(left);
            if options.why.is_empty() || options.why.iter().any(|why| why == shown.why) {
                print(&shown, global)?;
            }
        }
        after = page.next;
        if after.is_none() {
            tell!("{found} of {walked} people of the legacy system are left");
            return Ok(Exit::Done);
        }
    }
}

fn print(shown: &Shown<'_>, global: &Global) -> Result<(), Failure> {
    if global.json {
        return output::json(shown);
    }
    let Shown { source, legacy_id, email, username, phone_number, why, .. } = shown;
    let who = plain(email.or(*username).or(*phone_number).unwrap_or("-"));
    let key = plain(&format!("{source}|{legacy_id}"));
    let scheme = shown.scheme.unwrap_or("-");
    let detail = shown.detail.as_deref().unwrap_or_default();
    output::line(format_args!("{key:<28}  {who:<32}  {why:<13}  {scheme:<16}  {detail}").to_string().trim_end())
}

impl<'a> From<&'a Left> for Shown<'a> {
    fn from(left: &'a Left) -> Self {
        let profile = left.user.as_ref().map(|user| &user.profile);
        let original = |identifier: Option<&'a Identifier>| identifier.map(Identifier::original);
        Self {
            source: left.key.source().as_str(),
            legacy_id: left.key.id(),
            email: original(profile.and_then(|profile| profile.email.as_ref())),
            username: original(profile.and_then(|profile| profile.username.as_ref())),
            phone_number: original(profile.and_then(|profile| profile.phone.as_ref())),
            name: profile.and_then(|profile| profile.name.as_deref()),
            why: left.why.as_str(),
            detail: match &left.why {
                WhyLeft::UnusableHash(error) => Some(error.to_string()),
                WhyLeft::Unreadable(error) => Some(error.to_string()),
                _ => None,
            },
            scheme: left.scheme,
        }
    }
}
