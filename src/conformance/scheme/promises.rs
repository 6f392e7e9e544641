use std::{ops::Range, panic::AssertUnwindSafe, thread};

use super::{Broken, Sample, Subject, Verdict, keep, within_reason};
use crate::password::{
    Comparison, EffectiveInput, Password, PasswordHash, PasswordScheme, Schemes, Strength, Workspace,
};

/// Each sample is opened by its password, every time, also in memory that was used before.
///
/// # Errors
///
/// When the promise is broken, as all functions here.
pub fn the_right_password_opens(subject: &Subject) -> Verdict {
    let mut workspace = Workspace::default();
    for Sample { password, hash } in &subject.samples {
        let parsed = subject.parse(hash).map_err(|error| Broken(format!("a sample is refused: {error}")))?;
        for attempt in ["first", "second"] {
            let opened = parsed.verify(&password.as_str().into(), &mut workspace) == Ok(true);
            keep(opened, || format!("{password:?} does not open its hash the {attempt} time"))?;
        }
    }
    keep(!subject.samples.is_empty(), || "there are no samples".to_owned())
}

/// Passwords that are near the right one do not open: one character more, less or other, another case, none.
///
/// # Errors
///
/// When the promise is broken.
pub fn a_wrong_password_does_not_open(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        for wrong in near(password) {
            keep(!subject.opens(hash, wrong.as_bytes())?, || format!("{wrong:?} opens the hash of {password:?}"))?;
        }
    }
    Ok(())
}

/// Whatever character of a hash is changed, a wrong password does not open it.
///
/// # Errors
///
/// When the promise is broken.
pub fn a_mutated_hash_opens_for_no_wrong_password(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        let wrong = first_changed(password);
        for mutated in mutations(hash).flatten() {
            keep(!subject.opens(&mutated, wrong.as_bytes())?, || format!("{wrong:?} opens {mutated:?}"))?;
        }
    }
    Ok(())
}

/// Each character of a hash can be changed so that the right password no longer opens it.
///
/// # Errors
///
/// When the promise is broken.
pub fn every_character_of_a_hash_counts(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        for (position, mutated) in mutations(hash).enumerate() {
            let mut counts = false;
            // Breaking the form proves nothing: a letter must matter to other letters.
            let same_form = mutated.iter().filter(|mutated| is_alphanumeric(mutated, position)).cloned().collect();
            let tried: Vec<String> = if is_alphanumeric(hash, position) { same_form } else { mutated };
            for mutated in tried {
                counts = counts || !subject.opens(&mutated, password.as_bytes())?;
            }
            keep(counts, || format!("character {position} of {hash:?} is not looked at"))?;
        }
    }
    Ok(())
}

/// A hash that was cut anywhere is opened neither by its password nor by any other.
///
/// # Errors
///
/// When the promise is broken.
pub fn a_shortened_hash_never_opens(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        for (end, _) in hash.char_indices() {
            let shortened = hash.get(..end).unwrap_or_default();
            for tried in [password, "", &first_changed(password)] {
                keep(!subject.opens(shortened, tried.as_bytes())?, || format!("{tried:?} opens {shortened:?}"))?;
            }
        }
    }
    Ok(())
}

/// A hash whose last field is empty, or next to it, is refused when it is parsed, unless its digest is another field: it
/// would match every password. Of an object in JSON, each text is such a field.
///
/// # Errors
///
/// When the promise is broken.
pub fn an_empty_digest_never_opens(subject: &Subject) -> Verdict {
    for Sample { hash, .. } in &subject.samples {
        let Ok(whole) = subject.parse(hash) else { continue };
        let fields: Vec<Range<usize>> = if hash.ends_with('}') {
            let quotes: Vec<usize> = hash.match_indices('"').map(|(quote, _)| quote).collect();
            quotes.windows(2).filter_map(|pair| Some(*pair.first()? + 1..*pair.last()?)).collect()
        } else {
            let start = hash.rfind(['$', ':', ',', '}']).map_or(0, |separator| separator + 1);
            std::iter::once(start..hash.len()).collect()
        };
        for field in fields {
            let (before, after) = (hash.get(..field.start), hash.get(field.end..));
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            for digest in ["", "=", "==", "A=", "AA==", "AA", "00", "0"] {
                let emptied = format!("{before}{digest}{after}");
                let harmless = subject.parse(&emptied).map_or(true, |parsed| parsed.digest() == whole.digest());
                keep(harmless, || format!("{emptied:?} is accepted"))?;
            }
        }
    }
    Ok(())
}

/// Nothing is trimmed and nothing ignored: a hash with something before or after it no longer opens.
///
/// # Errors
///
/// When the promise is broken.
pub fn a_hash_with_something_after_it_never_opens(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        for more in [" ", "\n", "\0", "$", "=", "a", "A", "é"] {
            for longer in [format!("{hash}{more}"), format!("{more}{hash}")] {
                keep(!subject.opens(&longer, password.as_bytes())?, || format!("{password:?} opens {longer:?}"))?;
            }
        }
    }
    Ok(())
}

/// A hash comes back from where it was stored and opens as before.
///
/// # Errors
///
/// When the promise is broken.
pub fn a_hash_survives_being_stored(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        let reloaded = serde_json::to_string(&subject.stored(hash))
            .and_then(|stored| serde_json::from_str::<PasswordHash>(&stored))
            .map_err(|error| Broken(error.to_string()))?;
        let schemes = Schemes::empty().with(subject.scheme.clone()).map_err(|error| Broken(error.to_string()))?;
        let parsed = schemes.parse(&reloaded, &subject.limits).map_err(|error| Broken(error.to_string()))?;
        keep(within_reason(parsed, password.as_bytes())?, || format!("{password:?} no longer opens its hash"))?;
    }
    Ok(())
}

/// A hash of another scheme, and what stands where an account is locked, are refused when they are parsed. A scheme that
/// must be declared may be spelled like another.
///
/// # Errors
///
/// When the promise is broken.
pub fn a_foreign_hash_is_refused(subject: &Subject) -> Verdict {
    let word = |text: &str| text.split_inclusive('$').find(|field| *field != "$").map(str::to_owned);
    let look_alike = |foreign: &str| {
        let words = subject.samples.iter().filter_map(|sample| word(&sample.hash));
        subject.scheme.prefixes().is_empty() && words.into_iter().any(|sample| Some(sample) == word(foreign))
    };
    for foreign in FOREIGN.iter().filter(|foreign| !starts_like(subject, foreign) && !look_alike(foreign)) {
        keep(subject.parse(foreign).is_err(), || format!("{foreign:?} is accepted"))?;
    }
    Ok(())
}

/// Whatever number stands in a hash, it is refused or costs next to nothing: bounds are held before any work.
///
/// # Errors
///
/// When the promise is broken.
pub fn cost_is_bounded_before_work(subject: &Subject) -> Verdict {
    const MOST_MEMORY: u64 = 64 << 20;
    for Sample { hash, .. } in &subject.samples {
        for asked in numbers_replaced(hash) {
            let Ok(parsed) = subject.parse(&asked) else { continue };
            let memory = parsed.cost().memory_bytes;
            keep(memory <= MOST_MEMORY, || format!("{asked:?} may take {memory} bytes"))?;
            within_reason(parsed, b"any").map_err(|Broken(how)| Broken(format!("{asked:?}: {how}")))?;
        }
    }
    Ok(())
}

/// What a hash says of its memory is not less than what its strength is made of, and its strength equals itself.
///
/// # Errors
///
/// When the promise is broken.
pub fn cost_is_honest(subject: &Subject) -> Verdict {
    for Sample { hash, .. } in &subject.samples {
        let Ok(parsed) = subject.parse(hash) else { continue };
        let (cost, strength) = (parsed.cost(), parsed.strength());
        keep(strength.compare(&strength) == Comparison::Equal, || format!("{hash:?} is not as strong as itself"))?;
        if let Strength::Argon2(argon2) = strength {
            let filled = u64::from(argon2.memory_kib) * 1_024;
            keep(cost.memory_bytes >= filled, || format!("{hash:?} fills {filled} bytes and says {cost:?}"))?;
        }
    }
    Ok(())
}

/// Prefixes are what hashes of the scheme begin with, and no registry takes the scheme twice.
///
/// # Errors
///
/// When the promise is broken.
pub fn prefixes_tell_the_scheme(subject: &Subject) -> Verdict {
    let register = |schemes: Schemes| schemes.with(subject.scheme.clone());
    let schemes = register(Schemes::empty()).map_err(|error| Broken(error.to_string()))?;
    keep(register(schemes.clone()).is_err(), || "it can be registered twice".to_owned())?;
    let prefixes = subject.scheme.prefixes();
    for (index, prefix) in prefixes.iter().enumerate() {
        keep(prefixes.iter().skip(index + 1).all(|other| other != prefix), || format!("{prefix:?} stands twice"))?;
    }
    for Sample { hash, .. } in subject.samples.iter().filter(|_| !prefixes.is_empty()) {
        if !starts_like(subject, hash) {
            // A spelling that must be declared: it is not told from a prefix.
            keep(schemes.identify(&PasswordHash::new(hash)).is_err(), || format!("{hash:?} is identified"))?;
            continue;
        }
        let name = schemes.identify(&PasswordHash::new(hash)).map(PasswordScheme::name);
        keep(name == Ok(subject.scheme.name()), || format!("{hash:?} is taken for {name:?}"))?;
    }
    let described = subject.samples.iter().any(|sample| starts_like(subject, &sample.hash));
    keep(described || prefixes.is_empty(), || "no sample begins with a prefix".to_owned())
}

/// The name is short, lower case, of words joined by `-`, and always the same.
///
/// # Errors
///
/// When the promise is broken.
pub fn the_name_is_a_stable_word(subject: &Subject) -> Verdict {
    let name = subject.scheme.name();
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    keep(name.split('-').all(word) && name.len() <= 31, || format!("{name:?} is not a name"))?;
    keep(name == subject.scheme.name(), || format!("it is no longer called {name:?}"))
}

/// Passwords with NULs, of bytes that are no text, empty and long ones get an answer.
///
/// # Errors
///
/// When the promise is broken.
pub fn passwords_of_any_bytes_are_answered(subject: &Subject) -> Verdict {
    let lengths = [1, 8, 55, 56, 63, 64, 65, 71, 72, 73, 127, 128, 129, 4_096];
    let passwords = [b"".to_vec(), b"\0".to_vec(), b"\xff\xfe\x00\x80".to_vec()];
    let long = lengths.iter().map(|length| vec![0xC3; *length]);
    for Sample { hash, .. } in subject.samples.iter().filter(|sample| !sample.password.is_empty()) {
        for password in passwords.iter().cloned().chain(long.clone()) {
            keep(!subject.opens(hash, &password)?, || format!("{password:?} opens {hash:?}"))?;
        }
    }
    Ok(())
}

/// A password that opens although it is longer than the right one is one of which only part was read, and the scheme
/// says so: otherwise the rest would be stored as proven.
///
/// # Errors
///
/// When the promise is broken.
pub fn what_is_not_read_is_declared(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        let Ok(parsed) = subject.parse(hash) else { continue };
        for longer in longer(password) {
            if subject.opens(hash, longer.expose())? {
                let read = parsed.effective_input(&longer);
                let declared = match &read {
                    EffectiveInput::First(bytes) => *bytes <= password.len(),
                    EffectiveInput::Part(range) => range.len() <= password.len(),
                    EffectiveInput::Folded => true,
                    EffectiveInput::Whole => false,
                };
                keep(declared, || format!("a longer password opens the hash of {password:?}, and {read:?} is read"))?;
            }
        }
    }
    Ok(())
}

/// Where a scheme says that only a part is read, that part opens by itself.
///
/// # Errors
///
/// When the promise is broken.
pub fn a_declared_part_opens_alone(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        let Ok(parsed) = subject.parse(hash) else { continue };
        for longer in longer(password).chain([password.as_str().into()]) {
            let read = match parsed.effective_input(&longer) {
                EffectiveInput::First(bytes) => 0..bytes.min(longer.len()),
                EffectiveInput::Part(range) => range,
                EffectiveInput::Folded | EffectiveInput::Whole => continue,
            };
            let part = longer.expose().get(read.clone());
            let part = part.ok_or_else(|| Broken(format!("{read:?} of {} bytes is read", longer.len())))?;
            let same = subject.opens(hash, part)? == subject.opens(hash, longer.expose())?;
            keep(same, || format!("the bytes {read:?} of {password:?} and more do not open alone"))?;
        }
    }
    Ok(())
}

/// `Debug` of the scheme and of parsed hashes, and errors, hold nothing of hash or password.
///
/// # Errors
///
/// When the promise is broken.
pub fn nothing_secret_is_shown(subject: &Subject) -> Verdict {
    for Sample { password, hash } in &subject.samples {
        let mut shown = vec![format!("{:?}", subject.scheme)];
        shown.extend(subject.parse(hash).map(|parsed| format!("{parsed:?}")));
        let broken = hash.char_indices().map(|(end, _)| hash.get(..end).unwrap_or_default().to_owned());
        for error in broken.chain(mutations(hash).flatten()).filter_map(|hash| subject.parse(&hash).err()) {
            shown.push(format!("{error} {error:?}"));
        }
        // What a derived `Debug` makes of the bytes of a salt or a digest.
        let is_bytes = |text: &str| text.split(", ").filter(|byte| byte.parse::<u8>().is_ok()).count() >= 8;
        let bytes = shown.iter().find(|shown| shown.split(['[', ']']).any(is_bytes));
        keep(bytes.is_none(), || format!("bytes are shown: {}", bytes.map_or("", String::as_str)))?;
        // Names and parameters may be shown; salts and digests are longer than those.
        let secrets = hash.split(['$', ':', ',', '}']).filter(|field| field.len() >= 16);
        for secret in secrets.chain([password.as_str()].into_iter().filter(|password| password.len() >= 8)) {
            let leak = shown.iter().find(|shown| shown.contains(secret));
            keep(leak.is_none(), || format!("a secret is shown: {}", leak.map_or("", String::as_str)))?;
        }
    }
    Ok(())
}

/// No text makes the parser panic, however long or odd it is.
///
/// # Errors
///
/// When the promise is broken.
pub fn nothing_makes_the_parser_panic(subject: &Subject) -> Verdict {
    let mut odd: Vec<String> = FOREIGN.iter().map(|foreign| (*foreign).to_owned()).collect();
    for start in subject.scheme.prefixes().iter().copied().chain([""]) {
        for rest in ["", "$", "$$$$$$$$", "é", "\u{0}", "🔑🔑", "=,=,=", "a=b,c=d$e$f", "+1", "-1", "٤"] {
            odd.push(format!("{start}{rest}"));
        }
        odd.push(format!("{start}{}", "$".repeat(1 << 20)));
        odd.push(format!("{start}{}", "9".repeat(1 << 20)));
    }
    for Sample { hash, .. } in &subject.samples {
        odd.extend(hash.char_indices().filter_map(|(start, _)| hash.get(start..).map(str::to_owned)));
        odd.extend(mutations(hash).flatten());
    }
    for text in odd {
        let parsed = std::panic::catch_unwind(AssertUnwindSafe(|| subject.parse(&text).is_ok()));
        keep(parsed.is_ok(), || format!("parsing panics: {}", text.chars().take(100).collect::<String>()))?;
    }
    Ok(())
}

/// A parsed hash does not depend on the thread, or on what else is verified at the same time.
///
/// # Errors
///
/// When the promise is broken.
pub fn any_thread_gives_the_same_answer(subject: &Subject) -> Verdict {
    let verify = || -> Vec<Result<bool, Broken>> {
        subject.samples.iter().map(|sample| subject.opens(&sample.hash, sample.password.as_bytes())).collect()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(verify)).collect();
        for thread in threads {
            let answers = thread.join().map_err(|_| Broken("verifying panics".to_owned()))?;
            for answer in answers {
                keep(answer?, || "a right password does not open while others are verified".to_owned())?;
            }
        }
        Ok(())
    })
}

/// Hashes of many schemes, and what stands where an account is locked.
const FOREIGN: &[&str] = &[
    "",
    "!",
    "!!",
    "*",
    "*0",
    "x",
    "password",
    "$1$5pZSV9va$azfrPr6af3Fc7dLblQXVa0",
    "$5$rounds=5000$toolongsaltstrin$Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGsh",
    "$6$",
    "$2b$04$abcdefghijklmnopqrstuuK3t0HYv1bPVXjW4jH1kMKLmQXpDSeWG",
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A",
    "$pbkdf2-sha256$i=10$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A",
    "$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A",
    "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A",
    "bcrypt$$2b$04$abcdefghijklmnopqrstuuK3t0HYv1bPVXjW4jH1kMKLmQXpDSeWG",
    "pbkdf2_sha256$10$salt$47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "sha1$salt$da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr",
    "{bcrypt}$2b$04$abcdefghijklmnopqrstuuK3t0HYv1bPVXjW4jH1kMKLmQXpDSeWG",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
];

/// A scheme that must be declared has no prefix, and looks like a commoner one.
fn starts_like(subject: &Subject, hash: &str) -> bool {
    let prefixes = subject.scheme.prefixes();
    let begins = prefixes.is_empty() || prefixes.iter().any(|prefix| hash.starts_with(prefix));
    begins && subject.scheme.fits(hash)
}

/// The password with its first character changed, which every scheme reads.
fn first_changed(password: &str) -> String {
    let mut characters = password.chars();
    let first = if characters.next() == Some('x') { 'y' } else { 'x' };
    std::iter::once(first).chain(characters).collect()
}

/// Wrong passwords that are near the right one. What stands beyond its first 8 bytes may not be read.
fn near(password: &str) -> impl Iterator<Item = String> {
    let other_case = |character: char| {
        let lower = character.to_lowercase().next().filter(|lower| *lower != character);
        lower.or_else(|| character.to_uppercase().next()).unwrap_or(character)
    };
    let start = password.chars().next();
    let swapped = start.map(|first| password.replacen(first, &other_case(first).to_string(), 1));
    let without_first = password.chars().skip(1).collect();
    let doubled = start.map(|first| format!("{first}{password}"));
    let all_the_same = start.is_some_and(|first| password.chars().all(|other| other == first));
    [
        Some(first_changed(password)),
        Some(String::new()),
        Some(without_first),
        swapped,
        doubled.filter(|_| !all_the_same),
    ]
    .into_iter()
    .flatten()
    .filter(move |near| near != password)
    .collect::<Vec<_>>()
    .into_iter()
}

/// Longer passwords that begin with the right one.
fn longer(password: &str) -> impl Iterator<Item = Password> {
    let ends: [&[u8]; 7] = [b"\0", b"\0\0\0", b"x", b" ", b"\0x", b"\xff", &[b'x'; 130]];
    let repeated = [password.as_bytes(), b"\0", password.as_bytes()].concat();
    let longer = ends.map(|end| [password.as_bytes(), end].concat());
    longer.into_iter().chain([repeated]).map(Password::from_bytes)
}

/// For each character of a hash, the hash with other characters in its place.
fn mutations(hash: &str) -> impl Iterator<Item = Vec<String>> {
    hash.char_indices().map(move |(start, old)| {
        let (before, after) = (hash.get(..start), hash.get(start + old.len_utf8()..));
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let others = ['a', 'Z', '5', '.', '=', '$', '\0', 'é'].into_iter().filter(|new| *new != old);
        others.map(|new| format!("{before}{new}{after}")).collect()
    })
}

fn is_alphanumeric(hash: &str, position: usize) -> bool {
    hash.chars().nth(position).is_some_and(|character| character.is_ascii_alphanumeric())
}

/// The hash with each run of digits replaced by numbers that nobody should compute with.
fn numbers_replaced(hash: &str) -> Vec<String> {
    const ABSURD: [&str; 9] = [
        "0",
        "31",
        "99",
        "65536",
        "1073741824",
        "4294967295",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999999999",
    ];
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = hash.as_bytes();
    let starts = (0..bytes.len()).filter(|start| {
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        is_digit(bytes.get(*start)) && !is_digit(before)
    });
    let replaced = starts.flat_map(|start| {
        let length = bytes.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
        let (before, after) = (hash.get(..start), hash.get(start + length..));
        ABSURD.map(|number| format!("{}{number}{}", before.unwrap_or_default(), after.unwrap_or_default()))
    });
    replaced.collect()
}
