//! The tests inside playbooks: the plan of one made-up device each.

mod written;

use std::collections::BTreeSet;

use crate::error::Problem;
use crate::plan::compile::Book;
use crate::plan::{Entry, Phase, Playbooks, Subject};

pub(super) use written::RawTest;

/// A test, ready to run.
#[derive(Clone, Debug)]
pub(super) struct Test {
    /// The file that it stands in.
    file: String,
    /// Line and name, for messages.
    place: String,
    subject: Subject,
    /// The ids that a test gives its records, in their order.
    ids: Vec<Option<String>>,
    expected: Expected,
}

/// What a test expects of the plan.
#[derive(Clone, Debug)]
struct Expected {
    /// The playbook that the device gets.
    book: String,
    /// The whole plan.
    steps: Option<Vec<String>>,
    absent: Vec<String>,
    /// A step, and a part of its condition.
    conditions: Vec<(String, String)>,
    /// Every step that erases the device.
    wipes: Option<Vec<String>>,
    /// A step, and a part of what it says.
    texts: Vec<(String, String)>,
}

/// What the tests of one playbook show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested<'a> {
    /// Name of the playbook.
    pub playbook: &'a str,
    /// Number of its tests.
    pub tests: usize,
    /// Number of its steps, each counted once.
    pub steps: usize,
    /// Steps that none of its tests plans.
    pub unseen: Vec<&'a str>,
    /// Playbooks of one's own that take devices of its tests, which were not run; each once.
    pub taken: BTreeSet<&'a str>,
    /// What is not as expected.
    pub problems: Vec<Problem>,
}

/// One step of the plan of a test.
struct Step<'a> {
    /// As tests write it: `step`, or `step:id` for a record with an id.
    shown: String,
    entry: &'a Entry,
    /// Everything that it says.
    says: String,
}

impl Step<'_> {
    /// Whether a test means this step.
    fn is(&self, written: &str) -> bool {
        self.shown == written || self.entry.slug == written
    }
}

impl Playbooks {
    /// Runs the tests of every playbook, in order of precedence; `own` has the files that do not ship.
    ///
    /// A playbook must have a test, and must show in one each step that cannot be undone. Where a playbook of one's own takes
    /// the device of a test that ships, the test is not run: to take it is what that playbook is for.
    #[must_use]
    pub fn run_tests(&self, own: &BTreeSet<String>) -> Vec<Tested<'_>> {
        self.books.iter().map(|book| self.run_tests_of(book, own)).collect()
    }

    fn run_tests_of<'a>(&'a self, book: &'a Book, own: &BTreeSet<String>) -> Tested<'a> {
        let problem = |file: &str, place: &str, message: String, help: String| Problem {
            file: file.to_owned(),
            place: place.to_owned(),
            message,
            help,
        };
        let (mut problems, mut seen, mut taken) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for test in &book.tests {
            let found = self.choose(&test.subject).map(|(_, book)| book);
            let taker = found.filter(|found| own.contains(&found.file) && !own.contains(&test.file));
            if let Some(taker) = taker {
                taken.insert(taker.name.as_str());
                continue;
            }
            let plan = self.plan_of(test);
            if found.is_some_and(|found| found.name == book.name) {
                seen.extend(plan.iter().map(|step| step.entry.slug.as_str()));
            }
            let wrong = self.judge(test, &plan).into_iter();
            problems.extend(wrong.map(|(message, help)| problem(&test.file, &test.place, message, help)));
        }
        if book.tests.is_empty() {
            problems.push(problem(&book.file, "`tests`", "the playbook has no test".into(), String::new()));
        }
        let steps = self.steps_of(book);
        let (number, whole) = (steps.len(), taken.is_empty() && !book.tests.is_empty());
        let unseen: Vec<&Entry> = steps.into_iter().filter(|entry| !seen.contains(entry.slug.as_str())).collect();
        for entry in unseen.iter().filter(|entry| entry.irreversible && whole) {
            let help = "a step that cannot be undone must stand in the plan of one";
            let file = book.lent.get(&entry.slug).unwrap_or(&book.file);
            problems.push(problem(file, "`tests`", format!("no test plans `{}`", entry.slug), help.into()));
        }
        Tested {
            playbook: &book.name,
            tests: book.tests.len(),
            steps: number,
            unseen: unseen.into_iter().map(|entry| entry.slug.as_str()).collect(),
            taken,
            problems,
        }
    }

    /// The steps that a playbook names, each once; of its texts the one that is marked most.
    fn steps_of(&self, book: &Book) -> Vec<&Entry> {
        let mut steps: Vec<&Entry> = Vec::new();
        for entry in book.choices.iter().map(|choice| self.entries.get(choice.entry)) {
            match steps.iter_mut().find(|known| known.slug == entry.slug) {
                Some(known) if entry.irreversible && !known.irreversible => *known = entry,
                Some(_) => {}
                None => steps.push(entry),
            }
        }
        steps
    }

    fn plan_of(&self, test: &Test) -> Vec<Step<'_>> {
        let mut plan = Vec::new();
        self.plan(&test.subject, &mut plan);
        let promised = self.promised(&plan);
        let step = |planned: crate::plan::Planned| {
            let entry = self.entries.get(planned.entry);
            let id = planned.object.and_then(|record| test.ids.get(record.index())?.as_deref());
            let shown = id.map_or_else(|| entry.slug.clone(), |id| format!("{}:{id}", entry.slug));
            let told = if entry.phase == Phase::Verify { promised.as_str() } else { "" };
            let says = [&entry.action, told, &entry.condition, &entry.why, &entry.role].join(" ");
            Step { shown, entry, says }
        };
        plan.into_iter().map(step).collect()
    }

    /// What is not as a test expects, and what to make of it.
    fn judge(&self, test: &Test, plan: &[Step]) -> Vec<(String, String)> {
        let expected = &test.expected;
        let mut wrong = Vec::new();
        let book = self.book_of(&test.subject).unwrap_or("none");
        if book != expected.book {
            wrong.push((format!("expected the playbook `{}`, found `{book}`", expected.book), String::new()));
        }
        let shown = |marked: fn(&Entry) -> bool| {
            plan.iter().filter(|step| marked(step.entry)).map(|step| step.shown.as_str()).collect::<Vec<_>>()
        };
        for (what, expected, found) in [
            ("the steps", &expected.steps, shown(|_| true)),
            ("the erasing steps", &expected.wipes, shown(|entry| entry.wipes)),
        ] {
            if let Some(expected) = expected.as_ref().filter(|expected| **expected != found) {
                let message = format!("expected {what} {}, found {}", listed(expected), listed(&found));
                wrong.push((message, difference(expected, &found)));
            }
        }
        for step in plan.iter().filter(|step| expected.absent.iter().any(|absent| step.is(absent))) {
            wrong.push((format!("expected no `{}`", step.shown), format!("it is planned: {}", step.entry.action)));
        }
        for (written, text) in &expected.conditions {
            wrong.extend(condition(written, text, plan));
        }
        for (written, text) in &expected.texts {
            wrong.extend(says(written, text, plan));
        }
        wrong
    }
}

/// What is wrong with the condition of a step.
fn condition(written: &str, text: &str, plan: &[Step]) -> Vec<(String, String)> {
    let mut steps = plan.iter().filter(|step| step.is(written)).peekable();
    if steps.peek().is_none() {
        return vec![(format!("expected a condition of `{written}`, which is not planned"), String::new())];
    }
    let other = steps.filter(|step| !step.entry.condition.contains(text));
    other
        .map(|step| {
            let found = if step.entry.condition.is_empty() { "no condition" } else { &step.entry.condition };
            (format!("the condition of `{}` does not have `{text}`", step.shown), format!("it is: {found}"))
        })
        .collect()
}

/// What is wrong with the texts of a step.
fn says(written: &str, text: &str, plan: &[Step]) -> Vec<(String, String)> {
    let mut steps = plan.iter().filter(|step| step.is(written)).peekable();
    if steps.peek().is_none() {
        return vec![(format!("expected texts of `{written}`, which is not planned"), String::new())];
    }
    let other = steps.filter(|step| !step.says.contains(text));
    other.map(|step| (format!("`{}` does not say `{text}`", step.shown), format!("it says: {}", step.says))).collect()
}

fn listed<T: AsRef<str>>(steps: &[T]) -> String {
    if steps.is_empty() {
        return "none".into();
    }
    steps.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
}

/// The steps that are too many and too few.
fn difference(expected: &[String], found: &[&str]) -> String {
    let extra: Vec<&str> = found.iter().filter(|step| !expected.iter().any(|e| e == *step)).copied().collect();
    let lacking: Vec<&str> = expected.iter().map(String::as_str).filter(|step| !found.contains(step)).collect();
    match (extra.is_empty(), lacking.is_empty()) {
        (true, true) => "the steps are the same in another order, or one stands twice".into(),
        (false, true) => format!("not expected: {}", listed(&extra)),
        (true, false) => format!("not planned: {}", listed(&lacking)),
        (false, false) => format!("not expected: {}; not planned: {}", listed(&extra), listed(&lacking)),
    }
}
