//! What it costs to read an import file, beside what a program does that has serde alone: a visitor over the reader, which
//! takes one user after the other out of the array.

use std::{
    error::Error,
    fmt,
    hint::black_box,
    io::{BufReader, Cursor},
};

use criterion::{BatchSize, Criterion, Throughput};
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use waystation::bulk::{ImportFormat, ReadOptions, RecordReader, RecordSource, RecordSplitter};

pub(crate) fn bench(criterion: &mut Criterion, text: &[u8], count: usize) -> Result<(), Box<dyn Error>> {
    if [visited(text)?, split_and_parsed(text.to_vec())?, read(text.to_vec())?] != [count; 3] {
        return Err("not all users are read".into());
    }
    let mut group = criterion.benchmark_group("reading");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
    group.bench_function("a visitor of serde over a reader", |bencher| bencher.iter(|| visited(text)));
    group.bench_function("split and parsed by serde", |bencher| {
        bencher.iter_batched(
            || text.to_vec(),
            |text| split_and_parsed(text).map_err(|error| error.to_string()),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("split alone", |bencher| {
        bencher.iter_batched(
            || text.to_vec(),
            |text| only_split(text).map_err(|error| error.to_string()),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("split, parsed, checked and hashes identified", |bencher| {
        bencher.iter_batched(
            || text.to_vec(),
            |text| read(text).map_err(|error| error.to_string()),
            BatchSize::LargeInput,
        );
    });
    group.finish();
    Ok(())
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

fn split_and_parsed(text: Vec<u8>) -> Result<usize, Box<dyn Error>> {
    let mut splitter = RecordSplitter::new(Cursor::new(text), Some(ImportFormat::Json), ReadOptions::default())?;
    let mut count = 0;
    while let Some(piece) = splitter.next()? {
        let user: Plain = serde_json::from_slice(piece.text.unwrap_or_default())?;
        black_box(&user.email);
        count += 1;
    }
    Ok(count)
}

fn only_split(text: Vec<u8>) -> Result<usize, Box<dyn Error>> {
    let mut splitter = RecordSplitter::new(Cursor::new(text), Some(ImportFormat::Json), ReadOptions::default())?;
    let mut count = 0;
    while splitter.next()?.is_some() {
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
