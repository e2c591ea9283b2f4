//! `arrow/`: devices, records, findings and plan as Arrow files, with types, for `pyarrow`, `DuckDB` and the like.
//!
//! What is not known is null here, and a list is a list: nothing has to be parsed again.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use rayon::prelude::*;

use super::folder::Folder;
use super::tables::{self, Index, Output};
use crate::analysis::Analysis;
use crate::error::Result;
use crate::identity::NONE;
use crate::schema::{Console, Severity};

/// Lines of one batch.
const BATCH: usize = 65_536;

/// How a column gets its values.
enum Get<'a> {
    /// Text; empty text is null.
    Text(Box<dyn Fn(usize) -> Cow<'a, str> + Send + Sync + 'a>),
    /// Several texts, given `|`-joined.
    List(Box<dyn Fn(usize) -> String + Send + Sync + 'a>),
    /// UTC milliseconds.
    Time(Box<dyn Fn(usize) -> Option<i64> + Send + Sync + 'a>),
    /// A whole number.
    Number(Box<dyn Fn(usize) -> Option<i64> + Send + Sync + 'a>),
    /// Yes or no.
    Flag(Box<dyn Fn(usize) -> bool + Send + Sync + 'a>),
}

impl Get<'_> {
    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::Utf8,
            Self::List(_) => DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))),
            Self::Time(_) => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Number(_) => DataType::Int64,
            Self::Flag(_) => DataType::Boolean,
        }
    }

    fn array(&self, lines: Range<usize>) -> ArrayRef {
        match self {
            Self::Text(get) => {
                Arc::new(lines.map(|at| Some(get(at)).filter(|t| !t.is_empty())).collect::<StringArray>())
            }
            Self::List(get) => {
                let mut lists = ListBuilder::new(StringBuilder::new());
                for at in lines {
                    for part in get(at).split('|').filter(|part| !part.is_empty()) {
                        lists.values().append_value(part);
                    }
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
            Self::Time(get) => Arc::new(lines.map(get).collect::<TimestampMillisecondArray>().with_timezone("UTC")),
            Self::Number(get) => Arc::new(lines.map(get).collect::<Int64Array>()),
            Self::Flag(get) => Arc::new(lines.map(|at| Some(get(at))).collect::<BooleanArray>()),
        }
    }
}

type Columns<'a> = Vec<(String, Get<'a>)>;

fn text<'a>(name: &str, get: impl Fn(usize) -> &'a str + Send + Sync + 'a) -> (String, Get<'a>) {
    (name.to_string(), Get::Text(Box::new(move |at| get(at).into())))
}

fn made<'a>(name: &str, get: impl Fn(usize) -> String + Send + Sync + 'a) -> (String, Get<'a>) {
    (name.to_string(), Get::Text(Box::new(move |at| get(at).into())))
}

fn list<'a>(name: &str, get: impl Fn(usize) -> String + Send + Sync + 'a) -> (String, Get<'a>) {
    (name.to_string(), Get::List(Box::new(get)))
}

fn time<'a>(name: &str, get: impl Fn(usize) -> Option<i64> + Send + Sync + 'a) -> (String, Get<'a>) {
    (name.to_string(), Get::Time(Box::new(get)))
}

fn number<'a>(name: &str, get: impl Fn(usize) -> Option<i64> + Send + Sync + 'a) -> (String, Get<'a>) {
    (name.to_string(), Get::Number(Box::new(get)))
}

fn flag<'a>(name: &str, get: impl Fn(usize) -> bool + Send + Sync + 'a) -> (String, Get<'a>) {
    (name.to_string(), Get::Flag(Box::new(get)))
}

/// Writes the four files.
pub(super) fn write(analysis: &Analysis, index: &Index, folder: &Folder) -> Result<Vec<Output>> {
    let all = [
        ("arrow/devices.arrow", analysis.devices.len(), devices(analysis, index), "every device, with types"),
        ("arrow/findings.arrow", tables::all_findings(analysis), findings(analysis), "every finding, with types"),
        ("arrow/plan.arrow", analysis.steps.len(), plan(analysis, index), "every step, with types"),
        (
            "arrow/records.arrow",
            analysis.links.device.len(),
            records(analysis),
            "every record and the device it belongs to, with types; rows that were set aside are in records.csv",
        ),
    ];
    all.par_iter()
        .map(|(file, rows, columns, meaning)| {
            folder.file(file, |out| table(columns, *rows, out))?;
            Ok(Output { file: (*file).to_string(), rows: *rows, meaning })
        })
        .collect()
}

fn table(columns: &Columns<'_>, rows: usize, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let failed = |e: ArrowError| io::Error::other(e.to_string());
    let fields: Vec<Field> = columns.iter().map(|(name, get)| Field::new(name, get.data_type(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let mut writer = FileWriter::try_new(out, &schema).map_err(failed)?;
    for start in (0..rows).step_by(BATCH) {
        let lines = start..(start + BATCH).min(rows);
        let arrays = columns.par_iter().map(|(_, get)| get.array(lines.clone())).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(failed)?;
        writer.write(&batch).map_err(failed)?;
    }
    writer.finish().map_err(failed)
}

/// Columns of `devices.csv`, with types; those of consoles that are loaded.
fn devices<'a>(analysis: &'a Analysis, index: &'a Index) -> Columns<'a> {
    let d = &analysis.devices;
    let mut columns = vec![
        text("device_key", |at| d.key.get(at).map_or("", String::as_str)),
        text("name", |at| d.name.get(at)),
        text("serial", |at| d.serial.get(at)),
        text("platform", |at| d.platform.get(at).map_or("", |p| p.as_str())),
        text("manufacturer", |at| d.manufacturer.get(at)),
        text("model", |at| d.model.get(at)),
        text("ownership", |at| d.ownership.get(at).map_or("", |o| o.as_str())),
        text("join_type", |at| d.join_type.get(at).map_or("", |j| j.as_str())),
        text("primary_user", |at| d.primary_user.get(at)),
        list("consoles", |at| tables::consoles(analysis, at)),
        time("last_activity", |at| d.last_activity.get(at)),
        text("last_activity_console", |at| d.last_console.get(at)),
        number("days_inactive", |at| d.days_inactive(at)),
        text("activity", |at| d.activity.get(at).map_or("", |a| a.as_str())),
        text("identity", |at| d.identity.get(at).map_or("", |i| i.as_str())),
        list("findings", |at| index.rules(analysis, at)),
        text("highest_severity", |at| index.highest(analysis, at).map_or("", Severity::as_str)),
    ];
    for console in &d.by_console {
        let prefix = console.console.column_prefix();
        columns.push(text(&format!("{prefix}_id"), |at| console.id.get(at)));
        columns.push(time(&format!("{prefix}_last_seen"), |at| console.last_seen.get(at)));
    }
    columns
}

/// Columns of `records.csv`, with types, and the dates of each record.
fn records(analysis: &Analysis) -> Columns<'_> {
    let number_of = |at: usize| u32::try_from(at).unwrap_or(NONE);
    let place = move |at: usize| analysis.records.locate(number_of(at));
    let export = move |at: usize| {
        let (columns, row) = place(at)?;
        analysis.records.exports.get(*columns.export.get(row)? as usize)
    };
    let links = &analysis.links;
    vec![
        text("console", move |at| place(at).map_or("", |(c, _)| c.console.as_str())),
        text("export", move |at| export(at).map_or("", |(label, _)| label.as_str())),
        number("row", move |at| place(at).and_then(|(c, row)| c.row.get(row)).map(|r| i64::from(*r))),
        text("native_id", move |at| place(at).map_or("", |(c, row)| c.native_id.get(row))),
        text("name", move |at| place(at).map_or("", |(c, row)| c.name.get(row))),
        text("serial", move |at| place(at).map_or("", |(c, row)| c.serial.as_written(row))),
        time("last_seen", move |at| place(at).and_then(|(c, row)| c.last_seen.get(row))),
        time("enrolled", move |at| place(at).and_then(|(c, row)| c.enrolled.get(row))),
        text("device_key", move |at| {
            let device = links.device.get(at).copied().unwrap_or(NONE);
            analysis.devices.key.get(device as usize).map_or("", String::as_str)
        }),
        list("joined_by", move |at| tables::bonds(analysis, number_of(at)).0),
        text("tier", move |at| tables::bonds(analysis, number_of(at)).1),
        made("refused", move |at| links.refused.get(&number_of(at)).map_or_else(String::new, |r| r.join("; "))),
    ]
}

/// Columns of `findings.csv`, with types; what a device is, is in the file of devices.
fn findings(analysis: &Analysis) -> Columns<'_> {
    let open = analysis.findings.len();
    // Findings that stand, and then those that an exception hides.
    let of = move |at: usize| {
        if at < open { (&analysis.findings, at) } else { (&analysis.hidden.findings, at - open) }
    };
    let device = move |at: usize| {
        let (f, at) = of(at);
        f.device.get(at).copied().unwrap_or(NONE) as usize
    };
    vec![
        made("finding_id", move |at| tables::finding_id(analysis, of(at).0, of(at).1)),
        text("rule", move |at| tables::rule_of(analysis, of(at).0, of(at).1)),
        text("severity", move |at| of(at).0.severity.get(of(at).1).map_or("", |s| s.as_str())),
        text("confidence", move |at| of(at).0.confidence.get(of(at).1).map_or("", |c| c.as_str())),
        text("device_key", move |at| analysis.devices.key.get(device(at)).map_or("", String::as_str)),
        list("objects", move |at| analysis.records.objects(of(at).0.objects(of(at).1)).join("|")),
        text("evidence", move |at| of(at).0.evidence.get(of(at).1).map_or("", String::as_str)),
        text("suggestion_id", move |at| {
            analysis.suggestions.of(at).filter(|_| at < open).map_or("", |s| s.id.as_str())
        }),
        text("status", move |at| if at < open { tables::status(analysis, device(at)).as_str() } else { "excepted" }),
    ]
}

/// Columns of `plan.csv`, with types.
fn plan<'a>(analysis: &'a Analysis, index: &'a Index) -> Columns<'a> {
    let step = move |at: usize| analysis.steps.get(at);
    let entry = move |at: usize| step(at).and_then(|s| tables::entry(analysis, s));
    let device = move |at: usize| step(at).map_or(usize::MAX, |s| s.device as usize);
    vec![
        list("suggestion_id", move |at| index.suggestions(analysis, device(at))),
        text("device_key", move |at| analysis.devices.key.get(device(at)).map_or("", String::as_str)),
        text("step", move |at| entry(at).map_or("", |e| e.slug.as_str())),
        text("action", move |at| entry(at).map_or("", |e| e.action.as_str())),
        text("console", move |at| entry(at).and_then(|e| e.console).map_or("", Console::as_str)),
        made("object_id", move |at| step(at).map_or_else(String::new, |s| analysis.object_of(s))),
        text("role", move |at| entry(at).map_or("", |e| e.role.as_str())),
        flag("irreversible", move |at| entry(at).is_some_and(|e| e.irreversible)),
        flag("wipes", move |at| entry(at).is_some_and(|e| e.wipes)),
        made("condition", move |at| analysis.condition_of(at).into_owned()),
        text("why", move |at| entry(at).map_or("", |e| e.why.as_str())),
    ]
}
