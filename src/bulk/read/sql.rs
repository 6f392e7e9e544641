//! As much of PostgreSQL's SQL as it takes to read a dump: where a statement ends, whose rows follow, and what a literal says.
//! <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>

use std::borrow::Cow;

/// The longest name of a dollar quote: no identifier is longer.
const MOST_TAG_BYTES: usize = 64;

/// Finds where a statement or a list in brackets ends, however its text arrives.
#[derive(Debug)]
pub(super) struct Scan {
    /// What ends it, outside of brackets, texts and comments. `None` for the end of a comment.
    end: Option<u8>,
    within: Within,
    depth: u32,
    /// How long the word is that ends here, and whether a quote here begins a text with escapes: behind an `E`, or goes on
    /// with one.
    word: usize,
    is_escape: bool,
}

#[derive(Debug)]
enum Within {
    Code,
    /// After `-` or `/`, of which two, or one and `*`, begin a comment.
    Sign(u8),
    Line,
    /// Comments in comments, and the last byte.
    Block(u32, u8),
    /// A text or a name, until this quote; and whether a backslash takes the next byte's meaning.
    Quoted(u8, Escapes),
    /// `$`, and what stands behind it.
    Tag(Vec<u8>),
    /// Until the tag comes again, of which so many bytes have.
    Dollar(Vec<u8>, usize),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Escapes {
    None,
    Backslash,
    /// Of which one has just come.
    Next,
}

impl Scan {
    /// To the `;`.
    pub(super) const fn statement() -> Self {
        Self::to(Some(b';'))
    }

    /// From the first bracket to its other one.
    pub(super) const fn list() -> Self {
        Self::to(Some(b')'))
    }

    /// To the end of the comment in `/*` and `*/` that begins here.
    pub(super) const fn comment() -> Self {
        Self::to(None)
    }

    const fn to(end: Option<u8>) -> Self {
        Self { end, within: Within::Code, depth: 0, word: 0, is_escape: false }
    }

    /// After how many of the next bytes it ends.
    pub(super) fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..)?;
            // What texts and comments consist of is passed over at once.
            at += match &self.within {
                Within::Quoted(quote, Escapes::None) => memchr::memchr(*quote, rest)?,
                Within::Line => memchr::memchr(b'\n', rest)?,
                _ => 0,
            };
            let byte = *bytes.get(at)?;
            at += 1;
            if self.step(byte) {
                return Some(at);
            }
        }
    }

    fn step(&mut self, byte: u8) -> bool {
        let (word, is_escape) = (self.word, self.is_escape);
        (self.word, self.is_escape) = (0, false);
        match &mut self.within {
            Within::Code | Within::Sign(_) => return self.code(byte, word, is_escape),
            Within::Line if byte == b'\n' => self.within = Within::Code,
            Within::Block(depth, last) => {
                match (*last, byte) {
                    (b'*', b'/') => (*depth, *last) = (*depth - 1, 0),
                    (b'/', b'*') => (*depth, *last) = (depth.saturating_add(1), 0),
                    _ => *last = byte,
                }
                if *depth == 0 {
                    self.within = Within::Code;
                    return self.end.is_none();
                }
            }
            Within::Quoted(_, escapes @ Escapes::Next) => *escapes = Escapes::Backslash,
            Within::Quoted(quote, escapes) if *quote == byte => {
                self.is_escape = *escapes == Escapes::Backslash;
                self.within = Within::Code;
            }
            Within::Quoted(_, escapes @ Escapes::Backslash) if byte == b'\\' => *escapes = Escapes::Next,
            Within::Line | Within::Quoted(..) => {}
            Within::Tag(tag) if byte == b'$' => {
                tag.push(byte);
                self.within = Within::Dollar(std::mem::take(tag), 0);
            }
            Within::Tag(tag) if is_of_word(byte) && tag.len() < MOST_TAG_BYTES => tag.push(byte),
            Within::Tag(_) => {
                // It was the place of a parameter, or nothing.
                self.within = Within::Code;
                return self.code(byte, 0, false);
            }
            Within::Dollar(tag, come) => {
                *come = match tag.get(*come) {
                    Some(next) if *next == byte => *come + 1,
                    // It has this byte at its beginning and at its end alone.
                    _ => usize::from(byte == b'$'),
                };
                if *come == tag.len() {
                    self.within = Within::Code;
                }
            }
        }
        false
    }

    fn code(&mut self, byte: u8, word: usize, is_escape: bool) -> bool {
        let sign = if let Within::Sign(sign) = self.within { Some(sign) } else { None };
        self.within = match (sign, byte) {
            (Some(b'-'), b'-') => Within::Line,
            (Some(b'/'), b'*') => Within::Block(1, 0),
            (_, b'-' | b'/') => Within::Sign(byte),
            (_, b'\'') if is_escape => Within::Quoted(byte, Escapes::Backslash),
            (_, b'\'' | b'"') => Within::Quoted(byte, Escapes::None),
            (_, b'$') if word == 0 => Within::Tag(vec![byte]),
            _ => Within::Code,
        };
        match byte {
            b'(' => self.depth = self.depth.saturating_add(1),
            b')' => self.depth = self.depth.saturating_sub(1),
            _ if is_of_word(byte) || byte == b'$' && word > 0 => {
                self.word = word + 1;
                self.is_escape = word == 0 && byte.eq_ignore_ascii_case(&b'e');
            }
            _ => {}
        }
        self.end == Some(byte) && self.depth == 0
    }
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The beginning of a statement after which rows follow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Header {
    pub(super) form: Form,
    pub(super) schema: String,
    pub(super) table: String,
    /// `None` where the statement does not name them.
    pub(super) columns: Option<Vec<String>>,
    /// How long it is, in bytes.
    pub(super) length: usize,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// `COPY … FROM stdin;`, and a line for each.
    Copy,
    /// `INSERT INTO … VALUES`, and a list in brackets for each.
    Insert,
}

impl Header {
    /// Reads it as `pg_dump` writes it. `None` for any other text.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(text);
        let form = if cursor.word(b"COPY ").is_some() {
            Form::Copy
        } else {
            cursor.word(b"INSERT INTO ")?;
            Form::Insert
        };
        let schema = cursor.name()?;
        cursor.word(b".")?;
        let table = cursor.name()?;
        cursor.word(b" ")?;
        let columns = if cursor.0.starts_with(b"(") { Some(cursor.names()?) } else { None };
        match form {
            Form::Copy => {
                cursor.white();
                cursor.word(b"FROM stdin;")?;
                cursor.word(b"\r").unwrap_or_default();
                cursor.word(b"\n")?;
            }
            Form::Insert => {
                cursor.white();
                if cursor.word(b"OVERRIDING SYSTEM VALUE").is_some() {
                    cursor.white();
                }
                cursor.word(b"VALUES")?;
            }
        }
        Some(Self { form, schema, table, columns, length: text.len() - cursor.0.len() })
    }
}

/// A value of a row.
pub(super) enum Literal<'t> {
    Null,
    Text(Cow<'t, [u8]>),
}

/// The values of a line of `COPY`, without its line feed.
/// <https://www.postgresql.org/docs/current/sql-copy.html>, "Text Format"
pub(super) fn copied(line: &[u8]) -> Vec<Literal<'_>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let literal = |field| if field == b"\\N" { Literal::Null } else { Literal::Text(unescaped(field)) };
    line.split(|byte| *byte == b'\t').map(literal).collect()
}

fn unescaped(field: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', field).is_none() {
        return Cow::Borrowed(field);
    }
    let (mut text, mut rest) = (Vec::with_capacity(field.len()), field);
    while let Some(backslash) = memchr::memchr(b'\\', rest) {
        let (before, after) = rest.split_at(backslash);
        text.extend_from_slice(before);
        let Some((letter, after)) = after.get(1..).and_then(<[u8]>::split_first) else { return Cow::Owned(text) };
        rest = after;
        text.push(match letter {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            other => *other,
        });
    }
    text.extend_from_slice(rest);
    Cow::Owned(text)
}

/// The values of a list in brackets; `None` if one of them is none that `pg_dump` writes. Whether a backslash is one or stands
/// before what it escapes is up to the dump where no `E` says so.
pub(super) fn literals(list: &[u8], has_escapes: bool) -> Option<Vec<Literal<'_>>> {
    let mut cursor = Cursor(list);
    let mut texts = Vec::new();
    cursor.word(b"(")?;
    loop {
        cursor.white();
        texts.push(cursor.literal(has_escapes)?);
        cursor.white();
        if cursor.word(b")").is_some() {
            return cursor.0.is_empty().then_some(texts);
        }
        cursor.word(b",")?;
    }
}

/// What is left of a text.
struct Cursor<'t>(&'t [u8]);

impl<'t> Cursor<'t> {
    /// Goes on behind this, if it stands here.
    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    fn white(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    /// What stands before the first byte that is none of these.
    fn part(&mut self, is_part: impl Fn(u8) -> bool) -> &'t [u8] {
        let end = self.0.iter().position(|byte| !is_part(*byte)).unwrap_or(self.0.len());
        let (part, rest) = self.0.split_at(end);
        self.0 = rest;
        part
    }

    fn name(&mut self) -> Option<String> {
        let name = if self.word(b"\"").is_some() {
            self.quoted(b'"', false)?
        } else {
            Cow::Borrowed(self.part(|byte| is_of_word(byte) || byte == b'$'))
        };
        std::str::from_utf8(&name).ok().filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// Names in brackets.
    fn names(&mut self) -> Option<Vec<String>> {
        self.word(b"(")?;
        let mut names = Vec::new();
        loop {
            self.white();
            names.push(self.name()?);
            self.white();
            if self.word(b")").is_some() {
                return Some(names);
            }
            self.word(b",")?;
        }
    }

    fn literal(&mut self, has_escapes: bool) -> Option<Literal<'t>> {
        let is_escape = self.word(b"E'").is_some();
        if is_escape || self.word(b"'").is_some() {
            return self.quoted(b'\'', is_escape || has_escapes).map(Literal::Text);
        }
        // A number, or one of the words that have no quotes.
        let bare = self.part(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'));
        match bare {
            b"" => None,
            // Until PostgreSQL 13, for what the table itself computes.
            b"DEFAULT" | b"NULL" => Some(Literal::Null),
            bare => Some(Literal::Text(Cow::Borrowed(bare))),
        }
    }

    /// What stands before the closing quote. Two quotes in it are one, and where it has escapes a backslash may stand before a
    /// quote or another backslash. `None` for what has no end, or another escape.
    fn quoted(&mut self, quote: u8, has_escapes: bool) -> Option<Cow<'t, [u8]>> {
        let escape = if has_escapes { b'\\' } else { quote };
        let mut before: Option<Vec<u8>> = None;
        loop {
            let end = memchr::memchr2(quote, escape, self.0)?;
            let (part, rest) = self.0.split_at(end);
            let (first, rest) = rest.split_first()?;
            self.0 = rest;
            if *first == quote && rest.first() != Some(&quote) {
                return Some(before.map_or(Cow::Borrowed(part), |mut text| {
                    text.extend_from_slice(part);
                    Cow::Owned(text)
                }));
            }
            let (meant, rest) = rest.split_first().filter(|(meant, _)| [quote, escape].contains(*meant))?;
            self.0 = rest;
            let text = before.get_or_insert_default();
            text.extend_from_slice(part);
            text.push(*meant);
        }
    }
}
