//! Any bytes are rows of CSV or of a dump, or faults that show nothing of them, however they arrive and from wherever reading
//! goes on.
//!
//!     cargo +nightly fuzz run tables fuzz/corpus/tables fuzz/seeds/tables

#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;
use waystation::bulk::ImportFormat::{Clerk, Cognito, Csv, Firebase, Okta, Supabase, UsersExport};

fuzz_target!(|bytes: &[u8]| {
    for format in [Clerk, Cognito, Csv, Firebase, Okta, Supabase, UsersExport] {
        reading::is_the_same_however_it_is_read(bytes, format);
    }
});
