use memchr::memchr2;

/// Finds where a JSON value ends, without understanding it: by its quotes and brackets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ValueScan {
    depth: u64,
    text: bool,
    escaped: bool,
}

impl ValueScan {
    /// Goes on with the next bytes of an object, an array or a text. After how many of them it ends, if it does.
    pub(super) fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            if self.text {
                at += self.text_end(bytes.get(at..)?)?;
                self.text = false;
            } else {
                let byte = bytes.get(at)?;
                at += 1;
                match byte {
                    b'"' => {
                        self.text = true;
                        continue;
                    }
                    b'{' | b'[' => {
                        self.depth += 1;
                        continue;
                    }
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    _ => continue,
                }
            }
            if self.depth == 0 {
                return Some(at);
            }
        }
    }

    /// After how many bytes the text that has begun ends.
    fn text_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        if self.escaped && !bytes.is_empty() {
            self.escaped = false;
            at = 1;
        }
        loop {
            let rest = bytes.get(at..)?;
            let found = memchr2(b'"', b'\\', rest)?;
            at += found + 1;
            if rest.get(found) == Some(&b'"') {
                return Some(at);
            }
            if at == bytes.len() {
                self.escaped = true;
                return None;
            }
            at += 1;
        }
    }
}
