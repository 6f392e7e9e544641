use zeroize::Zeroizing;

use crate::password::{Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace};

/// The bytes that Node's `Buffer.from(password, encoding)` makes of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TextEncoding {
    /// The text as it is.
    Utf8,
    /// Two bytes for each unit of UTF-16, the lower one first: `utf16le` and `ucs2`.
    Utf16,
    /// The lower byte of each unit of UTF-16: `latin1` and `binary`, and `ascii` as well.
    LowByte,
}

/// A hash of a password in another encoding than UTF-8.
#[derive(Debug)]
pub(super) struct Transcoded {
    hash: Box<dyn ParsedHash>,
    encoding: TextEncoding,
}

impl Transcoded {
    /// The hash itself, where there is nothing to do.
    pub(super) fn boxed(hash: Box<dyn ParsedHash>, encoding: TextEncoding) -> Box<dyn ParsedHash> {
        if encoding == TextEncoding::Utf8 { hash } else { Box::new(Self { hash, encoding }) }
    }

    fn transcode(&self, password: &Password) -> Password {
        // What is no text becomes replacement characters, as it does when JavaScript reads it.
        let text = String::from_utf8_lossy(password.expose());
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 * text.len()));
        for [low, high] in text.encode_utf16().map(u16::to_le_bytes) {
            bytes.push(low);
            if self.encoding == TextEncoding::Utf16 {
                bytes.push(high);
            }
        }
        Password::from_bytes(bytes.to_vec())
    }
}

impl ParsedHash for Transcoded {
    fn cost(&self) -> Cost {
        self.hash.cost()
    }

    fn strength(&self) -> Strength {
        self.hash.strength()
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        let Some(text) = password.expose_text() else { return EffectiveInput::Folded };
        if self.encoding == TextEncoding::LowByte && text.chars().any(|character| u32::from(character) > 0xFF) {
            return EffectiveInput::Folded;
        }
        let transcoded = self.transcode(password);
        let read = match self.hash.effective_input(&transcoded) {
            EffectiveInput::First(bytes) if bytes < transcoded.len() => bytes,
            EffectiveInput::Part(range) if range.start == 0 => range.end,
            EffectiveInput::First(_) | EffectiveInput::Whole => return EffectiveInput::Whole,
            EffectiveInput::Part(_) | EffectiveInput::Folded => return EffectiveInput::Folded,
        };
        // The place in the password that so many of the transcoded bytes reach to; none, if they end within a character.
        let width = if self.encoding == TextEncoding::Utf16 { 2 } else { 1 };
        let mut reached = 0;
        let ends = text.char_indices().map(|(start, character)| {
            reached += width * character.len_utf16();
            (reached, start + character.len_utf8())
        });
        match std::iter::once((0, 0)).chain(ends).find(|(transcoded, _)| *transcoded == read) {
            Some((_, end)) => EffectiveInput::Part(0..end),
            None => EffectiveInput::Folded,
        }
    }

    fn digest(&self) -> &[u8] {
        self.hash.digest()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        self.hash.compute(&self.transcode(password), workspace)
    }
}
