//! A table to an Arrow file: plain buffers, dictionaries for words and for text that lines share, no compression.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, ListBuilder, StringBuilder, UInt32Builder};
use arrow_array::types::{UInt8Type, UInt32Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, RecordBatch, StringArray, TimestampMillisecondArray,
    UInt8Array, UInt32Array,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use rayon::prelude::*;

use super::frame::{Cells, Column, Frame};

/// Lines of one batch. Every batch but the last has so many.
pub(super) const BATCH: usize = 16_384;
/// Batches that are in memory at once.
const AT_ONCE: usize = 8;
/// Bytes of a GUID.
pub(super) const GUID: i32 = 16;

/// What is known of a column once all of it was looked at.
enum Form<'a> {
    /// As the cells are.
    Plain,
    /// Text, all of it GUIDs.
    Guids,
    /// Each text once, and its number.
    Shared(HashMap<&'a str, u32>, ArrayRef),
    /// The words.
    Words(ArrayRef),
}

impl<'a> Form<'a> {
    fn of(column: &Column<'a>, lines: usize) -> Self {
        match &column.cells {
            Cells::Word(words, _) => Self::Words(Arc::new(StringArray::from_iter_values(words.iter()))),
            Cells::Shared(get) => {
                let (mut numbers, mut texts) = (HashMap::new(), Vec::new());
                for text in (0..lines).map(get) {
                    numbers.entry(text).or_insert_with(|| {
                        texts.push(text);
                        u32::try_from(texts.len() - 1).unwrap_or_default()
                    });
                }
                Self::Shared(numbers, Arc::new(StringArray::from_iter_values(texts)))
            }
            Cells::Text(get) if are_guids((0..lines).map(get)) => Self::Guids,
            _ => Self::Plain,
        }
    }
}

/// Writes a table.
pub(super) fn write(frame: &Frame<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let failed = |e: ArrowError| io::Error::other(e.to_string());
    let forms: Vec<Form<'_>> = frame.columns.par_iter().map(|column| Form::of(column, frame.lines)).collect();
    let fields = frame.columns.iter().zip(&forms);
    let fields: Vec<Field> =
        fields.map(|(column, form)| Field::new(&column.name, data_type(&column.cells, form), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let mut writer = FileWriter::try_new(out, &schema).map_err(failed)?;
    let starts: Vec<usize> = (0..frame.lines).step_by(BATCH).collect();
    for some in starts.chunks(AT_ONCE) {
        let made: Vec<Result<Vec<ArrayRef>, ArrowError>> = some
            .par_iter()
            .map(|start| {
                let lines = *start..(start + BATCH).min(frame.lines);
                frame
                    .columns
                    .iter()
                    .zip(&forms)
                    .map(|(column, form)| array(&column.cells, form, lines.clone()))
                    .collect()
            })
            .collect();
        for arrays in made {
            let batch = RecordBatch::try_new(Arc::clone(&schema), arrays.map_err(failed)?).map_err(failed)?;
            writer.write(&batch).map_err(failed)?;
        }
    }
    writer.finish().map_err(failed)
}

fn data_type(cells: &Cells<'_>, form: &Form<'_>) -> DataType {
    let dictionary = |keys: DataType| DataType::Dictionary(Box::new(keys), Box::new(DataType::Utf8));
    match cells {
        Cells::Number(_) => DataType::UInt32,
        Cells::Word(..) => dictionary(DataType::UInt8),
        Cells::Shared(_) => dictionary(DataType::UInt32),
        Cells::Text(_) if matches!(form, Form::Guids) => DataType::FixedSizeBinary(GUID),
        Cells::Text(_) => DataType::Utf8,
        Cells::Time(_) => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        Cells::Day(_) => DataType::Date32,
        Cells::Flag(_) => DataType::Boolean,
        Cells::List(_) => DataType::List(Arc::new(Field::new("item", DataType::UInt32, true))),
    }
}

fn array(cells: &Cells<'_>, form: &Form<'_>, lines: std::ops::Range<usize>) -> Result<ArrayRef, ArrowError> {
    Ok(match (cells, form) {
        (Cells::Word(_, get), Form::Words(words)) => {
            let keys: UInt8Array = lines.map(|at| get(at).and_then(|word| u8::try_from(word).ok())).collect();
            Arc::new(DictionaryArray::<UInt8Type>::try_new(keys, Arc::clone(words))?)
        }
        (Cells::Shared(get), Form::Shared(numbers, texts)) => {
            let keys: UInt32Array = lines.map(|at| numbers.get(get(at)).copied()).collect();
            Arc::new(DictionaryArray::<UInt32Type>::try_new(keys, Arc::clone(texts))?)
        }
        (Cells::Text(get), Form::Guids) => {
            let mut guids = FixedSizeBinaryBuilder::with_capacity(lines.len(), GUID);
            for text in lines.map(get) {
                match bytes_of_guid(text) {
                    Some(bytes) => guids.append_value(bytes)?,
                    None => guids.append_null(),
                }
            }
            Arc::new(guids.finish())
        }
        (Cells::Text(get) | Cells::Shared(get), _) => {
            let mut texts = StringBuilder::with_capacity(lines.len(), lines.len() * 16);
            lines.for_each(|at| texts.append_value(get(at)));
            Arc::new(texts.finish())
        }
        (Cells::Number(get), _) => Arc::new(lines.map(get).collect::<UInt32Array>()),
        (Cells::Word(..), _) => return Err(ArrowError::InvalidArgumentError("words without their list".into())),
        (Cells::Time(get), _) => Arc::new(lines.map(get).collect::<TimestampMillisecondArray>().with_timezone("UTC")),
        (Cells::Day(get), _) => Arc::new(Date32Array::from_iter_values(lines.map(get))),
        (Cells::Flag(get), _) => Arc::new(lines.map(|at| Some(get(at))).collect::<BooleanArray>()),
        (Cells::List(get), _) => {
            let mut lists = ListBuilder::new(UInt32Builder::new());
            for at in lines {
                for record in get(at) {
                    lists.values().append_value(record.number());
                }
                lists.append(true);
            }
            Arc::new(lists.finish())
        }
    })
}

/// Whether all texts that there are are GUIDs, and there is one.
fn are_guids<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut some = false;
    for text in texts.filter(|text| !text.is_empty()) {
        if bytes_of_guid(text).is_none() {
            return false;
        }
        some = true;
    }
    some
}

/// The bytes of a GUID that is written as GUIDs are: lower case, four hyphens.
fn bytes_of_guid(text: &str) -> Option<[u8; 16]> {
    let signs = text.as_bytes();
    if signs.len() != 36 {
        return None;
    }
    let (mut bytes, mut digits) = ([0_u8; 16], 0_usize);
    for (at, sign) in signs.iter().enumerate() {
        let digit = match sign {
            b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
            _ if matches!(at, 8 | 13 | 18 | 23) => return None,
            b'0'..=b'9' => sign - b'0',
            b'a'..=b'f' => sign - b'a' + 10,
            _ => return None,
        };
        let slot = bytes.get_mut(digits / 2)?;
        *slot = *slot << 4 | digit;
        digits += 1;
    }
    Some(bytes)
}

/// The text of a GUID.
pub(super) fn text_of_guid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    text
}
