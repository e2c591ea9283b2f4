//! The consoles of a run, in their order, and the columns that they give to the device table.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::file::{self, ConsoleDraft};
use super::{Aggregate, Console, DeviceWord, Facts, MOST_WORDS};
use crate::assets::{self, Files};
use crate::error::{Error, Problem};
use crate::language::{Derived, What};
use crate::schema::{DEVICE, Field, Kind, RECORD, nearest};

/// Consoles that one run may know: sets of them are bits of a number.
pub const MOST: usize = 30;

/// Fields of the merged view that consoles are asked for in an order.
pub const MERGED: &[&str] =
    &["name", "serial", "platform", "manufacturer", "model", "ownership", "join_type", "primary_user"];

/// Fields that consoles are asked for in an order: those of the merged view, and what decides steps.
pub(super) const RANKED: &[&str] =
    &["name", "serial", "platform", "manufacturer", "model", "ownership", "join_type", "primary_user", "mode"];

/// The shipped consoles in their order: their numbers stand in outputs and are never given to another.
const SHIPPED: &[&str] =
    &["intune", "entra", "autopilot", "defender", "abm", "ade", "chrome", "google-mobile", "ad", "bitlocker", "laps"];

/// A console whose newest record tells which object of another is the live one.
#[derive(Clone, Copy, Debug)]
pub struct Pointer {
    /// The console.
    pub from: Console,
    /// Its record column that holds the id.
    pub column: &'static str,
    /// The other console.
    pub to: Console,
    /// The record column of the other console with the same id.
    pub target: &'static str,
}

/// The consoles of a run.
///
/// A registry is a value like the rules of a run, and lives as long as the program: rules, formats, tables and reports hold
/// consoles and names of columns out of it by the million, and none of them is ever taken back.
pub struct Registry {
    consoles: Vec<Console>,
    slugs: Vec<&'static str>,
    precedence: Vec<(&'static str, Vec<Console>)>,
    aggregates: Vec<Aggregate>,
    aggregates_by_name: HashMap<&'static str, usize>,
    device: Vec<Field>,
    fields: Vec<Field>,
    field_by_name: HashMap<&'static str, usize>,
}

impl Registry {
    /// The consoles of `consoles/` among the rule files; the shipped ones where there is no such file.
    ///
    /// Equal files give the same registry, so that formats, rules and playbooks may each ask for it.
    ///
    /// # Errors
    /// Every problem in every file.
    pub fn load(files: &Files) -> Result<&'static Self, Vec<Problem>> {
        let texts = assets::under(files, file::FOLDER);
        if texts.is_empty() { Ok(Self::shipped()) } else { Self::of_texts(texts) }
    }

    /// The registry of these files, made once.
    fn of_texts(texts: Vec<(String, String)>) -> Result<&'static Self, Vec<Problem>> {
        type Known = (Vec<(String, String)>, &'static Registry);
        static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, registry)) = known.iter().find(|(own, _)| *own == texts) {
            return Ok(registry);
        }
        let registry: &'static Self = Box::leak(Box::new(Self::new(&file::read(&texts)?)?));
        known.push((texts, registry));
        Ok(registry)
    }

    /// The consoles of the program itself.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<&'static Registry> = LazyLock::new(|| {
            assets::shipped("consoles", |files| Registry::of_texts(assets::under(files, file::FOLDER)))
        });
        &SHIPPED
    }

    fn new(drafts: &[ConsoleDraft]) -> Result<Self, Vec<Problem>> {
        let mut problems = misplaced(drafts);
        let mut consoles = Vec::new();
        let mut aggregates: Vec<(usize, Aggregate)> = Vec::new();
        for (number, draft) in drafts.iter().enumerate() {
            let facts: &'static Facts = Box::leak(Box::new(draft.facts(number, drafts, &mut problems)));
            let console = Console { number: u8::try_from(number).unwrap_or(u8::MAX), facts: Some(facts) };
            consoles.push(console);
            aggregates
                .extend(columns_of(console, draft, drafts, &mut problems).into_iter().map(|column| (number, column)));
        }
        let mut seen: HashMap<&str, Console> = HashMap::new();
        for (number, column) in &aggregates {
            let other = seen.insert(column.name, column.console);
            let taken =
                other.map(Console::as_str).or_else(|| DEVICE.iter().any(|f| f.name == column.name).then_some("device"));
            if let (Some(other), Some(draft)) = (taken, drafts.get(*number)) {
                let message = format!("its column `{}` is one of `{other}` already", column.name);
                problems.push(draft.problem("console", message, "choose another name"));
            }
        }
        problems.extend(repeated_words(drafts, &consoles));
        if !problems.is_empty() {
            return Err(problems);
        }
        let precedence = precedence(drafts, &consoles);
        let mut registry = Self::of(consoles, aggregates.into_iter().map(|(_, column)| column).collect());
        registry.precedence = precedence;
        Ok(registry)
    }

    fn of(consoles: Vec<Console>, aggregates: Vec<Aggregate>) -> Self {
        let slugs: Vec<&'static str> = consoles.iter().map(|c| c.as_str()).collect();
        let words: &'static [&'static str] = slugs.clone().leak();
        let device: Vec<Field> = DEVICE
            .iter()
            .map(|f| if f.name == "last_activity_console" { Field { kind: Kind::Word(words), ..*f } } else { *f })
            .collect();
        let own = aggregates.iter().map(|c| Field { name: c.name, kind: c.kind(), meaning: c.meaning });
        let fields: Vec<Field> = device.iter().copied().chain(own).collect();
        Self {
            aggregates_by_name: aggregates.iter().enumerate().map(|(at, c)| (c.name, at)).collect(),
            field_by_name: fields.iter().enumerate().map(|(at, f)| (f.name, at)).collect(),
            consoles,
            slugs,
            precedence: Vec::new(),
            aggregates,
            device,
            fields,
        }
    }

    pub(super) fn facts(&self, number: u8) -> &'static Facts {
        static NOTHING: LazyLock<Facts> = LazyLock::new(Facts::nothing);
        self.consoles.get(usize::from(number)).and_then(|console| console.facts).unwrap_or(&NOTHING)
    }

    /// Every console, in its order.
    #[must_use]
    pub fn all(&self) -> &[Console] {
        &self.consoles
    }

    /// The consoles of which something holds, as bits of [`Console::bit`].
    pub fn bits(&self, which: impl Fn(Console) -> bool) -> u32 {
        self.consoles.iter().filter(|console| which(**console)).fold(0, |bits, console| bits | console.bit())
    }

    /// The consoles that could show in use what they `may_hold`: those of which a list was supplied, and the common ones of
    /// which none was.
    pub fn witnesses(
        &self,
        may_hold: impl Fn(Console) -> bool,
        supplied: impl Fn(Console) -> bool,
    ) -> (Vec<Console>, Vec<Console>) {
        let could_see = self.consoles.iter().copied().filter(|console| console.gives_signals() && may_hold(*console));
        let (asked, others): (Vec<Console>, Vec<Console>) = could_see.partition(|console| supplied(*console));
        (asked, others.into_iter().filter(|console| console.is_always_shown()).collect())
    }

    /// The slugs, in the same order.
    #[must_use]
    pub fn slugs(&self) -> &[&'static str] {
        &self.slugs
    }

    /// The console behind a slug.
    #[must_use]
    pub fn parse(&self, slug: &str) -> Option<Console> {
        self.slugs.iter().position(|own| *own == slug).and_then(|at| self.consoles.get(at)).copied()
    }

    /// The console that somebody names.
    ///
    /// # Errors
    /// [`Error::Usage`] with the nearest name, or all of them.
    pub fn named(&self, slug: &str) -> Result<Console, Error> {
        self.parse(slug).ok_or_else(|| Error::Usage {
            message: format!("`{slug}` is no console"),
            help: match nearest(slug, self.slugs.iter().copied()) {
                Some(near) => format!("the nearest is `{near}`"),
                None => format!("use one of: {}", self.slugs.join(", ")),
            },
        })
    }

    /// The consoles of a set of bits, in their order.
    pub fn of_bits(&self, bits: u32) -> impl Iterator<Item = Console> {
        self.consoles.iter().copied().filter(move |console| bits & console.bit() != 0)
    }

    /// Words of consoles' own that playbooks may use of a device.
    pub fn device_words(&self) -> impl Iterator<Item = &'static DeviceWord> {
        self.consoles.iter().flat_map(|console| console.device_words())
    }

    /// The console at a place in the order.
    #[must_use]
    pub fn at(&self, number: usize) -> Option<Console> {
        self.consoles.get(number).copied()
    }

    /// The console the live record of which names the live object of another: itself, its column with the id, and the
    /// column of the other that has it.
    #[must_use]
    pub fn pointer_to(&self, console: Console) -> Option<Pointer> {
        self.consoles.iter().find_map(|from| {
            let identifier = from
                .identifiers()
                .iter()
                .find(|i| i.live && i.of.is_some_and(|(owner, _)| owner == console.index()))?;
            Some(Pointer { from: *from, column: identifier.column, to: console, target: identifier.of?.1 })
        })
    }

    /// Consoles that a field of the merged view comes from, the best first; `None` for a column that is made otherwise.
    #[must_use]
    pub fn sources_of(&self, column: &str) -> Option<&[Console]> {
        self.precedence.iter().find(|(field, _)| *field == column).map(|(_, consoles)| consoles.as_slice())
    }

    /// Every column of the device table that comes from one console's records: those with a name of their own, and for each
    /// console what is the same everywhere. A rule may ask for any record column of any console, whether a format fills it
    /// or not, so that a new format needs no new code.
    #[must_use]
    pub fn aggregates(&self) -> &[Aggregate] {
        &self.aggregates
    }

    /// The column of that name, if it comes from one console's records.
    #[must_use]
    pub fn aggregate_column(&self, name: &str) -> Option<&Aggregate> {
        self.aggregates_by_name.get(name).and_then(|at| self.aggregates.get(*at))
    }

    /// Columns of the device table that describe the device as a whole.
    #[must_use]
    pub fn device(&self) -> &[Field] {
        &self.device
    }

    /// Every column that a rule over devices may use.
    #[must_use]
    pub fn device_fields(&self) -> &[Field] {
        &self.fields
    }

    /// The device column of that name.
    #[must_use]
    pub fn device_field(&self, name: &str) -> Option<&Field> {
        self.field_by_name.get(name).and_then(|at| self.fields.get(*at))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.slugs).finish()
    }
}

/// Consoles that stand where another has to.
fn misplaced(drafts: &[ConsoleDraft]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, slug) in SHIPPED.iter().enumerate() {
        let Some(draft) = drafts.get(number) else { break };
        if draft.slug() != *slug {
            let message = format!("`{}` comes before `{slug}`, which is shipped with the program", draft.slug());
            problems.push(draft.problem(
                "order",
                message,
                "consoles that are added come after: choose a larger number",
            ));
            break;
        }
    }
    if let Some(draft) = drafts.get(MOST) {
        problems.push(draft.problem("console", format!("there are more than {MOST} consoles"), "leave some out"));
    }
    problems
}

/// Words that two consoles have, and more of them than a device has bits for.
fn repeated_words(drafts: &[ConsoleDraft], consoles: &[Console]) -> Vec<Problem> {
    let mut seen: HashMap<&str, Console> = HashMap::new();
    let mut problems = Vec::new();
    for (draft, console) in drafts.iter().zip(consoles) {
        for word in console.device_words() {
            if let Some(other) = seen.insert(word.word, *console) {
                let message = format!("`{}` is a word of `{other}` already", word.word);
                problems.push(draft.problem("facts", message, "choose another word"));
            }
            if word.number >= MOST_WORDS {
                let message = format!("there are more than {MOST_WORDS} words of consoles");
                problems.push(draft.problem("facts", message, "leave some out"));
            }
        }
    }
    problems
}

/// For each field that consoles are asked for: who is asked, the best first.
fn precedence(drafts: &[ConsoleDraft], consoles: &[Console]) -> Vec<(&'static str, Vec<Console>)> {
    let of = |field: &&'static str| {
        let mut ranked: Vec<(u32, Console)> =
            drafts.iter().zip(consoles).filter_map(|(draft, console)| Some((draft.rank(field)?, *console))).collect();
        ranked.sort_unstable();
        (*field, ranked.into_iter().map(|(_, console)| console).collect())
    };
    RANKED.iter().map(of).collect()
}

/// The columns that a console gives to the device table: those that its file names, then those that every console has.
fn columns_of(
    console: Console,
    draft: &ConsoleDraft,
    all: &[ConsoleDraft],
    problems: &mut Vec<Problem>,
) -> Vec<Aggregate> {
    let mut own: Vec<Aggregate> = draft.columns(console, all, problems);
    let (prefix, title) = (console.column_prefix(), console.title());
    let mut add = |suffix: &str, what: What, meaning: String| {
        let name = format!("{prefix}_{suffix}");
        if !own.iter().any(|c| c.name == name) {
            own.push(Aggregate { console, name: name.leak(), made: Derived::of_all(what), meaning: meaning.leak() });
        }
    };
    add("count", What::Count(None), format!("records of {title} of the device"));
    add("id", What::Live("native_id"), format!("id of the live record in {title}"));
    add("last_seen", What::Newest("last_seen"), format!("newest activity in {title}"));
    add("supplied", What::Supplied, format!("whether an export of {title} with rows is there"));
    add(
        "absent",
        What::Absent,
        format!(
            "true where the list of {title} is whole and none of its records may be the device, or it holds no such platform; false where it has one; unknown otherwise"
        ),
    );
    add("days", What::Days("last_seen"), format!("days since the newest activity in {title}"));
    for f in RECORD.iter().filter(|f| f.name != "last_seen") {
        add(f.name, What::Live(f.name), format!("{}, in the live record", f.meaning));
        if f.kind == Kind::Time {
            let meaning = format!("days since then, negative if it lies ahead: {}", f.meaning);
            add(&format!("{}_days", f.name), What::LiveAge(f.name), meaning);
        }
    }
    own
}
