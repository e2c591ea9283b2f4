//! Prose in lines of a length that people read.

/// Paragraphs of a Markdown page; `mark` stands before the first line, and the others are indented as far.
#[must_use]
pub fn wrapped(text: &str, mark: &str) -> String {
    let rest = " ".repeat(mark.chars().count());
    let options = textwrap::Options::new(120)
        .initial_indent(mark)
        .subsequent_indent(&rest)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}
