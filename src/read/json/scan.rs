//! A structural scanner for JSON text.
//!
//! It finds where values start and end and knows strings, but checks no scalars: each element is parsed in full later,
//! when it is read. It never recurses and never panics.

use std::borrow::Cow;

use memchr::memchr2;

/// How many elements that are no objects one array may hold before the scanner gives it up.
const MAX_OTHERS: usize = 100_000;
/// To this depth closing brackets are checked against their opening ones.
const MAX_CHECKED_DEPTH: usize = 128;

/// Why the scanner cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The text ends inside a value.
    Ends,
    /// At this byte stands something that cannot be there.
    At(usize),
    /// The document is the error answer of a web service.
    ErrorAnswer,
}

/// The elements of an array, as far as it could be scanned.
#[derive(Debug)]
pub(super) struct Items {
    /// The byte ranges of the objects.
    pub(super) elements: Vec<(usize, usize)>,
    /// All other elements: number from 1 within the array, start, end.
    pub(super) others: Vec<(usize, usize, usize)>,
    /// Where an element starts that has no end.
    pub(super) tail: Option<usize>,
    /// Where the array ends.
    pub(super) end: Result<usize, Broken>,
}

/// What a member of an object holds.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Scalar,
    Object,
    Array(Items),
}

/// One member of an object.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) key: Cow<'a, str>,
    pub(super) value: Value,
    /// Where the key with its quotes starts.
    pub(super) key_start: usize,
    pub(super) start: usize,
    /// The end of the value; for a broken value the end of the text.
    pub(super) end: usize,
}

/// The members of an object, as far as it could be scanned.
#[derive(Debug)]
pub(super) struct Members<'a> {
    pub(super) list: Vec<Member<'a>>,
    /// A scalar member was met whose name ends the scan; the list stops there.
    pub(super) identity: bool,
    pub(super) end: Result<usize, Broken>,
}

/// Scans one text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn slice(self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The first byte from `at` on that is neither white space nor a comma.
    fn gap(self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let is_gap = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',');
        at + rest.iter().take_while(|byte| is_gap(byte)).count()
    }

    /// The start of the next document: white space, commas, byte order marks and record separators are passed over.
    pub(super) fn between(self, mut at: usize) -> usize {
        loop {
            at = self.gap(at);
            match self.text.get(at..).and_then(|rest| rest.chars().next()) {
                Some('\u{1e}' | '\u{b}' | '\u{c}' | '\0') => at += 1,
                Some('\u{feff}') => at += '\u{feff}'.len_utf8(),
                _ => return at,
            }
        }
    }

    /// The end of the string whose opening quote stands at `at`.
    fn string(self, at: usize) -> Result<usize, Broken> {
        let bytes = self.text.as_bytes();
        let mut at = at + 1;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let found = memchr2(b'"', b'\\', rest).ok_or(Broken::Ends)?;
            at += found;
            if self.byte(at) == Some(b'"') {
                return Ok(at + 1);
            }
            at += 2;
        }
    }

    /// The end of the value that starts at `at`. A scalar at the very end of the text has no end: it may be cut.
    pub(super) fn value(self, at: usize) -> Result<usize, Broken> {
        match self.byte(at) {
            None => Err(Broken::Ends),
            Some(b'{' | b'[') => self.close(at, 0, 0),
            Some(b'"') => self.string(at),
            Some(_) => {
                let rest = self.text.as_bytes().get(at..).unwrap_or_default();
                let ends = |byte: &u8| {
                    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']')
                };
                match rest.iter().position(ends) {
                    None => Err(Broken::Ends),
                    Some(0) => Err(Broken::At(at)),
                    Some(length) => Ok(at + length),
                }
            }
        }
    }

    /// Goes on from `at` until every open bracket is closed. `kinds` holds one bit for each, set for an object.
    fn close(self, mut at: usize, mut depth: usize, mut kinds: u128) -> Result<usize, Broken> {
        let bytes = self.text.as_bytes();
        let mut checked = true;
        loop {
            let Some(&byte) = bytes.get(at) else { return Err(Broken::Ends) };
            match byte {
                b'"' => at = self.string(at)?,
                b'{' | b'[' => {
                    depth += 1;
                    checked &= depth <= MAX_CHECKED_DEPTH;
                    kinds = (kinds << 1) | u128::from(byte == b'{');
                    at += 1;
                }
                b'}' | b']' => {
                    if checked && (kinds & 1 == 1) != (byte == b'}') {
                        return Err(Broken::At(at));
                    }
                    depth = depth.saturating_sub(1);
                    kinds >>= 1;
                    at += 1;
                    if depth == 0 {
                        return Ok(at);
                    }
                }
                _ => at += 1,
            }
        }
    }

    /// The elements of the array that opens at `at`.
    pub(super) fn items(self, at: usize) -> Items {
        let mut items = Items { elements: Vec::new(), others: Vec::new(), tail: None, end: Err(Broken::Ends) };
        let mut at = at + 1;
        loop {
            at = self.gap(at);
            let start = at;
            let first = self.byte(at);
            if first == Some(b']') {
                items.end = Ok(at + 1);
                return items;
            }
            if items.others.len() >= MAX_OTHERS {
                items.end = if items.elements.is_empty() { self.close(at, 1, 0) } else { Err(Broken::At(at)) };
                return items;
            }
            match self.value(at) {
                Ok(end) => at = end,
                Err(broken) => {
                    items.tail = first.map(|_| start);
                    items.end = Err(broken);
                    return items;
                }
            }
            if first == Some(b'{') {
                items.elements.push((start, at));
            } else {
                items.others.push((items.elements.len() + items.others.len() + 1, start, at));
            }
        }
    }

    /// The members of the object that opens at `at`. The scan of members stops at the first scalar whose key
    /// `is_identity`: from there on only the end of the object is sought.
    pub(super) fn members(self, at: usize, is_identity: fn(&str) -> bool) -> Members<'a> {
        let mut members = Members { list: Vec::new(), identity: false, end: Err(Broken::Ends) };
        members.end = self.members_into(at + 1, is_identity, &mut members.list, &mut members.identity);
        members
    }

    fn members_into(
        self,
        mut at: usize,
        is_identity: fn(&str) -> bool,
        list: &mut Vec<Member<'a>>,
        identity: &mut bool,
    ) -> Result<usize, Broken> {
        loop {
            at = self.gap(at);
            match self.byte(at) {
                None => return Err(Broken::Ends),
                Some(b'}') => return Ok(at + 1),
                Some(b'"') => {}
                Some(_) => return Err(Broken::At(at)),
            }
            let key_start = at;
            let key_end = self.string(at)?;
            at = self.space(key_end);
            match self.byte(at) {
                None => return Err(Broken::Ends),
                Some(b':') => at = self.space(at + 1),
                Some(_) => return Err(Broken::At(at)),
            }
            let start = at;
            let key = self.key(key_start, key_end);
            let (value, end) = match self.byte(at) {
                Some(b'[') => {
                    let items = self.items(at);
                    let end = items.end;
                    (Value::Array(items), end)
                }
                Some(b'{') => (Value::Object, self.value(at)),
                _ => {
                    let end = self.value(at)?;
                    let null = self.slice(start, end) == "null";
                    (if null { Value::Null } else { Value::Scalar }, Ok(end))
                }
            };
            if matches!(value, Value::Null | Value::Scalar) && is_identity(&key) {
                *identity = true;
                return end.and_then(|end| self.close(end, 1, 1));
            }
            list.push(Member { key, value, key_start, start, end: end.unwrap_or(self.text.len()) });
            at = end?;
        }
    }

    fn space(self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
    }

    /// The text of a key; one with broken escapes stays as it is.
    fn key(self, start: usize, end: usize) -> Cow<'a, str> {
        let raw = self.slice(start + 1, end.saturating_sub(1));
        if raw.contains('\\')
            && let Ok(key) = serde_json::from_str::<String>(self.slice(start, end))
        {
            return Cow::Owned(key);
        }
        Cow::Borrowed(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_should() {
        let cases: [(&str, Result<usize, Broken>); 12] = [
            ("{} ", Ok(2)),
            (r#"{"a":"}\"{","b":[{}]},"#, Ok(21)),
            (r#"{"a":[1}"#, Err(Broken::At(7))),
            (r#"{"a":"x\"#, Err(Broken::Ends)),
            (r#""a\\" "#, Ok(5)),
            ("12", Err(Broken::Ends)),
            ("12,", Ok(2)),
            ("null]", Ok(4)),
            (":", Err(Broken::At(0))),
            ("", Err(Broken::Ends)),
            ("[[[", Err(Broken::Ends)),
            ("]", Err(Broken::At(0))),
        ];
        for (text, expected) in cases {
            assert_eq!(Scanner { text }.value(0), expected, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_closed_without_recursion() {
        let text = format!("{}{}", "[{\"a\":".repeat(100_000), "}]".repeat(100_000));
        assert_eq!(Scanner { text: &text }.value(0), Ok(text.len()));
    }

    #[test]
    fn items_and_members_keep_what_is_whole() {
        let text = r#"[{"a":1}, 7, null, {"b":2}, {"c""#;
        let items = Scanner { text }.items(0);
        assert_eq!(items.elements, [(1, 8), (19, 26)]);
        assert_eq!(items.others.iter().map(|other| other.0).collect::<Vec<_>>(), [2, 3]);
        assert_eq!((items.tail, items.end), (Some(28), Err(Broken::Ends)));

        let text = r#"{"a\u0062":1, "x" : {"y":[]}, "l":[{}], "id":5, "z":1} "#;
        let members = Scanner { text }.members(0, |key| key == "id");
        assert_eq!(members.list.iter().map(|member| &*member.key).collect::<Vec<_>>(), ["ab", "x", "l"]);
        assert!(members.identity);
        assert_eq!(members.end, Ok(text.len() - 1));
    }
}
