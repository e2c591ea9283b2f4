//! Text that is no table: lines of a log, a web page, XML. No list is read from it, and yet it may name devices beside a day.

/// Larger texts are not kept.
pub(super) const LIMIT: usize = 8 << 20;

/// A text that is no table.
#[derive(Debug)]
pub struct Prose {
    /// How reports name it.
    pub label: String,
    text: String,
}

impl Prose {
    pub(super) const fn new(label: String, text: String) -> Self {
        Self { label, text }
    }

    /// What is told of one thing each: the lines of a text, the rows of a page, the elements of XML.
    pub fn passages(&self) -> impl Iterator<Item = String> {
        let lower = self.text.to_ascii_lowercase();
        let opening = if lower.trim_start().starts_with('<') { repeated(&lower) } else { None };
        let mut ends: Vec<usize> = match &opening {
            Some(opening) => lower.match_indices(opening.as_str()).map(|(at, _)| at).collect(),
            None => lower.match_indices('\n').map(|(at, _)| at).collect(),
        };
        ends.push(self.text.len());
        let mut from = 0;
        ends.into_iter().map(move |end| {
            let passage = self.text.get(from..end).unwrap_or_default().replace(['\n', '\r'], " ");
            from = end;
            passage
        })
    }
}

/// How the element begins that holds one thing: a row of a page, else the first one within the outermost.
fn repeated(text: &str) -> Option<String> {
    if text.contains("<tr") {
        return Some("<tr".into());
    }
    let elements = text.split('<').skip(1).filter(|element| !element.starts_with(['?', '!', '/']));
    let name = elements.map(|element| element.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next());
    name.flatten().nth(1).filter(|name| !name.is_empty()).map(|name| format!("<{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passages(text: &str) -> Vec<String> {
        let prose = Prose::new("x".into(), text.into());
        prose.passages().filter(|passage| passage.contains("PC-")).collect()
    }

    #[test]
    fn each_passage_tells_of_one_thing() {
        assert_eq!(passages("PC-1 seen\nPC-2 seen\n").len(), 2);
        let page = "<html><table>\n<TR><td>PC-1</td>\n<td>2026-11-18</td></TR><tr><td>PC-2</td></tr></table>";
        assert_eq!(passages(page).len(), 2);
        assert!(passages(page)[0].contains("2026-11-18"));
        let xml = "<?xml version='1.0'?><devices><device><name>PC-1</name>\n<seen>2026-11-18</seen></device><device name='PC-2'/></devices>";
        assert_eq!(passages(xml).len(), 2);
        assert!(passages(xml)[0].contains("2026-11-18"));
    }
}
