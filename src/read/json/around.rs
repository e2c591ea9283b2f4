//! Text that is no JSON before, between and after JSON documents: progress lines of a tool, warnings, a prompt, a fence of
//! Markdown.

use super::scan::Scanner;

/// What is left of a text when everything that is no JSON is taken out.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::read) struct Stripped {
    /// The documents, one a line.
    pub(in crate::read) text: String,
    /// The line in which the first of them begins, from 1.
    pub(in crate::read) line: usize,
    /// Lines that were taken out.
    pub(in crate::read) lines: usize,
}

/// From so many cells on a first line is the header of a table.
const CELLS_OF_A_TABLE: usize = 4;

/// Takes out what is no JSON; nothing if there is nothing to take out, or no JSON.
pub(in crate::read) fn strip(text: &str) -> Option<Stripped> {
    let scan = Scanner { text };
    let (mut at, mut lines, mut first) = (0, 0, None);
    let mut kept: Vec<&str> = Vec::new();
    loop {
        let start = next_document(scan, at);
        lines += written_lines(scan.slice(at, start.unwrap_or(text.len())));
        let Some(start) = start else { break };
        first.get_or_insert(start);
        // What has no end stays as it is: the reader of documents tells what is wrong with it.
        let end = scan.value(start).unwrap_or(text.len());
        kept.push(scan.slice(start, end));
        at = end;
    }
    let line = 1 + text.get(..first?)?.matches('\n').count();
    (lines > 0).then(|| Stripped { text: kept.join("\n"), line, lines })
}

/// The same for a text that does not begin with JSON: one that begins like a table is a table, whatever is in its cells.
pub(in crate::read) fn embedded(text: &str) -> Option<Stripped> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    let cells = |delimiter| first.split(delimiter).count();
    if [',', ';', '\t', '|'].into_iter().any(|delimiter| cells(delimiter) >= CELLS_OF_A_TABLE) {
        return None;
    }
    strip(text)
}

/// Where the next document begins: here, or at the beginning of a line.
fn next_document(scan: Scanner<'_>, at: usize) -> Option<usize> {
    let mut at = scan.between(at);
    loop {
        if begins(scan, at) {
            return Some(at);
        }
        at += memchr::memchr(b'\n', scan.text.as_bytes().get(at..)?)? + 1;
        at = scan.between(at);
    }
}

/// Whether an object or a list of objects begins here, and not `[INFO]` or `[2026-03-01]`.
fn begins(scan: Scanner<'_>, at: usize) -> bool {
    let inside = || scan.text.get(at + 1..).and_then(|rest| rest.trim_start().bytes().next());
    match scan.byte(at) {
        Some(b'{') => matches!(inside(), Some(b'"' | b'}') | None),
        Some(b'[') => matches!(inside(), Some(b'{' | b'[' | b']') | None),
        _ => false,
    }
}

/// Lines that hold something; what may stand between documents is nothing.
fn written_lines(text: &str) -> usize {
    let nothing = |c: char| c.is_whitespace() || matches!(c, ',' | '\u{1e}' | '\u{feff}' | '\0');
    text.lines().filter(|line| !line.chars().all(nothing)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> Option<(String, usize, usize)> {
        strip(text).map(|s| (s.text, s.line, s.lines))
    }

    #[test]
    fn what_is_no_json_is_taken_out() {
        for (text, expected) in [
            ("page 1\npage 2\n[{\"a\":1}]\n", Some(("[{\"a\":1}]", 3, 2))),
            ("```json\n[\n {\"a\":1}\n]\n```\n", Some(("[\n {\"a\":1}\n]", 2, 2))),
            ("[INFO] start\n[2026-03-01] go\n{\"a\":1}\nDone.", Some(("{\"a\":1}", 3, 3))),
            ("{\"a\":1}\npage 2\n{\"a\":2}\n", Some(("{\"a\":1}\n{\"a\":2}", 1, 1))),
            ("WARNING\n[{\"a\":1},{\"b\"", Some(("[{\"a\":1},{\"b\"", 2, 1))),
            ("\u{feff}\n[{\"a\":1}]\n\n", None),
            ("{\"a\":1},\n{\"a\":2}\n", None),
            ("no json\n[INFO]\n", None),
        ] {
            assert_eq!(stripped(text), expected.map(|(t, line, lines)| (t.to_owned(), line, lines)), "{text:?}");
        }
    }

    #[test]
    fn a_table_with_json_in_its_cells_is_a_table() {
        assert_eq!(embedded("id,name,note,x\n1,a,\"\n{\"\"a\"\":1}\",b\n"), None);
    }
}
