//! Any text is parsed within the limits or refused by type, by the scheme of its prefix and by every other.
//!
//!     cargo +nightly fuzz run parse fuzz/corpus/parse fuzz/seeds/parse

#![no_main]

use libfuzzer_sys::fuzz_target;
use waystation::password::{Comparison, Limits, Password, PasswordHash, Schemes};

fuzz_target!(|text: &str| {
    let (schemes, limits) = (Schemes::standard(), Limits::default());
    let undeclared = [PasswordHash::new(text)];
    let declared = schemes.names().map(|name| PasswordHash::declared(name, text));
    for hash in undeclared.into_iter().chain(declared) {
        let Ok(parsed) = schemes.parse(&hash, &limits) else { continue };
        assert!(text.len() <= limits.hash_bytes);
        assert!(parsed.cost().memory_bytes <= 256 * 1024 * 1024 + 64 * 1024);
        assert_eq!(parsed.strength().compare(&parsed.strength()), Comparison::Equal);
        let _ = parsed.effective_input(&Password::from(text));
        let secret = text.rsplit('$').next().unwrap_or_default();
        assert!(secret.len() < 20 || !format!("{parsed:?}").contains(secret));
    }
});
