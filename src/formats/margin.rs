//! What stands in columns that no format reads, and speaks of the device all the same: days on which something saw it, and words by
//! which somebody keeps it.

mod words;

use std::collections::{BTreeMap, HashSet};

use polars::prelude::{Int64Chunked, NewChunkedArray};

pub(super) use words::Raw;
pub(crate) use words::{Asides, Header, Kept, LOST};

use super::dates::{self, Order, Stamp};
use super::values::{self, Cell, squeeze};
use super::{Options, Recognised};
use crate::frame::{Column, Strings};
use crate::read::Export;
use crate::time::DAY;

/// Columns that formats read from what people write, or from a path in a tree that people grow.
const WRITTEN: [&str; 8] =
    ["name", "primary_user", "org_unit", "group_tag", "domain", "services", "labels", "profile_type"];

/// With fewer dates several may be of one moment by chance.
const FEWEST: usize = 3;
/// So many rows with one moment each are no devices.
const SHARED: usize = 5;
/// Cells of a column that tell whether it may hold dates.
const SHOWN: usize = 5;
/// Dates that are compared.
const LOOKED_AT: usize = 10_000;

/// Where an export has such columns.
#[derive(Debug, Default)]
pub(super) struct Margin {
    seeing: Vec<usize>,
    /// Those below a header that nobody knows, such as that of another product, if they hold days that are written as days.
    strange: Vec<usize>,
    due: Vec<usize>,
    written: Vec<usize>,
    /// Columns that say it by their headers, and what they say of a row with a yes.
    modes: Vec<(usize, Kept)>,
}

/// Why somebody keeps a device, in which column it stands and in which cell.
#[derive(Clone, Copy)]
struct Remark<'m> {
    kept: &'m Kept,
    header: &'m str,
    cell: &'m str,
}

impl Margin {
    pub(super) fn of(export: &Export, recognised: &Recognised<'_>, options: &Options, asides: &Asides) -> Self {
        let console = recognised.format.console;
        let (dates, remarks) = (options.needs(console, "noticed"), options.needs(console, "remark"));
        let mut own = Self::default();
        for (at, written) in export.header.iter().enumerate().filter(|(at, _)| !recognised.secret.contains(at)) {
            let read = recognised.columns.iter().filter(|(_, positions)| positions.contains(&at));
            let read: Vec<&str> = read.map(|(name, _)| *name).collect();
            let keeps = asides.keeps(written).cloned();
            let named = Header::of(written);
            let header = &named.squeezed;
            let people_write = read.iter().any(|name| WRITTEN.contains(name));
            if !read.is_empty() && !people_write {
                continue;
            }
            let of_days = dates && read.is_empty();
            let mode = asides.lost_mode(header).or(keeps).filter(|_| remarks && read.is_empty());
            if let Some(mode) = mode {
                own.modes.push((at, mode));
            } else if of_days && asides.is_due(&named) {
                own.due.push(at);
            } else {
                // People paste a column beside a list and call it after what it comes from, or not at all.
                let is_strange = header.is_empty() || recognised.unknown.contains(written);
                if of_days && asides.sees(&named) {
                    own.seeing.push(at);
                } else if of_days && is_strange && asides.may_see(&named) {
                    own.strange.push(at);
                }
                if remarks && (people_write || asides.is_written(header)) {
                    own.written.push(at);
                }
            }
        }
        // Most of those that sound like it hold no dates: where the first cells show it, the rest is not read.
        let may_be_date = |cell: &String| !matches!(dates::stamp(cell), Stamp::Unreadable);
        own.seeing = shown(export, &own.seeing, may_be_date);
        own.strange = shown(export, &own.strange, |cell| may_be_date(cell) && !is_number(cell));
        own
    }

    /// The places of all of them.
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        let of_days = self.seeing.iter().chain(&self.strange).chain(&self.due);
        of_days.chain(&self.written).chain(self.modes.iter().map(|(at, _)| at)).copied()
    }

    /// Headers of the columns in which it may stand that somebody keeps a device.
    pub(super) fn written(&self, header: &[String]) -> Vec<String> {
        let places = self.written.iter().chain(self.modes.iter().map(|(at, _)| at));
        places.filter_map(|at| header.get(*at)).cloned().collect()
    }

    /// The columns `noticed`, `noticed_or`, `due` and those of remarks, as far as there is anything to say; and the headers of those whose
    /// dates are among them.
    pub(super) fn columns<'m>(
        &'m self,
        cells: &BTreeMap<usize, (&Strings, &[u32])>,
        (header, asides): (&'m [String], &'m Asides),
        (order, epoch_1904): (Option<Order>, bool),
    ) -> (Vec<Column>, Vec<String>) {
        let of = |places: &'m [usize]| {
            places.iter().filter_map(move |at| cells.get(at).map(|(cells, _)| *cells).zip(header.get(*at)))
        };
        let mut noticed = Vec::new();
        let (mut newest, mut either) = (Vec::new(), Vec::new());
        let known = of(&self.seeing).map(|(column, header)| (stamps(column, epoch_1904), header));
        for (stamps, header) in known.chain(of(&self.strange).map(|(column, header)| (written(column), header))) {
            if notice(&stamps, order, true, (&mut newest, &mut either)) {
                let unnamed = || "a column without a header".to_owned();
                noticed.push(if header.trim().is_empty() { unnamed() } else { header.clone() });
            }
        }
        let (mut due, mut due_or) = (Vec::new(), Vec::new());
        for (column, header) in of(&self.due) {
            // All that was lent may be due on one day.
            if notice(&stamps(column, epoch_1904), order, false, (&mut due, &mut due_or)) {
                noticed.push(header.clone());
            }
        }
        // The later of two days: until then it may be with somebody.
        due.iter_mut().zip(due_or).for_each(|(due, or)| *due = (*due).max(or));
        let mut remarks: Vec<Option<Remark<'_>>> = Vec::new();
        let of_column = |at: usize| cells.get(&at).map(|(cells, _)| *cells).zip(header.get(at));
        for (column, header) in self.written.iter().filter_map(|at| of_column(*at)) {
            remark(column, &mut remarks, |cell| Some(Remark { kept: asides.keeps(cell)?, header, cell }));
        }
        for (at, kept) in &self.modes {
            if let Some((column, header)) = of_column(*at) {
                remark(column, &mut remarks, |cell| says_yes(cell).then_some(Remark { kept, header, cell }));
            }
        }
        let times = |name: &str, times: Vec<Option<i64>>| {
            let any = times.iter().any(Option::is_some);
            any.then(|| Column::new(name, Int64Chunked::from_iter_options("".into(), times.into_iter())))
        };
        let dates = times("noticed", newest).into_iter().chain(times("noticed_or", either)).chain(times("due", due));
        (dates.chain(said(&remarks)).collect(), noticed)
    }
}

/// The columns `remark`, `remark_in`, `remark_words` and `remark_text`, as far as there is anything to say.
fn said(remarks: &[Option<Remark<'_>>]) -> Vec<Column> {
    if remarks.iter().all(Option::is_none) {
        return Vec::new();
    }
    let column = |name: &str, of: for<'r> fn(&'r Remark<'_>) -> &'r str| {
        let texts = remarks.iter().map(|remark| remark.as_ref().map(of));
        Column::new(name, texts.collect::<Strings>())
    };
    vec![
        column("remark", |remark| &remark.kept.why),
        column("remark_in", |remark| remark.header),
        column("remark_words", |remark| &remark.kept.phrase),
        column("remark_text", |remark| remark.cell),
    ]
}

/// Whether a cell says yes: it says anything but no.
pub(crate) fn says_yes(text: &str) -> bool {
    const NO: [&str; 12] =
        ["", "0", "no", "n", "false", "disabled", "off", "none", "null", "na", "unknown", "notsupported"];
    let squeezed = squeeze(text);
    let is_no = NO.contains(&squeezed.as_str()) || squeezed.starts_with("not");
    !is_no && !matches!(values::flag(text), Cell::Value(false) | Cell::Nothing)
}

/// Those columns of whose first cells that hold anything one looks as asked, or that hold nothing.
fn shown(export: &Export, columns: &[usize], looks: impl Fn(&String) -> bool) -> Vec<usize> {
    let shown = export.sample(columns, SHOWN);
    let may_be = |cells: &Vec<String>| cells.is_empty() || cells.iter().any(&looks);
    columns.iter().zip(&shown).filter(|(_, cells)| may_be(cells)).map(|(at, _)| *at).collect()
}

fn stamps(cells: &Strings, epoch_1904: bool) -> Vec<Stamp> {
    cells.iter().map(|cell| cell.map_or(Stamp::Unknown, |cell| dates::stamp_in(cell, epoch_1904))).collect()
}

/// The same of cells that are written as days; below a header that nobody knows a number is a number.
fn written(cells: &Strings) -> Vec<Stamp> {
    let stamp = |cell: &str| if is_number(cell) { Stamp::Unreadable } else { dates::stamp(cell) };
    cells.iter().map(|cell| cell.map_or(Stamp::Unknown, stamp)).collect()
}

/// Whether a cell is a number, such as an amount of memory or a version, and no day with its parts told apart.
fn is_number(cell: &str) -> bool {
    let cell = values::bare(cell);
    let points = cell.bytes().filter(|byte| matches!(byte, b'.' | b',')).count();
    points < 2 && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// Adds the dates of a column, if most of what it holds is dates, and unless it has the date of the list where `own` ones are asked for.
/// `either` takes what is left where day and month cannot be told apart. Returns whether one of them may be a day on which something was
/// seen: numbers of things are days of a century ago.
fn notice(
    stamps: &[Stamp],
    order: Option<Order>,
    own: bool,
    (newest, either): (&mut Vec<Option<i64>>, &mut Vec<Option<i64>>),
) -> bool {
    const OF_THIS_CENTURY: i64 = 946_684_800_000;
    let dated = stamps.iter().filter(|stamp| matches!(stamp, Stamp::At(_) | Stamp::Either(..))).count();
    let strange = stamps.iter().filter(|stamp| matches!(stamp, Stamp::Unreadable)).count();
    if dated == 0 || strange * 2 > dated || own && is_of_the_list(stamps, dated) {
        return false;
    }
    let order = dates::decide(stamps.iter().copied()).ok().flatten().or(order);
    newest.resize(stamps.len(), None);
    either.resize(stamps.len(), None);
    for ((stamp, newest), either) in stamps.iter().zip(newest).zip(either) {
        match stamp.resolve(order) {
            Stamp::At(millis) => *newest = (*newest).max(Some(millis)),
            Stamp::Either(one, other) => {
                *newest = (*newest).max(one);
                *either = (*either).max(other);
            }
            Stamp::Unknown | Stamp::Unreadable => {}
        }
    }
    stamps.iter().any(|stamp| match stamp {
        Stamp::At(at) => *at >= OF_THIS_CENTURY,
        Stamp::Either(one, other) => (*one).max(*other).is_some_and(|at| at >= OF_THIS_CENTURY),
        Stamp::Unknown | Stamp::Unreadable => false,
    })
}

/// Whether the dates of a column are those of the list, such as when it was synchronised or made: many rows have the same moment,
/// and hardly any has none. Of a day on which things were counted those have none that were not found.
fn is_of_the_list(stamps: &[Stamp], dated: usize) -> bool {
    if dated * 10 < stamps.len() * 9 {
        return false;
    }
    let moments = || {
        stamps.iter().filter_map(|stamp| match stamp {
            Stamp::At(millis) => Some(*millis),
            Stamp::Either(one, other) => one.or(*other),
            Stamp::Unknown | Stamp::Unreadable => None,
        })
    };
    let different: HashSet<i64> = moments().take(LOOKED_AT).collect();
    let looked_at = dated.min(LOOKED_AT);
    // Days without a time of day are shared by many as well.
    let has_times = moments().take(LOOKED_AT).any(|millis| millis.rem_euclid(DAY) != 0);
    looked_at >= FEWEST && (different.len() == 1 || has_times && different.len() * SHARED <= looked_at)
}

/// Adds what the cells of a column say; the first word that was found stays.
pub(crate) fn remark<'a, T: Copy + 'a>(
    cells: &'a Strings,
    all: &mut Vec<Option<T>>,
    says: impl Fn(&'a str) -> Option<T> + 'a,
) {
    all.resize(cells.len(), None);
    for (said, slot) in cells.each(says).zip(all) {
        *slot = slot.or(said.flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_other_things_says_nothing() {
        let cells = |cells: &[&str]| cells.iter().copied().map(Some).collect::<Strings>();
        let noticed = |own: &[&str]| {
            let (mut newest, mut either) = (Vec::new(), Vec::new());
            notice(&stamps(&cells(own), false), None, true, (&mut newest, &mut either));
            (newest.iter().flatten().count(), either.iter().flatten().count())
        };
        assert_eq!(noticed(&["PC-1", "PC-2", "2026-11-18"]), (0, 0));
        assert_eq!(noticed(&["2026-11-18", "2026-11-19T08:00:00Z", "never"]), (2, 0));
        assert_eq!(noticed(&["2026-11-19T08:00:00Z"; 3]), (0, 0), "when the list was made");
        let synced = ["2026-11-18T08:00:00Z", "2026-11-19T08:00:00Z"].repeat(5);
        assert_eq!(noticed(&synced), (0, 0), "when each of two servers was synchronised");
        assert_eq!(noticed(&["2026-11-18", "2026-11-19"].repeat(5)), (10, 0), "days of devices");
        assert_eq!(noticed(&["11/12/2026"]), (1, 1), "one of two days");
        assert_eq!(noticed(&["11/12/2026", "11/13/2026"]), (2, 0));
    }
}
