//! Playbooks and steps as pages for people, in Markdown, and as rows for a list.

use std::fmt::Write as _;

use crate::console::Console;
use crate::plan::Playbooks;
use crate::plan::file::{Definition, Document, Item, On, Words};
use crate::prose::wrapped;

/// A playbook in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// Name.
    pub playbook: &'a str,
    /// Which devices it is for, in a sentence.
    pub about: &'a str,
    /// Precedence: the lowest of those that apply is taken.
    pub order: u32,
    /// Facts that must hold, of which one must hold, and of which none may hold. Without any it is for every device.
    pub applies: [&'a [String]; 3],
    /// Slugs of the steps, in their order.
    pub steps: Vec<&'a str>,
    /// Number of its tests.
    pub tests: usize,
    /// The file that it stands in.
    pub file: &'a str,
}

impl Playbooks {
    /// The playbooks, in order of precedence.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.books.iter().filter_map(|book| {
            let written = self.written(&book.name)?;
            Some(Row {
                playbook: &book.name,
                about: &book.about,
                order: book.order,
                applies: written.applies.as_ref().map_or([&[][..]; 3], |w| [&w.all[..], &w.any[..], &w.none[..]]),
                steps: written.steps.iter().map(|item| item.step.as_str()).collect(),
                tests: book.tests.len(),
                file: &book.file,
            })
        })
    }

    /// Names of all playbooks and of all steps, each of which has a page.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let steps = self.documents.iter().flat_map(|document| &document.define).map(|step| step.step.as_str());
        self.books.iter().map(|book| book.name.as_str()).chain(steps)
    }

    /// The page of a playbook or of a step.
    #[must_use]
    pub fn page(&self, name: &str) -> Option<String> {
        if let Some(written) = self.written(name) {
            return Some(self.page_of_playbook(name, written));
        }
        let step = self.documents.iter().flat_map(|document| &document.define).find(|step| step.step == name)?;
        Some(self.page_of_step(step))
    }

    fn written(&self, name: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.playbook.as_deref() == Some(name))
    }

    fn page_of_playbook(&self, name: &str, written: &Document) -> String {
        let mut page = format!("# {name}\n\n{}\n\n", wrapped(written.about.trim(), ""));
        let before: Vec<&str> =
            self.books.iter().take_while(|book| book.name != name).map(|b| b.name.as_str()).collect();
        let taken = match before.as_slice() {
            [] => "It is the first that is looked at.".to_owned(),
            books => format!("It is for devices that none of these takes before it: {}.", quoted(books)),
        };
        let applies = written.applies.as_ref().map_or_else(|| "every device".to_owned(), devices);
        let _ = writeln!(page, "{}\n", wrapped(&format!("Applies to {applies}. {taken}"), ""));
        let _ = writeln!(page, "## Steps, in their order\n");
        for item in &written.steps {
            let _ = writeln!(page, "{}", wrapped(&self.planned(item), "- "));
        }
        let _ = writeln!(page, "\nWhat keeps a step safe is on the page of the step: `lastseen playbooks show STEP`.");
        if !written.tests.is_empty() {
            let _ = writeln!(page, "\n## Shown by its tests\n");
        }
        for test in &written.tests {
            let _ = writeln!(page, "{}", wrapped(&test.name, "- "));
        }
        page
    }

    fn page_of_step(&self, step: &Definition) -> String {
        let entry = self.entries.iter().find(|entry| entry.slug == step.step);
        let console = entry.and_then(|entry| entry.console).map_or("outside any console", Console::title);
        let mut facts = vec![console.to_owned()];
        facts.extend(entry.map(|entry| format!("phase {}", entry.phase)));
        facts.extend(step.irreversible.then(|| "cannot be undone".to_owned()));
        facts.extend(step.wipes.then(|| "erases the device".to_owned()));
        let mut page = format!("# {}\n\n{}\n\n", step.step, facts.join(" · "));
        let seen = if step.seen.is_empty() { String::new() } else { format!("If it worked: {}.", step.seen) };
        for text in [&step.action, &step.condition, &step.why, &step.beware, &seen] {
            let text = self.told(text);
            if !text.is_empty() {
                let _ = writeln!(page, "{}\n", wrapped(&text, ""));
            }
        }
        for hint in &step.hints {
            let said = format!("Said where {}: {}", facts_of(&hint.when), self.told(&hint.text));
            let _ = writeln!(page, "{}\n", wrapped(&said, ""));
        }
        if !step.role.is_empty() {
            let _ = writeln!(page, "{}\n", wrapped(&format!("Role: {}.", step.role.trim_end_matches('.')), ""));
        }
        for source in &step.source {
            let _ = writeln!(page, "{}\n", wrapped(&format!("Source: {} (read {}).", source.page, source.read), ""));
        }
        let _ = writeln!(page, "## What keeps it safe\n");
        for guard in guards(step) {
            let _ = writeln!(page, "{}", wrapped(&guard, "- "));
        }
        if !step.cases.is_empty() {
            let _ = writeln!(page, "\n## Other texts, the first that fits\n");
        }
        for case in &step.cases {
            let texts = [("condition", &case.condition), ("action", &case.action), ("why", &case.why)];
            let told: Vec<String> = texts
                .iter()
                .filter_map(|(key, text)| Some(format!("{key}: {}", self.told(text.as_ref()?))))
                .chain((case.wipes == Some(true)).then(|| "erases the device".to_owned()))
                .collect();
            let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(" · ")) };
            let _ = writeln!(page, "{}", wrapped(&format!("where {}{told}", facts_of(&case.when)), "- "));
        }
        let users: Vec<&str> =
            self.rows().filter(|row| row.steps.contains(&step.step.as_str())).map(|row| row.playbook).collect();
        let users = if users.is_empty() { "no playbook".to_owned() } else { quoted(&users) };
        let _ = writeln!(page, "\n{}", wrapped(&format!("Named by {users}."), ""));
        page
    }

    /// A text with its settings filled in.
    fn told(&self, text: &str) -> String {
        self.parameters.fill(text).0
    }

    /// A step of a playbook, with what the playbook says of it.
    fn planned(&self, item: &Item) -> String {
        let mut text = format!("`{}`", item.step);
        if !item.when.is_empty() {
            let _ = write!(text, " where {}", facts_of(&item.when));
        }
        if let Some(condition) = &item.condition {
            let _ = write!(text, ": {}", self.told(condition));
        }
        text
    }
}

/// What a step waits for, and where it is never planned.
fn guards(step: &Definition) -> Vec<String> {
    let mut guards = vec![match step.on {
        On::Asked => "It is done to each object of its console that is asked to go.".to_owned(),
        On::AskedOrLive => {
            "It is done to each object of its console that is asked to go; if none is, to the live record.".to_owned()
        }
        On::Concerned => "It is done to each object of its console that a finding is about.".to_owned(),
        On::Device => "It is done once, to the device as a whole.".to_owned(),
    }];
    if !step.states.is_empty() {
        guards.push(format!("Only in one of the states {}.", quoted(&step.states)));
    }
    if let Some(after) = &step.after {
        let or = if after.or_states.is_empty() {
            String::new()
        } else {
            format!(", unless its state is one of {}", quoted(&after.or_states))
        };
        guards.push(format!("Only after `{}` on the same object{or}.", after.step));
    }
    if !step.gone.is_empty() {
        guards.push(format!("Only once the device is gone from {}.", quoted(&step.gone)));
    }
    if !step.unless.is_empty() {
        guards.push(format!("Only where the plan has none of {} before it.", quoted(&step.unless)));
    }
    if let Some(beside) = &step.beside {
        let or = if beside.or.is_empty() { String::new() } else { format!(", or where {}", facts_of(&beside.or)) };
        guards.push(format!("Only where the plan has one of {} too{or}.", quoted(&beside.steps)));
    }
    guards.extend(step.never.iter().map(|words| format!("Never where {}.", facts_of(words))));
    guards
}

/// Which devices a condition is for.
fn devices(words: &Words) -> String {
    if words.is_empty() { "every device".into() } else { format!("devices with {}", facts_of(words)) }
}

/// A condition in words.
fn facts_of(words: &Words) -> String {
    let parts = [("all of", &words.all), ("one of", &words.any), ("none of", &words.none)];
    let told: Vec<String> = parts
        .iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(what, list)| {
            if let ("all of", [one]) = (*what, list.as_slice()) {
                quoted(&[one])
            } else {
                format!("{what} {}", quoted(list))
            }
        })
        .collect();
    told.join(" and ")
}

fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}
