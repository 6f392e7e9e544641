//! A password that is typed in.

use std::fmt::Write as _;

use crate::{failure::Failure, settings};

/// An address without a password, with the one that is typed in at the terminal.
///
/// # Errors
///
/// When the address has no user to log in, or a password already, and when there is no terminal.
pub(crate) fn with_password(address: &str) -> Result<String, Failure> {
    let server = "--ask-password is for a server, as `postgres://user@host/database`: this address has no user";
    let (scheme, rest) = address.split_once("://").ok_or_else(|| Failure::misused(server))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').ok_or_else(|| Failure::misused(server))?;
    if settings::has_password(address) {
        return Err(Failure::misused("--ask-password: the address of the store has a password already"));
    }
    let password = rpassword::prompt_password("Password of the store: ")
        .map_err(|error| Failure::of("--ask-password: there is no terminal to ask at", error))?;
    Ok(format!("{scheme}://{user}:{}@{host}{path}", escaped(&password)))
}

/// As addresses take it (RFC 3986, section 2.1).
fn escaped(password: &str) -> String {
    let mut escaped = String::new();
    for byte in password.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _always = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_cannot_have_is_escaped() {
        assert_eq!(escaped("a@b/c:\u{e9} %"), "a%40b%2Fc%3A%C3%A9%20%25");
    }

    #[test]
    fn nobody_is_asked_for_what_an_address_cannot_take() {
        for address in [
            "sqlite:users.sqlite3",
            "postgres://host/users",
            "postgres://ada:x@host/users",
            "mysql://ada@host/users?password=x",
        ] {
            assert_eq!(with_password(address).unwrap_err().exit(), crate::failure::Exit::Misused, "{address}");
        }
    }
}
