//! Text inside quotes and comments of generated files, so that nothing in it is ever read as code.

/// A PowerShell string in single quotes: nothing is expanded, and each quote is doubled.
///
/// PowerShell takes the typographic single quotes for quotes as well; they are doubled like the plain one.
pub(super) fn powershell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for sign in text.chars() {
        out.push(sign);
        if matches!(sign, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(sign);
        }
    }
    out.push('\'');
    out
}

/// A word of a POSIX shell in single quotes: nothing is expanded. A quote closes the string, stands escaped, and opens
/// it again.
pub(super) fn posix(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text as a comment of one line, in plain ASCII.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|sign| if sign.is_ascii() && !sign.is_ascii_control() { sign } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What PowerShell reads from a string in single quotes, by the rules of its language: a quote ends it unless
    /// another quote of any kind follows, and then the two are one. `None` if anything stands after the end.
    fn read_powershell(text: &str) -> Option<String> {
        let quote = |sign: char| matches!(sign, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}');
        let mut signs = text.chars().peekable();
        let mut out = String::new();
        signs.next().filter(|s| *s == '\'')?;
        loop {
            let sign = signs.next()?;
            if !quote(sign) {
                out.push(sign);
            } else if signs.peek().copied().is_some_and(quote) {
                signs.next();
                out.push(sign);
            } else {
                return signs.next().is_none().then_some(out);
            }
        }
    }

    /// What a POSIX shell reads from one word of single-quoted parts and escaped quotes.
    fn read_posix(text: &str) -> Option<String> {
        let mut rest = text;
        let mut out = String::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("\\'") {
                out.push('\'');
                rest = after;
            } else {
                let (inside, after) = rest.strip_prefix('\'')?.split_once('\'')?;
                out.push_str(inside);
                rest = after;
            }
        }
        Some(out)
    }

    const HOSTILE: &[&str] = &[
        "",
        "'",
        "''",
        "'; rm -rf ~; '",
        "$(whoami)",
        "`whoami`",
        "\"",
        "\\",
        "\\'",
        "a\nb",
        "a\r\nb",
        "‘",
        "’; calc; ‘",
        "‚‛",
        "${env:PATH}",
        "%TEMP%",
        "#",
        "<#",
        "#>",
        "@'",
        "'@",
        "\u{0}",
        "-WhatIf:$false",
        "🦀",
        "\u{2028}",
        "!!",
    ];

    #[test]
    fn hostile_text_stays_text() {
        for text in HOSTILE {
            assert_eq!(read_powershell(&powershell(text)).as_deref(), Some(*text));
            assert_eq!(read_posix(&posix(text)).as_deref(), Some(*text));
            assert!(comment(text).bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            prop_assert_eq!(read_powershell(&powershell(&text)), Some(text.clone()));
            prop_assert_eq!(read_posix(&posix(&text)), Some(text.clone()));
        }

        #[test]
        fn quotes_of_any_kind_come_back(text in "['‘’‚‛\"`$\\\\a]{0,12}") {
            prop_assert_eq!(read_powershell(&powershell(&text)), Some(text.clone()));
            prop_assert_eq!(read_posix(&posix(&text)), Some(text.clone()));
        }
    }
}
