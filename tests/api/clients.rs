//! Clients that were written by others, at the versions that their lock files have. They are installed where cargo builds.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring::default_provider, pki_types::PrivatePkcs8KeyDer},
};
use waystation::clock::{Clock as _, SystemClock};

use crate::server::{CONNECTION, Server, TOKEN};

/// Lets a client ask a server that works, and whose time passes.
pub(crate) async fn serve(ask: impl FnOnce(String) + Send + 'static) -> Server {
    let server = Server::with(|api| api.reset_page("https://shop.example/reset")).await;
    let address = server.address().to_owned();
    // Somebody whom a client can ask for without having made them.
    let there = server.import(r#"[{"email": "there@example.com", "user_id": "there"}]"#, &[]).await;
    assert_eq!(there["summary"]["inserted"], 1);
    let (done, is_done) = oneshot::channel::<()>();
    let clock = server.clock.clone();
    let ticking = tokio::spawn(async move {
        loop {
            SystemClock::new().sleep(Duration::from_millis(10)).await;
            clock.advance(Duration::from_millis(100));
        }
    });
    let asking = tokio::task::spawn_blocking(move || {
        ask(address);
        drop(done);
    });
    let until = async { drop(is_done.await) };
    server.worker.run_until(until).await.unwrap();
    ticking.abort();
    asking.await.unwrap();
    server
}

#[track_caller]
pub(crate) fn succeeds(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}: {out}{err}", output.status);
    out.into_owned()
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/clients").join(name)
}

/// Where a client is installed, once for each state of its lock file.
fn installed(name: &str, lock: &str, install: impl FnOnce(&Path)) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api-clients").join(name);
    let wanted = std::fs::read(folder(name).join(lock)).unwrap();
    let mark = target.join("installed.lock");
    if std::fs::read(&mark).ok() != Some(wanted.clone()) {
        let _ = std::fs::remove_dir_all(&target);
        std::fs::create_dir_all(&target).unwrap();
        install(&target);
        std::fs::write(mark, wanted).unwrap();
    }
    target
}

/// Where Python's packages of this lock file are.
pub(crate) fn packages(name: &str) -> PathBuf {
    installed(name, "requirements.txt", |target| {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
        succeeds(&pip.arg(target).arg("-r").arg(folder(name).join("requirements.txt")).output().unwrap());
    })
}

async fn python(name: &'static str) {
    let packages = packages(name);
    serve(move |address| {
        let mut client = Command::new("python3");
        let output =
            client.arg(folder(name).join("use.py")).args([&address, TOKEN]).env("PYTHONPATH", packages).output();
        assert_eq!(succeeds(&output.unwrap()), "done\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_of_the_fourth_generation_works_unchanged() {
    python("python-4").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_of_the_sixth_generation_works_unchanged() {
    python("python-6").await;
}

/// Takes TLS off for clients that speak nothing else. Gives the port, and the certificate of `localhost` in PEM.
async fn behind_tls(address: String) -> (u16, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(vec![cert.der().clone()], key).unwrap()));
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, address) = (acceptor.clone(), address.clone());
            tokio::spawn(async move {
                let Ok(mut outside) = acceptor.accept(stream).await else { return };
                let Ok(mut inside) = TcpStream::connect(address).await else { return };
                // Either side may leave as it likes.
                drop(tokio::io::copy_bidirectional(&mut outside, &mut inside).await);
            });
        }
    });
    (port, cert.pem())
}

async fn node(name: &'static str) {
    let program = installed(name, "package-lock.json", |target| {
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(folder(name).join(file), target.join(file)).unwrap();
        }
        let mut npm = Command::new("npm");
        let npm = npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(target);
        succeeds(&npm.output().unwrap());
    });
    // Modules are looked for beside the program.
    std::fs::copy(folder(name).join("use.mjs"), program.join("use.mjs")).unwrap();
    let runtime = tokio::runtime::Handle::current();
    serve(move |address| {
        let (port, pem) = runtime.block_on(behind_tls(address.clone()));
        let certificate = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&certificate, pem).unwrap();
        let mut client = Command::new("node");
        let client = client.arg(program.join("use.mjs")).args([&format!("localhost:{port}"), TOKEN, &address]);
        let output = client.env("NODE_EXTRA_CA_CERTS", certificate.path()).output();
        assert_eq!(succeeds(&output.unwrap()), "done\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_client_of_the_fourth_generation_works_unchanged() {
    node("node-4").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_client_of_the_seventh_generation_works_unchanged() {
    node("node-7").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_the_tus_project_goes_on_with_an_upload() {
    node("tus").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_works_unchanged() {
    let server = serve(|address| {
        let curl = |arguments: &[&str]| {
            let bearer = format!("Authorization: Bearer {TOKEN}");
            let mut curl = Command::new("curl");
            curl.args(["--silent", "--show-error", "--fail-with-body", "--header", &bearer]).args(arguments);
            succeeds(&curl.output().unwrap())
        };
        let url = |path: &str| format!("http://{address}/api/v2{path}");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, r#"[{"email": "ada@example.com", "user_id": "1"}]"#).unwrap();
        let form = format!("users=@{}", file.path().display());
        let connection = format!("connection_id={CONNECTION}");
        let job = curl(&["--form", &form, "--form", &connection, &url("/jobs/users-imports")]);
        let job: serde_json::Value = serde_json::from_str(&job).unwrap();
        let path = url(&format!("/jobs/{}", job["id"].as_str().unwrap()));
        while !curl(&[&path]).contains("completed") {}
        assert_eq!(curl(&[&format!("{path}/errors")]), "");
        // As the form that the reference product's pages show.
        let users = url("/users");
        let found =
            curl(&["--get", &users, "--data-urlencode", "q=email:\"ada@example.com\"", "--data", "search_engine=v3"]);
        assert!(found.contains("auth0|1"), "{found}");
        curl(&["--request", "DELETE", &url("/users/auth0|1")]);
    })
    .await;
    assert_eq!(server.get("/users/auth0%7C1").await.status, 404);
}
