//! A safe part of Markdown as HTML: paragraphs, headings, lists, emphasis and code. No HTML of the writer, no pictures; a link
//! is its text and its address, for people to read.

use std::fmt::Write as _;

/// Renders a text. Everything that is none of these is text.
pub(super) fn html(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().map(str::trim_end).peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        if line.is_empty() {
            continue;
        }
        if let Some(heading) = heading(line) {
            wrap(&mut out, "h4", &inline(heading));
            continue;
        }
        let Some((list, first)) = item(line) else {
            let mut paragraph = line.to_string();
            while let Some(next) = lines.next_if(|next| is_more(next)) {
                paragraph.push(' ');
                paragraph.push_str(next.trim());
            }
            wrap(&mut out, "p", &inline(&paragraph));
            continue;
        };
        let mut items = vec![first.to_string()];
        while let Some(next) = lines.next_if(|next| !next.trim().is_empty() && heading(next.trim()).is_none()) {
            if let Some((_, own)) = item(next.trim_start()) {
                items.push(own.to_string());
            } else if let Some(last) = items.last_mut() {
                last.push(' ');
                last.push_str(next.trim());
            }
        }
        let mut inside = String::new();
        for own in &items {
            let _ = write!(inside, "<li>{}</li>", inline(own));
        }
        wrap(&mut out, list, &inside);
    }
    out
}

fn wrap(out: &mut String, tag: &str, inside: &str) {
    let _ = writeln!(out, "<{tag}>{inside}</{tag}>");
}

/// Whether a line goes on with the paragraph before.
fn is_more(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && heading(line).is_none() && item(line).is_none()
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len() && text.starts_with(' ')).then(|| text.trim())
}

/// A line of a list: the tag of the list, and its text.
fn item(line: &str) -> Option<(&'static str, &str)> {
    if let Some(text) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some(("ul", text));
    }
    let (number, text) = line.split_once(". ")?;
    let is_number = !number.is_empty() && number.len() < 4 && number.bytes().all(|sign| sign.is_ascii_digit());
    is_number.then_some(("ol", text))
}

/// Emphasis, code and links within a line.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (tag, mark) = match first {
            '*' if rest.starts_with("**") => ("strong", "**"),
            '*' => ("em", "*"),
            '`' => ("code", "`"),
            '[' => {
                if let Some((label, address, after)) = link(rest) {
                    let _ = write!(out, "{} (<code>{}</code>)", escaped(label), escaped(address));
                    rest = after;
                    continue;
                }
                ("", "")
            }
            _ => ("", ""),
        };
        let inside = rest.get(mark.len()..).filter(|_| !mark.is_empty()).and_then(|after| after.split_once(mark));
        if let Some((own, after)) = inside.filter(|(own, _)| !own.trim().is_empty()) {
            let own = if tag == "code" { escaped(own) } else { inline(own) };
            let _ = write!(out, "<{tag}>{own}</{tag}>");
            rest = after;
        } else {
            out.push_str(&escaped(rest.get(..first.len_utf8()).unwrap_or_default()));
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

/// `[label](address)`
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (label, after) = text.strip_prefix('[')?.split_once("](")?;
    let (address, after) = after.split_once(')')?;
    (!label.contains(['[', ']', '\n'])).then_some((label, address, after))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            own => out.push(own),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_understood() {
        let text = "# Where you stand\n\nTwo *weeks* of **work**,\nand `rules`.\n\n- one\n- two\n  goes on\n\n1. first\n2. second\n";
        assert_eq!(
            html(text),
            "<h4>Where you stand</h4>\n<p>Two <em>weeks</em> of <strong>work</strong>, and <code>rules</code>.</p>\n\
             <ul><li>one</li><li>two goes on</li></ul>\n<ol><li>first</li><li>second</li></ol>\n"
        );
    }

    #[test]
    fn nothing_is_markup_or_loaded() {
        for text in [
            "<script>alert(1)</script>",
            "![x](https://example.org/x.png)",
            "[x](javascript:alert(1))",
            "**<img src=x onerror=alert(1)>**",
            "- <b>\n# <i>",
            "`</code><script>`",
            "[<b>](<i>)",
        ] {
            let page = html(text);
            let tags: Vec<&str> = page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()).collect();
            let ours = [
                "p", "/p", "h4", "/h4", "ul", "/ul", "ol", "/ol", "li", "/li", "em", "/em", "strong", "/strong",
                "code", "/code",
            ];
            assert!(tags.iter().all(|tag| ours.contains(tag)), "{page}");
            assert!(!page.contains("href") && !page.contains(" src=\""), "{page}");
        }
    }

    #[test]
    fn odd_signs_are_text() {
        for text in ["*", "**", "`", "[", "[]()", "a * b * c", "5 ** 3", "1.", "#", "-", "é*ü*", "****", "[a](b"] {
            assert!(!html(text).is_empty(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_rendered(text in "\\PC*") {
            let page = html(&text);
            proptest::prop_assert!(!page.contains("<script"));
        }
    }
}
