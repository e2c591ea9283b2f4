//! YAML as people write it: what is nested deeper than anybody reads is refused before the parser looks at it.
//!
//! The parser needs time with the square of the depth of nesting, and it follows references.

use memchr::{memchr2, memchr3};
use serde::de::{DeserializeOwned, Error as _};
use yaml_serde::Error;

/// Lists and maps inside each other. What ships needs six.
const DEPTH: usize = 32;
/// References (`*name`) in one file.
const REFERENCES: usize = 1_000;

/// Reads a document.
///
/// # Errors
/// What the parser says, or which limit the text breaks.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    // Some editors put a mark before the text, which is no part of it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check(text).map_err(Error::custom)?;
    yaml_serde::from_str(text)
}

fn check(text: &str) -> Result<(), String> {
    let mut walk = Walk::default();
    for (number, line) in (1..).zip(text.lines()) {
        walk.line(line);
        if walk.depth > DEPTH {
            return Err(format!("is nested deeper than {DEPTH} levels in line {number}; write it flatter"));
        }
        if walk.references > REFERENCES {
            return Err(format!("has more than {REFERENCES} references (`*name`); write the text out"));
        }
    }
    Ok(())
}

/// How far a text has been walked.
#[derive(Default)]
struct Walk {
    /// Open `[` and `{`.
    flow: usize,
    /// The quote that is open.
    quote: Option<char>,
    /// Lines that are indented deeper are text.
    text_below: Option<usize>,
    /// The indentations of the lists and maps around.
    indents: Vec<usize>,
    depth: usize,
    references: usize,
}

impl Walk {
    fn line(&mut self, line: &str) {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let mut rest = line.get(indent..).unwrap_or_default();
        let blank = rest.trim_start().is_empty();
        if self.text_below.is_some_and(|below| blank || indent > below) {
            return;
        }
        self.text_below = None;
        // Dashes and question marks open lists and maps within one line.
        let (mut marks, mut key) = (0, indent);
        if self.flow == 0 && self.quote.is_none() && !blank && !rest.starts_with('#') {
            while let Some(tail) = rest.strip_prefix("- ").or_else(|| rest.strip_prefix("? ")) {
                marks += 1;
                let trimmed = tail.trim_start_matches(' ');
                key += rest.len() - trimmed.len();
                rest = trimmed;
            }
            while self.indents.last().is_some_and(|last| *last >= indent) {
                self.indents.pop();
            }
            self.indents.push(indent);
        }
        // Most lines are plain words; outside brackets and quotes only these signs begin something.
        let bytes = rest.as_bytes();
        let opens = memchr3(b'"', b'\'', b'*', bytes).or_else(|| memchr2(b'[', b'{', bytes)).is_some();
        if opens || self.flow > 0 || self.quote.is_some() {
            self.signs(rest);
        }
        self.depth = self.flow + self.indents.len() + marks;
        if self.flow > 0 || self.quote.is_some() || memchr2(b'|', b'>', bytes).is_none() {
            return;
        }
        let ends_in_text = rest.split(" #").next().unwrap_or_default().trim_end().rsplit([' ', '\t']).next();
        let is_mark = |word: &str| {
            word.starts_with(['|', '>']) && word.chars().skip(1).all(|c| matches!(c, '+' | '-' | '0'..='9'))
        };
        if ends_in_text.is_some_and(is_mark) {
            // Without a key on the line the text belongs to the last dash.
            let keyed = rest.contains(':');
            self.text_below = Some(if keyed { key } else { indent });
        }
    }

    /// Brackets, quotes and references, where a value may begin.
    fn signs(&mut self, text: &str) {
        let (mut fresh, mut named, mut before) = (true, false, ' ');
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            if let Some(quote) = self.quote {
                match sign {
                    '\\' if quote == '"' => drop(signs.next()),
                    // Twice is the sign itself, in single quotes.
                    '\'' if quote == '\'' && signs.peek() == Some(&'\'') => drop(signs.next()),
                    _ if sign == quote => self.quote = None,
                    _ => {}
                }
                (fresh, before) = (false, sign);
                continue;
            }
            if sign.is_whitespace() {
                // A value begins after its key, and after the name or the tag that it has.
                fresh |= named || before == ':';
                (named, before) = (false, sign);
                continue;
            }
            match sign {
                '#' if before.is_whitespace() => return,
                '"' | '\'' if fresh => self.quote = Some(sign),
                '&' | '!' if fresh => named = true,
                '*' if fresh && signs.peek().is_some_and(|c| c.is_alphanumeric()) => self.references += 1,
                '[' | '{' if fresh || self.flow > 0 => self.flow += 1,
                ']' | '}' => self.flow = self.flow.saturating_sub(1),
                _ => {}
            }
            fresh = self.flow > 0 && matches!(sign, '[' | '{' | ',' | ':');
            before = sign;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_within_the_limits() {
        for (path, text) in crate::assets::rules(None).unwrap() {
            assert_eq!(check(&text), Ok(()), "{path}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_before_it_is_parsed() {
        let flow = "[".repeat(100_000);
        let lines = "[\n".repeat(40);
        let maps = "{a: ".repeat(40);
        let named = "- &x ".to_string() + &"[".repeat(40);
        let dashes = "- ".repeat(40) + "a";
        let blocks = (0..40).map(|depth| " ".repeat(depth) + "a:\n").collect::<String>();
        for text in [&flow, &lines, &maps, &named, &dashes, &blocks] {
            let error = from_str::<yaml_serde::Value>(text).unwrap_err().to_string();
            assert!(error.contains("nested deeper than 32 levels"), "{error}");
        }
    }

    #[test]
    fn a_mark_before_the_text_is_no_part_of_it() {
        let read: std::collections::BTreeMap<String, u8> = from_str("\u{feff}a: 1\nb: 2\n").unwrap();
        assert_eq!(read, [("a".to_string(), 1), ("b".to_string(), 2)].into());
    }

    #[test]
    fn text_is_no_nesting() {
        let brackets = "[{".repeat(40);
        for text in [
            format!("a: x {brackets}"),
            format!("a: '{brackets}'"),
            format!("a: \"\\\"{brackets}\""),
            format!("a: 'it''s {brackets}'"),
            format!("a: |\n  {brackets}\n  it's\nb: 1"),
            format!("a:\n  - b: >-\n      {brackets}\n"),
            format!("# {brackets}\na: 1 # {brackets}"),
            format!("- a: it's\n- b: don't\n# {brackets}\n"),
            "- rule: a\n  device: {serial: x, name: '[a'}\n".repeat(100),
        ] {
            assert_eq!(check(&text), Ok(()), "{text}");
        }
    }

    #[test]
    fn references_are_counted() {
        let text = format!("- &a x\n{}", "- *a\n".repeat(REFERENCES + 1));
        assert!(check(&text).unwrap_err().contains("references"));
    }
}
