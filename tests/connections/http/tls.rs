//! TLS: with an authority of one's own, with a certificate of one's own, and with everything that can be wrong about
//! either. No process-wide provider is installed here, so none is relied upon.

use std::{future::Future, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use waystation::legacy::{HttpConnection, LegacyError};

use super::stand_in::{ask, told};

const ANSWER: &str = r#"{"result": "match", "user": {"id": "17", "username": "ada"}}"#;

/// A certificate with its key.
struct Certificate {
    der: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl Certificate {
    fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

/// An authority that is made for one test.
struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    fn certify(&self, name: &str) -> Certificate {
        self.certify_until(name, 4_000)
    }

    fn certify_until(&self, name: &str, year: i32) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certificate { der: certificate.der().clone(), pem: certificate.pem(), key }
    }
}

struct Server {
    url: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Shows `certificate`, and asks for one of `clients` if there is such an authority.
    async fn start(certificate: &Certificate, clients: Option<&Authority>) -> Self {
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der.clone()).unwrap();
                let provider = Arc::new(default_provider());
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        let config = builder.with_single_cert(vec![certificate.der.clone()], certificate.private_key()).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut stream = match acceptor.accept(stream).into_fallible().await {
                    Ok(stream) => stream,
                    // Closed with the request unread, the connection would be reset and the alert lost.
                    Err((_, mut stream)) => {
                        while stream.read(&mut [0; 1_024]).await.is_ok_and(|read| read > 0) {}
                        return;
                    }
                };
                let mut request = Vec::new();
                while !request.ends_with(b"}") && stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {}
                let length = ANSWER.len();
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
                drop(stream.write_all(format!("{head}{ANSWER}").as_bytes()).await);
                drop(stream.shutdown().await);
            }
        })
        .await
    }

    async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { url, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_and_no_other() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let server = Server::start(&ours.certify("127.0.0.1"), None).await;
    let trusting = HttpConnection::waystation(&server.url).authorities(ours.pem.clone()).build().unwrap();
    assert_eq!(told(&ask(&trusting, "ada", "right").await), "match");
    let distrusting = HttpConnection::waystation(&server.url).authorities(other.pem).build().unwrap();
    let untrusted = "the legacy connection is misconfigured: the legacy system's certificate is not trusted";
    assert_eq!(told(&ask(&distrusting, "ada", "right").await), untrusted);

    for certificate in [ours.certify("legacy.example"), ours.certify_until("127.0.0.1", 2020)] {
        let server = Server::start(&certificate, None).await;
        let legacy = HttpConnection::waystation(&server.url).authorities(ours.pem.clone()).build().unwrap();
        assert_eq!(told(&ask(&legacy, "ada", "right").await), untrusted);
    }
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_shown_where_it_is_asked_for() {
    let (authority, clients) = (Authority::new("servers"), Authority::new("clients"));
    let server = Server::start(&authority.certify("127.0.0.1"), Some(&clients)).await;
    let legacy = || HttpConnection::waystation(&server.url).authorities(authority.pem.clone());
    let ours = clients.certify("waystation");
    let known = legacy().client_certificate(ours.pem, ours.key.serialize_pem()).build().unwrap();
    assert_eq!(told(&ask(&known, "ada", "right").await), "match");

    let anonymous = legacy().build().unwrap();
    let strange = authority.certify("waystation");
    let stranger = legacy().client_certificate(strange.pem, strange.key.serialize_pem()).build().unwrap();
    for legacy in [anonymous, stranger] {
        let error = ask(&legacy, "ada", "right").await.unwrap_err();
        assert!(matches!(error, LegacyError::Misconfigured { .. }), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_tls_at_all_is_an_outage() {
    let authority = Authority::new("servers");
    let plain = Server::listen(|mut stream| async move {
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
        drop(stream.shutdown().await);
    });
    let gone = Server::listen(|stream| async move { stream.set_zero_linger().unwrap() });
    for server in [plain.await, gone.await] {
        let legacy = HttpConnection::waystation(&server.url).authorities(authority.pem.clone()).build().unwrap();
        let error = ask(&legacy, "ada", "right").await.unwrap_err();
        assert!(matches!(error, LegacyError::Unavailable { .. }), "{error}");
    }
}
