//! What the system says of memory, where it says anything: `/proc` of Linux.

use std::fs;

/// KiB that this process has in memory now.
pub(crate) fn resident() -> Option<u64> {
    field("/proc/self/status", "VmRSS:")
}

/// The most KiB that this process ever had in memory.
pub(crate) fn peak() -> Option<u64> {
    field("/proc/self/status", "VmHWM:")
}

/// KiB that are free for everybody.
pub(crate) fn available() -> Option<u64> {
    field("/proc/meminfo", "MemAvailable:")
}

/// Asks that this process be the one to go, should memory run out after all.
pub(crate) fn go_first() {
    // Where there is no such file there is no such choice.
    let _refused = fs::write("/proc/self/oom_score_adj", "1000");
}

fn field(file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
