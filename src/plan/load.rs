//! From files to playbooks: parse, check, resolve. Every problem is reported, not only the first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::console::Registry;
use crate::error::Problem;
use crate::ids::By;
use crate::plan::ask;
use crate::plan::cases::RawTest;
use crate::plan::check::{self, Stop};
use crate::plan::checked_file::{CheckedFile, Parameters};
use crate::plan::compile::{self, Book, Condition, Known, Variant};
use crate::plan::facts::{DeviceBits, MOST_ABOUT};
use crate::plan::file::{Document, Words};
use crate::plan::ledger::Ledger;
use crate::plan::{Entry, Playbooks};
use crate::schema::no_file_name;

/// A file with what was read from it.
struct Page<'a> {
    sheet: CheckedFile<'a>,
    document: Document,
}

pub(super) fn load(
    files: &[(String, String)],
    parameters: Parameters,
    registry: &'static Registry,
) -> Result<Playbooks, Vec<Problem>> {
    let mut pages: Vec<_> = files.iter().map(|(name, text)| read(name, text, parameters, registry)).collect();
    insert(&mut pages);
    let about = rules_spoken_of(&mut pages);
    let steps = Definitions::read(&mut pages);

    let mut ledger = Ledger::default();
    let mut books: Vec<Book> = Vec::new();
    // What a file puts into the playbook of another is its own mistake where it is one.
    let mut lenders: Vec<CheckedFile> = pages.iter().map(|page| page.sheet.afresh()).collect();
    for page in &mut pages {
        nameless(page);
        unfit(page);
        if page.document.playbook.is_some() {
            let book = bind(page, &steps, &mut ledger, &mut lenders);
            if let Some(twin) = books.iter().find(|b| b.order == book.order || b.name == book.name) {
                let message = format!("playbook `{}` has the name or the order of `{}`", book.name, twin.name);
                page.sheet.problem("order", message, "give each playbook its own name and its own order".into());
            }
            books.push(book);
        }
    }
    books.sort_by_key(|b| b.order);

    let asks = pages.iter_mut().flat_map(asks).collect();
    strange_books(&books, &mut pages);
    totality(&books, &mut pages);
    let (sheets, documents): (Vec<_>, Vec<_>) = pages.into_iter().map(|p| (p.sheet, p.document)).unzip();
    let mut problems: Vec<_> = sheets.into_iter().flat_map(CheckedFile::into_problems).collect();
    // One mistake in what goes into several playbooks is said once.
    for problem in lenders.into_iter().flat_map(CheckedFile::into_problems) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let guards = steps.steps.into_iter().map(|k| k.guard).collect();
    let (entries, steps) = ledger.into_lists();
    Ok(Playbooks { entries, steps, guards, books: By::of(books), about, asks, documents, parameters })
}

/// Reads one file. An unreadable one counts as empty and leaves its problem.
fn read<'a>(name: &'a str, text: &'a str, parameters: Parameters, registry: &'static Registry) -> Page<'a> {
    let mut sheet = CheckedFile::new(name, text, parameters, registry);
    let document = crate::yaml::from_str(text).unwrap_or_else(|e| {
        sheet.unreadable(&e);
        Document::default()
    });
    Page { sheet, document }
}

/// The rules that conditions speak of, in order; every file is told.
fn rules_spoken_of(pages: &mut [Page]) -> Arc<[String]> {
    let words = pages.iter().flat_map(|page| page.document.conditions()).flat_map(Words::words);
    let rules: BTreeSet<&str> = words.filter_map(|word| word.strip_prefix(compile::ABOUT)).collect();
    let rules: Arc<[String]> = rules.into_iter().map(str::to_owned).collect();
    if let (Some(page), Some(one)) = (pages.last_mut(), rules.get(MOST_ABOUT)) {
        let message = format!("conditions speak of more than {MOST_ABOUT} rules");
        page.sheet.problem(one, message, "leave some out".into());
    }
    for page in pages {
        page.sheet.speak_of(&rules);
    }
    rules
}

/// Puts the steps that files hold for the playbooks of others into those, in the order of the files.
fn insert(pages: &mut [Page]) {
    let names: Vec<String> = pages.iter().filter_map(|page| page.document.playbook.clone()).collect();
    for at in 0..pages.len() {
        let Some(page) = pages.get(at) else { continue };
        for insertion in page.document.insert.clone() {
            for name in &insertion.playbooks {
                let target = pages.iter().position(|page| page.document.playbook.as_ref() == Some(name));
                let put =
                    target.and_then(|target| pages.get_mut(target)).map(|page| page.document.take_in(&insertion, at));
                let Some(Page { sheet, .. }) = pages.get_mut(at) else { continue };
                match put {
                    Some(Ok(())) => {}
                    Some(Err(message)) => sheet.problem("insert", message, String::new()),
                    None => sheet.unknown("playbook", name, names.iter().map(String::as_str)),
                }
            }
        }
        lend_tests(at, pages);
    }
}

/// Gives the tests of a file that has steps for other playbooks to those that they name: there they are run.
fn lend_tests(at: usize, pages: &mut [Page]) {
    let Some(Page { sheet, document }) = pages.get_mut(at) else { return };
    if document.playbook.is_some() || document.insert.is_empty() {
        return;
    }
    let tests = std::mem::take(&mut document.tests);
    for test in tests.iter().filter(|test| test.playbook.is_none()) {
        sheet.begin(&test.name);
        let message = "a test does not say which playbook the device gets".to_owned();
        sheet.problem(&test.name, message, "give its `playbook`".to_owned());
    }
    sheet.rewind();
    for mut test in tests {
        test.origin = Some(at);
        let book = pages.iter_mut().find(|page| test.playbook.is_some() && page.document.playbook == test.playbook);
        match book {
            Some(page) => page.document.tests.push(test),
            // Kept, so that the name that nobody has is remarked.
            None => pages.get_mut(at).into_iter().for_each(|page| page.document.tests.push(test.clone())),
        }
    }
}

/// The questions of a file, resolved; one that nothing raises is a mistake.
fn asks(page: &mut Page) -> Vec<(String, String)> {
    let Page { sheet, document } = page;
    let mut known = Vec::new();
    for (about, text) in &document.asks {
        if ask::ABOUT.contains(&about.as_str()) {
            known.push((about.clone(), sheet.resolve(text)));
        } else {
            sheet.unknown("question", about, ask::ABOUT.iter().copied());
        }
    }
    known
}

/// Notes a playbook that lacks its name; it would be passed over silently.
fn nameless(page: &mut Page) {
    let Document { playbook, about, order, applies, steps, tests, insert, .. } = &page.document;
    let parts = [
        ("order", order.is_some()),
        ("applies", applies.is_some()),
        ("steps", !steps.is_empty()),
        ("tests", !tests.is_empty() && insert.is_empty()),
    ];
    let part = parts.iter().find(|(_, there)| *there).map(|(key, _)| *key);
    if let (None, Some(key)) = (playbook, part.or((!about.is_empty()).then_some("about"))) {
        let message = "the file has an order of steps and no `playbook`".into();
        page.sheet.problem(key, message, "name the playbook, or leave only `define`".into());
    }
}

/// Notes names that cannot be names of files: lists and commands are filed under them.
fn unfit(page: &mut Page) {
    let Document { playbook, define, .. } = &page.document;
    let names =
        playbook.iter().map(|name| ("playbook", name)).chain(define.iter().map(|raw| (raw.step.as_str(), &raw.step)));
    for (key, name) in names {
        if let Some(fault) = no_file_name(name) {
            page.sheet.problem(key, fault, "choose another name".into());
        }
    }
}

/// The last playbook, and no other, is for every device: that is what gives each device exactly one.
fn totality(books: &[Book], pages: &mut [Page]) {
    let (book, message) = match (books.iter().find(|b| b.applies.is_none()), books.last()) {
        (Some(all), Some(last)) if all.order == last.order => return,
        (Some(all), _) => {
            (all, format!("playbook `{}` is for every device, so that those after it never apply", all.name))
        }
        (None, Some(last)) => (last, "no playbook is for every device that the others leave".to_owned()),
        // Nothing to plan with: nothing was asked for, or the files have other problems.
        (None, None) => return,
    };
    let help = "the playbook with the highest `order`, and no other, has no `applies`";
    if let Some(page) = pages.iter_mut().find(|p| p.document.playbook.as_ref() == Some(&book.name)) {
        page.sheet.problem("playbook", message, help.into());
    }
}

/// Notes tests that name a playbook which nobody wrote.
fn strange_books(books: &[Book], pages: &mut [Page]) {
    for Page { sheet, document } in pages {
        for test in &document.tests {
            if let Some(name) = test.playbook.as_ref().filter(|name| !books.iter().any(|b| b.name == **name)) {
                sheet.begin(&test.name);
                sheet.unknown("playbook", name, books.iter().map(|b| b.name.as_str()));
            }
        }
        sheet.rewind();
    }
}

/// Every step that is defined.
#[derive(Default)]
pub(super) struct Definitions {
    steps: Vec<Known>,
    numbers: BTreeMap<String, u16>,
}

impl Definitions {
    fn read(pages: &mut [Page]) -> Self {
        let mut definitions = Self::default();
        let mut files: BTreeMap<&str, &str> = BTreeMap::new();
        // Numbers first, so that a step may follow one that is defined later.
        for Page { sheet, document } in pages.iter_mut() {
            for raw in &document.define {
                let number = u16::try_from(definitions.numbers.len()).unwrap_or(u16::MAX);
                if let Some(file) = files.get(raw.step.as_str()) {
                    let message = format!("step `{}` is defined twice, here and in `{file}`", raw.step);
                    sheet.problem(&raw.step, message, "give the one that is yours another name".into());
                } else {
                    files.insert(&raw.step, sheet.name());
                    definitions.numbers.insert(raw.step.clone(), number);
                }
            }
        }
        let in_use: Vec<String> = pages.iter().filter_map(|page| page.document.in_use.clone()).collect();
        let in_use = in_use.join(" ");
        let stays: Vec<Condition> = pages
            .iter_mut()
            .flat_map(|Page { sheet, document }| {
                document.stays.iter().map(|words| compile::condition(words, sheet)).collect::<Vec<_>>()
            })
            .collect();
        for Page { sheet, document } in pages {
            for raw in &document.define {
                let number = definitions.numbers.get(&raw.step).copied().unwrap_or_default();
                // The first of two steps of one name counts, so that nothing else is wrong with either.
                if usize::from(number) != definitions.steps.len() {
                    continue;
                }
                let mut known = compile::define(raw, number, &in_use, &stays, sheet);
                known.guard.after = raw.after.as_ref().and_then(|after| {
                    Some((definitions.number(&after.step, sheet)?, compile::states(&after.or_states, sheet)))
                });
                known.guard.unless = raw.unless.iter().filter_map(|slug| definitions.number(slug, sheet)).collect();
                known.guard.beside = raw.beside.as_ref().map(|beside| {
                    let steps = beside.steps.iter().filter_map(|slug| definitions.number(slug, sheet)).collect();
                    (steps, (!beside.or.is_empty()).then(|| compile::condition(&beside.or, sheet)))
                });
                for waiting in &raw.waits {
                    definitions.number(&waiting.after, sheet);
                }
                complete(&known, sheet);
                definitions.steps.push(known);
            }
        }
        definitions
    }

    /// The number of a step; an unknown one is noted.
    pub(super) fn number(&self, slug: &str, sheet: &mut CheckedFile) -> Option<u16> {
        let number = self.numbers.get(slug).copied();
        if number.is_none() {
            sheet.unknown("step", slug, self.numbers.keys().map(String::as_str));
        }
        number
    }

    fn get(&self, number: u16) -> Option<&Known> {
        self.steps.get(usize::from(number))
    }
}

/// Notes what is missing in the texts of a step.
fn complete(known: &Known, sheet: &mut CheckedFile) {
    let slug = &known.entry.slug;
    let lacks = |lacks: fn(&Entry) -> bool| known.cases.iter().any(|case| lacks(&case.entry));
    if lacks(|entry| entry.action.is_empty() || entry.why.is_empty()) {
        sheet.problem(slug, format!("step `{slug}` has no `action` or no `why`"), String::new());
    }
    if lacks(|entry| entry.console.is_some() && entry.role.is_empty()) {
        sheet.problem(slug, format!("step `{slug}` is done in a console and has no `role`"), String::new());
    }
}

/// One playbook, its steps resolved.
fn bind<'a>(page: &mut Page<'a>, steps: &Definitions, ledger: &mut Ledger, lenders: &mut [CheckedFile<'a>]) -> Book {
    let Page { sheet, document } = page;
    let name = document.playbook.clone().unwrap_or_default();
    let order = document.order.unwrap_or_else(|| {
        sheet.problem("playbook", format!("playbook `{name}` has no `order`"), String::new());
        u32::MAX
    });
    let applies = document.applies.as_ref().map(|w| compile::device_condition(w, sheet));
    let mut choices = Vec::new();
    let mut stops = Vec::new();
    let mut lent = BTreeMap::new();
    for item in &document.steps {
        let sheet = match item.origin.and_then(|at| lenders.get_mut(at)) {
            Some(lender) => {
                lent.insert(item.step.clone(), lender.name().to_owned());
                lender
            }
            None => &mut *sheet,
        };
        let Some(known) = steps.number(&item.step, sheet).and_then(|n| steps.get(n)) else { continue };
        let when = compile::condition(&item.when, sheet);
        let variants = if item.stands_alone() {
            known.spread(&Variant { when, ..known.vary(&item.case(), sheet) })
        } else {
            known.narrowed(when, applies.as_ref())
        };
        let is_idle =
            if item.stands_alone() { applies.as_ref().is_some_and(|a| a.excludes(&when)) } else { variants.is_empty() };
        if is_idle {
            let help = "its `when` asks for what the playbook, or the step itself, is not for";
            sheet.problem(
                &item.step,
                format!("`{}` is never planned in the playbook `{name}`", item.step),
                help.into(),
            );
        }
        let irreversible = variants.iter().any(|v| v.entry.irreversible);
        // A step for objects that need no earlier one may stand anywhere.
        let after = known.guard.after.filter(|(_, needless)| !when.demands(*needless));
        let after = after.and_then(|(n, _)| steps.get(n)).map(|k| k.entry.slug.as_str());
        let phase = known.entry.phase;
        let origin = item.origin;
        stops.push(Stop { slug: &item.step, place: known.place, phase, irreversible, after, origin });
        choices.extend(variants.into_iter().map(|v| ledger.choice(v, known.step)));
    }
    // With a step missing, the rest of the order would only be blamed for it.
    if stops.len() == document.steps.len() {
        check::order(&name, &stops, sheet, lenders);
    }
    let about = sheet.resolve(&document.about);
    let title = Some(sheet.resolve(&document.title)).filter(|title| !title.is_empty()).unwrap_or_else(|| name.clone());
    let test = |test: &RawTest| match test.origin.and_then(|at| lenders.get_mut(at)) {
        Some(lender) => {
            let compiled = test.compile(&name, steps, lender);
            lender.rewind();
            compiled
        }
        None => test.compile(&name, steps, sheet),
    };
    let tests = document.tests.iter().map(test).collect();
    sheet.rewind();
    Book { name, title, about, file: sheet.name().to_owned(), lent, order, applies, choices, tests }
}

impl Book {
    /// Whether the playbook is for a device; `about` are the bits of the rules that it stands under.
    pub(super) fn is_for(&self, device: DeviceBits, about: u64) -> bool {
        self.applies.as_ref().is_none_or(|c: &Condition| c.holds(device, about))
    }
}
