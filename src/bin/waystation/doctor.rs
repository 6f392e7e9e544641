use std::{sync::Arc, time::Duration};

use clap::Args;
use waystation::{LazyMigrator, doctor::Code};

use crate::{
    arguments::Global,
    engine,
    failure::{Exit, Failure},
    output,
    settings::Settings,
    store,
};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many users of the legacy system to look at
    #[arg(long, default_value_t = 1_000, value_name = "USERS", conflicts_with = "everybody")]
    sample: usize,
    /// Look at all users of the legacy system
    #[arg(long)]
    everybody: bool,
    /// How long your service, or the proxy before it, lets a request take, in seconds
    #[arg(long, value_name = "SECONDS")]
    request_deadline: Option<u64>,
    /// Try no log-in at the legacy system
    #[arg(long)]
    without_trial: bool,
    /// Codes of findings that you have looked at and accept
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = code)]
    accept: Vec<Code>,
}

fn code(text: &str) -> Result<Code, String> {
    Code::ALL.iter().copied().find(|code| code.as_str() == text).ok_or_else(|| "there is no such code".into())
}

pub(crate) async fn run(options: &Options, global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::read(global)?;
    let passwords = Arc::new(engine::passwords(&settings)?);
    let legacy = Arc::new(settings.legacy()?.connection(&passwords)?);
    // Opening a store brings its schema up to date; one that is not there is not made.
    let store = store::open_or_empty(&settings).await?;
    let migrator = LazyMigrator::builder(store, legacy)
        .passwords(passwords)
        .build()
        .map_err(|error| Failure::of("the migrator cannot be made", error))?;

    let doctor = migrator.doctor();
    let doctor = if options.everybody { doctor.everybody() } else { doctor.sample(options.sample) };
    let doctor = match options.request_deadline {
        Some(seconds) => doctor.request_deadline(Duration::from_secs(seconds)),
        None => doctor,
    };
    let doctor = if options.without_trial { doctor.without_trial() } else { doctor };
    let diagnosis = doctor.examine().await;
    if global.json {
        output::json(&diagnosis)?;
    } else {
        output::line(&diagnosis)?;
    }
    Ok(if diagnosis.is_fit_but_for(&options.accept) { Exit::Done } else { Exit::Refused })
}
