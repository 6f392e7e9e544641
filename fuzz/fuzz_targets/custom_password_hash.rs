//! Any text is one of the reference product's objects or an error; an object becomes a stored hash and is the same again.
//!
//!     cargo +nightly fuzz run custom_password_hash fuzz/corpus/custom_password_hash fuzz/seeds/custom_password_hash

#![no_main]

use libfuzzer_sys::fuzz_target;
use waystation::password::{Limits, PasswordHash, Schemes, vendor::CustomPasswordHash};

fuzz_target!(|text: &str| {
    let object = match text.parse::<CustomPasswordHash>() {
        Ok(object) => object,
        Err(error) => return assert!(error.to_string().len() < 200),
    };
    let stored = PasswordHash::from(&object);
    assert_eq!(CustomPasswordHash::try_from(&stored).as_ref(), Ok(&object));
    let Ok(parsed) = Schemes::standard().parse(&stored, &Limits::default()) else { return };
    assert!(!parsed.digest().is_empty());
    let _ = parsed.effective_input(&"password".into());
});
