//! `report.json`: the model, and the rows of every table, one a line.

use std::io::{self, Write};

use rayon::prelude::*;

use super::csv::{push_day, push_time};
use crate::report::model::Model;
use crate::report::table::{self, Sink, Table, Type, Value};
use crate::report::view::Run;

/// Rows of a table that `report.json` holds; beyond, it names the CSV file that has them all.
const IN_JSON: usize = 100_000;
/// Rows that are made at a time, and by one worker.
const BATCH: usize = 16_384;
const CHUNK: usize = 1_024;

/// Writes the model and the tables.
pub(in crate::report) fn write(run: Run<'_>, model: &Model, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let text = serde_json::to_string_pretty(model)?;
    // The rows go inside the model's own object.
    let open = text.trim_end().strip_suffix('}').unwrap_or(&text).trim_end();
    write!(out, "{open},\n  \"tables\": {{")?;
    for (number, table) in table::all(run).iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let (name, total, complete) = (table.name, table.lines, table.lines <= IN_JSON);
        write!(
            out,
            "{comma}\n    \"{name}\": {{\"file\": \"{name}.csv\", \"total\": {total}, \"complete\": {complete}, \"rows\": ["
        )?;
        rows(table, IN_JSON, out)?;
        write!(out, "]}}")?;
    }
    out.write_all(b"\n  }\n}\n")
}

/// The rows of a table, up to a number of them.
pub(in crate::report) fn rows(table: &Table<'_>, most: usize, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let chosen = table.with_types();
    let names: Vec<String> =
        table.fields.iter().map(|field| serde_json::to_string(&field.name)).collect::<Result<_, _>>()?;
    let kinds: Vec<Type> = table.fields.iter().map(|field| field.kind).collect();
    let shown = table.lines.min(most);
    let make = |start: usize| {
        let mut row = Row { bytes: Vec::with_capacity(CHUNK * 512), names: &names, kinds: &kinds, begun: false };
        for at in start..(start + CHUNK).min(shown) {
            row.bytes.extend_from_slice(if at == 0 { b"\n{" } else { b",\n{" });
            row.begun = false;
            table.line(at, &chosen, &mut row);
            row.bytes.push(b'}');
        }
        row.bytes
    };
    for batch in (0..shown).step_by(BATCH) {
        let starts: Vec<usize> = (batch..(batch + BATCH).min(shown)).step_by(CHUNK).collect();
        let made: Vec<Vec<u8>> = starts.into_par_iter().map(make).collect();
        made.iter().try_for_each(|bytes| out.write_all(bytes))?;
    }
    Ok(())
}

/// A row while it is made.
struct Row<'a> {
    bytes: Vec<u8>,
    /// Names of the columns, as JSON.
    names: &'a [String],
    kinds: &'a [Type],
    begun: bool,
}

impl Row<'_> {
    fn text(&mut self, text: &str) {
        // Writing to a vector cannot fail, and text is always JSON.
        let _ = serde_json::to_writer(&mut self.bytes, text);
    }

    fn quoted(&mut self, fill: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.push(b'"');
        fill(&mut self.bytes);
        self.bytes.push(b'"');
    }
}

impl Sink for Row<'_> {
    fn cell(&mut self, column: usize, value: Value<'_>) {
        if self.begun {
            self.bytes.push(b',');
        }
        self.begun = true;
        self.bytes.extend_from_slice(self.names.get(column).map_or("\"\"", String::as_str).as_bytes());
        self.bytes.push(b':');
        match value {
            // A moment that is not known is an empty text, as everything in a text column.
            Value::Nothing if self.kinds.get(column).is_some_and(|kind| matches!(kind, Type::Time | Type::Day)) => {
                self.text("");
            }
            Value::Nothing => self.bytes.extend_from_slice(b"null"),
            Value::Word(word) => self.text(word),
            Value::Console(console) => self.text(console.as_str()),
            Value::Text(text) => self.text(&text),
            Value::Words(words) => self.text(&words.join("|")),
            Value::List(texts) => {
                let _ = serde_json::to_writer(&mut self.bytes, &texts);
            }
            Value::Number(number) => {
                let _ = write!(self.bytes, "{number}");
            }
            Value::Flag(flag) => self.bytes.extend_from_slice(if flag { b"true" } else { b"false" }),
            Value::Time(millis) => self.quoted(|bytes| push_time(millis, bytes)),
            Value::Day(millis) => self.quoted(|bytes| push_day(millis, bytes)),
        }
    }
}
