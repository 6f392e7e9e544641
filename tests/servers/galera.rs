//! Three MariaDB servers that are one Galera cluster, all on loopback.
//!
//! ```ignore
//! let Some(mut cluster) = GaleraCluster::start() else { return };
//! cluster.create_database("users");
//! let urls: Vec<_> = (0..NODES).map(|node| cluster.url(node, "users")).collect();
//! cluster.kill(2);
//! cluster.restart(2);
//! ```
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};
use tokio::runtime::Runtime;

use crate::server_process::{ServerProcess, folder, folder_with, is_root, missing, pause, run, text};

pub(crate) const NODES: usize = 3;

const USER: &str = "waystation";
const PASSWORD: &str = "only-for-tests";

/// How many looks at a node that is starting are enough, each after a pause of 20 ms. One that comes back may have to
/// copy the files of another one first.
const STARTING: usize = 4_500;

/// After how long without a word a node is taken for dead.
pub(crate) const SUSPECTED: Duration = Duration::from_secs(1);

/// What a member needs besides MariaDB itself, where distributions put it.
const LIBRARIES: [&str; 4] = ["/usr/lib/galera", "/usr/lib64/galera", "/usr/lib64/galera-4", "/usr/lib"];

/// A cluster whose data folders go when the test program does.
#[derive(Debug)]
pub(crate) struct GaleraCluster {
    program: PathBuf,
    provider: PathBuf,
    nodes: [Node; NODES],
}

#[derive(Debug)]
struct Node {
    folder: PathBuf,
    ports: Ports,
    process: Option<ServerProcess>,
}

/// One for each thing that a node listens for.
#[derive(Clone, Copy, Debug)]
struct Ports {
    clients: u16,
    group: u16,
    /// Where it gets the transactions that it has missed.
    transactions: u16,
    /// Where it gets a copy of all files instead.
    files: u16,
}

impl GaleraCluster {
    /// A cluster of one's own; `None` where MariaDB, Galera or rsync is not installed.
    pub(crate) fn start() -> Option<Self> {
        let elsewhere = || ["/usr/sbin", "/usr/libexec", "/usr/local/sbin"].map(PathBuf::from);
        let (Some(programs), Some(setup)) =
            (folder_with(&["mariadbd"], elsewhere()), folder_with(&["mariadb-install-db"], elsewhere()))
        else {
            return missing("MariaDB");
        };
        let Some(library) = LIBRARIES.into_iter().map(PathBuf::from).find(|at| at.join("libgalera_smm.so").is_file())
        else {
            return missing("Galera");
        };
        if folder_with(&["rsync"], []).is_none() {
            return missing("rsync, which Galera copies files with,");
        }
        let nodes = free_ports().map(|ports| Node { folder: folder("waystation-galera-"), ports, process: None });
        let mut cluster =
            Self { program: programs.join("mariadbd"), provider: library.join("libgalera_smm.so"), nodes };
        cluster.make_files(&setup.join("mariadb-install-db"));
        cluster.launch(0, &["--wsrep-new-cluster"]);
        for node in 1..NODES {
            cluster.launch(node, &[]);
        }
        for node in 0..NODES {
            cluster.wait_for(node);
        }
        Some(cluster)
    }

    /// Ends a node like a machine that loses its power.
    pub(crate) fn kill(&mut self, node: usize) {
        self.nodes[node].process.take().unwrap().kill("KILL");
    }

    /// Starts a node again on what it left, and returns when it is a full member of the cluster.
    pub(crate) fn restart(&mut self, node: usize) {
        assert!(self.nodes[node].process.is_none(), "it runs");
        let position = format!("--wsrep-start-position={}", self.position(node));
        self.launch(node, &[&position]);
        self.wait_for(node);
    }

    /// The address of a database on one of the nodes.
    pub(crate) fn url(&self, node: usize, database: &str) -> String {
        format!("mysql://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.nodes[node].ports.clients)
    }

    /// Makes a database, on all nodes.
    pub(crate) fn create_database(&self, name: &str) {
        let statement = format!("CREATE DATABASE {name}");
        Runtime::new().unwrap().block_on(async {
            let mut connection = MySqlConnection::connect(&self.url(0, "mysql")).await.unwrap();
            connection.execute(AssertSqlSafe(statement)).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    /// What a node says of itself, by the name of a status variable.
    pub(crate) fn status(&self, node: usize, name: &str) -> Option<String> {
        let statement = format!("SHOW GLOBAL STATUS LIKE '{name}'");
        Runtime::new().unwrap().block_on(async {
            let mut connection = MySqlConnection::connect(&self.url(node, "")).await.ok()?;
            let row: Option<(String, String)> =
                sqlx::query_as(AssertSqlSafe(statement)).fetch_optional(&mut connection).await.ok()?;
            connection.close().await.ok()?;
            row.map(|(_, value)| value)
        })
    }

    /// The files of a cluster that was shut down in order, once for each node: none of them has to be sent all files by
    /// another one at its first start.
    fn make_files(&mut self, install: &Path) {
        let (first, others) = (self.nodes[0].folder.clone(), [1, 2].map(|node| self.nodes[node].folder.clone()));
        let mut install = vec![text(install)];
        install.extend(settings(&first));
        install.extend(["--skip-test-db", "--auth-root-authentication-method=normal"].map(Into::into));
        own(&first);
        run(&install);
        let grant = format!(
            "CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        );
        fs::write(first.join("init.sql"), grant).unwrap();
        own(&first);
        let init = format!("--init-file={}", text(&first.join("init.sql")));
        self.launch(0, &["--wsrep-new-cluster", &init]);
        self.wait_for(0);
        self.nodes[0].process.take().unwrap().kill("TERM");
        for other in others {
            run(&["cp", "-R"]
                .map(Into::into)
                .into_iter()
                .chain([text(&first.join("data")), text(&other)])
                .collect::<Vec<_>>());
            own(&other);
        }
    }

    fn launch(&mut self, node: usize, more: &[&str]) {
        let mut server = self.server(node);
        server.extend(more.iter().map(|&setting| setting.into()));
        self.nodes[node].process = Some(ServerProcess::start(&server, "KILL", &self.nodes[node].folder));
    }

    /// Where a node that was killed stood, which its start scripts find out too: another node then sends it what it has
    /// missed, and need not stand still while all of its files are copied.
    fn position(&self, node: usize) -> String {
        let mut recover = self.server(node);
        recover.push("--wsrep-recover".into());
        let output = Command::new(&recover[0]).args(&recover[1..]).stdin(Stdio::null()).output().unwrap();
        let report = String::from_utf8_lossy(&output.stderr);
        let Some((_, position)) = report.rsplit_once("Recovered position: ") else { panic!("no position: {report}") };
        position.split([',', '\n']).next().unwrap().trim().to_owned()
    }

    /// The command that is a node.
    fn server(&self, node: usize) -> Vec<String> {
        let members: Vec<_> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.ports.group)).collect();
        let Node { folder, ports: Ports { clients, group, transactions, files }, .. } = &self.nodes[node];
        let mut server = vec![text(&self.program)];
        server.extend(settings(folder));
        server.extend([
            format!("--port={clients}"),
            format!("--socket={}", text(&folder.join("socket"))),
            format!("--pid-file={}", text(&folder.join("pid"))),
            "--wsrep-on=ON".into(),
            format!("--wsrep-provider={}", text(&self.provider)),
            format!("--wsrep-cluster-address=gcomm://{}", members.join(",")),
            format!("--wsrep-node-address=127.0.0.1:{group}"),
            format!("--wsrep-sst-receive-address=127.0.0.1:{files}"),
            format!(
                "--wsrep-provider-options=base_host=127.0.0.1;base_port={group};\
                 gmcast.listen_addr=tcp://127.0.0.1:{group};ist.recv_addr=127.0.0.1:{transactions};gcache.size=32M;\
                 evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.2S;evs.join_retrans_period=PT0.3S;\
                 evs.suspect_timeout=PT{}S;evs.inactive_timeout=PT2S",
                SUSPECTED.as_secs()
            ),
        ]);
        for setting in [
            "--bind-address=127.0.0.1",
            "--character-set-server=utf8mb4",
            "--skip-name-resolve",
            "--max-connections=200",
            "--binlog-format=ROW",
            "--default-storage-engine=InnoDB",
            "--innodb-autoinc-lock-mode=2",
            // The other nodes have what this one loses.
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--wsrep-sst-method=rsync",
            "--wsrep-slave-threads=2",
            // Every conflict is the client's to retry: the server tries none again itself.
            "--wsrep-retry-autocommit=0",
        ] {
            server.push(setting.into());
        }
        server
    }

    /// Until a node takes part in everything.
    fn wait_for(&mut self, node: usize) {
        for _ in 0..STARTING {
            let running = self.nodes[node].process.as_mut().is_some_and(ServerProcess::is_running);
            assert!(running, "node {node} has ended: {}", self.log(node));
            if self.status(node, "wsrep_local_state_comment").as_deref() == Some("Synced") {
                return;
            }
            pause();
        }
        panic!("node {node} does not join: {}", self.log(node));
    }

    fn log(&self, node: usize) -> String {
        fs::read_to_string(self.nodes[node].folder.join("log")).unwrap_or_default()
    }
}

impl Drop for GaleraCluster {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            drop(node.process.take());
            // It is there if the node was killed.
            let _ = fs::remove_dir_all(&node.folder);
        }
    }
}

/// What is set from the first on: nothing of this machine's own configuration, and small files.
fn settings(folder: &Path) -> Vec<String> {
    let mut settings = vec!["--no-defaults".into(), format!("--datadir={}", text(&folder.join("data")))];
    // Not the system's: a server that starts removes the temporary tables of all that share a folder.
    settings.push(format!("--tmpdir={}", text(folder)));
    settings.extend(["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M"].map(Into::into));
    if is_root() {
        settings.push("--user=nobody".into());
    }
    settings
}

/// Gives a node's files to who it runs as. That cannot be root: an rsync that root starts to receive files gives up its
/// rights, and then may not write them.
fn own(folder: &Path) {
    if is_root() {
        run(&["chown", "-R", "nobody"].map(Into::into).into_iter().chain([text(folder)]).collect::<Vec<_>>());
    }
}

/// Ports that nobody has now, below those that outgoing connections get: one of them would be in the way of a node that
/// comes back.
fn free_ports() -> [Ports; NODES] {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    // Held until all of them are found.
    let mut found = (first..32_768).filter_map(|port| Some((port, TcpListener::bind(("127.0.0.1", port)).ok()?)));
    let found: Vec<_> = found.by_ref().take(4 * NODES).collect();
    std::array::from_fn(|node| {
        let [clients, group, transactions, files] = std::array::from_fn(|port| found[4 * node + port].0);
        Ports { clients, group, transactions, files }
    })
}
