//! Files to records: reads every input, recognises what is in it and lets the doctor look at all of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{InputFile, Options, Progress, Source, nothing, remarks::clipped, tables};
use crate::doctor;
use crate::error::Result;
use crate::formats::{self, Formats, Normalised, Recognised, Records, values};
use crate::notice::{Code, Notice};
use crate::read::{self, Budget, Discovered, Export, Input};
use crate::schema::Console;

/// What reading the inputs gave.
#[derive(Default)]
pub(super) struct Gathered {
    pub inputs: Vec<InputFile>,
    pub sources: Vec<Source>,
    pub records: Vec<(String, Records)>,
    pub notices: Vec<Notice>,
    /// Consoles whose lists are complete by the user's own count.
    pub proven: Vec<Console>,
    /// Tables that no format explains.
    pub strangers: Vec<super::Stranger>,
}

/// What is on the way from the files to [`Gathered`].
#[derive(Default)]
struct Loading {
    all: Gathered,
    /// Names that lists give to ids: canonical column → id → name.
    names: BTreeMap<(Console, &'static str), BTreeMap<String, String>>,
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
    let Discovered { inputs, passed_over } = read::find(&options.exports)?;
    let passed_over = passed_over.into_iter().map(|(label, what)| {
        Notice::new(Code::UnknownFormat, label, format!("{what}, not a regular file; it was passed over"))
    });
    let mut loading = Loading::default();
    loading.all.notices.extend(passed_over);
    if inputs.is_empty() {
        let message = "no export was found: no CSV, TSV, TXT, XLSX, JSON or ZIP file is there";
        return Err(nothing(message.into(), loading.all.notices));
    }
    let settings = formats::Options { order: options.date_order, needed };
    let mut by_size: Vec<&Input> = inputs.iter().collect();
    by_size.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.label.cmp(&b.label)));
    let mut budget = Budget::default();
    for input in by_size {
        progress.step(&format!("Reading {}", input.label));
        let opened = read::open_within(input, &mut budget)?;
        loading.all.notices.extend(opened.notices);
        loading.all.inputs.push(InputFile { label: input.label.clone(), bytes: input.bytes, sha256: opened.sha256 });
        for export in opened.exports {
            loading.take(&export, formats, &settings)?;
        }
    }
    loading.finish(&options.expected)
}

impl Loading {
    fn take(&mut self, export: &Export, formats: &Formats, settings: &formats::Options) -> Result<()> {
        let Some(recognised) = formats.recognise(export) else {
            self.stranger(export, formats);
            return Ok(());
        };
        if let Some(lookup) = &recognised.format.lookup {
            let names = formats::lookup(export, &recognised);
            self.all.notices.extend(recognised.notices(export));
            self.all.sources.push(Source { names: names.len() as u64, ..source(export, &recognised) });
            self.names.entry((recognised.format.console, lookup.field)).or_default().extend(names);
            return Ok(());
        }
        let Normalised { records, notices, dates } = formats::normalise(export, &recognised, formats, settings)?;
        self.all.notices.extend(notices);
        if records.rows() == 0 {
            let message = "the export has a header and no rows; it counts as not supplied".to_string();
            self.all.notices.push(Notice::new(Code::SourceTooSmall, &export.label, message));
        }
        self.all.sources.push(Source {
            rows: records.rows(),
            records: records.frame.height() as u64,
            newest_signal: tables::newest(&records.frame),
            dates,
            ..source(export, &recognised)
        });
        self.all.records.push((export.label.clone(), records));
        Ok(())
    }

    fn stranger(&mut self, export: &Export, formats: &Formats) {
        if let Some(notice) = secrets_of_a_stranger(export) {
            self.all.notices.push(notice);
            return;
        }
        let nearest = formats.nearest(export);
        let like = nearest
            .as_ref()
            .map_or_else(String::new, |n| format!("; it looks most like {} (`{}`)", n.format.title, n.format.id));
        let named = export.header.iter().filter(|name| !name.is_empty());
        let shown: Vec<String> = named.take(6).map(|name| format!("`{}`", clipped(name))).collect();
        let foreign = export.header.iter().flat_map(|name| name.chars()).any(|c| c.is_alphabetic() && !c.is_ascii());
        let language = if foreign {
            "; the header is not in English: set the language of the console to English and export again"
        } else {
            ""
        };
        let message = if shown.is_empty() {
            "no column has a name; the file was not used".to_string()
        } else {
            format!("no known format has these columns: {}; the file was not used{like}{language}", shown.join(", "))
        };
        self.all.notices.push(Notice::new(Code::UnknownFormat, &export.label, message));
        self.all.strangers.push(super::Stranger::new(export, nearest));
    }

    /// Names for ids, then everything in the order of its label, then the doctor.
    fn finish(self, expected: &[doctor::Expected]) -> Result<Gathered> {
        let Self { mut all, names } = self;
        for ((console, field), names) in &names {
            for (_, records) in all.records.iter_mut().filter(|(_, r)| r.console == *console) {
                formats::translate(records, field, names)?;
            }
        }
        all.inputs.sort_by(|a, b| a.label.cmp(&b.label));
        all.sources.sort_by(|a, b| a.export.cmp(&b.export));
        all.records.sort_by(|a, b| a.0.cmp(&b.0));
        all.strangers.sort_by(|a, b| a.export.cmp(&b.export));
        let diagnosis = doctor::examine(&all.records, expected)?;
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
        made_up_for(&mut all);
        let records: BTreeMap<&str, &Records> = all.records.iter().map(|(label, r)| (label.as_str(), r)).collect();
        for source in &mut all.sources {
            let records = records.get(source.export.as_str());
            source.incomplete = records.and_then(|r| r.incomplete.clone().or_else(|| r.partial.clone()));
        }
        Ok(all)
    }
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
        companions.any(|(_, r)| r.frame.column(column).is_ok_and(|c| c.null_count() < c.len()))
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
        console: recognised.format.console,
        format: recognised.format.id.clone(),
        format_title: recognised.format.title.clone(),
        rows: 0,
        records: 0,
        names: 0,
        newest_signal: None,
        container: export.container(),
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
