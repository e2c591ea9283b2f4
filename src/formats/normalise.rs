//! Text columns to canonical columns: one pass a column, columns in parallel.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{BooleanChunked, ChunkFull, Int64Chunked, NewChunkedArray, UInt32Chunked};
use rayon::prelude::*;

use super::aside;
use super::cast::{Cast, Caster, Written, constant};
use super::dates::{Known, Order};
use super::describe::Format;
use super::footer::footers;
use super::identifiers::{unread_name, written_name};
use super::margin::Margin;
use super::merge::{merge, newest};
use super::older::Older;
use super::source::Source;
use super::tally::is_identifier;
use super::twice;
use super::{Formats, Recognised, RowLimits, values};
use crate::console::Console;
use crate::error::Result;
use crate::frame::{Column, Strings, Table};
use crate::notice::{Code, Notice};
use crate::read::{BELOW, BLANK, BadRow, Export, FOOTER, HEADER_AGAIN, Paging, Rows};
use crate::schema::{Field, record_field};

/// What the caller settles.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Order of day and month, for columns that do not decide it.
    pub order: Option<Order>,
    /// The time of judgement, where it is given.
    pub as_of: Option<i64>,
    /// Shapes of dates in which another list shows that a spreadsheet exchanged day and month, as bits.
    pub swapped: u8,
    /// Canonical columns that a later stage reads; `None` for all. The others are never materialised.
    pub needed: Option<BTreeSet<&'static str>>,
    /// The same for the lists of single consoles.
    pub needed_of: Vec<(Console, &'static str)>,
}

impl Options {
    pub(super) fn needs(&self, console: Console, column: &str) -> bool {
        self.needed.as_ref().is_none_or(|needed| needed.contains(column)) || self.needed_of.contains(&(console, column))
    }
}

/// The records of one export.
///
/// `table` has the column `row` (from 1) and those canonical columns that the export fills: text columns as text,
/// flags as booleans, times as UTC milliseconds. Identifiers are normalised; where the console writes one in another way,
/// or where its text is none, the column of its name and `_written` has the text as written. Where a cell holds something that could not be read, the flag of the column's name and `_unread` is true.
#[derive(Debug)]
pub struct Records {
    /// The console whose objects these are.
    pub console: Console,
    /// Format id.
    pub format: String,
    /// One line a record.
    pub table: Table,
    /// Rows that were set aside.
    pub bad: Vec<BadRow>,
    /// What the file says of its own completeness.
    pub paging: Paging,
    /// Numbers of rows at which a reader that does not follow pages stops.
    pub page_sizes: Vec<u64>,
    /// Numbers of rows at which lists stop whatever their format.
    pub limits: RowLimits,
    /// The line or sheet row of the last data row, from 1, titles and header included.
    pub last_row: u64,
    /// Why nothing may be concluded from what the export lacks.
    pub incomplete: Option<String>,
    /// Why a list of this kind never names every object; another list of the console makes up for it.
    pub partial: Option<String>,
    /// Columns of which the list leaves out every object that has one, and what that costs.
    pub leaves_out: Vec<(&'static str, String)>,
    /// Rows that a newer list of the console speaks for; they are no records.
    pub older: Option<Older>,
    /// Columns that the list lacks and an older one filled for the objects that both show.
    pub lent: BTreeSet<&'static str>,
    /// Headers of columns that no format reads and that say when something saw the device.
    pub noticed: Vec<String>,
    /// Headers of columns in which it may stand that somebody keeps a device.
    pub written: Vec<String>,
    /// When it was made, where somebody wrote that down.
    pub made: Option<Made>,
}

/// When a list was made, as far as its provenance tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Then, in UTC milliseconds.
    At(i64),
    /// On the day on which the console showed as many objects as it has, whenever that was.
    SomeDay,
}

impl Records {
    /// Records of a complete list without remarks.
    #[must_use]
    pub fn plain(console: Console, table: impl Into<Table>) -> Self {
        Self {
            console,
            format: String::new(),
            table: table.into(),
            bad: Vec::new(),
            paging: Paging::default(),
            page_sizes: Vec::new(),
            limits: RowLimits::default(),
            last_row: 0,
            incomplete: None,
            partial: None,
            leaves_out: Vec::new(),
            older: None,
            lent: BTreeSet::new(),
            noticed: Vec::new(),
            written: Vec::new(),
            made: None,
        }
    }

    /// Data rows, those that were set aside included.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let older = self.older.as_ref().map_or(0, |older| older.table.height());
        (self.table.height() + self.bad.len() + older) as u64
    }

    /// The same without lines below the list.
    #[must_use]
    pub fn rows_of_objects(&self) -> u64 {
        self.rows() - self.bad.iter().filter(|bad| bad.is_footer()).count() as u64
    }
}

/// An export cast, and what is to be said of it.
#[derive(Debug)]
pub struct Normalised {
    /// The records.
    pub records: Records,
    /// Remarks about header, cells and rows.
    pub notices: Vec<Notice>,
    /// How the dates are written, by header, for columns with dates.
    pub dates: Vec<(String, Written)>,
    /// Shapes of dates in which the list shows that a spreadsheet exchanged day and month, as bits.
    pub swapped: u8,
}

/// A canonical column, and where the export has it.
pub(super) struct Wanted<'a> {
    pub field: &'static Field,
    source: &'a Source,
    pub at: &'a [usize],
}

/// Casts the columns of a recognised export.
///
/// # Errors
/// [`Error::Internal`](crate::error::Error::Internal) if the engine refuses the table.
pub fn normalise(
    export: &Export,
    recognised: &Recognised<'_>,
    formats: &Formats,
    options: &Options,
) -> Result<Normalised> {
    Taken::of(export, recognised, formats, options).normalise(export, recognised, formats, options)
}

/// The same for an export that nobody reads any more: its text is let go of before the cells are cast, since a large list and
/// all that is made of it have no room side by side.
///
/// # Errors
/// As [`normalise`].
pub fn take_over(
    export: &mut Export,
    recognised: &Recognised<'_>,
    formats: &Formats,
    options: &Options,
) -> Result<Normalised> {
    let taken = Taken::of(export, recognised, formats, options);
    export.shed();
    taken.normalise(export, recognised, formats, options)
}

/// What was taken out of the text of an export.
struct Taken<'a> {
    wanted: Vec<Wanted<'a>>,
    /// Where the columns of the rows stand in the header.
    positions: Vec<usize>,
    rows: Rows,
    /// Remarks about the header.
    notices: Vec<Notice>,
    serial_is_id: bool,
    /// Columns that no format reads and that speak of the device all the same.
    margin: Margin,
}

impl<'a> Taken<'a> {
    fn of(export: &Export, recognised: &'a Recognised<'_>, formats: &Formats, options: &Options) -> Self {
        let format = recognised.format;
        let serial_is_id = recognised.columns.get("native_id") == recognised.columns.get("serial")
            && options.needs(format.console, "serial");
        let wanted: Vec<Wanted<'a>> = format
            .sources()
            .filter(|(name, _)| options.needs(format.console, name) && !(serial_is_id && *name == "native_id"))
            .filter_map(|(name, source)| {
                Some(Wanted { field: record_field(name)?, source, at: recognised.columns.get(name)? })
            })
            .collect();
        let margin = Margin::of(export, recognised, options, formats.vocabulary().asides());
        let own: BTreeSet<usize> = wanted.iter().flat_map(|w| w.at.iter().copied()).collect();
        let positions: BTreeSet<usize> = own.iter().copied().chain(margin.positions()).collect();
        let positions: Vec<usize> = positions.into_iter().collect();
        let mut rows = export.read(&positions, format.short_rows);
        let ended = aside::ended(export, recognised);
        set_aside(&mut rows, export, &positions, &own, &ended);
        let footers = footers(export, recognised, formats, (&rows, &positions));
        leave_out(&mut rows, footers.into_iter().map(|(row, text)| (row, (FOOTER.into(), text))).collect());
        let torn = twice::contradictions(export, &wanted, (&rows, &positions));
        leave_out(&mut rows, torn);
        Self { wanted, positions, rows, notices: recognised.notices(export), serial_is_id, margin }
    }

    /// The cells of each column by its place in the header, and which of them were numbers.
    fn cells(&self) -> BTreeMap<usize, (&Strings, &[u32])> {
        let cells = self.rows.columns.iter().zip(self.rows.numeric.iter().map(Vec::as_slice));
        self.positions.iter().copied().zip(cells).collect()
    }

    fn cast(&self, export: &Export, format: &Format, formats: &Formats, options: &Options) -> Result<Vec<Cast>> {
        let (cells, row) = (self.cells(), &self.rows.row);
        let elsewhere = if export.is_table() { options.swapped } else { 0 };
        let one = |w: &Wanted<'_>, beside: bool| {
            let swapped = Known { beside, elsewhere, signs: false, as_of: options.as_of };
            let same_name = |(a, b): (&usize, &usize)| export.same_name(*a, *b);
            let repeated: Vec<bool> = w.at.iter().zip(w.at.iter().skip(1)).map(same_name).collect();
            // Where one column has the id, what another has in its place is not looked at, so that nothing is wrong with it.
            let stands_in = is_identifier(w.field) && !repeated.contains(&true);
            let mut casts: Vec<Cast> = Vec::with_capacity(w.at.len());
            let mut open: Option<BooleanChunked> = None;
            for (cells, numbers) in w.at.iter().filter_map(|at| cells.get(at)) {
                let rest = open.as_ref().map(|open| cells.or_else(open, &Strings::blank(cells.len())));
                let caster = Caster {
                    field: w.field,
                    part: &w.source.part,
                    cells: rest.as_ref().unwrap_or(cells),
                    row,
                    order: options.order,
                    epoch_1904: export.epoch_1904(),
                    swapped,
                    numbers,
                };
                let cast = caster.cast(formats, format);
                if let Some(own) = cast.columns.first().filter(|_| stands_in) {
                    let blank = own.values.is_null();
                    open = Some(open.map_or(blank.clone(), |open| &open & &blank));
                }
                casts.push(cast);
            }
            if !w.source.newest {
                return merge(casts, &repeated, row);
            }
            let mut cast = newest(casts)?;
            let headers = w.at.iter().filter_map(|at| export.header.get(*at)).map(String::as_str);
            if let Some(why) = w.source.is_at_least(headers) {
                cast.only_at_least(w.field, why);
            }
            Ok(cast)
        };
        let mut casts: Vec<Cast> = self.wanted.par_iter().map(|w| one(w, false)).collect::<Result<_>>()?;
        // A spreadsheet that exchanged day and month in one column did so in all.
        if casts.iter().any(|cast| cast.swapped != 0) {
            let others =
                casts.iter_mut().zip(&self.wanted).filter(|(cast, _)| cast.swapped == 0 && cast.written.is_some());
            for (cast, w) in others {
                *cast = one(w, true)?;
            }
        }
        Ok(casts)
    }

    fn normalise(
        self,
        export: &Export,
        recognised: &Recognised<'_>,
        formats: &Formats,
        options: &Options,
    ) -> Result<Normalised> {
        let format = recognised.format;
        let cast = self.cast(export, format, formats, options)?;
        let other = other_table(cast.iter().zip(&self.wanted), &self.cells(), &self.rows.row, formats);
        let asides = formats.vocabulary().asides();
        let own = (options.order, export.epoch_1904());
        let (margin, noticed) = self.margin.columns(&self.cells(), (&export.header, asides), own);
        let written = self.margin.written(&export.header);
        let swapped = cast.iter().fold(0, |bits, cast| bits | cast.swapped);
        let Self { wanted, mut rows, mut notices, serial_is_id, .. } = self;
        rows.columns.clear();
        let mut columns = vec![Column::new("row", UInt32Chunked::from_slice("".into(), &rows.row))];
        let mut dates = Vec::new();
        for (one, w) in cast.into_iter().zip(&wanted) {
            let header = w.at.first().and_then(|at| export.header.get(*at)).map_or(w.field.name, String::as_str);
            columns.extend(unread(&one, w.field, &rows.row));
            notices.extend(one.tally.notices(&export.label, header, w.field));
            dates.extend(one.written.map(|written| (header.to_string(), written)));
            columns.extend(one.columns);
        }
        columns.extend(margin);
        if rows.unread > 0 {
            let (cells, count) =
                if rows.unread == 1 { ("cell", "is damaged and counts") } else { ("cells", "are damaged and count") };
            let message = format!("{} {cells} of the sheet {count} as blank", rows.unread);
            notices.push(Notice::new(Code::UnreadableValue, &export.label, message));
        }
        if serial_is_id {
            serial_as_id(&mut columns);
        }
        for (name, value) in format.constants.iter().filter(|(name, _)| options.needs(format.console, name)) {
            columns.push(constant(name, value, rows.row.len()));
        }
        let mut table = Table::new(rows.row.len(), columns)?;
        for (field, other, word) in &format.blank_unless {
            blank_unless(&mut table, field, other, word)?;
        }
        formats.vocabulary().cannot_know(format.console, &mut table)?;
        notices.extend(row_notices(&export.label, &rows));
        hint_at_order(&mut notices, &dates);
        if let Some(row) = other {
            notices.push(leave_out_from(row, &mut table, &mut rows, &export.label)?);
        }
        let last = rows.row.iter().chain(rows.bad.iter().map(|bad| &bad.row)).max().copied().unwrap_or_default();
        let last_row = u64::from(export.header_row()) + u64::from(last);
        let below = other.map(|_| format!("the {} export goes on below another header", format.console.title()));
        let cut = rows.cut.then(|| format!("the {} export is cut off", format.console.title())).or(below);
        let records = Records {
            console: format.console,
            format: format.id.clone(),
            table,
            bad: rows.bad,
            paging: export.paging.clone(),
            page_sizes: format.page_sizes.clone(),
            limits: formats.vocabulary().row_limits().clone(),
            last_row,
            incomplete: cut,
            partial: format.partial.clone(),
            leaves_out: format.leaves_out.clone(),
            older: None,
            lent: BTreeSet::new(),
            noticed,
            written,
            made: None,
        };
        Ok(Normalised { records, notices, dates, swapped })
    }
}

/// Which rows hold something in a column that could not be read: to a condition they are not blank but unknown.
fn unread(cast: &Cast, field: &Field, row: &[u32]) -> Option<Column> {
    let rows: BTreeSet<u32> = cast.tally.unread().iter().copied().collect();
    let cells = cast.columns.iter().find(|own| own.name == field.name)?;
    let name = unread_name(field.name);
    // Signs of activity may have such a column already, which also knows of days and months that could be exchanged.
    if rows.is_empty() || cast.columns.iter().any(|own| own.name == name) {
        return None;
    }
    let blank = cells.values.is_null();
    let flags = row.iter().zip(blank.iter()).map(|(row, blank)| blank == Some(true) && rows.contains(row));
    Some(Column::new(name, BooleanChunked::from_iter_values("".into(), flags)))
}

/// Where the serial number is the console's id, the one is made of the other; a placeholder stays as written, and what is
/// no serial number is no id.
fn serial_as_id(columns: &mut Vec<Column>) {
    let find = |name: &str| columns.iter().find(|own| own.name == name).map(|own| &own.values);
    let Some(serials) = find("serial").and_then(|own| own.text()) else { return };
    let Some(written) = find(&written_name("serial")).and_then(|own| own.text()) else {
        let ids = Column::new("native_id", serials.clone());
        columns.push(ids);
        return;
    };
    let unread = find("serial_unread").and_then(|own| own.flags());
    let damaged = |at: usize| unread.is_some_and(|unread| unread.get(at) == Some(true));
    let cells = || serials.iter().zip(written.iter()).enumerate();
    let ids = cells().map(|(at, (serial, written))| serial.or_else(|| written.filter(|_| !damaged(at))));
    let ids: Strings = ids.collect();
    let own = cells().map(|(_, (serial, written))| written.filter(|_| serial.is_some()));
    let own: Strings = own.collect();
    let differs = own.null_count() < own.len();
    columns.push(Column::new("native_id", ids));
    columns.extend(differs.then(|| Column::new(written_name("native_id"), own)));
}

/// A row without a single cell that anybody reads describes nothing; nor does a second header, where two files were put
/// together.
fn set_aside(
    rows: &mut Rows,
    export: &Export,
    positions: &[usize],
    own: &BTreeSet<usize>,
    ended: &BTreeMap<u32, String>,
) {
    let mut filled = BooleanChunked::full("".into(), false, rows.row.len());
    let mut header = BooleanChunked::full("".into(), own.len() > 1, rows.row.len());
    for (cells, at) in rows.columns.iter().zip(positions).filter(|(_, at)| own.contains(at)) {
        filled = filled | cells.is_not_null();
        if header.any() {
            let name = export.header.get(*at).map_or("", String::as_str);
            header = header & cells.is(name);
        }
    }
    let mut keep = &filled & &!&header;
    if !ended.is_empty() {
        keep = keep & rows.row.iter().map(|row| Some(!ended.contains_key(row))).collect::<BooleanChunked>();
    }
    if keep.all() {
        return;
    }
    for cells in &mut rows.columns {
        *cells = cells.filter(&keep);
    }
    let mut kept = Vec::with_capacity(rows.row.len());
    for ((row, keep), header) in rows.row.iter().zip(keep.iter()).zip(header.iter()) {
        if keep == Some(true) {
            kept.push(*row);
            continue;
        }
        let other = if header == Some(true) { HEADER_AGAIN } else { BLANK };
        let reason = ended.get(row).map_or(other, String::as_str);
        rows.bad.push(BadRow { row: *row, reason: reason.into(), text: String::new() });
    }
    rows.row = kept;
    rows.bad.sort_by_key(|b| b.row);
}

/// Sets aside rows, each with why and what it names: that must not count as absent.
fn leave_out(rows: &mut Rows, torn: BTreeMap<u32, (String, String)>) {
    if torn.is_empty() {
        return;
    }
    let keep: BooleanChunked = rows.row.iter().map(|row| Some(!torn.contains_key(row))).collect();
    for cells in &mut rows.columns {
        *cells = cells.filter(&keep);
    }
    rows.row.retain(|row| !torn.contains_key(row));
    rows.bad.extend(torn.into_iter().map(|(row, (reason, text))| BadRow { row, reason, text }));
    rows.bad.sort_by_key(|bad| bad.row);
}

/// The row in which another table begins: where an id should be, the row has a name of a column, and every cell of it that is
/// read is the name of a column of some console.
fn other_table<'a>(
    cast: impl Iterator<Item = (&'a Cast, &'a Wanted<'a>)>,
    cells: &BTreeMap<usize, (&Strings, &[u32])>,
    row: &[u32],
    formats: &Formats,
) -> Option<u32> {
    const FEWEST: usize = 3;
    let ids = cast.filter(|(_, w)| ["native_id", "serial", "entra_id"].contains(&w.field.name));
    let suspects: BTreeSet<u32> = ids.flat_map(|(cast, _)| cast.tally.unread().iter().copied()).collect();
    suspects.into_iter().find(|suspect| {
        let Ok(at) = row.binary_search(suspect) else { return false };
        let mut names = 0;
        let is_name = |cell: &str| {
            names += 1;
            formats.knows(&values::squeeze(cell))
        };
        // The first cell that is none settles it: a list may have a damaged identifier in every row.
        cells.values().filter_map(|(cells, _)| cells.get(at)).all(is_name) && names >= FEWEST
    })
}

/// Sets aside the rows of another table that stands below the list, and says so.
fn leave_out_from(first: u32, table: &mut Table, rows: &mut Rows, label: &str) -> Result<Notice> {
    let keep = rows.row.partition_point(|row| *row < first);
    let left_out = rows.row.split_off(keep);
    *table = table.head(keep)?;
    let reason = format!("{BELOW}, in row {first}");
    let bad = left_out.iter().map(|row| BadRow { row: *row, reason: reason.clone(), text: String::new() });
    rows.bad.extend(bad);
    rows.bad.sort_by_key(|bad| bad.row);
    let message = "another table begins here; it and everything below it was not read: save each table as a file or sheet of its own";
    Ok(Notice::new(Code::UnknownFormat, label, message).at_row(first.into()))
}

/// Empties a column where another one is known and does not have the word.
fn blank_unless(table: &mut Table, field: &str, other: &str, word: &str) -> Result<()> {
    let (Some(values), Some(others)) = (table.times(field), table.text(other)) else { return Ok(()) };
    let blanked: Int64Chunked = values
        .iter()
        .zip(others.iter())
        .map(|(value, other)| value.filter(|_| other.is_none_or(|o| o == word)))
        .collect();
    let noticed = (field == "last_seen").then(|| {
        let before = table.times("noticed");
        let before = (0..values.len()).map(|line| before.and_then(|before| before.get(line)));
        // What is no sign of activity there may still speak against the device being stale.
        let of = values.iter().zip(blanked.iter()).zip(before);
        let of: Int64Chunked = of.map(|((value, kept), before)| value.filter(|_| kept.is_none()).max(before)).collect();
        Column::new("noticed", of)
    });
    table.put(Column::new(field, blanked))?;
    if let Some(noticed) = noticed {
        table.put(noticed)?;
    }
    Ok(())
}

/// The names that a list gives to ids, for a format that is a lookup.
#[must_use]
pub fn lookup(export: &Export, recognised: &Recognised<'_>) -> BTreeMap<String, String> {
    let Some(lookup) = &recognised.format.lookup else { return BTreeMap::new() };
    let position = |name: &str| export.header.iter().position(|h| values::squeeze(h) == name);
    let (Some(key), Some(value)) = (position(&lookup.key), position(&lookup.value)) else { return BTreeMap::new() };
    let mut names = pairs(export, key, value);
    // What kind of thing it is says more than the name that somebody gave it.
    for (header, words) in &lookup.instead {
        let Some(at) = position(header) else { continue };
        for (id, word) in pairs(export, key, at) {
            if let Some(name) = words.get(&values::squeeze(&word)) {
                names.insert(id, name.clone());
            }
        }
    }
    names
}

/// Two columns of an export as pairs.
fn pairs(export: &Export, key: usize, value: usize) -> BTreeMap<String, String> {
    let rows = export.read(&[key, value], true);
    let [keys, names] = rows.columns.as_slice() else { return BTreeMap::new() };
    let pairs = keys.iter().zip(names.iter()).filter(|(_, name)| !name.is_some_and(values::looks_secret));
    pairs.filter_map(|(key, name)| Some((values::bare(key?).to_string(), values::bare(name?).to_string()))).collect()
}

/// Puts names in place of ids.
///
/// # Errors
/// [`Error::Internal`](crate::error::Error::Internal) if the engine refuses the column.
pub fn translate(records: &mut Records, field: &str, names: &BTreeMap<String, String>) -> Result<()> {
    let Some(ids) = records.table.text(field) else { return Ok(()) };
    let named: Strings = ids.iter().map(|id| id.map(|id| names.get(id).map_or(id, String::as_str))).collect();
    records.table.put(Column::new(field, named))
}

/// Where other columns of the file tell day and month apart, that is a hint for the person who settles the rest.
fn hint_at_order(notices: &mut [Notice], dates: &[(String, Written)]) {
    let decided = |order| dates.iter().any(|(_, written)| *written == Written::Decided(order));
    let hint = match (decided(Order::Dmy), decided(Order::Mdy)) {
        (true, false) => "; other columns of the file put the day first",
        (false, true) => "; other columns of the file put the month first",
        _ => return,
    };
    let asks = |n: &&mut Notice| n.code == Code::AmbiguousDates && n.message.contains("--date-order");
    for notice in notices.iter_mut().filter(asks) {
        notice.message.push_str(hint);
    }
}

/// Remarks about rows: each bad one up to a limit, then their number.
fn row_notices(export: &str, rows: &Rows) -> Vec<Notice> {
    const SHOWN: usize = 20;
    let mut notices: Vec<Notice> = rows
        .bad
        .iter()
        .take(SHOWN)
        .map(|bad| {
            Notice::new(Code::BadRow, export, format!("the row {} and was set aside", bad.reason))
                .at_row(bad.row.into())
        })
        .collect();
    if rows.bad.len() > SHOWN {
        let more = rows.bad.len() - SHOWN;
        let were = if more == 1 { "row was" } else { "rows were" };
        let message = format!("{more} more {were} set aside; `records.csv` lists each");
        notices.push(Notice::new(Code::BadRow, export, message));
    }
    if rows.cut {
        let message =
            "the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks";
        notices.push(Notice::new(Code::IncompleteExport, export, message));
    }
    notices
}
