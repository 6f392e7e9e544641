use clap::Args;
use serde::Serialize;
use waystation::{
    User,
    search::Query,
    store::{Order, Search, SearchCursor},
};

use crate::{
    arguments::Global,
    failure::{Exit, Failure},
    output::{self, plain},
    settings::Settings,
    show::Shown,
    store::{self, Missing},
    time,
};

const SYNTAX: &str = "\
The query syntax is Lucene's, as the reference product has it:

  email:\"ada@example.com\"              email.domain:\"example.com\"
  logins_count:[100 TO *]              last_login:<2025
  _exists_:phone_number                NOT _exists_:last_login
  app_metadata.plan:\"pro\" AND (email:ada* OR username:ada*)";

#[derive(Args, Debug)]
#[command(after_help = SYNTAX)]
pub(crate) struct Options {
    /// What to look for; everybody unless given
    #[arg(allow_hyphen_values = true)]
    query: Option<String>,
    /// In which order: FIELD:1, or FIELD:-1 for the greatest first
    #[arg(long, value_name = "FIELD:±1", allow_hyphen_values = true)]
    sort: Option<String>,
    /// How many users a page holds
    #[arg(long, default_value_t = 50, value_name = "USERS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Which page, from 0
    #[arg(long, value_name = "NUMBER", conflicts_with = "after")]
    page: Option<u32>,
    /// The page after this place, as the page before printed it
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// All pages
    #[arg(long, conflicts_with = "page")]
    all: bool,
    /// Only how many there are
    #[arg(long, conflicts_with_all = ["page", "after", "all", "sort"])]
    count: bool,
}

/// One page, for machines.
#[derive(Serialize)]
struct Page<'a> {
    users: Vec<Shown<'a>>,
    next: Option<String>,
}

pub(crate) async fn run(options: &Options, global: &Global) -> Result<Exit, Failure> {
    let mut search = read(options)?;
    let settings = Settings::read(global)?;
    let store = store::open(&settings, Missing::Refuse).await?;
    let searcher = store.as_search().ok_or_else(|| store::lacks("search"))?;
    let failed = |error| Failure::of("the store cannot be asked", error);
    if options.count {
        output::line(searcher.count(&search.filter).await.map_err(failed)?)?;
        return Ok(Exit::Done);
    }
    loop {
        let page = searcher.search(&search).await.map_err(failed)?;
        let next = page.next.as_ref().map(ToString::to_string);
        if global.json {
            output::json(&Page { users: page.users.iter().map(Shown::from).collect(), next: next.clone() })?;
        } else {
            for user in &page.users {
                output::line(row(user))?;
            }
        }
        match page.next {
            Some(place) if options.all => search = search.after(place),
            Some(_) => {
                tell!("there are more: --after {}", next.unwrap_or_default());
                return Ok(Exit::Done);
            }
            None => return Ok(Exit::Done),
        }
    }
}

/// What is asked for.
///
/// # Errors
///
/// When it cannot be read; the place in the query is shown to whoever typed it.
fn read(options: &Options) -> Result<Search, Failure> {
    let filter = query(options.query.as_deref())?.into_filter();
    let limit = usize::try_from(options.limit).unwrap_or(usize::MAX);
    let mut search = Search::new(filter).limit(limit).looks(usize::MAX);
    if let Some(sort) = &options.sort {
        let order = sort.parse::<Order>().map_err(|error| Failure::misused(format!("--sort: {error}")))?;
        search = search.order(order);
    }
    if let Some(page) = options.page {
        let page = usize::try_from(page).unwrap_or(usize::MAX);
        search = search.page(page, limit).map_err(|error| Failure::misused(format!("--page: {error}")))?;
    }
    if let Some(place) = &options.after {
        let place = place.parse::<SearchCursor>().map_err(|error| Failure::misused(format!("--after: {error}")))?;
        if options.sort.is_some() && search.order != place.order {
            return Err(Failure::misused("--after: the place is of another order than --sort"));
        }
        search = search.after(place);
    }
    Ok(search)
}

/// The query of a command; everybody unless given.
///
/// # Errors
///
/// When it is none.
pub(crate) fn query(text: Option<&str>) -> Result<Query, Failure> {
    let text = text.unwrap_or("*");
    Query::parse(text).map_err(|error| Failure::misused(format!("the query: {}", error.pointing_into(text))))
}

fn row(user: &User) -> String {
    let name = |identifier: Option<&waystation::Identifier>| plain(identifier.map_or("-", |it| it.original()));
    format!(
        "{:<36}  {:<32}  {:<16}  {:<16}  {}",
        plain(user.id.as_str()),
        name(user.profile.email.as_ref()),
        name(user.profile.username.as_ref()),
        user.credential.kind().as_str(),
        user.last_login.map_or_else(|| "never".to_owned(), time::show),
    )
}
