//! A page as its blocks: what is run, what that prints, what is put into a file.

use std::ops::Range;

/// What a block of code is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Commands: `sh`.
    Run,
    /// Commands that no test can run, and why: `sh` below `<!-- not run: … -->`.
    NotRun(String),
    /// What the commands before it print: `text`.
    Printed,
    /// A file that a reader makes: any block below `<!-- file: … -->`.
    File(String),
    /// Something to look at.
    Other,
}

/// A block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub is: Use,
    /// Number of the line that opens it, from 1.
    pub line: usize,
    /// The lines between its fences, by their place in the page.
    pub inside: Range<usize>,
    /// Blanks before its fences: those of a list.
    indent: usize,
    /// What a reader has read since the block before.
    pub before: String,
    pub text: String,
}

/// A page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Its path in the repository.
    pub name: String,
    pub text: String,
    pub blocks: Vec<Block>,
    /// The page in whose folder a reader goes on: `<!-- goes on from: … -->`.
    pub follows: Option<String>,
}

/// What stands in a comment of a line of its own.
fn comment(line: &str) -> Option<&str> {
    Some(line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim())
}

impl Page {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let (mut blocks, mut open, mut follows) = (Vec::new(), None::<Block>, None);
        let (mut said, mut before) = (None::<String>, String::new());
        for (at, line) in text.lines().enumerate() {
            let trimmed = line.trim();
            match open.take() {
                Some(block) if trimmed == "```" => blocks.push(Block { inside: block.inside.start..at, ..block }),
                Some(mut block) => {
                    let blanks = line.len() - line.trim_start().len();
                    block.text += line.split_at(block.indent.min(blanks)).1;
                    block.text.push('\n');
                    open = Some(block);
                }
                None if trimmed.starts_with("```") => {
                    let indent = line.len() - line.trim_start().len();
                    let is = meant(trimmed.trim_start_matches('`'), said.take().as_deref());
                    let (inside, before, text) = (at + 1..at + 1, std::mem::take(&mut before), String::new());
                    open = Some(Block { is, line: at + 1, inside, indent, before, text });
                }
                None if trimmed.is_empty() => {}
                None => {
                    said = comment(line).map(str::to_owned);
                    if said.is_none() {
                        before += line;
                        before.push('\n');
                    }
                    let from = said.as_deref().and_then(|said| said.strip_prefix("goes on from: "));
                    follows = from.map(str::to_owned).or(follows);
                }
            }
        }
        assert_eq!(open, None, "{name}: a block is never closed");
        Self { name: name.to_owned(), text: text.to_owned(), blocks, follows }
    }

    /// Whether a reader does something here.
    pub(super) fn is_run(&self) -> bool {
        self.blocks.iter().any(|block| block.is == Use::Run)
    }

    /// The page with other texts in some of its blocks, by their numbers.
    pub(super) fn with(&self, texts: &[(usize, String)]) -> String {
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        for (number, text) in texts.iter().rev() {
            let block = &self.blocks[*number];
            let blanks = " ".repeat(block.indent);
            let inside = text.lines().map(|line| format!("{blanks}{line}").trim_end().to_owned());
            lines.splice(block.inside.clone(), inside);
        }
        lines.join("\n") + "\n"
    }
}

/// What a block is for, by its language and what the comment above it says.
fn meant(language: &str, said: Option<&str>) -> Use {
    let said = |what: &str| said.and_then(|said| said.strip_prefix(what)).map(str::to_owned);
    match (said("file: "), said("not run: "), language) {
        (Some(path), _, _) => Use::File(path),
        (None, Some(why), "sh") => Use::NotRun(why),
        (None, None, "sh") => Use::Run,
        (None, _, "text") => Use::Printed,
        _ => Use::Other,
    }
}

#[test]
fn a_page_is_its_blocks() {
    let page = Page::new(
        "page.md",
        "# Title\n<!-- goes on from: first.md -->\n\n1. Do:\n\n   ```sh\n   echo a\n     b\n   ```\n\n   ```text\n   a\n\n   b\n   ```\n\
         <!-- not run: takes long -->\n\n```sh\nmake\n```\n<!-- file: my/list.csv -->\n```csv\na,b\n```\n<!-- a remark -->\n```yaml\nx: 1\n```\n",
    );
    let found: Vec<_> = page.blocks.iter().map(|block| (block.is.clone(), block.line, block.text.as_str())).collect();
    assert_eq!(
        found,
        [
            (Use::Run, 6, "echo a\n  b\n"),
            (Use::Printed, 11, "a\n\nb\n"),
            (Use::NotRun("takes long".into()), 18, "make\n"),
            (Use::File("my/list.csv".into()), 22, "a,b\n"),
            (Use::Other, 26, "x: 1\n"),
        ]
    );
    assert_eq!(page.follows.as_deref(), Some("first.md"));
    let other = page.with(&[(1, "c\n\nd\ne\n".into()), (3, "z\n".into())]);
    assert!(
        other.contains("   ```text\n   c\n\n   d\n   e\n   ```\n") && other.contains("```csv\nz\n```\n"),
        "{other}"
    );
    assert_eq!(page.with(&[]), page.text);
}
