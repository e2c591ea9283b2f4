//! Signs that nobody sees: what they hide in a cell, and the text without them.

use std::borrow::Cow;

/// Format characters and others that are drawn as nothing: they come along when text is copied from a page, a mail or a
/// PDF, and no console writes one into an identifier. All of Unicode's category Cf, and what is ignored like it.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// White space of any width.
#[must_use]
pub const fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// Where a line ends. A cell of two lines holds two things.
#[must_use]
pub const fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Asked at both ends of nearly every cell, which are ASCII.
const fn is_nothing_seen(c: char) -> bool {
    if c.is_ascii() { c.is_whitespace() } else { is_blank(c) || is_invisible(c) }
}

/// Takes off blanks, invisible signs and what spreadsheets wrap around text: `'x` and `="x"`, as often as they did.
#[must_use]
pub fn bare(text: &str) -> &str {
    // Nearly every cell begins and ends with a sign of ASCII that is seen, and with none that wraps.
    if let ([first, ..], [.., last]) = (text.as_bytes(), text.as_bytes())
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
        && !matches!(first, b'=' | b'\'')
    {
        return text;
    }
    let mut bare = text.trim_matches(is_nothing_seen);
    loop {
        let inner = bare.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')).unwrap_or(bare);
        let inner = inner.trim_start_matches('\'').trim_matches(is_nothing_seen);
        if inner.len() == bare.len() {
            return bare;
        }
        bare = inner;
    }
}

/// The text as its console shows it: [`bare`], without invisible signs, and with every inner blank an ordinary one.
///
/// Line breaks stay: what a cell of two lines holds is not one value.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let text = bare(text);
    let odd = |c: char| !c.is_ascii() && is_nothing_seen(c) && !is_line_break(c);
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) || !text.chars().any(|c| odd(c) || c == '\t') {
        return Cow::Borrowed(text);
    }
    let blank = |c: char| if is_blank(c) && !is_line_break(c) { ' ' } else { c };
    let plain: String = text.chars().filter(|c| !is_invisible(*c)).map(blank).collect();
    // What was not seen may have hidden a wrapper.
    let inner = bare(&plain);
    Cow::Owned(if inner.len() == plain.len() { plain } else { shown(inner).into_owned() })
}

/// The same without any blank, in upper case: how identifiers are compared that are no GUIDs.
#[must_use]
pub fn compact(text: &str) -> Cow<'_, str> {
    let text = shown(text);
    if !text.bytes().any(|b| b == b' ' || b.is_ascii_lowercase() || !b.is_ascii()) {
        return text;
    }
    let packed: String = text.chars().filter(|c| *c != ' ').flat_map(char::to_uppercase).collect();
    // Blanks may have hidden a wrapper.
    let inner = bare(&packed);
    Cow::Owned(if inner.len() == packed.len() { packed } else { compact(inner).into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_nobody_sees_is_no_part_of_a_text() {
        for (text, expected) in [
            ("  ABC 1 ", "ABC 1"),
            ("A\u{200b}B\u{ad}C\u{2060}1", "ABC1"),
            ("\u{202a}ABC1\u{202c}", "ABC1"),
            ("A\u{a0}B\u{3000}C\u{2009}1\t2", "A B C 1 2"),
            ("=\u{200e}\"0012\"", "0012"),
            ("\u{feff}'0012", "0012"),
            ("A\u{fe0f}\u{e0041}B", "AB"),
            ("A\nB", "A\nB"),
            ("A\r\n", "A"),
            ("\u{200b}", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        assert_eq!(compact("vm-1 2\u{a0}3a"), "VM-123A");
        assert_eq!(compact("= \"0012\""), "0012");
    }

    /// Without the short way that nearly all cells take.
    fn bared(text: &str) -> &str {
        let bare = text.trim_matches(is_nothing_seen);
        let inner = bare.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')).unwrap_or(bare);
        let inner = inner.trim_start_matches('\'').trim_matches(is_nothing_seen);
        if inner.len() == text.len() { text } else { bared(inner) }
    }

    proptest! {
        #[test]
        fn bare_is_bare_whatever_stands_at_the_ends(text in "[ '=\"a-c\u{200b}\u{a0}\té]{0,12}") {
            prop_assert_eq!(bare(&text), bared(&text));
        }

        #[test]
        fn a_text_is_shown_and_compared_once(text in "\\PC{0,30}|[ '=\"a-c\u{200b}\u{a0}\t]{0,20}") {
            let once = shown(&text).into_owned();
            prop_assert_eq!(shown(&once), once.as_str());
            let once = compact(&text).into_owned();
            prop_assert_eq!(compact(&once), once.as_str());
        }
    }
}
