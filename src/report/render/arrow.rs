//! `arrow/`: every table as an Arrow file, with types, for `pyarrow`, `DuckDB` and the like.
//!
//! What is not known is null here, and a list is a list: nothing has to be parsed again.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use rayon::prelude::*;

use crate::error::Result;
use crate::report::folder::Folder;
use crate::report::table::{self, Sink, Table, Type, Value};
use crate::report::view::{Output, Run};
use crate::time::DAY;

/// Lines of one batch.
const BATCH: usize = 65_536;
/// Batches that are in memory at once.
const AT_ONCE: usize = 4;

/// Writes a file for every table.
pub(in crate::report) fn write(run: Run<'_>, folder: &Folder) -> Result<Vec<Output>> {
    table::all(run)
        .par_iter()
        .map(|table| {
            let file = format!("arrow/{}.arrow", table.name);
            folder.file(&file, |out| of_table(table, out))?;
            Ok(Output { file, rows: table.lines, meaning: table.meaning })
        })
        .collect()
}

fn of_table(table: &Table<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let failed = |e: ArrowError| io::Error::other(e.to_string());
    let chosen = table.with_types();
    let fields = chosen.iter().filter_map(|at| table.fields.get(*at));
    let fields: Vec<Field> = fields.map(described).collect();
    let schema = Arc::new(Schema::new(fields));
    let mut writer = FileWriter::try_new(out, &schema).map_err(failed)?;
    let starts: Vec<usize> = (0..table.lines).step_by(BATCH).collect();
    for some in starts.chunks(AT_ONCE) {
        let made: Vec<Vec<ArrayRef>> = some.par_iter().map(|start| batch(table, &chosen, *start)).collect();
        for arrays in made {
            let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(failed)?;
            writer.write(&batch).map_err(failed)?;
        }
    }
    writer.finish().map_err(failed)
}

fn batch(table: &Table<'_>, chosen: &[usize], start: usize) -> Vec<ArrayRef> {
    let kinds = chosen.iter().filter_map(|at| table.fields.get(*at)).map(|field| field.kind);
    let mut made = Made { columns: kinds.map(Column::new).collect(), next: 0 };
    for at in start..(start + BATCH).min(table.lines) {
        made.next = 0;
        table.line(at, chosen, &mut made);
    }
    made.columns.into_iter().map(Column::finish).collect()
}

/// A column with what it means.
fn described(field: &table::Field) -> Field {
    let meaning = HashMap::from([("meaning".to_string(), field.meaning.clone())]);
    Field::new(&field.name, data_type(field.kind), true).with_metadata(meaning)
}

fn data_type(kind: Type) -> DataType {
    match kind {
        Type::Word | Type::Console | Type::Text => DataType::Utf8,
        Type::Words | Type::List => DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))),
        Type::Number => DataType::Int64,
        Type::Flag => DataType::Boolean,
        Type::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        Type::Day => DataType::Date32,
    }
}

/// A column while it is made.
enum Column {
    Text(StringBuilder),
    List(ListBuilder<StringBuilder>),
    Number(Int64Builder),
    Flag(BooleanBuilder),
    Time(TimestampMillisecondBuilder),
    Day(Date32Builder),
}

impl Column {
    fn new(kind: Type) -> Self {
        match kind {
            Type::Word | Type::Console | Type::Text => Self::Text(StringBuilder::new()),
            Type::Words | Type::List => Self::List(ListBuilder::new(StringBuilder::new())),
            Type::Number => Self::Number(Int64Builder::new()),
            Type::Flag => Self::Flag(BooleanBuilder::new()),
            Type::Time => Self::Time(TimestampMillisecondBuilder::new().with_timezone("UTC")),
            Type::Day => Self::Day(Date32Builder::new()),
        }
    }

    fn list<'t>(list: &mut ListBuilder<StringBuilder>, texts: impl Iterator<Item = &'t str>) {
        texts.filter(|text| !text.is_empty()).for_each(|text| list.values().append_value(text));
        list.append(true);
    }

    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Text(column), Value::Word(text)) => column.append_option(Some(text).filter(|t| !t.is_empty())),
            (Self::Text(column), Value::Text(text)) => column.append_option(Some(text).filter(|t| !t.is_empty())),
            (Self::Text(column), Value::Console(console)) => column.append_value(console.as_str()),
            (Self::List(column), Value::Words(words)) => Self::list(column, words.into_iter()),
            (Self::List(column), Value::List(texts)) => Self::list(column, texts.iter().map(String::as_str)),
            (Self::Number(column), Value::Number(number)) => column.append_value(number),
            (Self::Flag(column), Value::Flag(flag)) => column.append_value(flag),
            (Self::Time(column), Value::Time(millis)) => column.append_value(millis),
            (Self::Day(column), Value::Day(millis)) => column.append_option(i32::try_from(millis.div_euclid(DAY)).ok()),
            (column, _) => column.nothing(),
        }
    }

    fn nothing(&mut self) {
        match self {
            Self::Text(column) => column.append_null(),
            Self::List(column) => column.append(true),
            Self::Number(column) => column.append_null(),
            Self::Flag(column) => column.append_null(),
            Self::Time(column) => column.append_null(),
            Self::Day(column) => column.append_null(),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut column) => Arc::new(column.finish()),
            Self::List(mut column) => Arc::new(column.finish()),
            Self::Number(mut column) => Arc::new(column.finish()),
            Self::Flag(mut column) => Arc::new(column.finish()),
            Self::Time(mut column) => Arc::new(column.finish()),
            Self::Day(mut column) => Arc::new(column.finish()),
        }
    }
}

/// The columns of a batch, and which one is next.
struct Made {
    columns: Vec<Column>,
    next: usize,
}

impl Sink for Made {
    fn cell(&mut self, _column: usize, value: Value<'_>) {
        if let Some(column) = self.columns.get_mut(self.next) {
            column.push(value);
        }
        self.next += 1;
    }
}
