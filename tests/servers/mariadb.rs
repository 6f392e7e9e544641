//! A MariaDB server of the tests' own.
//!
//! ```ignore
//! #[path = "servers/server_process.rs"]
//! mod server_process;
//! #[path = "servers/mariadb.rs"]
//! mod mariadb;
//!
//! let Some(server) = MariaDbServer::shared() else { return };
//! let url = server.fresh_database().await;
//! ```
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::{
    fs,
    io::Read as _,
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};

use crate::server_process::{ServerProcess, folder, folder_with, free_port, is_root, missing, pause, run, text};

/// Who may do everything there.
pub(crate) const USER: &str = "waystation";
pub(crate) const PASSWORD: &str = "only/for@tests";

/// How many looks at a server that is starting are enough.
const STARTING: usize = 1_500;

/// A server on a loopback port, with a data folder that goes when the test program does.
#[derive(Debug)]
pub(crate) struct MariaDbServer {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<ServerProcess>,
}

impl MariaDbServer {
    /// The server that all tests of a program share; `None` where MariaDB is not installed.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<MariaDbServer>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server of one's own; `None` where MariaDB is not installed.
    pub(crate) fn start() -> Option<Self> {
        let elsewhere = || ["/usr/sbin", "/usr/libexec", "/usr/local/sbin"].map(PathBuf::from);
        let (Some(programs), Some(setup)) =
            (folder_with(&["mariadbd"], elsewhere()), folder_with(&["mariadb-install-db"], elsewhere()))
        else {
            return missing("MariaDB");
        };
        let mut server =
            Self { program: programs.join("mariadbd"), folder: folder("waystation-mariadb-"), port: 0, process: None };
        let mut install = vec![text(&setup.join("mariadb-install-db"))];
        install.extend(server.settings());
        install.extend(["--skip-test-db", "--auth-root-authentication-method=normal"].map(Into::into));
        run(&install);
        let grant = format!(
            "CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\n\
             GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        );
        fs::write(server.folder.join("init.sql"), grant).unwrap();
        // The port may be taken between its choice and its use.
        for _ in 0..5 {
            server.port = free_port();
            if server.launch().is_ok() {
                return Some(server);
            }
        }
        panic!("MariaDB does not start: {}", server.log());
    }

    /// Ends it like a machine that loses its power.
    pub(crate) fn kill(&mut self) {
        self.process.take().unwrap().kill("KILL");
    }

    /// Starts it again on the same data and port.
    pub(crate) fn restart(&mut self) {
        assert!(self.process.is_none(), "it runs");
        assert!(self.launch().is_ok(), "MariaDB does not start again: {}", self.log());
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
        format!("mysql://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// The address of a new and empty database.
    pub(crate) async fn fresh_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("fresh_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut connection = MySqlConnection::connect(&self.url("mysql")).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        connection.close().await.unwrap();
        self.url(&name)
    }

    fn launch(&mut self) -> Result<(), ()> {
        let mut server = vec![text(&self.program)];
        server.extend(self.settings());
        server.extend([
            format!("--port={}", self.port),
            format!("--socket={}", text(&self.folder.join("socket"))),
            format!("--pid-file={}", text(&self.folder.join("pid"))),
            format!("--init-file={}", text(&self.folder.join("init.sql"))),
        ]);
        for setting in [
            "--bind-address=127.0.0.1",
            "--character-set-server=utf8mb4",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-doublewrite=0",
            "--max-connections=200",
        ] {
            server.push(setting.into());
        }
        let mut process = ServerProcess::start(&server, "KILL", &self.folder);
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

    /// A server that is ready greets whoever comes.
    fn is_ready(&self) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok_and(|mut server| server.read(&mut [0]).is_ok())
    }

    /// What is set from the first on: nothing of this machine's own configuration, and small files.
    fn settings(&self) -> Vec<String> {
        let mut settings = vec!["--no-defaults".into(), format!("--datadir={}", text(&self.folder.join("data")))];
        settings.extend(["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M"].map(Into::into));
        if is_root() {
            settings.push("--user=root".into());
        }
        settings
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for MariaDbServer {
    fn drop(&mut self) {
        drop(self.process.take());
        // It is there if the server was killed.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
