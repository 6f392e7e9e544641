//! What passwords take of memory at most, measured in processes of their own, since the tests beside these take some too.

use std::{env, fs, process::Command, sync::Arc};

use base64ct::{Base64Unpadded, Encoding};
use waystation::password::{HashPolicy, Limits, PasswordHash, Passwords, Schemes, Verification};

use super::hostile;

const MIB: u64 = 1 << 20;

/// Runs one of the ignored tests, and returns the most bytes that it took.
fn taken_by(test: &str) -> u64 {
    let mut child = Command::new(env::current_exe().unwrap());
    let output = child.args([&format!("memory::{test}"), "--exact", "--ignored", "--nocapture"]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    let taken = shown.lines().find_map(|line| line.strip_prefix("bytes taken: "));
    taken.and_then(|taken| taken.parse().ok()).unwrap_or_else(|| panic!("{shown}"))
}

/// The most bytes that this process ever had in memory.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

#[test]
fn hostile_hashes_take_little() {
    let taken = taken_by("hostile_hashes_are_read");
    assert!(taken < 64 * MIB, "{taken} bytes");
}

#[test]
#[ignore = "run by hostile_hashes_take_little"]
fn hostile_hashes_are_read() {
    let (schemes, limits, texts) = (Schemes::standard(), Limits::default(), hostile::texts());
    let before = peak();
    for (text, _) in texts {
        assert!(schemes.parse(&PasswordHash::new(text), &limits).is_err());
    }
    println!("\nbytes taken: {}", peak() - before);
}

/// What the pool may take while it works.
const BUDGET: u64 = 40 * MIB;

/// What 512 tasks and the threads take beside.
const ASIDE: u64 = 16 * MIB;

#[test]
fn many_schemes_at_once_stay_within_the_pools_memory() {
    let taken = taken_by("many_schemes_are_verified_at_once");
    // Two of the hashes at the least, or nothing was shown.
    assert!((32 * MIB..BUDGET + ASIDE).contains(&taken), "{taken} bytes");
}

#[test]
#[ignore = "run by many_schemes_at_once_stay_within_the_pools_memory"]
fn many_schemes_are_verified_at_once() {
    let before = peak();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let policy = HashPolicy::argon2id(16 * 1_024, 1, 1).unwrap();
    let passwords = Passwords::builder().policy(policy).threads(2).memory_bytes(BUDGET).queue(512).build().unwrap();
    let passwords = Arc::new(passwords);
    let (mut key, salt) = ([0; 32], b"sixteen of bytes");
    scrypt::scrypt(b"right", salt, &scrypt::Params::new(14, 8, 1).unwrap(), &mut key).unwrap();
    let [salt, key] = [&salt[..], &key[..]].map(Base64Unpadded::encode_string);
    let argon2 = runtime.block_on(passwords.hash(&"right".into())).unwrap();
    let stored = [
        argon2,
        PasswordHash::new(format!("$scrypt$ln=14,r=8,p=1${salt}${key}")),
        PasswordHash::new("$2b$04$EjEUf60G2.A1vP50iIqbIeD19o5bNzzQHy2rtrXBIyEYvQ9/yny3W"),
        PasswordHash::declared("md5", "7c4f29407893c334a6cb7a87bf045c0d"),
    ];

    let mut attempts = tokio::task::JoinSet::new();
    for number in 0..512 {
        let (passwords, stored) = (Arc::clone(&passwords), stored[number % stored.len()].clone());
        attempts.spawn_on(
            async move {
                let right = number % 8 < 4;
                let password = if right { "right" } else { "wrong" };
                let answer = passwords.verify(&password.into(), &stored).await.unwrap();
                right == matches!(answer, Verification::Match { .. })
            },
            runtime.handle(),
        );
    }
    assert!(runtime.block_on(attempts.join_all()).into_iter().all(|as_expected| as_expected));
    println!("\nbytes taken: {}", peak() - before);
}
