//! An Arrow file to columns. It may come from anybody: types are looked at before cells, and nothing in it ends the program.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMillisecondType, UInt8Type, UInt32Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow_ipc::reader::FileReader;
use arrow_schema::{DataType, SchemaRef, TimeUnit};

use super::write::{BATCH, GUID, text_of_guid};
use crate::ids::Number;
use crate::table::{Lines, Texts, Times};

/// What is wrong with a file, for people.
pub(super) type Damage = String;

/// Columns that a table of ours may have, at the most.
const MOST_COLUMNS: usize = 128;
/// Moments beyond these are no dates of any calendar: 200,000 years.
const FURTHEST: i64 = 200_000 * 366 * crate::time::DAY;

/// A table that was read.
pub(super) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    lines: usize,
}

/// Runs what reads; the library gives up on some damage by a panic, which prints nothing here and is damage like any other.
fn quietly<T>(read: impl FnOnce() -> Result<T, Damage>) -> Result<T, Damage> {
    static HOOK: Once = Once::new();
    static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if UNDER_WAY.load(Ordering::Relaxed) == 0 {
                usual(panic);
            }
        }));
    });
    UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    let outcome = catch_unwind(AssertUnwindSafe(read));
    UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    outcome.unwrap_or_else(|_| Err("is no whole Arrow file".into()))
}

/// Types that a table of ours may have.
fn is_ours(kind: &DataType) -> bool {
    match kind {
        DataType::UInt32 | DataType::Utf8 | DataType::Date32 | DataType::Boolean => true,
        DataType::FixedSizeBinary(size) => *size == GUID,
        DataType::Timestamp(unit, _) => *unit == TimeUnit::Millisecond,
        DataType::Dictionary(keys, values) => {
            matches!(**keys, DataType::UInt8 | DataType::UInt32) && **values == DataType::Utf8
        }
        DataType::List(item) => *item.data_type() == DataType::UInt32,
        _ => false,
    }
}

impl Table {
    /// Reads a file that must have so many lines.
    pub(super) fn open(path: &Path, lines: usize) -> Result<Self, Damage> {
        let (file, _) = crate::disk::open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => "is missing".to_string(),
            _ => format!("cannot be read: {e}"),
        })?;
        quietly(|| Self::read(BufReader::new(file), lines))
    }

    fn read(file: BufReader<File>, lines: usize) -> Result<Self, Damage> {
        let damaged = |_| "is no whole Arrow file".to_string();
        let reader = FileReader::try_new(file, None).map_err(damaged)?;
        let schema = reader.schema();
        let fields = schema.fields();
        if fields.len() > MOST_COLUMNS || !fields.iter().all(|field| is_ours(field.data_type())) {
            return Err("has columns of another kind than lastseen writes".into());
        }
        let mut table = Self { schema: SchemaRef::clone(&schema), batches: Vec::new(), lines: 0 };
        for batch in reader {
            let batch = batch.map_err(damaged)?;
            // A line is found by its number alone.
            if !table.lines.is_multiple_of(BATCH) || batch.num_rows() > BATCH || table.lines >= lines {
                return Err(format!("does not have {lines} lines, as `run.json` says"));
            }
            table.lines += batch.num_rows();
            table.batches.push(batch);
        }
        if table.lines == lines { Ok(table) } else { Err(format!("does not have {lines} lines, as `run.json` says")) }
    }

    /// The parts of a column; nothing where there is no such column.
    fn parts<'a>(&'a self, name: &'a str) -> Option<impl Iterator<Item = &'a ArrayRef>> {
        self.has(name).then(|| self.batches.iter().filter_map(move |batch| batch.column_by_name(name)))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.schema.field_with_name(name).is_ok()
    }

    fn must<'a>(&'a self, name: &'a str) -> Result<impl Iterator<Item = &'a ArrayRef>, Damage> {
        self.parts(name).ok_or_else(|| format!("has no column `{name}`"))
    }

    /// Numbers; [`NONE`] for none.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<u32>, Damage> {
        let mut numbers = Vec::with_capacity(self.lines);
        for part in self.must(name)? {
            let part: &UInt32Array = part.as_primitive_opt::<UInt32Type>().ok_or_else(|| other_kind(name))?;
            numbers.extend(part.iter().map(|number| number.unwrap_or(NONE)));
        }
        Ok(numbers)
    }

    /// Numbers, one a line.
    pub(super) fn each_number(&self, name: &str) -> Result<Vec<u32>, Damage> {
        let numbers = self.numbers(name)?;
        if numbers.contains(&NONE) { Err(beyond(name)) } else { Ok(numbers) }
    }

    /// Numbers below a limit, of which some may be [`NONE`] if `optional`.
    pub(super) fn below(&self, name: &str, limit: usize, optional: bool) -> Result<Vec<u32>, Damage> {
        let numbers = self.numbers(name)?;
        let fits = |number: &u32| (*number as usize) < limit || (optional && *number == NONE);
        if numbers.iter().all(fits) { Ok(numbers) } else { Err(beyond(name)) }
    }

    /// Numbers of one kind, below a limit, of which some may be none if `optional`.
    pub(super) fn numbered<N: Number>(&self, name: &str, limit: usize, optional: bool) -> Result<Vec<N>, Damage> {
        Ok(self.below(name, limit, optional)?.into_iter().map(N::new).collect())
    }

    /// Words of a list; nothing for none.
    pub(super) fn words<T: Copy>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<Option<T>>, Damage> {
        let mut words = Vec::with_capacity(self.lines);
        for part in self.must(name)? {
            let part = part.as_dictionary_opt::<UInt8Type>().ok_or_else(|| other_kind(name))?;
            let texts: &StringArray = part.values().as_string_opt().ok_or_else(|| other_kind(name))?;
            let known: Vec<Option<T>> = texts.iter().map(|text| text.and_then(&parse)).collect();
            for key in part.keys() {
                let word =
                    key.map(|key| known.get(usize::from(key)).copied().flatten().ok_or_else(|| strange_word(name)));
                words.push(word.transpose()?);
            }
        }
        Ok(words)
    }

    /// Words of a list, one a line.
    pub(super) fn each_word<T: Copy>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Damage> {
        self.words(name, parse)?.into_iter().map(|word| word.ok_or_else(|| strange_word(name))).collect()
    }

    /// Text.
    pub(super) fn texts<N>(&self, name: &str) -> Result<Texts<N>, Damage> {
        let parts = self.must(name)?.map(|part| Part::of(part).ok_or_else(|| other_kind(name)));
        Ok(Texts::of(Parts { parts: parts.collect::<Result<_, _>>()?, lines: self.lines }))
    }

    /// Text of which there may be no column.
    pub(super) fn maybe_texts<N>(&self, name: &str) -> Result<Texts<N>, Damage> {
        if self.has(name) { self.texts(name) } else { Ok(Texts::default()) }
    }

    /// Text, line by line.
    pub(super) fn strings(&self, name: &str) -> Result<Vec<String>, Damage> {
        let texts = self.texts(name)?;
        Ok((0..self.lines).map(|at| texts.get(at).to_string()).collect())
    }

    /// Moments.
    pub(super) fn times<N>(&self, name: &str) -> Result<Times<N>, Damage> {
        let mut times: Vec<Option<i64>> = Vec::with_capacity(self.lines);
        for part in self.must(name)? {
            let part = part.as_primitive_opt::<TimestampMillisecondType>().ok_or_else(|| other_kind(name))?;
            times.extend(part.iter());
        }
        if times.iter().flatten().all(|time| is_date(*time)) {
            Ok(times.into_iter().collect())
        } else {
            Err(beyond(name))
        }
    }

    /// Days since 1970.
    pub(super) fn days(&self, name: &str) -> Result<Vec<i32>, Damage> {
        let mut days = Vec::with_capacity(self.lines);
        for part in self.must(name)? {
            let part = part.as_primitive_opt::<Date32Type>().ok_or_else(|| other_kind(name))?;
            days.extend(part.iter().map(Option::unwrap_or_default));
        }
        Ok(days)
    }

    /// Yes or no.
    pub(super) fn flags(&self, name: &str) -> Result<Vec<bool>, Damage> {
        let mut flags = Vec::with_capacity(self.lines);
        for part in self.must(name)? {
            let part = part.as_boolean_opt().ok_or_else(|| other_kind(name))?;
            flags.extend(part.iter().map(|flag| flag == Some(true)));
        }
        Ok(flags)
    }

    /// Several numbers below a limit, line by line.
    pub(super) fn lists<N: Number>(&self, name: &str, limit: usize) -> Result<Vec<Vec<N>>, Damage> {
        let mut lists = Vec::with_capacity(self.lines);
        for part in self.must(name)? {
            let part = part.as_list_opt::<i32>().ok_or_else(|| other_kind(name))?;
            for list in part {
                let list = list.as_ref().and_then(|list| list.as_primitive_opt::<UInt32Type>());
                let list: Vec<N> = list.into_iter().flat_map(|list| list.iter().flatten()).map(N::new).collect();
                if list.iter().any(|number| number.index() >= limit) {
                    return Err(beyond(name));
                }
                lists.push(list);
            }
        }
        Ok(lists)
    }
}

/// In the place of a number that a line does not have.
const NONE: u32 = u32::MAX;

/// Whether a moment is one of a calendar.
pub(super) const fn is_date(millis: i64) -> bool {
    millis.unsigned_abs() <= FURTHEST.unsigned_abs()
}

fn other_kind(column: &str) -> Damage {
    format!("has another kind of column `{column}`")
}

fn beyond(column: &str) -> Damage {
    format!("has a number in `{column}` that means nothing")
}

fn strange_word(column: &str) -> Damage {
    format!("has a word in `{column}` that means nothing")
}

/// A part of a column of text.
#[derive(Debug)]
enum Part {
    Plain(StringArray),
    Shared(UInt32Array, StringArray),
}

impl Part {
    fn of(array: &ArrayRef) -> Option<Self> {
        if let Some(texts) = array.as_string_opt::<i32>() {
            return Some(Self::Plain(texts.clone()));
        }
        if let Some(guids) = array.as_fixed_size_binary_opt() {
            let text = |bytes: Option<&[u8]>| bytes.map(text_of_guid);
            return Some(Self::Plain(guids.iter().map(text).collect()));
        }
        let shared = array.as_dictionary_opt::<UInt32Type>()?;
        Some(Self::Shared(shared.keys().clone(), shared.values().as_string_opt()?.clone()))
    }

    fn get(&self, at: usize) -> Option<&str> {
        let there = |array: &dyn Array, at: usize| at < array.len() && array.is_valid(at);
        let (texts, at) = match self {
            Self::Plain(texts) => (texts, at),
            Self::Shared(keys, texts) => (texts, keys_at(keys, at)?),
        };
        there(texts, at).then(|| texts.value(at))
    }
}

fn keys_at(keys: &UInt32Array, at: usize) -> Option<usize> {
    (at < keys.len() && keys.is_valid(at)).then(|| keys.value(at) as usize)
}

/// A column of text, batch by batch.
#[derive(Debug)]
struct Parts {
    parts: Vec<Part>,
    lines: usize,
}

impl Lines for Parts {
    fn line(&self, at: usize) -> Option<&str> {
        self.parts.get(at / BATCH)?.get(at % BATCH)
    }

    fn lines(&self) -> usize {
        self.lines
    }
}
