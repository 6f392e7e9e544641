//! Any text is identified or refused; the answer shows nothing of it.
//!
//!     cargo +nightly fuzz run identify fuzz/corpus/identify fuzz/seeds/identify

#![no_main]

use libfuzzer_sys::fuzz_target;
use waystation::password::{Dialect, HashError, PasswordHash, Schemes};

fuzz_target!(|text: &str| {
    let schemes = Schemes::standard();
    match schemes.identify(&PasswordHash::new(text)) {
        Ok(scheme) => {
            assert!(scheme.prefixes().iter().any(|prefix| text.starts_with(prefix)));
            assert!(scheme.fits(text));
        }
        Err(HashError::Ambiguous { candidates }) => assert!(candidates.len() > 1),
        Err(HashError::Locked | HashError::UnsupportedScheme { .. }) => {}
        Err(other) => panic!("{other}"),
    }
    // A declared name decides, whatever the text is.
    let declared = schemes.identify(&PasswordHash::declared("bcrypt", text)).map(|scheme| scheme.name());
    assert!(matches!(declared, Ok("bcrypt") | Err(HashError::Locked)));
    // What a dialect declares is a scheme that there is.
    if let Some(name) = Dialect::DJANGO.hash(text).scheme() {
        assert!(schemes.get(name).is_some());
    }
});
