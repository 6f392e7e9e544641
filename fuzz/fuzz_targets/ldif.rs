//! Any bytes are entries of LDIF or faults that show nothing of them, however they arrive and from wherever reading goes on.
//!
//!     cargo +nightly fuzz run ldif fuzz/corpus/ldif fuzz/seeds/ldif

#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;
use waystation::bulk::ImportFormat;

fuzz_target!(|bytes: &[u8]| reading::is_the_same_however_it_is_read(bytes, ImportFormat::Ldif));
