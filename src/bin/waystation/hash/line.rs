use std::io::{self, BufRead};

use base64ct::{Base64, Encoding as _};
use serde::Deserialize;
use serde_json::value::RawValue;
use waystation::{
    Password, PasswordHash,
    password::{Dialect, HashContext, SecretBytes, vendor::CustomPasswordHash},
};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// A longer line is not a hash and a password.
const LONGEST: u64 = 1 << 20;

/// One line of standard input: a hash, and a password where one is needed.
pub(super) struct Line {
    pub(super) hash: PasswordHash,
    pub(super) password: Option<Password>,
}

/// The lines of standard input that are not empty, with their numbers from 1, and what is wrong with those that cannot
/// be read. Nothing that is said of a line quotes it.
pub(super) fn read() -> impl Iterator<Item = Result<(u64, Result<Line, String>), Failure>> {
    let mut input = io::stdin().lock();
    let mut number = 0;
    std::iter::from_fn(move || {
        loop {
            number += 1;
            let text = match next(&mut input) {
                Ok(Some(text)) => text,
                Ok(None) => return None,
                Err(error) => return Some(Err(Failure::of(format!("line {number} of standard input"), error))),
            };
            if !text.trim_ascii().is_empty() {
                return Some(Ok((number, Line::parse(&text))));
            }
        }
    })
}

fn next(input: &mut impl BufRead) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut text = Zeroizing::new(Vec::new());
    let read = io::Read::take(&mut *input, LONGEST).read_until(b'\n', &mut text)?;
    if read as u64 == LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than 1 MiB"));
    }
    Ok((read > 0).then_some(text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object<'a> {
    hash: Option<Zeroizing<String>>,
    #[serde(borrow)]
    custom_password_hash: Option<&'a RawValue>,
    format: Option<String>,
    #[serde(default)]
    context: Context,
    password: Option<Zeroizing<String>>,
    password_b64: Option<Zeroizing<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Context {
    salt: Option<Zeroizing<String>>,
    salt_b64: Option<Zeroizing<String>>,
    username: Option<String>,
    key: Option<Zeroizing<String>>,
    key_b64: Option<Zeroizing<String>>,
    iterations: Option<u64>,
    pepper: Option<String>,
}

impl Line {
    /// # Errors
    ///
    /// What is wrong with it, for people.
    fn parse(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8")?.trim();
        if !text.starts_with('{') || is_directory_hash(text) {
            return Ok(Self { hash: PasswordHash::new(text), password: None });
        }
        // The parser's own message would quote what it met.
        let object: Object<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                format!("it is no such object: see --help (column {})", error.column())
            }
            _ => format!("it is not JSON (column {})", error.column()),
        })?;
        let password = match (object.password, object.password_b64) {
            (Some(_), Some(_)) => return Err("it has both `password` and `password_b64`".into()),
            (Some(text), None) => Some(Password::from_bytes(text.as_bytes().to_vec())),
            (None, Some(text)) => Some(Password::from_bytes(decoded(&text, "password_b64")?)),
            (None, None) => None,
        };
        let hash = match (object.hash, object.custom_password_hash) {
            (Some(text), None) => declared(&text, object.format.as_deref()),
            (None, Some(custom)) if object.format.is_none() => {
                let custom: CustomPasswordHash =
                    custom.get().parse().map_err(|error| format!("custom_password_hash{error}"))?;
                PasswordHash::from(custom)
            }
            (None, Some(_)) => return Err("`custom_password_hash` says its format itself".into()),
            _ => return Err("it has not one of `hash` and `custom_password_hash`".into()),
        };
        let context = object.context.read()?;
        // An object of its own keeps the context that it came with.
        let hash = if context.is_empty() { hash } else { hash.with_context(context) };
        Ok(Self { hash, password })
    }
}

/// `{SSHA}…` begins like an object.
fn is_directory_hash(text: &str) -> bool {
    let name = text.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|part| part.is_ascii_alphanumeric() || matches!(part, '-' | '.' | '_'))
}

fn declared(text: &str, format: Option<&str>) -> PasswordHash {
    match (format.and_then(Dialect::named), format) {
        (Some(dialect), _) => dialect.hash(text),
        (None, Some(scheme)) => PasswordHash::declared(scheme, text),
        (None, None) => PasswordHash::new(text),
    }
}

impl Context {
    fn read(self) -> Result<HashContext, String> {
        let mut context = HashContext::default();
        context.salt = secret(self.salt, self.salt_b64, "salt")?;
        context.key = secret(self.key, self.key_b64, "key")?;
        context.username = self.username;
        context.iterations = self.iterations;
        context.pepper = self.pepper;
        Ok(context)
    }
}

fn secret(
    text: Option<Zeroizing<String>>,
    base64: Option<Zeroizing<String>>,
    name: &str,
) -> Result<Option<SecretBytes>, String> {
    match (text, base64) {
        (Some(_), Some(_)) => Err(format!("its context has both `{name}` and `{name}_b64`")),
        (Some(text), None) => Ok(Some(SecretBytes::from(text.as_str()))),
        (None, Some(text)) => decoded(&text, &format!("{name}_b64")).map(|bytes| Some(SecretBytes::from(bytes))),
        (None, None) => Ok(None),
    }
}

fn decoded(text: &str, name: &str) -> Result<Vec<u8>, String> {
    Base64::decode_vec(text).map_err(|_| format!("its `{name}` is not padded base64"))
}
