/// What [`is_web`] takes, for the description.
pub(super) const PATTERN: &str = "^https?://[!-~]+$";

/// Whether it is an address of the web: one of `http` or `https`, in the characters that there are in addresses (RFC 3986), so
/// that it can stand in a header or an attribute.
pub(super) fn is_web(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()))
}
