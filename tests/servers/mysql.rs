//! A MariaDB or MySQL server of the tests' own.
//!
//! ```ignore
//! #[path = "servers/server_process.rs"]
//! mod server_process;
//! #[path = "servers/mysql.rs"]
//! mod mysql;
//!
//! let Some(server) = MySqlServer::mariadb() else { return };
//! let url = server.fresh_database().await;
//! ```
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::{
    fs,
    io::Read as _,
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
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

/// The two products that speak the protocol.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Product {
    MariaDb,
    /// Version 8.0. Systems that have MariaDB in its place have it by `fetch_mysql`.
    MySql,
}

/// A server on a loopback port, with a data folder that goes when the test program does.
#[derive(Debug)]
pub(crate) struct MySqlServer {
    product: Product,
    /// What starts it, with the settings that it needs wherever it is.
    program: Vec<String>,
    folder: PathBuf,
    port: u16,
    process: Option<ServerProcess>,
}

impl MySqlServer {
    /// The MariaDB that all tests of a program share; `None` where it is not installed.
    pub(crate) fn mariadb() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<MySqlServer>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Product::MariaDb)).as_ref()
    }

    /// The MySQL 8 that all tests of a program share; `None` where it is not installed.
    pub(crate) fn mysql() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<MySqlServer>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Product::MySql)).as_ref()
    }

    /// Both of them, where they are installed.
    pub(crate) fn both() -> impl Iterator<Item = (&'static str, &'static Self)> {
        [("mariadb", Self::mariadb()), ("mysql", Self::mysql())]
            .into_iter()
            .filter_map(|(name, server)| Some((name, server?)))
    }

    /// A server of one's own; `None` where it is not installed.
    pub(crate) fn start(product: Product) -> Option<Self> {
        let (program, setup) = match product {
            Product::MariaDb => mariadb_programs()?,
            Product::MySql => mysql_programs()?,
        };
        let folder = folder(match product {
            Product::MariaDb => "waystation-mariadb-",
            Product::MySql => "waystation-mysql-",
        });
        let mut server = Self { product, program, folder, port: 0, process: None };
        let mut install = setup;
        install.extend(server.settings());
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
        panic!("{product:?} does not start: {}", server.log());
    }

    /// Ends it like a machine that loses its power.
    pub(crate) fn kill(&mut self) {
        self.process.take().unwrap().kill("KILL");
    }

    /// Starts it again on the same data and port.
    pub(crate) fn restart(&mut self) {
        assert!(self.process.is_none(), "it runs");
        assert!(self.launch().is_ok(), "{:?} does not start again: {}", self.product, self.log());
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
        let mut server = self.program.clone();
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
        if self.product == Product::MySql {
            // Another port, and another socket, that nobody asks at.
            server.push("--mysqlx=OFF".into());
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
        let mut settings = vec![format!("--datadir={}", text(&self.folder.join("data")))];
        // Not the system's: a server that starts removes the temporary tables of all that share a folder.
        settings.push(format!("--tmpdir={}", text(&self.folder)));
        settings.extend(["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M"].map(Into::into));
        if self.product == Product::MySql {
            // The package's own is a folder of the system.
            settings.push("--secure-file-priv=NULL".into());
        }
        if is_root() {
            settings.push("--user=root".into());
        }
        settings
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

/// What starts MariaDB, and what makes its data folder: each with what it takes to be before all other settings.
fn mariadb_programs() -> Option<(Vec<String>, Vec<String>)> {
    let elsewhere = || ["/usr/sbin", "/usr/libexec", "/usr/local/sbin"].map(PathBuf::from);
    let program = |name: &str| {
        let program = folder_with(&[name], elsewhere())?.join(name);
        Some(vec![text(&program), "--no-defaults".into()])
    };
    let (Some(server), Some(mut setup)) = (program("mariadbd"), program("mariadb-install-db")) else {
        return missing("MariaDB");
    };
    setup.extend(["--skip-test-db", "--auth-root-authentication-method=normal"].map(Into::into));
    Some((server, setup))
}

/// What starts MySQL, which makes its data folder by itself: that of the system, or the one that was fetched.
fn mysql_programs() -> Option<(Vec<String>, Vec<String>)> {
    let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join("mysql-8.0/usr");
    let is_mysql = |program: &PathBuf| {
        let version = Command::new(program).arg("--version").output();
        version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains("Ver 8."))
    };
    let installed = folder_with(&["mysqld"], [PathBuf::from("/usr/sbin")]).map(|folder| folder.join("mysqld"));
    let program = if let Some(installed) = installed.filter(is_mysql) {
        vec![text(&installed), "--no-defaults".into()]
    } else if fetched.is_dir() {
        let libraries = fetched.join("lib/x86_64-linux-gnu");
        let messages = fetched.join("share/mysql");
        vec![
            "env".into(),
            format!("LD_LIBRARY_PATH={}", text(&libraries)),
            text(&fetched.join("sbin/mysqld")),
            "--no-defaults".into(),
            format!("--lc-messages-dir={}", text(&messages)),
            format!("--character-sets-dir={}", text(&messages.join("charsets"))),
        ]
    } else {
        return missing("MySQL 8");
    };
    let mut setup = program.clone();
    setup.push("--initialize-insecure".into());
    Some((program, setup))
}

impl Drop for MySqlServer {
    fn drop(&mut self) {
        drop(self.process.take());
        // It is there if the server was killed.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
