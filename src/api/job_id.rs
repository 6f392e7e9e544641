use super::Api;
use crate::{entropy::EntropyError, store::JobId};

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// An id of the reference product's form: `job_` and 16 letters and digits.
pub(super) fn new(api: &Api) -> Result<JobId, EntropyError> {
    let mut random = [0; 16];
    api.parts().entropy.fill(&mut random)?;
    Ok(of(&random))
}

/// The id that is made of these bytes: of the first 16.
pub(super) fn of(bytes: &[u8]) -> JobId {
    let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).map_or('0', |letter| char::from(*letter));
    JobId::new(format!("job_{}", bytes.iter().take(16).map(letter).collect::<String>()))
}

/// The id, if a text has its form. Nothing else comes near a path.
pub(super) fn parse(text: &str) -> Option<JobId> {
    let rest = text.strip_prefix("job_")?;
    let is_id = rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then(|| JobId::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_is_an_id() {
        assert_eq!(parse(of(&[0, 255, 61, 62]).as_str()), None);
        assert_eq!(parse(of(&[255; 20]).as_str()), Some(of(&[255; 16])));
        for bad in
            ["", "job_", "job_../../../../etc", "job_00000000000000/0", "job_0000000000000.00", "job_00000000000000é"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
