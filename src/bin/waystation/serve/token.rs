use std::{
    env, fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use waystation::{
    api::{Scope, StaticTokens},
    entropy::{Entropy as _, SystemEntropy},
};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// A token, which would be seen by every process of the machine if it were a flag.
const TOKEN: &str = "WAYSTATION_TOKEN";

/// The shortest token in letters. Whoever makes one of 32 random bytes has 43 or more.
const SHORTEST: usize = 32;

/// What reads, and changes nothing.
const READ: [Scope; 2] = [Scope::ReadConnections, Scope::ReadUsers];

/// Where tokens come from.
pub(super) enum Source {
    Environment(Zeroizing<String>),
    File(PathBuf),
    Nowhere,
}

impl Source {
    /// A flag wins over the environment, and that over the settings.
    pub(super) fn of(flag: Option<&Path>, settings: Option<&Path>) -> Self {
        match (flag, env::var(TOKEN), settings) {
            (Some(path), ..) | (None, Err(_), Some(path)) => Self::File(path.to_owned()),
            (None, Ok(token), _) => Self::Environment(token.into()),
            (None, Err(_), None) => Self::Nowhere,
        }
    }

    /// The tokens, each with what it allows.
    ///
    /// # Errors
    ///
    /// When there are none, or one is not as it should be. None is repeated.
    pub(super) fn read(self, read_only: bool) -> Result<StaticTokens, Failure> {
        let allowed = if read_only { &READ[..] } else { Scope::ALL };
        let tokens = StaticTokens::new().map_err(no_randomness)?;
        match self {
            Self::Environment(token) => add(tokens, token.trim(), allowed).map_err(|what| wrong(TOKEN, what)),
            Self::File(path) => match fs::read_to_string(&path).map(Zeroizing::new) {
                Ok(text) => of_lines(tokens, &text, allowed, &path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let token = generate()?;
                    let cannot = |error| Failure::of(format!("{} cannot be written", path.display()), error);
                    write(&path, &token).map_err(cannot)?;
                    tell!("a new token is in {}", path.display());
                    add(tokens, &token, allowed).map_err(|what| wrong(TOKEN, what))
                }
                Err(error) => Err(Failure::of(format!("{} cannot be read", path.display()), error)),
            },
            // Where it is no terminal it is a log, which more people read than may do all this.
            Self::Nowhere if !io::stderr().is_terminal() => Err(Failure::misused(format!(
                "which token? Give --token-file, or set {TOKEN}; a new one is shown on a terminal only"
            ))),
            Self::Nowhere => {
                let token = generate()?;
                tell!("token, until this ends: {}", *token);
                add(tokens, &token, allowed).map_err(|what| wrong(TOKEN, what))
            }
        }
    }
}

fn of_lines(mut tokens: StaticTokens, text: &str, allowed: &[Scope], path: &Path) -> Result<StaticTokens, Failure> {
    let mut is_empty = true;
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{}, line {}", path.display(), number + 1);
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (token, names) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let mut scopes = Vec::new();
        for name in names.split_whitespace() {
            let scope = Scope::ALL.iter().find(|scope| scope.as_str() == name);
            scopes.push(*scope.ok_or_else(|| wrong(&place(), "what stands behind the token is no scope"))?);
        }
        if names.is_empty() {
            scopes.extend(allowed);
        }
        scopes.retain(|scope| allowed.contains(scope));
        tokens = add(tokens, token, &scopes).map_err(|what| wrong(&place(), what))?;
        is_empty = false;
    }
    if is_empty { Err(wrong(&path.display().to_string(), "there is no token in it")) } else { Ok(tokens) }
}

fn add(tokens: StaticTokens, token: &str, scopes: &[Scope]) -> Result<StaticTokens, &'static str> {
    if token.len() < SHORTEST {
        return Err("the token has fewer than 32 letters, so that it may be guessed");
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token holds what no header can: letters, digits and signs of ASCII are fine");
    }
    Ok(tokens.token(token, scopes.iter().copied()))
}

fn wrong(place: &str, what: &str) -> Failure {
    Failure::misused(format!("{place}: {what}"))
}

fn generate() -> Result<Zeroizing<String>, Failure> {
    let mut random = Zeroizing::new([0; 32]);
    SystemEntropy::default().fill(&mut *random).map_err(no_randomness)?;
    let mut token = Zeroizing::new(String::with_capacity(64));
    for byte in *random {
        for digit in [byte >> 4, byte & 15] {
            token.extend(char::from_digit(digit.into(), 16));
        }
    }
    Ok(token)
}

fn no_randomness(error: waystation::entropy::EntropyError) -> Failure {
    Failure::of("no token can be made", error)
}

/// A file that is there by now is not written over.
fn write(path: &Path, token: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(token.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
