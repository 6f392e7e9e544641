use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use criterion::{BenchmarkGroup, measurement::WallTime};

/// OpenSSL and libxcrypt, called and timed by a Python that runs beside the benchmark. It ends with its input.
pub(crate) struct Elsewhere {
    names: BTreeSet<String>,
    pipes: RefCell<Pipes>,
    _process: Child,
}

struct Pipes {
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Elsewhere {
    pub(crate) fn start() -> io::Result<Self> {
        let mut process = Command::new("python3")
            .args(["-c", include_str!("elsewhere.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(orders), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut answers = BufReader::new(answers).lines();
        let mut names = BTreeSet::new();
        for name in answers.by_ref() {
            match &*name? {
                "." => break,
                name => names.insert(name.to_owned()),
            };
        }
        Ok(Self { names, pipes: RefCell::new(Pipes { orders, answers }), _process: process })
    }

    /// Measures the function of this name, or says that it is not there.
    #[expect(clippy::panic, reason = "a benchmark that cannot go on has failed")]
    pub(crate) fn measure(&self, group: &mut BenchmarkGroup<'_, WallTime>, name: &str, library: &str) {
        if !self.names.contains(name) {
            println!("{name} of {library}: not measured, since Python does not offer it");
            return;
        }
        group.bench_function(library, |bencher| {
            bencher.iter_custom(|count| match self.order(name, count) {
                Ok(time) => time,
                Err(error) => panic!("Python has stopped: {error}"),
            });
        });
    }

    fn order(&self, name: &str, count: u64) -> io::Result<Duration> {
        let mut pipes = self.pipes.borrow_mut();
        writeln!(pipes.orders, "{name} {count}")?;
        let answer = pipes.answers.next().ok_or(io::ErrorKind::UnexpectedEof)??;
        answer.parse().map(Duration::from_nanos).map_err(io::Error::other)
    }
}
