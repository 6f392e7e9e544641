//! What the engine adds to the primitive: a stored hash through `Passwords::verify` (parsing, bounds, queue, thread,
//! kept memory) beside the bare function that computes it, in one run.
//!
//! Argon2, scrypt and SHA-512-crypt are the crate's own. So they stand beside the crates of that name too: Argon2 with
//! memory that is fresh for each hash, as the plain call takes it, and with memory that is kept. Where OpenSSL or
//! libxcrypt has the function, it is called in a process beside this one, which times it.

use std::{error::Error, hint::black_box};

use base64ct::{Base64Unpadded, Encoding};
use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use waystation::password::{Limits, ParsedHash, Password, PasswordHash, Passwords, Schemes, Verification, Workspace};

#[path = "verify/elsewhere.rs"]
mod elsewhere;

use elsewhere::Elsewhere;

const PASSWORD: &str = "correct horse battery staple";
const SALT: &[u8; 16] = b"sixteen of bytes";

/// What crypt(3) of libxcrypt 4.4.33 makes of it.
const SHA512_CRYPT: &str =
    "$6$sixteenofletters$Yacq1wXsyOE5ahDteDMjPlTTSu8j7Bm.9lqNo2yAcfdV4hNz/g2c6tZc.hYo1r5aN0L2gPLvpWUanf8rUiDY20";
const YESCRYPT: &str = "$y$j9T$sixteenofletters$6ptoudzL0.84a1Kj/OFgfhY.ORcynfuSq0Ej/YaAxX4";

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let engine = Engine::new()?;
    argon2id(&mut criterion, &engine)?;
    scrypt(&mut criterion, &engine)?;
    sha512_crypt(&mut criterion, &engine)?;
    pbkdf2(&mut criterion, &engine)?;
    bcrypt(&mut criterion, &engine)?;
    yescrypt(&mut criterion, &engine)?;
    md5(&mut criterion, &engine)?;
    criterion.final_summary();
    Ok(())
}

fn argon2id(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let mut key = [0; 32];
    let argon2 = argon2::Argon2::default();
    let mut blocks = vec![argon2::Block::new(); argon2.params().block_count()];
    argon2.hash_password_into(PASSWORD.as_bytes(), SALT, &mut key)?;
    let stored = format!("$argon2id$v=19$m=19456,t=2,p=1${}", fields(SALT, &key));
    engine.beside(criterion, "argon2id m=19456,t=2,p=1", &PasswordHash::new(stored), |group, own| {
        own.measure(group);
        group.bench_function("argon2 crate, memory kept", |bencher| {
            bencher.iter(|| {
                let password = black_box(PASSWORD.as_bytes());
                argon2.hash_password_into_with_memory(password, SALT, &mut key, &mut blocks)
            });
        });
        group.bench_function("argon2 crate", |bencher| {
            bencher.iter(|| argon2.hash_password_into(black_box(PASSWORD.as_bytes()), SALT, &mut key));
        });
    })
}

fn scrypt(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let mut key = [0; 32];
    let params = scrypt::Params::new(14, 8, 1)?;
    scrypt::scrypt(PASSWORD.as_bytes(), SALT, &params, &mut key)?;
    let stored = format!("$scrypt$ln=14,r=8,p=1${}", fields(SALT, &key));
    engine.beside(criterion, "scrypt 2^14,8,1", &PasswordHash::new(stored), |group, own| {
        own.measure(group);
        group.bench_function("scrypt crate", |bencher| {
            bencher.iter(|| scrypt::scrypt(black_box(PASSWORD.as_bytes()), SALT, &params, &mut key));
        });
        engine.elsewhere.measure(group, "scrypt", "OpenSSL");
    })
}

fn sha512_crypt(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let params = sha_crypt::Params::new(5_000)?;
    engine.beside(criterion, "sha512-crypt 5000", &PasswordHash::new(SHA512_CRYPT), |group, own| {
        own.measure(group);
        group.bench_function("sha-crypt crate", |bencher| {
            bencher.iter(|| sha_crypt::sha512_crypt(black_box(PASSWORD.as_bytes()), b"sixteenofletters", params));
        });
        engine.elsewhere.measure(group, "sha512-crypt", "libxcrypt");
    })
}

fn pbkdf2(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let compute = || {
        let mut key = [0; 32];
        pbkdf2::pbkdf2_hmac::<sha2::Sha256>(black_box(PASSWORD.as_bytes()), SALT, 600_000, &mut key);
        key
    };
    let stored = format!("$pbkdf2-sha256$i=600000,l=32${}", fields(SALT, &compute()));
    engine.beside(criterion, "pbkdf2-sha256 600000", &PasswordHash::new(stored), |group, _| {
        group.bench_function("pbkdf2 crate", |bencher| bencher.iter(compute));
        engine.elsewhere.measure(group, "pbkdf2", "OpenSSL");
    })
}

fn bcrypt(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let stored = bcrypt::hash_with_salt(PASSWORD, 10, *SALT).map_err(|error| error.to_string())?.to_string();
    engine.beside(criterion, "bcrypt 10", &PasswordHash::new(stored), |group, _| {
        group.bench_function("bcrypt crate", |bencher| {
            bencher.iter(|| bcrypt::bcrypt(10, *SALT, black_box([PASSWORD, "\0"].concat()).as_bytes()));
        });
        engine.elsewhere.measure(group, "bcrypt", "libxcrypt");
    })
}

fn yescrypt(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let params = yescrypt::Params::new(yescrypt::Mode::Rw, 4_096, 32, 1)?;
    let mut key = [0; 32];
    engine.beside(criterion, "yescrypt j9T", &PasswordHash::new(YESCRYPT), |group, _| {
        group.bench_function("yescrypt crate", |bencher| {
            bencher.iter(|| yescrypt::yescrypt(black_box(PASSWORD.as_bytes()), SALT, &params, &mut key));
        });
        engine.elsewhere.measure(group, "yescrypt", "libxcrypt");
    })
}

/// A hash that costs nothing shows what everything around it costs.
fn md5(criterion: &mut Criterion, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let stored = PasswordHash::declared("md5", "9cc2ae8a1ba7a93da39b46fc1019c481");
    engine.beside(criterion, "md5", &stored, |group, own| own.measure(group))
}

/// The last two fields of a PHC string.
fn fields(salt: &[u8], key: &[u8]) -> String {
    [Base64Unpadded::encode_string(salt), Base64Unpadded::encode_string(key)].join("$")
}

struct Engine {
    passwords: Passwords,
    elsewhere: Elsewhere,
    runtime: tokio::runtime::Runtime,
}

impl Engine {
    fn new() -> Result<Self, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { passwords: Passwords::builder().threads(1).build()?, elsewhere: Elsewhere::start()?, runtime })
    }

    /// Measures the engine, and what stands beside it, on the same stored hash.
    fn beside(
        &self,
        criterion: &mut Criterion,
        name: &str,
        stored: &PasswordHash,
        primitives: impl FnOnce(&mut BenchmarkGroup<'_, WallTime>, &mut Own),
    ) -> Result<(), Box<dyn Error>> {
        let password = Password::from(PASSWORD);
        let answer = self.runtime.block_on(self.passwords.verify(&password, stored))?;
        if !matches!(answer, Verification::Match { .. }) {
            return Err(format!("{name}: engine and primitive do not agree").into());
        }
        let parsed = Schemes::standard().parse(stored, &Limits::default())?;
        let mut own = Own { parsed, password: password.clone(), workspace: Workspace::default() };
        let mut group = criterion.benchmark_group(name);
        group.bench_function("engine", |bencher| {
            bencher.to_async(&self.runtime).iter(|| self.passwords.verify(&password, stored));
        });
        primitives(&mut group, &mut own);
        group.finish();
        Ok(())
    }
}

/// A parsed hash, as a thread of the pool has it.
struct Own {
    parsed: Box<dyn ParsedHash>,
    password: Password,
    workspace: Workspace,
}

impl Own {
    fn measure(&mut self, group: &mut BenchmarkGroup<'_, WallTime>) {
        group.bench_function("primitive", |bencher| {
            bencher.iter(|| self.parsed.verify(black_box(&self.password), &mut self.workspace));
        });
    }
}
