//! The checks that make facts of the file of a console.

use super::raw::{Raw, RawClauses, RawColumn, RawGone, RawGroup, RawIdentifier, RawState, RawTest};
use super::registry::{MERGED, RANKED};
use super::words::Words;
use super::{Aggregate, Clause, Console, Facts, Group, Identifier, Kind, Path, State, Test};
use crate::error::Problem;
use crate::language::{Derived, OfRecords, Refusal, What};
use crate::schema::{Kind as FieldKind, Platform, RECORD, nearest, no_file_name, record_field};

/// Where such files are.
pub(super) const FOLDER: &str = "consoles/";

/// A console that was read and is not numbered yet.
pub(super) struct ConsoleDraft {
    path: String,
    raw: Raw,
}

/// Reads the files, in the order of their consoles.
pub(super) fn read(files: &[(String, String)]) -> Result<Vec<ConsoleDraft>, Vec<Problem>> {
    let (mut drafts, mut problems) = (Vec::new(), Vec::new());
    for (path, text) in files {
        match crate::yaml::from_str::<Raw>(text) {
            Ok(raw) => drafts.push(ConsoleDraft { path: path.clone(), raw }),
            Err(e) => problems.push(Problem {
                file: path.clone(),
                place: String::new(),
                message: e.to_string(),
                help: "docs/consoles.md says what one has".into(),
            }),
        }
    }
    drafts.sort_by(|a, b| (a.raw.order, &a.raw.console).cmp(&(b.raw.order, &b.raw.console)));
    problems.extend(drafts.iter().flat_map(ConsoleDraft::names));
    if problems.is_empty() { Ok(drafts) } else { Err(problems) }
}

impl ConsoleDraft {
    pub(super) fn slug(&self) -> &str {
        &self.raw.console
    }

    /// Rank for a field of the merged view, if it is asked.
    pub(super) fn rank(&self, field: &str) -> Option<u32> {
        self.raw.precedence.get(field).copied()
    }

    pub(super) fn problem(&self, key: &str, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { file: self.path.clone(), place: format!("`{key}`"), message: message.into(), help: help.into() }
    }

    /// What is wrong with slug and title.
    fn names(&self) -> Vec<Problem> {
        let slug = &self.raw.console;
        let stem = self.path.trim_start_matches(FOLDER).trim_end_matches(".yaml").trim_end_matches(".yml");
        let mut found = Vec::new();
        if slug != stem {
            let message = format!("`{slug}` does not match the file name");
            found.push(self.problem("console", message, format!("write `{stem}`")));
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_word = slug.chars().all(fits) && slug.starts_with(|c: char| c.is_ascii_lowercase());
        if !is_word || slug.ends_with('-') || no_file_name(slug).is_some() {
            let help = "use lower case letters, digits and `-`, a letter first";
            found.push(self.problem("console", format!("`{slug}` is no name of a console"), help));
        }
        if ["all", "manages", "signals"].contains(&slug.as_str()) {
            let message = format!("`{slug}` stands for several consoles in rules");
            found.push(self.problem("console", message, "choose another name"));
        }
        if self.raw.title.trim().is_empty() {
            found.push(self.problem("title", "is empty", ""));
        }
        found
    }

    /// The facts, checked; `number` is the place of the console among all.
    pub(super) fn facts(&self, number: usize, all: &[Self], problems: &mut Vec<Problem>) -> Facts {
        let raw = &self.raw;
        let slug = leak(&raw.console);
        for field in raw.precedence.keys().filter(|field| !RANKED.contains(&field.as_str())) {
            problems.push(self.unknown("precedence", "merged field", field, RANKED.iter().copied()));
        }
        let mut identifiers: Vec<Identifier> =
            raw.identifiers.iter().filter_map(|one| self.identifier(one, number, all, problems)).collect();
        identifiers.sort_by_key(|identifier| identifier.kind);
        Facts {
            slug,
            prefix: leak(&raw.console.replace('-', "_")),
            title: leak(raw.title.trim()),
            platforms: match self.platforms("platforms", &raw.platforms, problems) {
                0 => u16::MAX,
                bits => bits,
            },
            makes_devices: raw.makes_devices,
            signals: raw.signals,
            always_shown: raw.always_shown,
            by_host_name: raw.by_host_name,
            machine_names: self.platforms("machine_names", &raw.machine_names, problems),
            enrolling_user: raw.enrolling_user,
            directory: raw.directory,
            accounts: raw.accounts,
            restorable: raw.restorable,
            certificate_days: raw.certificate_days,
            keeps: self.keeps(problems),
            joins: raw.joins,
            device_page: self.device_page(problems),
            file_names: raw.file_names.clone(),
            sign_ins: raw.sign_ins,
            owners: raw.owners,
            provisions: raw.provisions,
            sensor: raw.sensor,
            merged: MERGED.iter().copied().filter(|field| raw.precedence.contains_key(*field)).collect(),
            object_key: raw.object_key.as_ref().map_or(slug, |text| leak(text)),
            identifiers,
            gone: self.gone(problems),
            states: raw.states.iter().filter_map(|one| self.state(one, problems)).collect(),
            connector: self.connector(problems),
            manages: self.clauses("manages", &raw.manages, problems),
            licences: raw.licences.iter().map(|(kind, words)| (leak(kind), words.clone())).collect(),
            facts: self.words(&raw.facts, Self::words_before(number, all), problems),
            claims: raw.claims.iter().filter_map(|one| self.claim(one, all, problems)).collect(),
            tenth_of: raw.tenth_of.iter().filter_map(|slug| self.number("tenth_of", slug, all, problems)).collect(),
            most_of: raw.most_of.as_ref().and_then(|one| self.cover(one, problems)),
            groups: raw.groups.iter().filter_map(|one| self.group(one, problems)).collect(),
        }
    }

    /// How many words of their own the consoles before this one have.
    fn words_before(number: usize, all: &[Self]) -> usize {
        all.iter().take(number).map(|draft| draft.raw.facts.len()).sum()
    }

    /// The place of another console.
    pub(super) fn number(&self, key: &str, slug: &str, all: &[Self], problems: &mut Vec<Problem>) -> Option<usize> {
        let found = all.iter().position(|draft| draft.slug() == slug);
        if found.is_none() {
            problems.push(self.unknown(key, "console", slug, all.iter().map(Self::slug)));
        }
        found
    }

    /// What a record says that is out of service.
    /// The address of its page of an object; empty where none is given.
    fn device_page(&self, problems: &mut Vec<Problem>) -> &'static str {
        let Some(page) = self.raw.device_page.as_deref().map(str::trim) else { return "" };
        let is_plain = page.bytes().all(|sign| sign.is_ascii_graphic() && !matches!(sign, b'"' | b'\'' | b'<' | b'>'));
        if page.starts_with("https://") && page.matches("{id}").count() == 1 && is_plain {
            return leak(page);
        }
        let help = "write an address that begins with `https://` and has `{id}` once";
        problems.push(self.problem("device_page", format!("`{page}` is no address of a page"), help));
        ""
    }

    fn gone(&self, problems: &mut Vec<Problem>) -> Vec<Clause> {
        let word = match &self.raw.gone {
            RawGone::Clauses(clauses) => {
                self.words_of_states(clauses, problems);
                return self.clauses("gone", clauses, problems);
            }
            RawGone::State(word) => word,
        };
        let mut own = self.raw.states.iter().filter(|state| state.state == *word);
        if let (Some(state), None) = (own.next(), own.next()) {
            return self.clauses("gone", &state.when, problems);
        }
        let message = format!("`{word}` is not the name of one of its states");
        problems.push(self.problem("gone", message, "name one that `states` has once, or give columns"));
        Vec::new()
    }

    /// Notes words of `gone` that no state has, where `states` names the words of the column: they are misspelt, or the state is
    /// missing.
    fn words_of_states(&self, gone: &RawClauses, problems: &mut Vec<Problem>) {
        for (column, test) in gone {
            let of_states = self.raw.states.iter().filter_map(|state| state.when.get(column));
            let known: Vec<&str> = of_states.flat_map(words_of).collect();
            for word in words_of(test).filter(|word| !known.is_empty() && !known.contains(word)) {
                problems.push(self.unknown(
                    "gone",
                    &format!("word that a state has for `{column}`"),
                    word,
                    known.iter().copied(),
                ));
            }
        }
    }

    /// The column that tells rows of connectors, and its words for them.
    fn connector(&self, problems: &mut Vec<Problem>) -> Option<Words> {
        let clauses = self.clauses("connector", &self.raw.connector, problems);
        match clauses.as_slice() {
            [] => None,
            [Clause { column, test: Test::Is(words) }] => Some((column, words.clone())),
            _ => {
                problems.push(self.problem(
                    "connector",
                    "is not one column with words",
                    "write {column: [word, word]}",
                ));
                None
            }
        }
    }

    /// Platforms that a key names, as bits.
    fn platforms(&self, key: &str, words: &[String], problems: &mut Vec<Problem>) -> u16 {
        let mut bits = 0;
        for word in words {
            match Platform::parse(word) {
                Some(platform) => bits |= 1 << platform as u16,
                None => problems.push(self.unknown(key, "platform", word, Platform::WORDS.iter().copied())),
            }
        }
        bits
    }

    fn identifier(
        &self,
        raw: &RawIdentifier,
        number: usize,
        all: &[Self],
        problems: &mut Vec<Problem>,
    ) -> Option<Identifier> {
        let column = self.column("identifiers", &raw.column, problems)?;
        let named = Kind::parse(&raw.names).filter(|kind| *kind != Kind::Object && !kind.is_weak());
        let Some(kind) = named else {
            let known = Kind::ALL.iter().filter(|kind| **kind != Kind::Object && !kind.is_weak());
            problems.push(self.unknown("identifiers", "identifier", &raw.names, known.map(|kind| kind.as_str())));
            return None;
        };
        let of = match raw.of.as_deref() {
            None => None,
            Some(slug) => Some(self.owner(slug, kind, number, all, problems)?),
        };
        if raw.live && of.is_none_or(|(owner, _)| owner <= number) {
            let message = format!("`{}` tells no live record", raw.column);
            problems.push(self.problem("identifiers", message, "`live` needs `of`, and a console that comes later"));
        }
        Some(Identifier { kind, column, of, hybrid: raw.hybrid, live: raw.live, sometimes: raw.sometimes })
    }

    /// The console whose object an identifier names: its number, and its column.
    fn owner(
        &self,
        slug: &str,
        kind: Kind,
        number: usize,
        all: &[Self],
        problems: &mut Vec<Problem>,
    ) -> Option<(usize, &'static str)> {
        let at = self.number("identifiers", slug, all, problems)?;
        let mut own = all.get(at)?.raw.identifiers.iter().filter(|i| i.names == kind.as_str() && i.of.is_none());
        let found = own.next().and_then(|identifier| record_field(&identifier.column)).map(|f| (at, f.name));
        if found.is_none() {
            let message = format!("`{slug}` has no column of its own that holds `{kind}`");
            let help = if at == number { "leave `of` away" } else { "name the console whose objects have it" };
            problems.push(self.problem("identifiers", message, help));
        }
        found
    }

    fn state(&self, raw: &RawState, problems: &mut Vec<Problem>) -> Option<(State, Vec<Clause>)> {
        let Some(state) = State::parse(&raw.state) else {
            problems.push(self.unknown("states", "state", &raw.state, State::WORDS.iter().copied()));
            return None;
        };
        if raw.when.is_empty() {
            problems.push(self.problem("states", format!("`{state}` has no `when`"), "say what a row must hold"));
        }
        Some((state, self.clauses("states", &raw.when, problems)))
    }

    fn keeps(&self, problems: &mut Vec<Problem>) -> Vec<State> {
        let mut one = |word: &String| {
            let state = State::parse(word);
            if state.is_none() {
                problems.push(self.unknown("keeps", "state", word, State::WORDS.iter().copied()));
            }
            state
        };
        self.raw.keeps.iter().filter_map(&mut one).collect()
    }

    pub(super) fn clauses(&self, key: &str, raw: &RawClauses, problems: &mut Vec<Problem>) -> Vec<Clause> {
        self.words_fit(key, raw, problems);
        let mut one = |(column, test): (&String, &RawTest)| {
            let column = self.column(key, column, problems)?;
            let test = match test {
                RawTest::Flag(flag) => Test::Is(vec![flag.to_string()]),
                RawTest::Word(word) if word == "filled" => Test::Filled,
                RawTest::Word(word) if word == "blank" => Test::Blank,
                RawTest::Word(word) => Test::Is(vec![word.clone()]),
                RawTest::Words(words) => Test::Is(words.clone()),
                RawTest::Not(words) => Test::IsNot(words.not.clone()),
            };
            Some(Clause { column, test })
        };
        raw.iter().filter_map(&mut one).collect()
    }

    /// Notes words that no list says, as its column is read.
    fn words_fit(&self, key: &str, raw: &RawClauses, problems: &mut Vec<Problem>) {
        for (column, test) in raw {
            for word in words_of(test) {
                match record_field(column).map(|field| field.kind) {
                    Some(FieldKind::Word(known)) if !known.contains(&word) => {
                        problems.push(self.unknown(key, &format!("word of `{column}`"), word, known.iter().copied()));
                    }
                    Some(FieldKind::State) if word.chars().any(|sign| sign.is_whitespace() || sign.is_uppercase()) => {
                        let plain: String = word.chars().filter(|sign| !sign.is_whitespace()).collect();
                        let help = format!(
                            "words of `{column}` have neither blanks nor capitals: write `{}`",
                            plain.to_lowercase()
                        );
                        problems.push(self.problem(key, format!("`{word}` is never what a list says"), help));
                    }
                    _ => {}
                }
            }
        }
    }

    fn group(&self, raw: &RawGroup, problems: &mut Vec<Problem>) -> Option<Group> {
        const PATHS: [&str; 2] = ["slashes", "distinguished"];
        let column = self.column("groups", &raw.column, problems)?;
        let path = match raw.path.as_deref() {
            None => Path::Flat,
            Some("slashes") => Path::Slashes,
            Some("distinguished") => Path::Distinguished,
            Some(other) => {
                problems.push(self.unknown("groups", "kind of path", other, PATHS.into_iter()));
                return None;
            }
        };
        Some(Group { column, of: leak(&raw.of), rank: raw.rank, path, of_domain: leak(&raw.of_domain) })
    }

    /// Columns of the device table that the file names.
    pub(super) fn columns(&self, console: Console, all: &[Self], problems: &mut Vec<Problem>) -> Vec<Aggregate> {
        let prefix = console.column_prefix();
        let mut own: Vec<Aggregate> = Vec::new();
        for raw in &self.raw.columns {
            let Some(made) = self.made(raw, all, problems) else { continue };
            let name = format!("{prefix}_{}", raw.name);
            if own.iter().any(|column| column.name == name) {
                problems.push(self.problem("columns", format!("`{}` is there twice", raw.name), "keep one"));
            } else {
                own.push(Aggregate { console, name: name.leak(), made, meaning: leak(raw.meaning.trim()) });
            }
        }
        own
    }

    /// How a column is made of the records.
    fn made(&self, raw: &RawColumn, all: &[Self], problems: &mut Vec<Problem>) -> Option<Derived> {
        let held = match &raw.held {
            None => None,
            Some(held) => Some((held.column.as_str(), self.number("columns", &held.by, all, problems)?)),
        };
        let made = match Derived::new(raw.words(held), &OfRecords { grouped: false }) {
            Ok(made) => made,
            Err(Refusal { message, help }) => {
                problems.push(self.problem("columns", format!("`{}`: {message}", raw.name), help));
                return None;
            }
        };
        let names = |column: &str| self.raw.identifiers.iter().any(|i| i.column == column && i.of.is_some());
        if let What::Listed(column) = made.what
            && !names(column)
        {
            let message = format!("`{}`: `{column}` names no object of another console", raw.name);
            problems.push(self.problem("columns", message, "give it an `of` among the identifiers"));
            return None;
        }
        Some(made)
    }

    pub(super) fn column(&self, key: &str, name: &str, problems: &mut Vec<Problem>) -> Option<&'static str> {
        let field = record_field(name);
        if field.is_none() {
            problems.push(self.unknown(key, "record column", name, RECORD.iter().map(|f| f.name)));
        }
        field.map(|f| f.name)
    }

    pub(super) fn unknown<'w>(
        &self,
        key: &str,
        kind: &str,
        word: &str,
        known: impl Iterator<Item = &'w str>,
    ) -> Problem {
        let known: Vec<&str> = known.collect();
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("the nearest is `{near}`"),
            None if known.len() > 20 => "docs/formats.md lists them".into(),
            None => format!("use one of {}", known.join(", ")),
        };
        self.problem(key, format!("`{word}` is no {kind}"), help)
    }
}

impl Facts {
    /// Of a console that no file describes.
    pub(super) const fn nothing() -> Self {
        Self {
            slug: "",
            prefix: "",
            title: "",
            platforms: u16::MAX,
            makes_devices: true,
            signals: false,
            always_shown: false,
            by_host_name: false,
            machine_names: 0,
            enrolling_user: false,
            directory: false,
            accounts: false,
            restorable: 0,
            certificate_days: None,
            keeps: Vec::new(),
            joins: false,
            device_page: "",
            file_names: Vec::new(),
            sign_ins: false,
            owners: false,
            provisions: false,
            sensor: false,
            merged: Vec::new(),
            object_key: "",
            identifiers: Vec::new(),
            states: Vec::new(),
            gone: Vec::new(),
            groups: Vec::new(),
            connector: None,
            manages: Vec::new(),
            licences: Vec::new(),
            facts: Vec::new(),
            claims: Vec::new(),
            tenth_of: Vec::new(),
            most_of: None,
        }
    }
}

/// The words that a cell is held against.
fn words_of(test: &RawTest) -> impl Iterator<Item = &str> {
    let words: &[String] = match test {
        RawTest::Flag(_) => &[],
        RawTest::Word(word) if word == "filled" || word == "blank" => &[],
        RawTest::Word(word) => std::slice::from_ref(word),
        RawTest::Words(words) => words,
        RawTest::Not(words) => &words.not,
    };
    words.iter().map(String::as_str)
}

/// Kept for the life of the program, as the registry is.
pub(super) fn leak(text: &str) -> &'static str {
    text.to_string().leak()
}
