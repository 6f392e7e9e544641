//! 512 people at once.

use std::time::Duration;

use criterion::{Criterion, SamplingMode};

use super::{
    Failure,
    median::median,
    member::{self, Measured, Member},
    memory,
    service::Cost,
    table::{Row, Table, Target},
};

/// How many people log in at once.
#[derive(Clone, Copy)]
pub(crate) struct Crowd(pub(crate) u32);

impl Crowd {
    /// The cores alone and the crate in turn, as often as criterion asks; the hand-written service once, for what it
    /// takes.
    pub(crate) fn measure(self, criterion: &mut Criterion, cost: Cost, table: &mut Table) -> Result<(), Failure> {
        let mut pairs = Vec::new();
        let mut failure = None;
        let mut group = criterion.benchmark_group(format!("{} log-ins at once", self.0));
        // The least that criterion measures: ten of them.
        group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_millis(1));
        group.bench_function("waystation", |bencher| {
            bencher.iter_custom(|iterations| {
                let mut measured = Duration::ZERO;
                for _ in 0..iterations {
                    match self.pair(cost) {
                        Ok(pair) => {
                            measured += pair.1.took;
                            pairs.push(pair);
                        }
                        Err(error) => failure = Some(error),
                    }
                }
                measured
            });
        });
        group.finish();
        if let Some(failure) = failure {
            return Err(failure);
        }
        // Left out by a filter.
        if pairs.is_empty() {
            return Ok(());
        }
        let hand_written = if self.fits(cost) { Some(self.run(Member::HandWritten, cost)?) } else { None };
        self.tell_speed(&pairs, hand_written, table);
        let lazy: Vec<Measured> = pairs.into_iter().map(|(_, lazy)| lazy).collect();
        self.tell_cost(&lazy, hand_written, table);
        Ok(())
    }

    fn pair(self, cost: Cost) -> Result<(Measured, Measured), Failure> {
        Ok((self.run(Member::Cores, cost)?, self.run(Member::Lazy, cost)?))
    }

    fn tell_speed(self, pairs: &[(Measured, Measured)], theirs: Option<Measured>, table: &mut Table) {
        let people = self.0;
        let rate = |measured: &Measured| f64::from(people) / measured.took.as_secs_f64();
        let limit = median(pairs.iter().map(|(cores, _)| rate(cores)));
        let share = median(pairs.iter().map(|(cores, lazy)| rate(lazy) / rate(cores)));
        let theirs = theirs.as_ref().map(rate);
        table.add(
            Row::new(format!("{people} at once: log-ins per second"), "")
                .ours(median(pairs.iter().map(|(_, lazy)| rate(lazy))))
                .theirs(theirs)
                .target(Target::TimesTheirs(4.0)),
        );
        table.add(
            Row::new(format!("{people} at once: share of what the cores can hash"), "")
                .ours(share)
                .theirs(theirs.zip(limit).map(|(theirs, limit)| theirs / limit))
                .target(Target::AtLeast(0.95)),
        );
    }

    fn tell_cost(self, ours: &[Measured], theirs: Option<Measured>, table: &mut Table) {
        let above_idle = |measured: &Measured| measured.above_idle.map(mebibytes);
        let late_p99 = |measured: &Measured| millis(measured.late_p99);
        table.add(
            Row::new(format!("{} at once: memory above idle, at most", self.0), " MiB")
                .ours(ours.iter().map(above_idle).collect::<Option<Vec<f64>>>().map(largest))
                .theirs(theirs.as_ref().and_then(above_idle))
                .target(Target::AtMost(64.0)),
        );
        table.add(
            Row::new("meanwhile, an unrelated task is late: p99", " ms")
                .ours(median(ours.iter().map(late_p99)))
                .theirs(theirs.as_ref().map(late_p99))
                .target(Target::AtMost(5.0)),
        );
        let late_max = |measured: &Measured| millis(measured.late_max);
        table.add(
            Row::new("meanwhile, an unrelated task is late: at most", " ms")
                .ours(largest(ours.iter().map(late_max)))
                .theirs(theirs.as_ref().map(late_max)),
        );
        let late_before = |measured: &Measured| millis(measured.late_before);
        table.add(
            Row::new("before, an unrelated task is late: p99", " ms")
                .ours(median(ours.iter().map(late_before)))
                .theirs(theirs.as_ref().map(late_before)),
        );
    }

    fn run(self, member: Member, cost: Cost) -> Result<Measured, Failure> {
        let measured = member::call(member, self.0, cost)?;
        let above_idle = measured.above_idle.map(|kib| format!(", {:.0} MiB above idle", mebibytes(kib)));
        let late = match member {
            Member::Cores => String::new(),
            _ => format!(", a tick {:.2} ms late at p99", millis(measured.late_p99)),
        };
        let (name, seconds) = (member.name(), measured.took.as_secs_f64());
        println!("  {name}: {seconds:.3} s{}{late}", above_idle.unwrap_or_default());
        Ok(measured)
    }

    /// Whether there is memory for a hash of everybody at once, and half as much again for the others on this machine.
    fn fits(self, cost: Cost) -> bool {
        let wanted = u64::from(self.0) * u64::from(cost.memory_kib) * 3 / 2;
        let fits = memory::available().is_some_and(|available| available >= wanted);
        if !fits {
            let (name, wanted) = (Member::HandWritten.name(), mebibytes(wanted));
            println!("  {name}: not measured, for it is not known that {wanted:.0} MiB of memory are free");
        }
        fits
    }
}

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, f64::max)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn mebibytes(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1_024.0
}
