//! One file while it is checked: what is wrong with it, and where.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::console::{Console, Registry};
use crate::error::Problem;
use crate::plan::facts;

/// Settings that texts may quote, as `{delete_days}` and `{inactive_days}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Days of silence after which an object may be deleted.
    pub delete_days: u32,
    /// Days after which a device is stale.
    pub inactive_days: u32,
    /// Days after which a retire, wipe or delete that is under way is late.
    pub pending_days: u32,
}

impl Parameters {
    /// The value of a setting that a text quotes.
    fn get(self, name: &str) -> Option<u32> {
        self.all().into_iter().find(|(own, _)| *own == name).map(|(_, days)| days)
    }

    /// Every setting by its name.
    const fn all(self) -> [(&'static str, u32); 3] {
        [("delete_days", self.delete_days), ("inactive_days", self.inactive_days), ("pending_days", self.pending_days)]
    }

    /// A text on one line, with its settings filled in, and the names that are no settings.
    pub(super) fn fill(self, text: &str) -> (String, Vec<&str>) {
        let (mut out, mut strange) = (String::with_capacity(text.len()), Vec::new());
        for (at, part) in text.split('{').enumerate() {
            let (name, rest) = if at == 0 { ("", part) } else { part.split_once('}').unwrap_or((part, "")) };
            match self.get(name) {
                Some(value) => out.push_str(&value.to_string()),
                None if at > 0 => strange.push(name),
                None => {}
            }
            out.push_str(rest);
        }
        (out.split_whitespace().collect::<Vec<_>>().join(" "), strange)
    }
}

/// One file, and the problems found so far.
#[derive(Debug)]
pub(super) struct CheckedFile<'a> {
    name: &'a str,
    text: &'a str,
    parameters: Parameters,
    registry: &'static Registry,
    problems: Vec<Problem>,
    /// Lines at the top that are not looked at for a token.
    above: usize,
    /// The lines that begin a part with a name, counted from 0, and the name: every test is looked for among them.
    named: OnceCell<Vec<(usize, &'a str)>>,
    /// Rules that playbooks speak of, in order.
    about: Arc<[String]>,
}

impl<'a> CheckedFile<'a> {
    pub(super) fn new(name: &'a str, text: &'a str, parameters: Parameters, registry: &'static Registry) -> Self {
        let (problems, named) = (Vec::new(), OnceCell::new());
        Self { name, text, parameters, registry, problems, above: 0, named, about: Arc::default() }
    }

    /// The same file, with nothing found in it so far: for what it puts into another one.
    pub(super) fn afresh(&self) -> Self {
        let (problems, named) = (Vec::new(), OnceCell::new());
        Self { problems, above: 0, named, about: Arc::clone(&self.about), ..*self }
    }

    /// Tells which rules playbooks speak of.
    pub(super) fn speak_of(&mut self, rules: &Arc<[String]>) {
        self.about = Arc::clone(rules);
    }

    /// The bit of a rule that playbooks speak of; nothing for one that none names.
    pub(super) fn about(&self, rule: &str) -> Option<u64> {
        self.about.binary_search_by(|known| known.as_str().cmp(rule)).ok().map(facts::about)
    }

    /// The consoles of the run.
    pub(super) const fn registry(&self) -> &'static Registry {
        self.registry
    }

    pub(super) const fn name(&self) -> &'a str {
        self.name
    }

    /// Has the problems that follow be looked for from the part on that has this name, and says in which line that is.
    pub(super) fn begin(&mut self, name: &str) -> Option<usize> {
        self.above = 0;
        let parts = self.named.get_or_init(|| named(self.text));
        let (at, _) = *parts.iter().find(|(_, written)| name.starts_with(written))?;
        self.above = at;
        Some(at + 1)
    }

    /// Has the problems that follow be looked for in the whole file again.
    pub(super) const fn rewind(&mut self) {
        self.above = 0;
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Notes a problem at the first line that holds `token`, as a word of its own where it is one.
    pub(super) fn problem(&mut self, token: &str, message: String, help: String) {
        let place = place(self.line_of(token));
        self.problems.push(Problem { file: self.name.into(), place, message, help });
    }

    /// Notes a word that is not in a closed list.
    pub(super) fn unknown<'w>(&mut self, kind: &str, word: &str, known: impl Iterator<Item = &'w str>) {
        let help = suggest(word, known);
        self.problem(word, format!("unknown {kind} `{word}`"), help);
    }

    /// The console behind a slug.
    pub(super) fn console(&mut self, word: &str) -> Option<Console> {
        let console = self.registry.parse(word);
        if console.is_none() {
            self.unknown("console", word, self.registry.slugs().iter().copied());
        }
        console
    }

    /// Notes what the YAML reader says.
    pub(super) fn unreadable(&mut self, error: &yaml_serde::Error) {
        let place = place(error.location().map(|l| l.line()));
        let full = error.to_string();
        // The place is told apart; the reader repeats it at the end of its sentence.
        let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
        let mut quoted = message.split('`').skip(1).step_by(2);
        let help = match quoted.next() {
            Some(word) if message.contains("unknown ") => suggest(word, quoted),
            _ => String::new(),
        };
        self.problems.push(Problem { file: self.name.into(), place, message, help });
    }

    /// A text on one line, with its settings filled in.
    pub(super) fn resolve(&mut self, text: &str) -> String {
        let (out, strange) = self.parameters.fill(text);
        for name in strange {
            self.unknown("setting", name, self.parameters.all().into_iter().map(|(name, _)| name));
        }
        out
    }

    fn line_of(&self, token: &str) -> Option<usize> {
        let part_of_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let is_word = token.chars().all(part_of_word);
        let is_here = |line: &str| {
            // A misplaced comma makes a word of half a sentence.
            if is_word { line.split(|c| !part_of_word(c)).any(|word| word == token) } else { line.contains(token) }
        };
        self.text.lines().skip(self.above).position(is_here).map(|at| self.above + at + 1)
    }
}

/// A line as the place of a problem.
pub(super) fn place(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!("line {line}"))
}

/// The lines that begin a part with a name, and what stands there of the name: a long one goes on in the next line.
fn named(text: &str) -> Vec<(usize, &str)> {
    fn name(line: &str) -> Option<&str> {
        let line = line.trim_start().trim_start_matches("- ").trim_start_matches("{ ");
        let quoted = line.strip_prefix("name:")?.trim();
        let written = quoted.trim_start_matches(['"', '\'']).trim_end_matches(['"', '\'']);
        (!written.is_empty()).then_some(written)
    }
    text.lines().enumerate().filter_map(|(at, line)| Some((at, name(line)?))).collect()
}

/// Names the nearest word that is right, if one is near.
fn suggest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> String {
    let nearest = known.map(|k| (strsim::levenshtein(word, k), k)).min();
    match nearest {
        Some((far, near)) if far <= 1 + word.chars().count() / 2 => format!("did you mean `{near}`?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_resembles_nothing_gets_no_suggestion() {
        assert_eq!(suggest("zzzz", ["windows", "linux"].into_iter()), "");
        assert_eq!(suggest("window", ["windows", "linux"].into_iter()), "did you mean `windows`?");
    }
}
