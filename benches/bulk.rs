//! What it costs to read an import file, beside what a program does that has serde alone: a visitor over the reader, which
//! takes one user after the other out of the array.
//!
//! `WAYSTATION_BENCH_USERS` is how many there are; without it, 20,000.

use std::{
    error::Error,
    fmt::{self, Write},
    hint::black_box,
    io::{BufReader, Cursor},
};

use criterion::{BatchSize, Criterion, Throughput};
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use waystation::bulk::{ImportFormat, ReadOptions, RecordReader, RecordSource, RecordSplitter};

const HASHES: [&str; 2] = [
    r#""password_hash": "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG""#,
    r#""custom_password_hash": {"algorithm": "argon2", "hash": {"value": "$argon2id$v=19$m=65536,t=2,p=1$J6Q/82PCyaNpYKRELJyTZg$m04qUAB8rexWDR4+/0f+SFB+4XMFxt7YAvAq2UycYos"}}"#,
];

/// An array of users of about 400 bytes.
fn users(count: usize) -> Result<Vec<u8>, fmt::Error> {
    let mut text = String::from("[\n");
    for (index, hash) in (0..count).zip(HASHES.into_iter().cycle()) {
        write!(
            text,
            "{}{{\"user_id\": \"u{index:08}\", \"email\": \"user{index}@example.com\", \"email_verified\": true, \"name\": \
             \"Zoë {index} Müller\", \"given_name\": \"Zoë\", \"family_name\": \"Müller\", {hash}, \"user_metadata\": \
             {{\"note\": \"said \\\"hello\\\" to {index}\", \"lang\": \"de\"}}, \"app_metadata\": {{\"plan\": \"gold\"}}}}",
            if index == 0 { "" } else { ",\n" }
        )?;
    }
    text.push_str("\n]\n");
    Ok(text.into_bytes())
}

/// The fields of the users above, as a program declares them.
#[derive(Deserialize)]
struct Plain {
    user_id: String,
    email: String,
    email_verified: bool,
    name: String,
    given_name: String,
    family_name: String,
    password_hash: Option<String>,
    custom_password_hash: Option<serde_json::Value>,
    user_metadata: serde_json::Value,
    app_metadata: serde_json::Value,
}

struct Each;

impl<'de> Visitor<'de> for Each {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(user) = seq.next_element::<Plain>()? {
            black_box((
                &user.user_id,
                &user.email,
                user.email_verified,
                &user.name,
                &user.given_name,
                &user.family_name,
            ));
            black_box((&user.password_hash, &user.custom_password_hash, &user.user_metadata, &user.app_metadata));
            count += 1;
        }
        Ok(count)
    }
}

fn visited(text: &[u8]) -> Result<usize, serde_json::Error> {
    // Through a reader, as from a file: a slice would be parsed in another way.
    let mut deserializer = serde_json::Deserializer::from_reader(BufReader::new(Cursor::new(text)));
    deserializer.deserialize_seq(Each)
}

fn split(text: Vec<u8>) -> Result<usize, Box<dyn Error>> {
    let mut splitter = RecordSplitter::new(Cursor::new(text), Some(ImportFormat::Json), ReadOptions::default())?;
    let mut count = 0;
    while let Some(piece) = splitter.next()? {
        let user: Plain = serde_json::from_slice(piece.text.unwrap_or_default())?;
        black_box(&user.email);
        count += 1;
    }
    Ok(count)
}

fn read(text: Vec<u8>) -> Result<usize, Box<dyn Error>> {
    let mut reader = RecordReader::new(Cursor::new(text), None, ReadOptions::default())?;
    let mut count = 0;
    while let Some(record) = reader.next()? {
        count += usize::from(record.user.is_ok());
    }
    Ok(count)
}

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::var("WAYSTATION_BENCH_USERS").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let text = users(count)?;
    if [visited(&text)?, split(text.clone())?, read(text.clone())?] != [count; 3] {
        return Err("not all users are read".into());
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("bulk");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
    group.bench_function("a visitor of serde over a reader", |bencher| bencher.iter(|| visited(&text)));
    group.bench_function("split and parsed by serde", |bencher| {
        bencher.iter_batched(
            || text.clone(),
            |text| split(text).map_err(|error| error.to_string()),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("split, parsed, checked and hashes identified", |bencher| {
        bencher.iter_batched(
            || text.clone(),
            |text| read(text).map_err(|error| error.to_string()),
            BatchSize::LargeInput,
        );
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
