//! Any text is an expression or an error that shows its place; an expression is shown as it is read, and reads any hash.
//!
//!     cargo +nightly fuzz run expression fuzz/corpus/expression fuzz/seeds/expression

#![no_main]

use libfuzzer_sys::fuzz_target;
use waystation::password::{Declared, Expression, HashContext, Limits, PasswordHash, PasswordScheme, Workspace};

fuzz_target!(|input: (&str, &str, &str)| {
    let (text, hash, password) = input;
    let expression = match text.parse::<Expression>() {
        Ok(expression) => expression,
        Err(error) => return assert!(error.to_string().contains('^')),
    };
    let shown = expression.to_string();
    assert_eq!(shown.parse::<Expression>().map(|again| again.to_string()).as_ref(), Ok(&shown));
    let Ok(declared) = Declared::new("declared", text) else { panic!("an expression is no declaration") };
    let context = HashContext::default().salt("salt").username("user").key("key").iterations(2);
    let stored = PasswordHash::declared("declared", hash).with_context(context);
    let Ok(parsed) = declared.parse(&stored, &Limits::default()) else { return };
    assert!(!parsed.digest().is_empty());
    let _ = parsed.effective_input(&password.into());
    let _ = parsed.compute(&password.into(), &mut Workspace::default());
});
