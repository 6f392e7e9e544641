//! The API on a port of loopback, and a client that keeps its connection.

use std::{io::Read, sync::Arc};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use waystation::{
    LazyMigrator, UserStore,
    api::{Api, ApiLimits, ApiWorker, Connection, Scope, StaticTokens, router},
    bulk::Importer,
    legacy::ScriptedConnection,
};

const TOKEN: &str = "the-token-of-a-benchmark-of-the-api";
const CONNECTION: &str = "con_0000000000000001";

pub(crate) struct Service {
    pub(crate) worker: ApiWorker,
    address: String,
    task: JoinHandle<()>,
    _spool: TempDir,
}

impl Service {
    pub(crate) async fn start(store: Arc<dyn UserStore>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let spool = tempfile::tempdir().expect("a folder");
        let migrator = LazyMigrator::builder(Arc::clone(&store), Arc::new(ScriptedConnection::new("auth0")));
        let migrator = migrator.build().expect("a migrator");
        let tokens = StaticTokens::new().expect("randomness").token(TOKEN, Scope::ALL.iter().copied());
        let limits = ApiLimits::default().upload_bytes(u64::MAX).burst(1_000_000).per_second(1_000_000);
        let api = Api::builder(Arc::clone(&store), Arc::new(migrator), spool.path(), format!("http://{address}"))
            .authoriser(Arc::new(tokens))
            .connection(Connection::new("customers").id(CONNECTION))
            .limits(limits)
            .build()
            .expect("an API");
        let worker = ApiWorker::new(api.clone(), Importer::builder(store).build());
        let task = tokio::spawn(async move { axum::serve(listener, router(api)).await.expect("a server") });
        Self { worker, address, task, _spool: spool }
    }

    pub(crate) async fn client(&self) -> Client {
        let stream = TcpStream::connect(&self.address).await.expect("a connection");
        stream.set_nodelay(true).expect("a connection");
        Client(BufStream::new(stream))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) struct Client(BufStream<TcpStream>);

impl Client {
    pub(crate) async fn get(&mut self, path: &str) -> Value {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
        self.0.write_all(request.as_bytes()).await.expect("a connection");
        self.answer().await
    }

    /// Uploads a file as it is read, and gives its job.
    pub(crate) async fn upload(&mut self, mut file: impl Read) -> Value {
        let head = format!(
            "POST /jobs/users-imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n\
             Content-Type: multipart/form-data; boundary=limit\r\n\r\n"
        );
        self.0.write_all(head.as_bytes()).await.expect("a connection");
        let parts = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"connection_id\"\r\n\r\n{CONNECTION}\r\n--limit\r\n\
             Content-Disposition: form-data; name=\"users\"; filename=\"users.json\"\r\n\r\n"
        );
        self.chunk(parts.as_bytes()).await;
        let mut block = vec![0; 256 << 10];
        loop {
            let read = file.read(&mut block).expect("the file");
            if read == 0 {
                break;
            }
            self.chunk(&block[..read]).await;
        }
        self.chunk(b"\r\n--limit--\r\n").await;
        self.chunk(b"").await;
        self.answer().await
    }

    async fn chunk(&mut self, bytes: &[u8]) {
        self.0.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await.expect("a connection");
        self.0.write_all(bytes).await.expect("a connection");
        self.0.write_all(b"\r\n").await.expect("a connection");
    }

    async fn answer(&mut self) -> Value {
        self.0.flush().await.expect("a connection");
        let (mut length, mut status) = (0, String::new());
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("an answer");
            if status.is_empty() {
                status.clone_from(&line);
            }
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().expect("a length");
                }
                None if line.trim_end().is_empty() => break,
                Some(_) | None => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("an answer");
        assert!(status.starts_with("HTTP/1.1 2"), "{status}{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }
}
