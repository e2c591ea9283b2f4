//! What there is once in a run: files, exports, notices, settings, provenance, texts of rules and steps.

use super::names::{Kind, LEFT_OUT, Names};
use super::text::Texts;
use crate::config::Setting;
use crate::formats::Missing;
use crate::history::Provenance;
use crate::notice::Notice;
use crate::outcome::{Asked, Digested, InputFile, Source};
use crate::plan::Entry;
use crate::rules::{Tally, Text};

/// The setting by which the manifest and the page say that a report is a copy.
const REDACTED: &str = "redacted";

pub(super) fn input(own: InputFile, names: &mut Names) -> InputFile {
    let InputFile { label, bytes, sha256 } = own;
    InputFile { label: names.of(Kind::File, &label), bytes, sha256: names.digest(&sha256) }
}

/// A file of somebody's own. Those of the program keep their names.
pub(super) fn digested(own: Digested, shipped: bool, names: &mut Names) -> Digested {
    let Digested { file, sha256 } = own;
    if shipped {
        Digested { file, sha256 }
    } else {
        Digested { file: names.of(Kind::File, &file), sha256: names.digest(&sha256) }
    }
}

/// What is called by an export that sentences may name.
pub(super) fn learn(source: &Source, names: &mut Names) {
    names.of(Kind::File, &source.export);
    // The file of an archive member, and the name of the member.
    for part in source.export.split(['!', '#']).filter(|part| *part != source.export) {
        names.of(Kind::File, part);
    }
    for column in &source.unknown_columns {
        names.of(Kind::Column, column);
    }
}

pub(super) fn source(own: Source, texts: &mut Texts) -> Source {
    let Source {
        export,
        input,
        console,
        format,
        format_title,
        rows,
        records,
        newest_signal,
        older,
        names: named,
        container,
        treated,
        because,
        understood,
        ignored,
        unknown_columns,
        missing_columns,
        secret_columns,
        dates: _,
        incomplete,
    } = own;
    Source {
        export: texts.names.of(Kind::File, &export),
        input,
        console,
        format: texts.known(&format),
        format_title: texts.known(&format_title),
        rows,
        records,
        newest_signal,
        older,
        names: named,
        container: texts.sentence(&container),
        treated,
        because: because.iter().map(|header| column(header, texts)).collect(),
        understood: understood.into_iter().map(|(field, header)| (field, column(&header, texts))).collect(),
        ignored,
        unknown_columns: unknown_columns.iter().map(|header| texts.names.of(Kind::Column, header)).collect(),
        missing_columns: missing_columns.into_iter().map(|own| missing(own, texts)).collect(),
        secret_columns: secret_columns.iter().map(|header| column(header, texts)).collect(),
        dates: Vec::new(),
        incomplete: incomplete.map(|why| texts.sentence(&why)),
    }
}

fn missing(own: Missing, texts: &mut Texts) -> Missing {
    let Missing { column, header, cost } = own;
    Missing { column, header: texts.known(&header), cost: texts.sentence(&cost) }
}

/// A header: one that the formats know stays.
fn column(header: &str, texts: &mut Texts) -> String {
    let parts: Vec<String> = header.split('|').map(|part| texts.quoted(part)).collect();
    parts.join("|")
}

/// A notice without the number of its row, which would lead to the row in the export.
pub(super) fn notice(own: Notice, texts: &mut Texts) -> Notice {
    let Notice { code, export, row: _, column: header, message } = own;
    let export = texts.names.of(Kind::File, &export);
    Notice { code, export, row: None, column: column(&header, texts), message: texts.sentence(&message) }
}

pub(super) fn tally(own: &Tally, texts: &mut Texts) -> Tally {
    let Tally { outcome, ref reason, matched, unknown, passed, suppressed } = *own;
    Tally { outcome, reason: texts.sentence(reason), matched, unknown, passed, suppressed }
}

/// What a rule says. A rule of somebody's own may name what only they know.
pub(super) fn rule(own: Text, texts: &Texts) -> Text {
    let each = |list: Vec<String>| list.iter().map(|text| texts.known(text)).collect();
    let Text {
        id,
        formerly,
        family,
        title,
        why,
        summary,
        factors,
        controls,
        references,
        severity,
        plan,
        phrase,
        spares,
        urgent,
        follows_from,
    } = own;
    Text {
        id,
        formerly,
        family,
        title: texts.known(&title),
        why: texts.known(&why),
        summary: texts.known(&summary),
        factors: each(factors),
        controls: each(controls),
        references: each(references),
        severity,
        plan,
        phrase: texts.known(&phrase),
        spares: texts.known(&spares),
        urgent,
        follows_from,
    }
}

pub(super) fn entry(own: Entry, texts: &Texts) -> Entry {
    Entry {
        action: texts.known(&own.action),
        role: texts.known(&own.role),
        condition: texts.known(&own.condition),
        why: texts.known(&own.why),
        frees: texts.known(&own.frees),
        seen: texts.known(&own.seen),
        ..own
    }
}

/// A value in force. Numbers and words stay; patterns of names and reasons go.
pub(super) fn setting(own: Setting, names: &mut Names) -> Setting {
    let Setting { name, value, source } = own;
    let stays = ["threshold ", "owner quota", "severity of "].iter().any(|start| name.starts_with(start));
    let value = if stays || value.is_empty() { value } else { LEFT_OUT.to_string() };
    let source =
        if matches!(source.as_str(), "default" | "command line") { source } else { names.of(Kind::File, &source) };
    Setting { name, value, source }
}

/// How the report was asked for: without commands, and as a copy.
pub(super) fn asked(own: Asked, names: &mut Names) -> Asked {
    let Asked { label, formats, commands: _, settings, redacted: _ } = own;
    let one = |(name, value): (String, String)| {
        let value = match name.as_str() {
            "threshold" | "date_order" | "expect" | "intent" | "allow_short_thresholds" | "run_at" => value,
            "prepared_by" | "reviewed_by" => names.of(Kind::Person, &value),
            _ => LEFT_OUT.to_string(),
        };
        (name, value)
    };
    let stays = |(name, _): &(String, String)| !["commands", REDACTED].contains(&name.as_str());
    let said = [(REDACTED.to_string(), "true".to_string())];
    let settings = settings.into_iter().filter(stays).map(one).chain(said).collect();
    Asked { label: names.of(Kind::Tenant, &label), formats, commands: false, settings, redacted: true }
}

/// Who exported, and the number that the page showed. What was written beside it is somebody's own text.
pub(super) fn provenance(own: Provenance, names: &mut Names) -> Provenance {
    let Provenance { file, exported_by, exported_at, source, role, scope, filter, count_shown } = own;
    Provenance {
        file: names.of(Kind::File, &file),
        exported_by: names.of(Kind::Person, &exported_by),
        exported_at: Texts::left_out(&exported_at),
        source: Texts::left_out(&source),
        role: Texts::left_out(&role),
        scope: Texts::left_out(&scope),
        filter: Texts::left_out(&filter),
        count_shown,
    }
}
