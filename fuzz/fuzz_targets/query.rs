//! Any text is a query or an error that shows its place; a query is shown as it is read, and anybody can be asked for.
//!
//!     cargo +nightly fuzz run query fuzz/corpus/query fuzz/seeds/query

#![no_main]

use libfuzzer_sys::fuzz_target;
use waystation::{
    clock::Timestamp,
    search::Query,
    user::{Credential, NewUser, Profile, User, UserId},
};

fuzz_target!(|text: &str| {
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(error) => return assert!(error.pointing_into(text).to_string().contains('^')),
    };
    let shown = query.to_string();
    assert_eq!(Query::parse(&shown).as_ref(), Ok(&query));
    let mut profile = Profile::default();
    profile.name = Some(text.to_owned());
    profile.app_metadata.insert("a".to_owned(), text.into());
    let user = User::from_new(NewUser::new(UserId::new(text), profile, Credential::None, Timestamp::default()));
    assert_ne!(query.filter().matches(&user), query.into_filter().negated().matches(&user));
});
