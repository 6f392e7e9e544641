mod http;
mod patience;
mod token;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use clap::Args;
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};
use waystation::{
    LazyMigrator, Passwords, admin,
    api::{Api, ApiError, ApiLimits, ApiWorker, Connection},
    bulk::Importer,
    legacy::{FunctionConnection, LegacyConnection, Verdict},
    phase::Phase,
};

use crate::{
    arguments::Global,
    engine,
    failure::{Exit, Failure},
    import,
    interrupt::{CHECKPOINT, interrupted},
    log, output,
    settings::Settings,
    store::{self, Missing},
};

/// Where clients expect the API.
const PREFIX: &str = "/api/v2";
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8_080);
const SPOOL: &str = "waystation-spool";
const UPLOAD_BYTES: u64 = 1 << 30;
const UPLOAD_SECONDS: u64 = 3_600;
const CLIENT_SECONDS: u64 = 30;
/// Connections at once: fewer than the files that a process may usually have open.
const CONNECTIONS: usize = 512;
/// How long requests that are under way are waited for at the end.
const END: Duration = Duration::from_secs(10);

const AFTER_HELP: &str = "\
Prints where it listens when it does, and serves until Ctrl-C or SIGTERM: then imports stop at a checkpoint and go on with
the next start, and requests that are under way have ten seconds to end.

Whoever asks has to show a token: a line of the file --token-file, which is made with a new token if it is not there, or
the environment's WAYSTATION_TOKEN. Without either, a new token is shown on the terminal, and is good until the end.

With a [legacy] system in the settings, nobody who waits there is made a second time. Without one, whoever is not in the
store is nobody.";

/// The flags, and the table `serve` of the settings, which has the same names with `_` for `-`.
#[derive(Args, Debug, Default, Deserialize)]
#[command(after_help = AFTER_HELP)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    /// Address and port to listen at; port 0 takes one that is free [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Listen at an address that other machines reach: what stands before it speaks TLS. Needs --url
    #[arg(long)]
    behind_proxy: bool,
    /// Where clients reach the API, if not where it listens: `https://shop.example/api/v2`
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// File of tokens, one a line, each with the scopes that it is restricted to behind it, if it is
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Tokens may read and export, whatever else they might, and imports that wait go on waiting
    #[arg(long)]
    read_only: bool,
    /// Folder of uploads and exports, for nothing else [default: waystation-spool]
    #[arg(long, value_name = "FOLDER")]
    spool: Option<PathBuf>,
    /// The legacy system whose ids uploads have [default: that of the settings, or auth0]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The longest upload in bytes [default: 1073741824]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    upload_bytes: Option<u64>,
    /// How long an upload may take, in seconds [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    upload_seconds: Option<u64>,
    /// How long a client may take over the head of a request, and pause in whatever it sends or takes, in seconds
    /// [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    client_seconds: Option<u64>,
    /// How many requests are answered one right after the other; more are refused with 429 [default: 50]
    #[arg(long, value_name = "REQUESTS", value_parser = clap::value_parser!(u32).range(1..))]
    burst: Option<u32>,
    /// How many requests are answered a second in the long run [default: 15]
    #[arg(long, value_name = "REQUESTS", value_parser = clap::value_parser!(u32).range(1..))]
    per_second: Option<u32>,
}

pub(crate) async fn run(options: Options, global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::read(global)?;
    let of_settings = std::mem::take(&mut settings.serve);
    let tokens = token::Source::of(options.token_file.as_deref(), of_settings.token_file.as_deref());
    let options = options.or(of_settings);
    let listen = options.listen()?;
    let passwords = Arc::new(engine::passwords(&settings)?);
    let (legacy, phase, source) = legacy(&mut settings, &passwords)?;
    let read = import::read_options(&settings, &passwords)?;
    log::begin();

    // Whoever has read that it listens may end it.
    let interrupted = interrupted(CHECKPOINT);
    // Before a token is made: a port that is taken is no reason for another token.
    let cannot = |error| Failure::of(format!("{listen} cannot be listened at"), error);
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let tokens = tokens.read(options.read_only)?;
    let missing = if options.read_only { Missing::Refuse } else { Missing::Create };
    let store = store::open(&settings, missing).await?;
    let is_asked = !matches!(phase, Phase::Sealed);
    let migrator = LazyMigrator::builder(Arc::clone(&store), Arc::clone(&legacy))
        .passwords(Arc::clone(&passwords))
        .phase(phase)
        .build()
        .map_err(|error| Failure::of("the migrator cannot be made", error))?;
    let url = options.url.clone().unwrap_or_else(|| format!("http://{address}{PREFIX}"));
    let source = options.source.clone().or(source);
    let connection = source.into_iter().fold(Connection::new(settings.connection()), Connection::provider);
    let api = Api::builder(Arc::clone(&store), Arc::new(migrator), options.spool(), url.clone());
    let api = if is_asked { api.legacy(legacy) } else { api };
    let api = api
        .passwords(Arc::clone(&passwords))
        .authoriser(Arc::new(tokens))
        .connection(connection)
        .read(read)
        .limits(options.limits())
        .build()
        .map_err(|error| match error {
            ApiError::Url => {
                Failure::misused("--url: it begins with neither `https://` nor `http://`, or is no address")
            }
            error => Failure::of("the API cannot be served", error),
        })?;

    if global.json {
        output::json(&json!({"address": address, "url": url, "page": format!("{url}/admin/")}))?;
    } else {
        output::line(&url)?;
        output::line(format_args!("{url}/admin/ is a page for people"))?;
    }
    let importer = Importer::builder(store).passwords(passwords).build();
    let worker = ApiWorker::new(api.clone(), importer);
    let worker = if options.read_only { worker.without_imports() } else { worker };
    serve(listener, worker, api, options.bounds(), interrupted).await
}

/// What is served beneath the address: the one place that knows.
fn service(api: Api) -> Router {
    Router::new().nest(PREFIX, admin::router(api))
}

async fn serve(
    listener: TcpListener,
    worker: ApiWorker,
    api: Api,
    bounds: http::Bounds,
    interrupted: impl Future<Output = ()>,
) -> Result<Exit, Failure> {
    let (stop, stopped) = watch::channel(false);
    let told = |mut stopped: watch::Receiver<bool>| async move {
        // An end of the sender is an end too.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let mut working = tokio::spawn({
        let stopped = told(stopped.clone());
        async move { worker.run_until(stopped).await }
    });
    let serving = tokio::spawn(http::serve(listener, service(api.clone()), bounds, told(stopped)));
    let early = tokio::select! {
        () = interrupted => None,
        ended = &mut working => Some(ended),
    };
    let _ = stop.send(true);
    // Whoever follows a job would hold up the end.
    api.close_events();
    let (ended, cut) = if let Some(ended) = early { (ended, serving.await) } else { tokio::join!(working, serving) };
    if let Ok(cut @ 1..) = cut {
        tell!("requests that did not end in {} s and were cut off: {cut}", END.as_secs());
    }
    match ended {
        Ok(Ok(())) => Ok(Exit::Done),
        Ok(Err(error)) => Err(Failure::of("the jobs cannot go on", error)),
        Err(error) => Err(Failure::of("the jobs cannot go on", error)),
    }
}

/// The legacy system, what it means for log-ins, and its name.
type Legacy = (Arc<dyn LegacyConnection>, Phase, Option<String>);

/// # Errors
///
/// When its settings are wrong.
fn legacy(settings: &mut Settings, passwords: &Arc<Passwords>) -> Result<Legacy, Failure> {
    let Some(legacy) = settings.any_legacy() else {
        // Sealed, so that it is never asked; if it were, it would know nobody.
        let nobody = FunctionConnection::new(|_| async { Ok(Verdict::NotFound) }, |_| async { Ok(None) });
        return Ok((Arc::new(nobody), Phase::Sealed, None));
    };
    let connection = legacy.connection(passwords)?;
    let source = connection.source().to_string();
    Ok((Arc::new(connection), Phase::Importing, Some(source)))
}

impl Options {
    /// The flags, and what the settings say where there is none.
    fn or(self, settings: Self) -> Self {
        Self {
            listen: self.listen.or(settings.listen),
            behind_proxy: self.behind_proxy || settings.behind_proxy,
            url: self.url.or(settings.url),
            token_file: self.token_file.or(settings.token_file),
            read_only: self.read_only || settings.read_only,
            spool: self.spool.or(settings.spool),
            source: self.source.or(settings.source),
            upload_bytes: self.upload_bytes.or(settings.upload_bytes),
            upload_seconds: self.upload_seconds.or(settings.upload_seconds),
            client_seconds: self.client_seconds.or(settings.client_seconds),
            burst: self.burst.or(settings.burst),
            per_second: self.per_second.or(settings.per_second),
        }
    }

    /// Where to listen.
    ///
    /// # Errors
    ///
    /// When tokens would go over the network in the clear, or nobody could say what links begin with.
    fn listen(&self) -> Result<SocketAddr, Failure> {
        let listen = self.listen.unwrap_or(LISTEN);
        if listen.ip().is_loopback() {
            return Ok(listen);
        }
        if !self.behind_proxy {
            return Err(Failure::misused(
                "--listen: other machines reach this address, and this server speaks no TLS, so that tokens could be read on \
                 their way: listen at a loopback address, or say --behind-proxy if what stands before it speaks TLS",
            ));
        }
        if self.url.is_none() {
            return Err(Failure::misused("--behind-proxy needs --url: where clients reach the API"));
        }
        Ok(listen)
    }

    fn spool(&self) -> PathBuf {
        self.spool.clone().unwrap_or_else(|| SPOOL.into())
    }

    fn limits(&self) -> ApiLimits {
        let limits = ApiLimits::default()
            .upload_bytes(self.upload_bytes.unwrap_or(UPLOAD_BYTES))
            .upload_time(Duration::from_secs(self.upload_seconds.unwrap_or(UPLOAD_SECONDS)));
        let limits = self.burst.into_iter().fold(limits, ApiLimits::burst);
        self.per_second.into_iter().fold(limits, ApiLimits::per_second)
    }

    fn bounds(&self) -> http::Bounds {
        http::Bounds {
            patience: Duration::from_secs(self.client_seconds.unwrap_or(CLIENT_SECONDS)),
            upload: Duration::from_secs(self.upload_seconds.unwrap_or(UPLOAD_SECONDS)),
            connections: CONNECTIONS,
            end: END,
        }
    }
}
