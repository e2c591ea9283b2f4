//! CSV for machines and for people who open it in a spreadsheet: RFC 4180, formula-safe, made in parallel.

use std::borrow::Cow;
use std::io::Write;
use std::ops::Range;

use rayon::prelude::*;

use crate::error::Result;
use crate::report::folder::Folder;
use crate::report::rollup::{Cell, Grid};
use crate::report::table::{self, Sink, Table, Value};
use crate::report::view::{Output, Run};
use crate::time;

/// Lines that one worker makes at a time.
const CHUNK: usize = 4_096;
/// Chunks that are in memory at once.
const BATCH: usize = 24;

/// A list of a rollup.
pub(in crate::report) fn grid(grid: &Grid) -> Vec<u8> {
    let mut line = Line::default();
    for (name, _) in &grid.columns {
        line.text(name);
    }
    line.end();
    for row in &grid.rows {
        for cell in row {
            match cell {
                Cell::Text(text) => line.text(text),
                Cell::Number(number) => line.maybe(i64::try_from(*number).ok()),
                Cell::Tenths(tenths) => line.word(&format!("{}.{}", tenths / 10, tenths % 10)),
                Cell::Nothing => line.word(""),
            }
        }
        line.end();
    }
    line.bytes
}

/// One line while it is made.
#[derive(Default)]
pub(in crate::report) struct Line {
    bytes: Vec<u8>,
    /// Whether the next cell is not the first of its line.
    begun: bool,
    start: usize,
    /// Cells that the lines of one thing have in common.
    prefix: Option<(u32, Vec<u8>)>,
}

impl Line {
    fn separate(&mut self) {
        if self.begun {
            self.bytes.push(b',');
        }
        self.begun = true;
    }

    /// A word of ours: no sign in it needs care.
    pub(in crate::report) fn word(&mut self, word: &str) {
        self.separate();
        self.bytes.extend_from_slice(word.as_bytes());
    }

    /// A number.
    pub(in crate::report) fn number(&mut self, number: impl Into<i64>) {
        self.separate();
        push_number(number.into(), &mut self.bytes);
    }

    /// A number, or nothing.
    pub(in crate::report) fn maybe(&mut self, number: Option<i64>) {
        match number {
            Some(number) => self.number(number),
            None => self.word(""),
        }
    }

    /// `true` or `false`.
    pub(in crate::report) fn flag(&mut self, flag: bool) {
        self.word(if flag { "true" } else { "false" });
    }

    /// A time in RFC 3339, or nothing.
    pub(in crate::report) fn time(&mut self, millis: Option<i64>) {
        self.separate();
        if let Some(millis) = millis {
            push_time(millis, &mut self.bytes);
        }
    }

    /// Text from an export or about one: quoted where needed, and neutralised where a spreadsheet would run it.
    pub(in crate::report) fn text(&mut self, text: &str) {
        self.separate();
        let look = Look::at(text);
        let text = if look.may_run { Cow::Owned(neutralised(text)) } else { Cow::Borrowed(text) };
        if !look.needs_quotes {
            return self.bytes.extend_from_slice(text.as_bytes());
        }
        self.bytes.push(b'"');
        for (at, part) in text.split('"').enumerate() {
            if at > 0 {
                self.bytes.extend_from_slice(b"\"\"");
            }
            self.bytes.extend_from_slice(part.as_bytes());
        }
        self.bytes.push(b'"');
    }

    /// A day, or nothing.
    fn day(&mut self, millis: i64) {
        self.separate();
        push_day(millis, &mut self.bytes);
    }

    /// The line ends.
    fn end(&mut self) {
        self.bytes.push(b'\n');
        self.begun = false;
        self.start = self.bytes.len();
    }
}

impl Sink for Line {
    fn cell(&mut self, _column: usize, value: Value<'_>) {
        match value {
            Value::Nothing => self.word(""),
            Value::Word(word) => self.word(word),
            Value::Console(console) => self.word(console.as_str()),
            Value::Text(text) => self.text(&text),
            Value::Words(words) => {
                self.separate();
                for (at, word) in words.into_iter().enumerate() {
                    if at > 0 {
                        self.bytes.push(b'|');
                    }
                    self.bytes.extend_from_slice(word.as_bytes());
                }
            }
            Value::List(texts) => match texts.as_slice() {
                [one] => self.text(one),
                several => self.text(&several.join("|")),
            },
            Value::Number(number) => self.number(number),
            Value::Flag(flag) => self.flag(flag),
            Value::Time(millis) => self.time(Some(millis)),
            Value::Day(millis) => self.day(millis),
        }
    }

    /// Text that needs no care is a word. Asked of one column after the other, since the texts come from all over memory.
    fn look(&mut self, cells: &mut [Value<'_>]) {
        for cell in cells {
            if let Value::Text(Cow::Borrowed(text)) = cell
                && Look::is_plain(text.as_bytes())
            {
                *cell = Value::Word(text);
            }
        }
    }

    fn end(&mut self) {
        Self::end(self);
    }

    fn again(&mut self, thing: u32) -> bool {
        let Some((_, bytes)) = self.prefix.as_ref().filter(|(known, _)| *known == thing) else { return false };
        self.bytes.extend_from_slice(bytes);
        self.begun = true;
        true
    }

    fn remember(&mut self, thing: u32) {
        let made = self.bytes.get(self.start..).unwrap_or_default();
        let (known, bytes) = self.prefix.get_or_insert_with(|| (thing, Vec::new()));
        *known = thing;
        bytes.clear();
        bytes.extend_from_slice(made);
    }
}

/// Writes every table. The plan, as large as all others together, goes side by side with them.
pub(in crate::report) fn write_all(run: Run<'_>, folder: &Folder) -> Result<Vec<Output>> {
    let tables = table::all(run);
    let (tables, lists) = rayon::join(
        || tables.par_iter().map(|table| file(table, folder)).collect::<Result<Vec<_>>>(),
        || members(run, folder),
    );
    let mut outputs = tables?;
    outputs.push(lists?);
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(outputs)
}

fn file(table: &Table<'_>, folder: &Folder) -> Result<Output> {
    let file = format!("{}.csv", table.name);
    folder.file(&file, |out| of_table(table, out))?;
    Ok(Output { file, rows: table.lines, meaning: table.meaning })
}

/// The device list of each package.
fn members(run: Run<'_>, folder: &Folder) -> Result<Output> {
    let list = &run.outcome.packages.list;
    list.as_slice().par_iter().try_for_each(|package| {
        let members = table::members(run, package);
        folder.file(&format!("suggestions/{}.csv", package.id), |out| of_table(&members, out))
    })?;
    Ok(Output { file: "suggestions/".into(), rows: list.len(), meaning: "the device list of each work package" })
}

/// Writes a table.
pub(in crate::report) fn of_table(table: &Table<'_>, out: &mut (dyn Write + Send)) -> std::io::Result<()> {
    let chosen = table.in_csv();
    let names: Vec<&str> =
        chosen.iter().filter_map(|at| table.fields.get(*at)).map(|field| field.name.as_str()).collect();
    write_spans(out, &names, table.lines, |lines, line| table.span(lines, &chosen, line))
}

/// The text with an apostrophe before everything that a spreadsheet would take for a formula (CWE-1236): at the front,
/// and where a cell would begin if the file were opened with another separator than the comma.
///
/// Apostrophes that stand at the front, or before such a sign, get one too, so that taking one off again always gives the
/// original.
#[cfg(test)]
pub(in crate::report) fn neutral(text: &str) -> Cow<'_, str> {
    if Look::at(text).may_run { Cow::Owned(neutralised(text)) } else { Cow::Borrowed(text) }
}

/// What one pass over the bytes of a text tells: hundreds of millions of cells go through here.
#[derive(Clone, Copy)]
struct Look {
    /// It has a sign that cells of a CSV are quoted for.
    needs_quotes: bool,
    /// Something stands where a cell would begin that may have to be neutralised.
    may_run: bool,
}

impl Look {
    const QUOTE: u8 = 1;
    const SEPARATES: u8 = 2;
    const BLANK: u8 = 4;
    /// Begins a formula, hides that one begins, or is part of a sign beyond ASCII, which is looked at properly.
    const MAY_RUN: u8 = 8;
    /// What each byte is.
    const KINDS: [u8; 256] = Self::kinds();

    #[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "made when the program is compiled")]
    const fn kinds() -> [u8; 256] {
        let mut kinds = [0; 256];
        let mut at = 0;
        while at < kinds.len() {
            kinds[at] = match at as u8 {
                b',' | b'\n' | b'\r' => Self::QUOTE | Self::SEPARATES,
                b';' | b'\t' | b'|' => Self::SEPARATES,
                b'"' => Self::QUOTE | Self::BLANK,
                b' ' | 0x0b | 0x0c => Self::BLANK,
                b'=' | b'+' | b'-' | b'@' | b'\'' | 0x80.. => Self::MAY_RUN,
                _ => 0,
            };
            at += 1;
        }
        kinds
    }

    /// Whether nothing in a text needs care: no cell begins behind its front, and its front is plain. Most cells are ids and
    /// names, of which this is said for many bytes at once.
    fn is_plain(text: &[u8]) -> bool {
        let Some(first) = text.first() else { return true };
        if Self::KINDS.get(usize::from(*first)) != Some(&0) {
            return false;
        }
        let (blocks, rest) = text.as_chunks::<16>();
        let special = |byte: u8| {
            u8::from(byte == b',')
                | u8::from(byte == b'"')
                | u8::from(byte == b';')
                | u8::from(byte == b'|')
                | u8::from(byte == b'\t')
                | u8::from(byte == b'\n')
                | u8::from(byte == b'\r')
        };
        let kind = |byte: &u8| Self::KINDS.get(usize::from(*byte)).copied().unwrap_or_default();
        blocks.iter().all(|block| block.iter().fold(0, |found, byte| found | special(*byte)) == 0)
            && rest.iter().fold(0, |kinds, byte| kinds | kind(byte)) & (Self::QUOTE | Self::SEPARATES) == 0
    }

    fn at(text: &str) -> Self {
        if Self::is_plain(text.as_bytes()) {
            return Self { needs_quotes: false, may_run: false };
        }
        // A cell begins: only a separator or the front comes before, and what spreadsheets pass over.
        let mut begins = true;
        let mut kinds = 0;
        let mut may_run = text.starts_with(['\t', '\n', '\r']);
        for byte in text.bytes() {
            let kind = Self::KINDS.get(usize::from(byte)).copied().unwrap_or_default();
            kinds |= kind;
            may_run |= begins && kind & Self::MAY_RUN != 0;
            begins = kind & Self::SEPARATES != 0 || (begins && kind & Self::BLANK != 0);
        }
        Self { needs_quotes: kinds & Self::QUOTE != 0, may_run }
    }
}

fn neutralised(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut begins = true;
    for (at, sign) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        // At the front everything that begins like one is kept from being one, numbers too.
        if (at == 0 && rest.starts_with(['\'', '\t', '\n', '\r'])) || (begins && runs(rest, at == 0)) {
            out.push('\'');
        }
        begins = separates(sign) || (begins && (sign == '"' || sign.is_whitespace()));
        out.push(sign);
    }
    out
}

/// What begins a formula.
const STARTERS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// What separates cells where somebody may open a file.
fn separates(sign: char) -> bool {
    matches!(sign, ',' | ';' | '\t' | '|' | '\n' | '\r')
}

/// Whether a cell that begins here is a formula, once apostrophes before it are taken off.
fn runs(text: &str, front: bool) -> bool {
    let bare = text.trim_start_matches('\'');
    bare.starts_with(STARTERS) && (front || bare.len() < text.len() || !is_number(text))
}

/// Whether a text goes on with a plain number with a sign, or a lone sign, up to where a cell would end.
fn is_number(text: &str) -> bool {
    let cell = text.split(separates).next().unwrap_or_default();
    let Some(rest) = cell.strip_prefix(['-', '+']) else { return false };
    rest.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// A whole number, without a formatter: there are as many of them as of times.
fn push_number(number: i64, out: &mut Vec<u8>) {
    // A sign and 19 digits.
    let (mut digits, mut at, mut rest) = ([0_u8; 20], 20, number.unsigned_abs());
    for slot in digits.iter_mut().rev() {
        at -= 1;
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

/// `YYYY-MM-DDTHH:MM:SSZ`, by arithmetic: a million of them take longer through a formatter than through everything else.
pub(in crate::report) fn push_time(millis: i64, out: &mut Vec<u8>) {
    use chrono::Timelike;
    if let Some(date) = time::civil(millis.div_euclid(time::DAY)) {
        let second = u32::try_from(millis.rem_euclid(time::DAY) / 1_000).unwrap_or_default();
        out.extend_from_slice(&date);
        for (sign, part) in [(b'T', second / 3_600), (b':', second / 60 % 60), (b':', second % 60)] {
            let [tens, ones] = two(part);
            out.extend_from_slice(&[sign, tens, ones]);
        }
        return out.push(b'Z');
    }
    let Some(moment) = chrono::DateTime::from_timestamp_millis(millis) else { return };
    if !push_date(&moment, out) {
        return;
    }
    for (sign, part) in [(b'T', moment.hour()), (b':', moment.minute()), (b':', moment.second())] {
        out.push(sign);
        out.extend_from_slice(&two(part));
    }
    out.push(b'Z');
}

/// `YYYY-MM-DD`, likewise.
pub(in crate::report) fn push_day(millis: i64, out: &mut Vec<u8>) {
    if let Some(date) = time::civil(millis.div_euclid(time::DAY)) {
        return out.extend_from_slice(&date);
    }
    if let Some(moment) = chrono::DateTime::from_timestamp_millis(millis) {
        push_date(&moment, out);
    }
}

/// The date, unless its year is before ours.
fn push_date(moment: &chrono::DateTime<chrono::Utc>, out: &mut Vec<u8>) -> bool {
    use chrono::Datelike;
    let Ok(year) = u32::try_from(moment.year()) else { return false };
    out.extend_from_slice(&two(year / 100));
    out.extend_from_slice(&two(year % 100));
    for part in [moment.month(), moment.day()] {
        out.push(b'-');
        out.extend_from_slice(&two(part));
    }
    true
}

const fn two(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// Writes a header and `count` lines.
pub(in crate::report) fn write(
    out: &mut (dyn Write + Send),
    header: &[impl AsRef<str>],
    count: usize,
    fill: impl Fn(usize, &mut Line) + Sync,
) -> std::io::Result<()> {
    write_spans(out, header, count, |lines, line| {
        for at in lines {
            fill(at, line);
            line.end();
        }
    })
}

/// Writes a header and `count` lines, some of which are made together.
///
/// While one batch goes out (and through the digest), the next is made, in the memory of the one before: pages that are given
/// back come again only after the system has cleared them.
fn write_spans(
    out: &mut (dyn Write + Send),
    header: &[impl AsRef<str>],
    count: usize,
    fill: impl Fn(Range<usize>, &mut Line) + Sync,
) -> std::io::Result<()> {
    let mut first = Line::default();
    for name in header {
        first.word(name.as_ref());
    }
    first.end();
    let make = |start: usize, mut bytes: Vec<u8>| {
        bytes.clear();
        let mut line = Line { bytes, ..Line::default() };
        fill(start..(start + CHUNK).min(count), &mut line);
        line.bytes
    };
    let (mut made, mut spare) = (vec![first.bytes], Vec::new());
    let chunks: Vec<usize> = (0..count).step_by(CHUNK).collect();
    for batch in chunks.chunks(BATCH) {
        spare.resize_with(batch.len(), Vec::new);
        let (written, next) = rayon::join(
            || made.iter().try_for_each(|bytes| out.write_all(bytes)),
            || batch.par_iter().zip(spare).map(|(start, bytes)| make(*start, bytes)).collect(),
        );
        written?;
        spare = std::mem::replace(&mut made, next);
    }
    made.iter().try_for_each(|bytes| out.write_all(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, &["a", "b"], 1, |_, line| {
            line.text(text);
            line.word("x");
        })
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_are_neutralised() {
        assert_eq!(one("=1+1"), "a,b\n'=1+1,x\n");
        assert_eq!(one("=HYPERLINK(\"u\",\"t\")"), "a,b\n\"'=HYPERLINK(\"\"u\"\",\"\"t\"\")\",x\n");
        assert_eq!(one("plain"), "a,b\nplain,x\n");
    }

    #[test]
    fn formulas_behind_any_separator_are_neutralised() {
        for (text, expected) in [
            ("x;=cmd|'/C calc'!A0", "x;'=cmd|'/C calc'!A0"),
            ("x\t@sum", "x\t'@sum"),
            ("x\n=1", "x\n'=1"),
            ("x; \"=1", "x; \"'=1"),
            ("x,\u{a0}＝1", "x,\u{a0}'＝1"),
            ("x|-1+cmd", "x|'-1+cmd"),
            ("\t=1", "'\t'=1"),
            ("-5", "'-5"),
            ("a;-5;b", "a;-5;b"),
            ("Desk 3, - left", "Desk 3, '- left"),
            ("Desk 3, -", "Desk 3, -"),
            ("OU=A,DC=b", "OU=A,DC=b"),
            ("intune:1=2; x=3", "intune:1=2; x=3"),
            ("pre-fix a+b me@x", "pre-fix a+b me@x"),
            ("a;'b", "a;'b"),
            ("a;'=b", "a;''=b"),
            ("'a", "''a"),
        ] {
            assert_eq!(neutral(text), expected);
        }
    }

    #[test]
    fn times() {
        let mut out = Vec::new();
        push_time(1_795_161_600_123, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "2026-11-20T08:00:00Z");
    }

    proptest! {
        #[test]
        fn numbers_and_times_are_those_of_the_formatters(
            number in any::<i64>(),
            millis in -1_000_000_000_000_i64..253_402_300_800_000,
        ) {
            let mut out = Vec::new();
            push_number(number, &mut out);
            prop_assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
            let (mut moment, mut day) = (Vec::new(), Vec::new());
            push_time(millis, &mut moment);
            push_day(millis, &mut day);
            prop_assert_eq!(String::from_utf8(moment).unwrap(), time::rfc3339(millis));
            prop_assert_eq!(String::from_utf8(day).unwrap(), time::day(millis));
        }
    }

    /// The original of a text that was neutralised: an apostrophe is taken off wherever a cell would begin.
    fn taken_off(text: &str) -> String {
        let mut out = String::new();
        let mut begins = true;
        for (at, sign) in text.char_indices() {
            let rest = text.get(at..).unwrap();
            if sign == '\'' && (at == 0 || (begins && rest.trim_start_matches('\'').starts_with(STARTERS))) {
                begins = false;
                continue;
            }
            begins = separates(sign) || (begins && (sign == '"' || sign.is_whitespace()));
            out.push(sign);
        }
        out
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            let written = one(&text);
            let mut reader = ::csv::Reader::from_reader(written.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            let cell = record.get(0).unwrap();
            prop_assert_eq!(taken_off(cell), text);
        }

        #[test]
        fn what_is_passed_over_needs_no_care(text in "[a1é=+@'＝;,|\t\n\r \u{b}\u{a0}\u{2028}\"-]{0,12}|\\PC{0,12}") {
            let look = Look::at(&text);
            prop_assert!(look.may_run || neutralised(&text) == text);
            prop_assert_eq!(look.needs_quotes, text.contains([',', '"', '\n', '\r']));
        }

        #[test]
        fn hostile_text_comes_back(text in "[a1=+@'＝;,|\t\n\r \"-]{0,12}") {
            let written = neutral(&text).into_owned();
            prop_assert_eq!(taken_off(&written), text);
        }
    }
}
