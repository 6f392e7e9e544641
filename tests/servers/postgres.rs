//! A PostgreSQL server of the tests' own.
//!
//! ```ignore
//! #[path = "servers/server_process.rs"]
//! mod server_process;
//! #[path = "servers/postgres.rs"]
//! mod postgres;
//!
//! let Some(server) = PostgresServer::shared() else { return };
//! let url = server.fresh_database().await;
//! ```
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::server_process::{ServerProcess, folder, folder_with, free_port, is_root, missing, pause, run, text};

/// Who may do everything there.
pub(crate) const USER: &str = "waystation";
pub(crate) const PASSWORD: &str = "only/for@tests";

/// How many looks at a server that is starting are enough.
const STARTING: usize = 1_500;

/// A server on a loopback port, with a data folder that goes when the test program does.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<ServerProcess>,
}

impl PostgresServer {
    /// The server that all tests of a program share; `None` where PostgreSQL is not installed.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<PostgresServer>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server of one's own; `None` where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = folder_with(&["initdb", "pg_isready", "postgres"], elsewhere()) else {
            return missing("PostgreSQL");
        };
        let folder = folder("waystation-postgres-");
        fs::write(folder.join("password"), PASSWORD).unwrap();
        if let Some(user) = unprivileged() {
            run(&["chown".into(), "-R".into(), user, text(&folder)]);
        }
        let mut server = Self { programs, folder, port: 0, process: None };
        let mut initdb = server.command("initdb");
        initdb.extend(["-D".into(), server.data(), format!("--pwfile={}", text(&server.folder.join("password")))]);
        initdb.extend(["-U", USER, "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"].map(Into::into));
        run(&initdb);
        // The port may be taken between its choice and its use.
        for _ in 0..5 {
            server.port = free_port();
            if server.launch().is_ok() {
                return Some(server);
            }
        }
        panic!("PostgreSQL does not start: {}", server.log());
    }

    /// Ends it like a machine that loses its power.
    pub(crate) fn kill(&mut self) {
        self.process.take().unwrap().kill("KILL");
    }

    /// Starts it again on the same data and port.
    pub(crate) fn restart(&mut self) {
        assert!(self.process.is_none(), "it runs");
        // Some of a killed server's processes take a moment to notice, and keep the next one out until they have.
        for _ in 0..50 {
            if self.launch().is_ok() {
                return;
            }
            pause();
        }
        panic!("PostgreSQL does not start again: {}", self.log());
    }

    pub(crate) fn folder(&self) -> String {
        text(&self.folder)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        self.url_as(USER, PASSWORD, database)
    }

    /// The address of a database, for this user.
    pub(crate) fn url_as(&self, user: &str, password: &str, database: &str) -> String {
        let password = password.replace('/', "%2F").replace('@', "%40");
        format!("postgres://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// The address of a new and empty database.
    pub(crate) async fn fresh_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("fresh_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url("postgres")).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        connection.close().await.unwrap();
        self.url(&name)
    }

    fn launch(&mut self) -> Result<(), ()> {
        let mut server = self.command("postgres");
        server.extend(["-D".into(), self.data(), "-p".into(), self.port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "full_page_writes=off",
            "shared_buffers=16MB",
            "max_connections=200",
        ] {
            server.extend(["-c".into(), setting.into()]);
        }
        let mut process = ServerProcess::start(&server, "QUIT", &self.folder);
        for _ in 0..STARTING {
            if !process.is_running() {
                break;
            }
            if self.is_ready() {
                self.process = Some(process);
                return Ok(());
            }
            pause();
        }
        Err(())
    }

    fn is_ready(&self) -> bool {
        let mut ask = Command::new(self.programs.join("pg_isready"));
        ask.args(["-q", "-h", "127.0.0.1", "-p"]).arg(self.port.to_string()).status().unwrap().success()
    }

    /// A program of the server's, as somebody who is not root: it refuses to run as root.
    fn command(&self, program: &str) -> Vec<String> {
        let mut command = Vec::new();
        if let Some(user) = unprivileged() {
            let (user, group) = (format!("--reuid={user}"), format!("--regid={user}"));
            command.extend(["setpriv".into(), user, group, "--clear-groups".into()]);
        }
        command.push(text(&self.programs.join(program)));
        command
    }

    fn data(&self) -> String {
        text(&self.folder.join("data"))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.process.take());
        // It is there if the server was killed.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where systems put PostgreSQL's programs that are not on the path.
fn elsewhere() -> Vec<PathBuf> {
    let roots = [("/usr/lib/postgresql", "bin"), ("/usr/libexec", ""), ("/usr", "bin"), ("/opt/homebrew/opt", "bin")];
    let mut folders = Vec::new();
    for (root, bin) in roots {
        let versions = fs::read_dir(root).into_iter().flatten().flatten();
        folders.extend(versions.map(|version| version.path().join(bin)));
    }
    // The newest first.
    folders.sort();
    folders.reverse();
    folders
}

/// Whom to become, if we are root.
fn unprivileged() -> Option<String> {
    let is_there = |user: &str| Command::new("id").arg(user).output().unwrap().status.success();
    is_root().then(|| if is_there("postgres") { "postgres".into() } else { "nobody".into() })
}
