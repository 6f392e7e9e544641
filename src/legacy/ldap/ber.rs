//! As much of the Basic Encoding Rules as the values of two controls need. The client's own reader panics on what is
//! not well formed, and what comes here is from the other side of a network.

/// One element: its tag byte, which has class, form and number in it, and its content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Element<'b> {
    pub(super) tag: u8,
    pub(super) content: &'b [u8],
}

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const SEQUENCE: u8 = 0x30;

/// The elements that stand one after the other in `bytes`, `N` at most; `None` where they are not well formed.
pub(super) fn elements<const N: usize>(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut elements = Vec::with_capacity(N);
    while !bytes.is_empty() {
        let (element, rest) = first(bytes)?;
        elements.push(element);
        if elements.len() > N {
            return None;
        }
        bytes = rest;
    }
    Some(elements)
}

/// The content of the one element with this tag that `bytes` are.
pub(super) fn only(tag: u8, bytes: &[u8]) -> Option<&[u8]> {
    let (element, rest) = first(bytes)?;
    (element.tag == tag && rest.is_empty()).then_some(element.content)
}

fn first(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, bytes) = bytes.split_first()?;
    let (&length, bytes) = bytes.split_first()?;
    // Numbers of tags above 30 take more bytes, and no control has any.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (length, bytes) = match length {
        0..0x80 => (usize::from(length), bytes),
        // Without a length, or with one of more than four bytes.
        0x80 | 0x85.. => return None,
        0x81..=0x84 => {
            let (length, bytes) = bytes.split_at_checked(usize::from(length & 0x7f))?;
            (length.iter().try_fold(0_usize, |sum, &byte| sum.checked_mul(256)?.checked_add(byte.into()))?, bytes)
        }
    };
    let (content, rest) = bytes.split_at_checked(length)?;
    Some((Element { tag, content }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_in_order_and_no_more_of_them_than_are_allowed() {
        let bytes = [INTEGER, 1, 5, OCTET_STRING, 0x81, 2, b'a', b'b'];
        let [number, text] = elements::<2>(&bytes).unwrap().try_into().unwrap();
        assert_eq!(number, Element { tag: INTEGER, content: &[5] });
        assert_eq!(text, Element { tag: OCTET_STRING, content: b"ab" });
        assert_eq!(elements::<1>(&bytes), None);
        assert_eq!(elements::<1>(&[]), Some(Vec::new()));
        assert_eq!(only(SEQUENCE, &[SEQUENCE, 0]), Some(&[][..]));
    }

    #[test]
    fn what_is_cut_short_or_has_no_length_is_nothing() {
        let whole = [SEQUENCE, 0x82, 0, 3, INTEGER, 1, 5];
        assert_eq!(only(SEQUENCE, &whole), Some(&[INTEGER, 1, 5][..]));
        for end in 0..whole.len() {
            assert_eq!(only(SEQUENCE, &whole[..end]), None);
        }
        for junk in [
            &[SEQUENCE, 0x80, 0, 0][..],
            &[SEQUENCE, 0x88, 0, 0, 0, 0, 0, 0, 0, 1, 5],
            &[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff, 5],
            &[0x1f, 1, 5],
            &[SEQUENCE, 0, 0],
            &[INTEGER, 0],
        ] {
            assert_eq!(only(SEQUENCE, junk), None, "{junk:?}");
        }
    }
}
