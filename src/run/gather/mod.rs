//! Files to records: reads every input, recognises what is in it and lets the doctor look at all of it.

mod newest;
mod provenance;
mod treat;
mod unused;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::refuse::nothing;
use super::remarks::{clipped, together};
use super::{InputFile, Options, Progress, Source, Unit, tables};
use crate::console::{Console, Registry};
use crate::coverage::Beside;
use crate::doctor::{self, Expected};
use crate::error::{Error, Result};
use crate::formats::{self, Below, Formats, Nearest, Normalised, Recognised, Records, Unknown, values};
use crate::history::Provenance;
use crate::notice::{Code, Notice, many};
use crate::read::{self, Budget, Discovered, ENDINGS, Export, Input};
use crate::schema::MANIFEST;
use treat::Treats;
use unused::Unused;

pub use treat::Treat;

/// What reading the inputs gave.
#[derive(Default)]
pub(super) struct Gathered {
    pub inputs: Vec<InputFile>,
    pub sources: Vec<Source>,
    pub records: Vec<(String, Records)>,
    pub notices: Vec<Notice>,
    /// Consoles whose lists are complete by the user's own count.
    pub proven: Vec<Console>,
    /// Where the exports come from, as somebody wrote it down.
    pub provenance: Vec<Provenance>,
    /// Tables that no format explains.
    pub strangers: Vec<super::Stranger>,
    /// What they say of devices.
    pub unused: Vec<Beside>,
}

/// What is on the way from the files to [`Gathered`].
#[derive(Default)]
struct Loading {
    all: Gathered,
    /// Names that lists give to ids: canonical column → id → name.
    names: BTreeMap<(Console, &'static str), BTreeMap<String, String>>,
    unused: Unused,
    /// Shapes of dates in which a list shows that a spreadsheet exchanged day and month, as bits.
    swapped: u8,
}

/// Finds the inputs and reads one file after the other, the largest first, so that it is gone when the others come.
///
/// `needed` names the canonical columns that a later stage reads; `None` for all.
pub(super) fn gather(
    options: &Options,
    formats: &Formats,
    needed: Option<BTreeSet<&'static str>>,
    progress: &dyn Progress,
) -> Result<Gathered> {
    let needed_of = together::in_lists_of(formats.consoles());
    let settings = formats::Options { order: options.date_order, as_of: options.as_of, swapped: 0, needed, needed_of };
    let loading = load(options, formats, &settings, progress)?;
    // What one list shows of how dates were written holds for the others that were written so, whichever was read first.
    let loading = match loading.swapped {
        swapped if swapped == 0 || loading.all.records.len() < 2 => loading,
        swapped => load(options, formats, &formats::Options { swapped, ..settings }, progress)?,
    };
    progress.step("Comparing the lists");
    loading.finish(options, expected(&options.expected, formats.consoles())?)
}

/// Reads one file after the other.
fn load(options: &Options, formats: &Formats, settings: &formats::Options, progress: &dyn Progress) -> Result<Loading> {
    let Discovered { inputs, passed_over } = read::find(&options.exports)?;
    let passed_over = passed_over.into_iter().map(|(label, why)| Notice::new(Code::UnknownFormat, label, why));
    let mut loading = Loading::default();
    loading.all.notices.extend(passed_over);
    if inputs.is_empty() {
        return Err(nothing(no_input(&options.exports), loading.all.notices));
    }
    expected(&options.expected, formats.consoles())?;
    let mut treats = Treats::new(&options.treat, formats, &inputs)?;
    let mut by_size: Vec<&Input> = inputs.iter().collect();
    by_size.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.label.cmp(&b.label)));
    let mut budget = Budget::default();
    let (all, mut bytes) = (inputs.iter().map(|input| input.bytes).sum(), 0);
    // While one file is looked through, the next is loaded; the digests come when they are made.
    let (mut ahead, mut sums) = (None, Vec::new());
    for (at, input) in by_size.iter().enumerate() {
        progress.step(&format!("Reading {}", input.label));
        progress.done(bytes, Some(all), Unit::Bytes);
        bytes += input.bytes;
        let (loaded, sum) = ahead.unwrap_or_else(|| read::load(input))?;
        sums.push(sum);
        let (taken, next) = rayon::join(
            || {
                let opened = read::opened(input, loaded, &mut budget)?;
                loading.unused.unread(opened.unread());
                opened.prose.iter().for_each(|prose| loading.unused.prose(prose));
                loading.all.notices.extend(opened.notices);
                treats.opened(&input.label, &opened.exports)?;
                let before = loading.all.sources.len();
                for export in opened.exports {
                    let treated = treats.find(&export, formats)?;
                    loading.take(export, treated, formats, settings)?;
                }
                let number = inputs.iter().position(|one| std::ptr::eq(one, *input)).unwrap_or_default();
                loading.all.sources.iter_mut().skip(before).for_each(|source| source.input = number);
                Ok::<(), Error>(())
            },
            || by_size.get(at + 1).map(|next| read::load(next)),
        );
        taken?;
        ahead = next;
    }
    for (input, sum) in by_size.iter().zip(sums) {
        let Input { label, bytes, .. } = input;
        loading.all.inputs.push(InputFile { label: label.clone(), bytes: *bytes, sha256: sum.finish()? });
    }
    Ok(loading)
}

/// Why no file was found at these places.
fn no_input(places: &[PathBuf]) -> String {
    if let Some(report) = places.iter().find(|place| place.join(MANIFEST).is_file()) {
        return format!("no export was found: `{}` is a report", report.display());
    }
    format!("no export was found: no file is there with one of the endings {}", ENDINGS.join(", "))
}

/// The numbers that the user expects, by console.
fn expected(given: &[(String, u64)], registry: &Registry) -> Result<Vec<Expected>> {
    given.iter().map(|(slug, count)| Ok((registry.named(slug)?, *count))).collect()
}

impl Loading {
    fn take(
        &mut self,
        mut export: Export,
        treated: Option<Recognised<'_>>,
        formats: &Formats,
        settings: &formats::Options,
    ) -> Result<()> {
        if let Some(recognised) = treated {
            self.all.notices.push(treated_notice(&export, &recognised, formats));
            self.read(&mut export, &recognised, formats, settings)?;
            if let Some(source) = self.all.sources.last_mut() {
                source.treated = true;
                source.because.clear();
            }
            return Ok(());
        }
        let unknown = match formats.examine(&export) {
            Ok(recognised) => return self.read(&mut export, &recognised, formats, settings),
            Err(unknown) => unknown,
        };
        let (export, unknown, rows) = match formats.header_below(export) {
            Below::Nothing(export) => (export, unknown, Vec::new()),
            Below::Several(export, rows) => (export, unknown, rows),
            Below::Found(mut export) => match formats.examine(&export) {
                Ok(recognised) => return self.read(&mut export, &recognised, formats, settings),
                Err(unknown) => (export, unknown, Vec::new()),
            },
        };
        self.stranger(&export, &unknown, formats, &rows);
        Ok(())
    }

    fn read(
        &mut self,
        export: &mut Export,
        recognised: &Recognised<'_>,
        formats: &Formats,
        settings: &formats::Options,
    ) -> Result<()> {
        self.all.notices.extend(passed_over(export));
        if let Some(lookup) = &recognised.format.lookup {
            let names = formats::lookup(export, recognised);
            self.all.notices.extend(recognised.notices(export));
            self.all.sources.push(Source { names: names.len() as u64, ..source(export, recognised) });
            self.names.entry((recognised.format.console, lookup.field)).or_default().extend(names);
            return Ok(());
        }
        let Normalised { records, notices, dates, swapped } =
            formats::take_over(export, recognised, formats, settings)?;
        self.all.notices.extend(notices);
        self.swapped |= swapped;
        if records.rows() == 0 {
            let message = "the export has a header and no rows; it counts as not supplied".to_string();
            self.all.notices.push(Notice::new(Code::SourceTooSmall, &export.label, message));
        }
        self.all.sources.push(Source {
            rows: records.rows(),
            records: records.table.height() as u64,
            newest_signal: tables::newest(&records.table).filter(|_| recognised.format.console.gives_signals()),
            dates,
            ..source(export, recognised)
        });
        self.unused.used(records.console, export);
        self.all.records.push((export.label.clone(), records));
        Ok(())
    }

    fn stranger(&mut self, export: &Export, unknown: &Unknown<'_>, formats: &Formats, several: &[u32]) {
        if let Some(notice) = secrets_of_a_stranger(export) {
            self.all.notices.push(notice);
            return;
        }
        if export.paging.included {
            let message = "it belongs to the list beside it, and no known format has its columns; it was passed over";
            self.all.notices.push(Notice::new(Code::UnknownColumn, &export.label, message));
            return;
        }
        let told = unknown.product.is_some() || unknown.refused.is_some();
        let nearest = if told { None } else { formats.nearest(export) };
        if !told && nearest.is_none() && several.is_empty() && is_prose(export) {
            self.all.notices.push(Notice::new(Code::UnknownFormat, &export.label, read::NO_HEADER));
            self.unused.table(export, None, formats.vocabulary().asides(), true);
            return;
        }
        let own = unknown.product.and_then(|product| formats.nearest_of(export, product));
        let message = match (unknown.product, &unknown.refused) {
            (Some(product), _) if own.is_some() => {
                let lacks = own.as_ref().map_or_else(String::new, lacking);
                format!("this looks like {}{lacks}; the file was not used", product.list)
            }
            (Some(product), _) => {
                format!(
                    "this looks like {}; lastseen does not read {} yet, and the file was not used",
                    product.list, product.name
                )
            }
            (None, Some(refusal)) => format!(
                "it has the columns of {} (`{}`), but {}; the file was not used. If it is such a list all the same, say so \
                 with `--treat FILE={}`",
                refusal.title, refusal.format, refusal.reason, refusal.format
            ),
            (None, None) => unlike(export, nearest.as_ref(), &other_headers(export, formats, several)),
        };
        self.all.notices.push(Notice::new(Code::UnknownFormat, &export.label, message));
        self.unused.table(export, nearest.as_ref(), formats.vocabulary().asides(), false);
        let stranger = super::Stranger::new(export, unknown, own.or(nearest));
        self.all.strangers.push(stranger);
    }

    /// Names for ids, then everything in the order of its label, then the doctor.
    fn finish(self, options: &Options, expected: Vec<Expected>) -> Result<Gathered> {
        let Self { mut all, names, unused, .. } = self;
        for ((console, field), names) in &names {
            for (_, records) in all.records.iter_mut().filter(|(_, r)| r.console == *console) {
                formats::translate(records, field, names)?;
            }
        }
        all.inputs.sort_by(|a, b| a.label.cmp(&b.label));
        all.sources.sort_by(|a, b| a.export.cmp(&b.export));
        all.records.sort_by(|a, b| a.0.cmp(&b.0));
        all.strangers.sort_by(|a, b| a.export.cmp(&b.export));
        let newest = newest::named(&options.newest, &all)?;
        let (found, short) = doctor::settle(&mut all.records, &newest)?;
        all.notices.extend(found);
        note_short(&mut all, short);
        let short = unused.settle(&mut all);
        note_short(&mut all, short);
        all.provenance = provenance::read(&options.exports)?;
        let unused = provenance::unused(&all, options.as_of);
        all.notices.extend(unused);
        let (expected, filtered) = provenance::stated(&all, expected);
        note_short(&mut all, filtered);
        for (at, made) in provenance::made(&all, options.as_of) {
            if let Some((_, records)) = all.records.get_mut(at) {
                records.made = Some(made);
            }
        }
        let diagnosis = doctor::examine(&all.records, &expected)?;
        all.notices.extend(diagnosis.notices);
        all.proven = diagnosis.proven;
        for (at, reason) in diagnosis.partial {
            if let Some((_, records)) = all.records.get_mut(at) {
                records.partial.get_or_insert(reason);
            }
        }
        for (at, reason) in diagnosis.incomplete {
            if let Some((_, records)) = all.records.get_mut(at) {
                records.incomplete.get_or_insert(reason);
            }
        }
        doctor::conclude(&mut all.records, &all.proven);
        made_up_for(&mut all);
        let records: BTreeMap<&str, &Records> = all.records.iter().map(|(label, r)| (label.as_str(), r)).collect();
        for source in &mut all.sources {
            let records = records.get(source.export.as_str());
            if let Some(older) = records.and_then(|r| r.older.as_ref()) {
                source.records = source.records.saturating_sub(older.table.height() as u64);
                source.older = older.table.height() as u64;
            }
            source.incomplete = records.and_then(|r| r.incomplete.clone().or_else(|| r.partial.clone()));
        }
        Ok(all)
    }
}

/// Notes lists that seem to lack objects.
fn note_short(all: &mut Gathered, short: Vec<(usize, String)>) {
    for (at, reason) in short {
        let Some((label, records)) = all.records.get_mut(at) else { continue };
        let message = format!("{reason}; nothing is concluded from what it lacks");
        all.notices.push(Notice::new(Code::IncompleteExport, label.as_str(), message));
        records.incomplete.get_or_insert(format!("`{label}`: {reason}"));
    }
}

/// Rows that a message names.
const MOST_ROWS: usize = 5;

/// Says that rows stand above the header.
fn passed_over(export: &Export) -> Option<Notice> {
    let (count, row) = (export.passed_over(), export.header_row());
    let (rows, were) = (many(count.into(), "row"), if count == 1 { "was" } else { "were" });
    let message = format!("the header is in row {row}; {rows} above it {were} passed over");
    (count > 0).then(|| Notice::new(Code::LinesPassedOver, &export.label, message))
}

/// Whether a text has lines above what may be its header, and no list looks like it.
fn is_prose(export: &Export) -> bool {
    export.passed_over() > 0 && export.container().starts_with("CSV")
}

/// Rows below the first that look like a header.
fn other_headers(export: &Export, formats: &Formats, several: &[u32]) -> String {
    if several.is_empty() {
        let row = formats.likely_header(export);
        return row.map_or_else(String::new, |row| format!("; row {row} looks like a header"));
    }
    let rows: Vec<String> = several.iter().take(MOST_ROWS).map(u32::to_string).collect();
    format!("; rows {} each look like a header: keep one table in a file", rows.join(", "))
}

/// What a list of a product that is read lacks.
fn lacking(nearest: &Nearest<'_>) -> String {
    let names: Vec<String> = nearest.lacks.iter().map(|(name, _)| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => format!(", and not like one that is read (`{}`)", nearest.format.id),
        names => format!(" without {}, which such a list needs to be read (`{}`)", names.join(", "), nearest.format.id),
    }
}

/// What is said of a table with unknown columns.
fn unlike(export: &Export, nearest: Option<&Nearest<'_>>, below: &str) -> String {
    let like =
        nearest.map_or_else(String::new, |n| format!("; it looks most like {} (`{}`)", n.format.title, n.format.id));
    let named = export.header.iter().filter(|name| !name.is_empty());
    let shown: Vec<String> = named.take(6).map(|name| format!("`{}`", clipped(name))).collect();
    let foreign = export.header.iter().flat_map(|name| name.chars()).any(|c| c.is_alphabetic() && !c.is_ascii());
    let language = if foreign {
        "; the header is not in English: set the language of the console to English and export again"
    } else {
        ""
    };
    if shown.is_empty() {
        "no column has a name; the file was not used".to_string()
    } else {
        format!("no known format has these columns: {}; the file was not used{below}{like}{language}", shown.join(", "))
    }
}

/// The user's word for what a table is, beside what the program would have made of it.
fn treated_notice(export: &Export, recognised: &Recognised<'_>, formats: &Formats) -> Notice {
    let format = recognised.format;
    let otherwise = match formats.examine(export) {
        Ok(own) if own.format.id == format.id => "it is recognised as such without it".to_string(),
        Ok(own) => format!("its columns are those of {} (`{}`)", own.format.title, own.format.id),
        Err(Unknown { product: Some(product), .. }) => format!("it looks like {}", product.list),
        Err(Unknown { refused: Some(refusal), .. }) if refusal.format == format.id => refusal.reason,
        Err(_) => "no format is recognised by its columns".to_string(),
    };
    let message = format!("read as {} (`{}`), as `--treat` says; {otherwise}", format.title, format.id);
    Notice::new(Code::Treated, &export.label, message)
}

/// A table that nobody knows and that holds keys is named and never shown, its first line least of all: it may be no
/// header.
fn secrets_of_a_stranger(export: &Export) -> Option<Notice> {
    const MOST_COLUMNS: usize = 64;
    let hidden = |text: &String| values::looks_secret(text);
    let in_header = export.header.iter().any(hidden);
    let in_cells = || {
        let columns: Vec<usize> = (0..export.header.len().min(MOST_COLUMNS)).collect();
        export.first_cells(&columns).iter().flatten().any(hidden)
    };
    (in_header || in_cells()).then(|| {
        let message = "no known format, and it holds what has the shape of recovery keys; nothing of it was used or is shown. \
                       Delete this file, and ask who could have read it";
        Notice::new(Code::SecretColumn, &export.label, message)
    })
}

/// A column that a list lacks and a companion list fills, such as the servers of Apple devices, is not missing.
fn made_up_for(all: &mut Gathered) {
    let consoles: BTreeMap<&str, Console> = all.sources.iter().map(|s| (s.export.as_str(), s.console)).collect();
    let fills = |console: Console, column: &str| {
        let mut companions = all.records.iter().filter(|(_, r)| r.console == console && r.partial.is_some());
        companions.any(|(_, r)| r.table.is_filled(column))
    };
    let told = |n: &Notice| {
        n.code == Code::MissingColumn
            && consoles.get(n.export.as_str()).is_some_and(|console| fills(*console, &n.column))
    };
    let keep: Vec<bool> = all.notices.iter().map(|n| !told(n)).collect();
    let mut keep = keep.into_iter();
    all.notices.retain(|_| keep.next().unwrap_or(true));
}

/// What the header says of an export; rows are filled in by the caller.
fn source(export: &Export, recognised: &Recognised<'_>) -> Source {
    let used: BTreeSet<usize> = recognised.columns.values().flatten().copied().collect();
    let passed_over = used.len() + recognised.unknown.len() + recognised.secret.len();
    let header = |at: usize| export.header.get(at).cloned().unwrap_or_default();
    let understood = recognised
        .columns
        .iter()
        .map(|(name, at)| ((*name).to_string(), at.first().map_or_else(String::new, |at| header(*at))));
    Source {
        export: export.label.clone(),
        // Known to the caller.
        input: 0,
        console: recognised.format.console,
        format: recognised.format.id.clone(),
        format_title: recognised.format.title.clone(),
        rows: 0,
        records: 0,
        names: 0,
        newest_signal: None,
        older: 0,
        container: export.container(),
        treated: false,
        because: recognised.format.because(&export.header),
        understood: understood.collect(),
        ignored: export.header.len().saturating_sub(passed_over) as u64,
        unknown_columns: recognised.unknown.clone(),
        missing_columns: recognised.missing.clone(),
        secret_columns: recognised.secret_names(export),
        dates: Vec::new(),
        incomplete: None,
    }
}
