//! What the engine adds to the primitive: a stored hash through `Passwords::verify` (parsing, bounds, queue, thread,
//! kept memory) beside the bare function that computes it, in one run.
//!
//! Argon2 is the crate's own. So it stands beside the `argon2` crate too, with memory that is fresh for each hash, as
//! its plain call takes it, and with memory that is kept.

use std::{error::Error, hint::black_box};

use base64ct::{Base64Unpadded, Encoding};
use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use waystation::password::{Limits, Password, PasswordHash, Passwords, Schemes, Verification, Workspace};

const PASSWORD: &str = "correct horse battery staple";
const SALT: &[u8; 16] = b"sixteen of bytes";

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let engine = Engine::new()?;

    let mut key = [0; 32];
    let argon2 = argon2::Argon2::default();
    let mut blocks = vec![argon2::Block::new(); argon2.params().block_count()];
    argon2.hash_password_into(PASSWORD.as_bytes(), SALT, &mut key)?;
    let stored = format!("$argon2id$v=19$m=19456,t=2,p=1${}", fields(SALT, &key));
    let parsed = Schemes::standard().parse(&PasswordHash::new(stored.as_str()), &Limits::default())?;
    let (password, mut workspace) = (Password::from(PASSWORD), Workspace::default());
    engine.beside(&mut criterion, "argon2id m=19456,t=2,p=1", &stored, |group| {
        group.bench_function("primitive", |bencher| {
            bencher.iter(|| parsed.verify(black_box(&password), &mut workspace));
        });
        group.bench_function("argon2 crate, memory kept", |bencher| {
            let mut key = [0; 32];
            bencher.iter(|| {
                let password = black_box(PASSWORD.as_bytes());
                argon2.hash_password_into_with_memory(password, SALT, &mut key, &mut blocks)
            });
        });
        group.bench_function("argon2 crate", |bencher| {
            let mut key = [0; 32];
            bencher.iter(|| argon2.hash_password_into(black_box(PASSWORD.as_bytes()), SALT, &mut key));
        });
    })?;

    let stored = bcrypt::hash_with_salt(PASSWORD, 10, *SALT).map_err(|error| error.to_string())?.to_string();
    engine.beside(&mut criterion, "bcrypt 10", &stored, |group| {
        group.bench_function("primitive", |bencher| {
            bencher.iter(|| bcrypt::bcrypt(10, *SALT, black_box([PASSWORD, "\0"].concat()).as_bytes()));
        });
    })?;

    let pbkdf2 = |key: &mut [u8]| {
        pbkdf2::pbkdf2_hmac::<sha2::Sha256>(black_box(PASSWORD.as_bytes()), SALT, 600_000, key);
    };
    pbkdf2(&mut key);
    let stored = format!("$pbkdf2-sha256$i=600000,l=32${}", fields(SALT, &key));
    engine.beside(&mut criterion, "pbkdf2-sha256 600000", &stored, |group| {
        group.bench_function("primitive", |bencher| bencher.iter(|| pbkdf2(&mut key)));
    })?;

    let params = scrypt::Params::new(14, 8, 1)?;
    scrypt::scrypt(PASSWORD.as_bytes(), SALT, &params, &mut key)?;
    let stored = format!("$scrypt$ln=14,r=8,p=1${}", fields(SALT, &key));
    let parsed = Schemes::standard().parse(&PasswordHash::new(stored.as_str()), &Limits::default())?;
    engine.beside(&mut criterion, "scrypt 2^14,8,1", &stored, |group| {
        group.bench_function("primitive", |bencher| {
            bencher.iter(|| parsed.verify(black_box(&password), &mut workspace));
        });
        group.bench_function("scrypt crate", |bencher| {
            bencher.iter(|| scrypt::scrypt(black_box(PASSWORD.as_bytes()), SALT, &params, &mut key));
        });
    })?;

    criterion.final_summary();
    Ok(())
}

/// The last two fields of a PHC string.
fn fields(salt: &[u8], key: &[u8]) -> String {
    [Base64Unpadded::encode_string(salt), Base64Unpadded::encode_string(key)].join("$")
}

struct Engine {
    passwords: Passwords,
    runtime: tokio::runtime::Runtime,
}

impl Engine {
    fn new() -> Result<Self, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { passwords: Passwords::builder().threads(1).build()?, runtime })
    }

    /// Measures the engine, and what stands beside it, on the same stored hash.
    fn beside(
        &self,
        criterion: &mut Criterion,
        name: &str,
        stored: &str,
        primitives: impl FnOnce(&mut BenchmarkGroup<'_, WallTime>),
    ) -> Result<(), Box<dyn Error>> {
        let (password, stored) = (Password::from(PASSWORD), PasswordHash::new(stored));
        let answer = self.runtime.block_on(self.passwords.verify(&password, &stored))?;
        if !matches!(answer, Verification::Match { .. }) {
            return Err(format!("{name}: engine and primitive do not agree").into());
        }
        let mut group = criterion.benchmark_group(name);
        group.bench_function("engine", |bencher| {
            bencher.to_async(&self.runtime).iter(|| self.passwords.verify(&password, &stored));
        });
        primitives(&mut group);
        group.finish();
        Ok(())
    }
}
