//! What a long upload takes of memory, in a process of its own.

use std::{
    env,
    error::Error,
    io::{Read as _, repeat},
    process::Command,
    sync::Arc,
};

use waystation::MemoryStore;

use crate::service::Service;

const CHILD: &str = "WAYSTATION_BENCH_UPLOAD_CHILD";

pub(crate) fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

fn bytes() -> u64 {
    env::var("WAYSTATION_BENCH_UPLOAD").ok().and_then(|bytes| bytes.parse().ok()).unwrap_or(16 << 20)
}

/// Prints it, where the system says it.
pub(crate) fn measure() -> Result<(), Box<dyn Error>> {
    if peak().is_none() {
        println!("this system does not say what a process takes of memory");
        return Ok(());
    }
    let output = Command::new(env::current_exe()?).env(CHILD, "1").output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    print!("{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// What the child does: the client is in it too, and has one block of the file at a time.
pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let service = Service::start(Arc::new(MemoryStore::new())).await;
    let mut client = service.client().await;
    // What the first of anything takes is no matter of length.
    client.upload(&b" "[..]).await;
    let idle = peak().ok_or("this system does not say it")?;
    client.upload(repeat(b' ').take(bytes())).await;
    let above = peak().ok_or("this system does not say it")?.saturating_sub(idle);
    println!("an upload of {} MiB: {above} KiB above idle", bytes() >> 20);
    Ok(())
}

/// The most KiB that this process ever had in memory.
fn peak() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
