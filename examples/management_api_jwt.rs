//! The management API behind an authorisation server's tokens: JWTs, verified strictly (RFC 8725).
//!
//! `cargo run --features api,http --example management_api_jwt`. It stands in for the authorisation server too, which has
//! its keys at the usual place (RFC 7517), shows which tokens are let in and which are not, links an account by the token of its
//! owner, and ends by itself.

use std::{
    error::Error as StdError,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use axum::{Json, Router, routing::get};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    decode, decode_header,
    errors::{ErrorKind, Result as JwtResult},
    jwk::JwkSet,
    signature::{self, Verifier},
};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use waystation::{
    MemoryStore,
    api::{Api, Authoriser, Denied, IdTokens, Scopes, router},
    clock::{Clock as _, SystemClock},
    entropy::{Entropy as _, SystemEntropy},
    legacy::ScriptedConnection,
    migrator::LazyMigrator,
    user::UserId,
};

/// Whom tokens of the API's callers are for, and whom ID tokens are: what people log in to.
const API: &str = "https://shop.example/api/v2/";
const SHOP: &str = "shop";

/// `ring` as the cryptography of `jsonwebtoken`, and of it only what is needed: one algorithm, and nobody signs here.
static RING: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ok(Box::new(Ed25519(key.try_get_as_bytes()?.to_vec()))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Ed25519(Vec<u8>);

impl Verifier<Vec<u8>> for Ed25519 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Ed25519 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

/// Believes the tokens that one issuer has made for one audience.
#[derive(Debug)]
struct Jwt {
    /// The issuer's keys, fetched ahead: no request waits for another service. A host fetches them again every few minutes.
    keys: RwLock<JwkSet>,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    scope: String,
    sub: Option<String>,
}

impl Jwt {
    fn new(issuer: &str, keys: JwkSet, audience: &str) -> Self {
        // The algorithm is ours to say, and not the token's.
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["aud", "exp", "iss"]);
        validation.validate_nbf = true;
        // As much as two clocks may differ, in seconds.
        validation.leeway = 30;
        Self { keys: RwLock::new(keys), validation }
    }

    fn claims(&self, token: &str) -> JwtResult<Claims> {
        let unknown = || ErrorKind::InvalidToken;
        let id = decode_header(token)?.kid.ok_or_else(unknown)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = DecodingKey::from_jwk(keys.find(&id).ok_or_else(unknown)?)?;
        Ok(decode::<Claims>(token, &key, &self.validation)?.claims)
    }
}

#[async_trait]
impl Authoriser for Jwt {
    async fn authorise(&self, token: &str) -> Result<Scopes, Denied> {
        // Why a token is refused is nothing that its bearer needs to know.
        let claims = self.claims(token).map_err(|_| Denied::Invalid)?;
        Ok(Scopes::parse(&claims.scope))
    }
}

/// Whose account is to be linked is shown by the token with which they logged in to the shop.
#[async_trait]
impl IdTokens for Jwt {
    async fn subject(&self, token: &str) -> Result<UserId, Denied> {
        let claims = self.claims(token).map_err(|_| Denied::Invalid)?;
        claims.sub.map(UserId::new).ok_or(Denied::Invalid)
    }
}

/// What signs tokens elsewhere.
struct Issuer {
    url: String,
    key: Ed25519KeyPair,
}

impl Issuer {
    fn new(url: String) -> Result<Self, Box<dyn StdError>> {
        let mut seed = [0; 32];
        SystemEntropy::default().fill(&mut seed)?;
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| "there is no key of this seed")?;
        Ok(Self { url, key })
    }

    fn keys(&self) -> Value {
        let x = Base64UrlUnpadded::encode_string(self.key.public_key().as_ref());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "of-2026", "x": x}]})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] =
            [header, claims].map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes()));
        let signature = self.key.sign(format!("{header}.{claims}").as_bytes());
        format!("{header}.{claims}.{}", Base64UrlUnpadded::encode_string(signature.as_ref()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    RING.install_default().map_err(|_| "there is another provider already")?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let issuer = Issuer::new(format!("http://{address}/"))?;
    let keys = issuer.keys();
    let issuing = Router::new().route("/.well-known/jwks.json", get(async move || Json(keys)));
    // The issuer is there before the API, which asks it for its keys once.
    let issuing = tokio::spawn(async move { axum::serve(listener, issuing).await });
    let (_, keys) = ask(&address, "GET", "/.well-known/jwks.json", None, None).await?;
    let keys: JwkSet = serde_json::from_value(keys)?;
    let (callers, people) = (Jwt::new(&issuer.url, keys.clone(), API), Jwt::new(&issuer.url, keys, SHOP));

    let (spool, store) = (tempfile::tempdir()?, Arc::new(MemoryStore::new()));
    let migrator = LazyMigrator::builder(store.clone(), Arc::new(ScriptedConnection::new("old-shop"))).build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let api = Api::builder(store, Arc::new(migrator), spool.path(), format!("http://{address}/api/v2"))
        .authoriser(Arc::new(callers))
        .id_tokens(Arc::new(people))
        .build()?;
    let serving = tokio::spawn(async move { axum::serve(listener, Router::new().nest("/api/v2", router(api))).await });

    let result = show(&address, &issuer).await;
    serving.abort();
    issuing.abort();
    result
}

/// Asks with tokens that are good and with those that are not.
async fn show(address: &str, issuer: &Issuer) -> Result<(), Box<dyn StdError>> {
    let now = SystemClock::new().now().as_seconds();
    let header = json!({"typ": "JWT", "alg": "EdDSA", "kid": "of-2026"});
    let claims = json!({"iss": issuer.url, "aud": API, "exp": now + 600, "nbf": now, "scope": "read:users openid"});
    let with = |of: &Value, name: &str, value: Value| {
        let mut with = of.clone();
        with.as_object_mut().into_iter().for_each(|members| {
            members.insert(name.to_owned(), value.clone());
        });
        with
    };
    let impostor = Issuer::new(issuer.url.clone())?;
    let good = issuer.sign(&header, &claims);
    let (unsigned, _) = good.rsplit_once('.').ok_or("a token has three parts")?;
    let tokens = [
        ("a token of the issuer", good.clone(), 200),
        ("one for several audiences", issuer.sign(&header, &with(&claims, "aud", json!([API, "x"]))), 200),
        ("without the scope", issuer.sign(&header, &with(&claims, "scope", json!("read:connections"))), 403),
        ("without a signature", format!("{unsigned}."), 401),
        ("another one's signature", impostor.sign(&header, &claims), 401),
        ("another algorithm", issuer.sign(&with(&header, "alg", json!("HS256")), &claims), 401),
        ("no algorithm", issuer.sign(&with(&header, "alg", json!("none")), &claims), 401),
        ("an unknown key", issuer.sign(&with(&header, "kid", json!("of-1999")), &claims), 401),
        ("another issuer", issuer.sign(&header, &with(&claims, "iss", json!("https://elsewhere.example/"))), 401),
        ("another audience", issuer.sign(&header, &with(&claims, "aud", json!("https://elsewhere.example/"))), 401),
        ("no audience", issuer.sign(&header, &with(&claims, "aud", Value::Null)), 401),
        ("an hour ago", issuer.sign(&header, &with(&claims, "exp", json!(now - 3_600))), 401),
        ("for ever", issuer.sign(&header, &with(&claims, "exp", Value::Null)), 401),
        ("until somewhen", issuer.sign(&header, &with(&claims, "exp", json!("2099"))), 401),
        ("from tomorrow", issuer.sign(&header, &with(&claims, "nbf", json!(now + 86_400))), 401),
    ];
    for (what, token, expected) in tokens {
        let (status, _) = ask(address, "GET", "/api/v2/users", Some(&token), None).await?;
        println!("{status}  {what}");
        if status != expected {
            return Err(format!("{what}: {status} and not {expected}").into());
        }
    }

    // An account is linked by a token of its owner, and not by one of a caller of the API.
    let caller = issuer.sign(&header, &with(&claims, "scope", json!("create:users update:users")));
    let ada = json!({"connection": "Username-Password-Authentication", "email": "ada@example.com", "password": "difference engine"});
    let (_, ada) = ask(address, "POST", "/api/v2/users", Some(&caller), Some(&ada)).await?;
    let id = ada.get("user_id").and_then(Value::as_str).ok_or("nobody was made")?;
    let path = format!("/api/v2/users/{}/identities", id.replace('|', "%7C"));
    let id_token = with(&with(&claims, "aud", json!(SHOP)), "sub", json!("google-oauth2|115"));
    for (what, token, expected) in
        [("linked by a token of a caller", &claims, 400), ("linked by the token of its owner", &id_token, 201)]
    {
        let link = json!({"link_with": issuer.sign(&header, token)});
        let (status, _) = ask(address, "POST", &path, Some(&caller), Some(&link)).await?;
        println!("{status}  {what}");
        if status != expected {
            return Err(format!("{what}: {status} and not {expected}").into());
        }
    }
    Ok(())
}

/// One request, and what it was answered.
async fn ask(
    address: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> Result<(u16, Value), Box<dyn StdError>> {
    let mut stream = TcpStream::connect(address).await?;
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    let head =
        format!("Host: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}");
    let request = format!("{method} {path} HTTP/1.1\r\n{head}\r\n{token}\r\n{body}");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer has no end")?;
    let status = head.split(' ').nth(1).ok_or("the answer has no status")?.parse()?;
    Ok((status, serde_json::from_str(body)?))
}
