use std::{fs, path::Path, sync::Arc};

use serde::Deserialize;
use waystation::{
    IdentifierRules as _, MemoryStore, Passwords,
    bulk::{Importer, Input, Sample, SampleAnswer},
    identifier::StandardRules,
};
use zeroize::Zeroizing;

use crate::{
    arguments::Global,
    failure::{Exit, Failure},
    output,
};

/// A line of the file: somebody whose password is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    identifier: String,
    password: Zeroizing<String>,
}

/// Says whether known passwords open the hashes of a file that is to be imported.
pub(super) async fn run(
    known: &Path,
    input: Arc<dyn Input>,
    passwords: &Arc<Passwords>,
    wrap: bool,
    global: &Global,
) -> Result<Exit, Failure> {
    let samples = read(known)?;
    // What it proves is stored in a store of its own.
    let importer = Importer::builder(Arc::new(MemoryStore::new()));
    let importer = if wrap { importer.wrap_weak_hashes(Arc::clone(passwords)) } else { importer };
    let importer = importer.build();
    let answers = importer.verify_sample(input, samples, passwords).await;
    let answers = answers.map_err(|error| Failure::of("the file cannot be proven", error))?;
    let mut proven = 0_usize;
    for (number, answer) in answers.iter().enumerate() {
        let (verdict, detail) = match answer {
            SampleAnswer::Mismatch => ("mismatch", String::new()),
            SampleAnswer::NotFound => ("not_found", String::new()),
            SampleAnswer::NoPassword => ("no_password", String::new()),
            SampleAnswer::Refused { place, faults } => {
                let codes: Vec<_> = faults.iter().map(|fault| &*fault.detail).collect();
                ("refused", format!("line {}: {}", place.line + 1, codes.join(", ")))
            }
            SampleAnswer::Proven { scheme } => ("proven", (*scheme).to_owned()),
            SampleAnswer::Unverifiable(error) => ("unverifiable", error.to_string()),
            _ => ("unknown", String::new()),
        };
        proven += usize::from(verdict == "proven");
        let line = number + 1;
        if global.json {
            output::json(&serde_json::json!({"line": line, "verdict": verdict, "detail": detail}))?;
        } else {
            let separator = if detail.is_empty() { "" } else { "  " };
            output::line(format_args!("{line:>6}  {verdict}{separator}{detail}"))?;
        }
    }
    tell!("{proven} of {} proven; nothing was imported", answers.len());
    Ok(if proven == answers.len() && proven > 0 { Exit::Done } else { Exit::Refused })
}

/// # Errors
///
/// When the file cannot be read, or a line of it is not somebody with a password. Nothing of it is quoted.
fn read(path: &Path) -> Result<Vec<Sample>, Failure> {
    let text = fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| Failure::of(format!("{} cannot be read", path.display()), error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let wrong = || {
                let form = "{\"identifier\": \"ada@example.com\", \"password\": \"…\"}";
                Failure::misused(format!("{}, line {}: it is not of the form {form}", path.display(), number + 1))
            };
            let known: Known = serde_json::from_str(line).map_err(|_| wrong())?;
            let identifier = StandardRules::default().parse(&known.identifier).map_err(|_| wrong())?;
            Ok(Sample::new(identifier, known.password.as_str()))
        })
        .collect()
}
