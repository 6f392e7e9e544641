//! The list of users, where a connection has one.

use super::{Broken, Kept, Subject, is_same, keep};
use crate::{
    legacy::{DirectoryEntry, LegacyDirectory},
    user::LegacyKey,
};

/// Pages of any length meet everybody exactly once, in the same order, and as many as are counted.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn the_directory_meets_everybody_once(subject: &Subject) -> Kept {
    let Some(directory) = subject.connection.as_directory() else { return Ok(()) };
    let everybody = keys(&walk(directory, 10_000).await?);
    keep(everybody.contains(&subject.known().await?.key), "the person of the sample is not in the directory")?;
    let mut counts = directory.count().await?;
    for key in &everybody {
        let left = counts.get_mut(key.source()).and_then(|count| count.checked_sub(1));
        let left = left.ok_or_else(|| Broken::because("the directory has more of a source than it counts"))?;
        counts.insert(key.source().clone(), left);
    }
    keep(counts.values().all(|left| *left == 0), "the directory does not have as many as it counts")?;
    for page in [1, 3] {
        keep(keys(&walk(directory, page).await?) == everybody, format!("pages of {page} do not meet everybody once"))?;
    }
    Ok(())
}

/// What the directory says of somebody is what `find` says.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn the_directory_agrees_with_find(subject: &Subject) -> Kept {
    let Some(directory) = subject.connection.as_directory() else { return Ok(()) };
    let known = subject.known().await?;
    let entry = walk(directory, 100).await?.into_iter().find(|entry| entry.key == known.key);
    let user = entry.and_then(|entry| entry.user.ok());
    keep(user.is_some_and(|user| is_same(&user, &known)), "the directory does not say what `find` says")
}

/// There is nothing after the last, and nothing in a page of none.
///
/// # Errors
///
/// When the promise is not kept.
pub async fn the_directory_ends(subject: &Subject) -> Kept {
    let Some(directory) = subject.connection.as_directory() else { return Ok(()) };
    let last = walk(directory, 100).await?.pop();
    let after = directory.scan(last.as_ref().map(|entry| &entry.key), 100).await?;
    keep(after.is_empty(), "there is somebody after the last one")?;
    keep(directory.scan(None, 0).await?.is_empty(), "there is somebody on a page of none")
}

async fn walk(directory: &dyn LegacyDirectory, page: usize) -> Result<Vec<DirectoryEntry>, Broken> {
    let most = directory.count().await?.values().sum::<u64>().saturating_mul(2).saturating_add(2);
    let mut met: Vec<DirectoryEntry> = Vec::new();
    loop {
        let entries = directory.scan(met.last().map(|entry| &entry.key), page).await?;
        if entries.is_empty() {
            return Ok(met);
        }
        keep(entries.len() <= page, "a page is longer than was asked for")?;
        met.extend(entries);
        keep(met.len() as u64 <= most, "the directory goes in circles")?;
    }
}

fn keys(entries: &[DirectoryEntry]) -> Vec<LegacyKey> {
    entries.iter().map(|entry| entry.key.clone()).collect()
}
