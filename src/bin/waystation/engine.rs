use std::fs;

use waystation::{
    Passwords, Schemes,
    password::{Declared, Peppers, SecretBytes},
};

use crate::{failure::Failure, settings::Settings};

/// The password engine with the home-made formats and the peppers of the settings.
///
/// # Errors
///
/// When a format is no expression, its name is taken, or a pepper cannot be read.
pub(crate) fn passwords(settings: &Settings) -> Result<Passwords, Failure> {
    let mut schemes = Schemes::standard();
    for (name, expression) in &settings.formats {
        // The name is kept for as long as the process runs, as a scheme's name is.
        let name: &'static str = Box::leak(name.clone().into_boxed_str());
        let format = Declared::new(name, expression)
            .map_err(|error| Failure::misused(format!("the format `{name}` of the settings: {error}")))?;
        schemes = schemes
            .with(format)
            .map_err(|error| Failure::misused(format!("the format `{name}` of the settings: {error}")))?;
    }
    let builder = Passwords::builder().schemes(schemes);
    let builder = match peppers(settings)? {
        Some(peppers) => builder.peppers(peppers),
        None => builder,
    };
    builder.build().map_err(|error| Failure::of("the password engine cannot start", error))
}

fn peppers(settings: &Settings) -> Result<Option<Peppers>, Failure> {
    let mut ids: Vec<&String> = settings.peppers.keys().collect();
    if let Some(current) = &settings.pepper {
        if !settings.peppers.contains_key(current) {
            return Err(Failure::misused(format!("`pepper` names `{current}`, which is not among `peppers`")));
        }
        // A stable sort: the current one first, the others by name.
        ids.sort_by_key(|id| *id != current);
    }
    let mut peppers: Option<Peppers> = None;
    for id in ids {
        let Some(path) = settings.peppers.get(id) else { continue };
        let key = fs::read(path)
            .map_err(|error| Failure::of(format!("the pepper `{id}` ({}) cannot be read", path.display()), error))?;
        let key = SecretBytes::from(key);
        let made = match peppers.take() {
            None => Peppers::new(id.as_str(), key),
            Some(peppers) => peppers.and(id.as_str(), key),
        };
        peppers = Some(made.map_err(|error| Failure::misused(format!("the pepper `{id}`: {error}")))?);
    }
    Ok(peppers)
}
