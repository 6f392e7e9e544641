//! Any bytes are a user or faults that show nothing of them; a user is written and is the same again.
//!
//!     cargo +nightly fuzz run record fuzz/corpus/record fuzz/seeds/record

#![no_main]

use libfuzzer_sys::fuzz_target;
use waystation::bulk::{ImportRecord, RecordOptions};

fuzz_target!(|bytes: &[u8]| {
    let options = RecordOptions::default();
    match ImportRecord::from_json(bytes, &options) {
        Ok(record) => {
            let again = ImportRecord::from_json(&record.to_json(true), &RecordOptions::default().nesting(100));
            let again = again.expect("what was written is read");
            assert_eq!(again, record);
        }
        Err(faults) => {
            assert!(!faults.is_empty() && faults.len() <= 101);
            assert!(faults.iter().all(|fault| fault.message.len() < 300));
        }
    }
});
