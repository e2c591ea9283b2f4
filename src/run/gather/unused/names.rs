//! What names devices in a table that was not used, and the dates beside it.

use std::collections::{HashMap, HashSet};

use crate::coverage::{self, When};
use crate::formats::dates::{Order, Stamp, stamp};
use crate::formats::{Asides, Header, remark, says_yes};
use crate::frame::Strings;
use crate::identity::short_name;
use crate::read::{Export, Prose, Rows};
use crate::time::Millis;

/// A column that repeats itself more tells of no device: a model, a person with several, a word.
const REPEATED: usize = 2;
/// With fewer rows every column may have one date throughout.
const FEW: usize = 3;
/// More days than this are no age of a device.
const MOST_DAYS: i64 = 10_000;
/// More words of a cell than this are a sentence.
const MOST_WORDS: usize = 8;
/// More dates of a device than this are its history; the newest are kept.
const MOST_DATES: usize = 8;

/// Whether a table says when a device was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// A column has such days.
    in_days: bool,
    /// A column may say it in a way that nobody can read.
    pub may_be_hidden: bool,
}

impl Seen {
    /// Whether everything that it says of it can be read.
    pub(super) const fn is_told(self) -> bool {
        self.in_days && !self.may_be_hidden
    }
}

/// Every cell that may name a device, with the dates of its rows; and whether the table says when a device was seen.
///
/// Of a table that may be `part` of a console's list every cell counts, with a date or without. Of any other, such as an inventory
/// or a report of another product, only those of rows with a date: it tells nothing but when somebody saw the device. `strange`
/// are the headers that the list it resembles does not have.
pub(super) fn of(
    export: &Export,
    (part, is_prose): (bool, bool),
    strange: &[String],
    asides: &Asides,
) -> (HashMap<u128, Vec<When>>, Seen) {
    let columns: Vec<usize> = (0..export.header.len()).collect();
    let first = is_prose.then(|| export.header.join(","));
    let rows = export.read(&columns, true);
    let headers = export.header.iter().map(|header| Header::of(header));
    let columns: Vec<Column> =
        rows.columns.iter().zip(headers).map(|(cells, header)| Column::of(cells, &header, asides)).collect();
    let mut seen = Seen::default();
    for (header, (cells, column)) in export.header.iter().zip(rows.columns.iter().zip(&columns)) {
        match column {
            Column::Dates(_) => seen.in_days |= asides.sees(&Header::of(header)),
            _ => seen.may_be_hidden |= may_tell_when(cells, header, strange.contains(header), asides),
        }
    }
    let mut dates: Vec<Vec<When>> = vec![Vec::new(); rows.row.len()];
    for column in &columns {
        if let Column::Dates(own) = column {
            dates.iter_mut().zip(own).for_each(|(all, own)| all.extend(own));
        }
    }
    for (dates, kept) in dates.iter_mut().zip(kept(export, &rows, asides)) {
        dates.extend(kept.then_some(When::Kept));
    }
    let mut names = Names::default();
    let naming = |column: &Column| part || matches!(column, Column::Names);
    for (cells, _) in rows.columns.iter().zip(&columns).filter(|(_, column)| naming(column)) {
        for (cell, dates) in cells.iter().zip(&dates).filter(|(_, dates)| part || !dates.is_empty()) {
            if let Some(cell) = cell {
                names.add(cell, dates);
            }
        }
    }
    // A row with more cells than the header stands below a title, or is no row of a table at all.
    rows.bad.iter().map(|bad| bad.text.as_str()).chain(first.as_deref()).for_each(|line| names.add_line(line));
    // The first row of a list without a header stands where the header should.
    export.header.iter().filter(|_| part).for_each(|cell| names.add(cell, &[]));
    (names.0, seen)
}

/// Whether the cells of a column without dates may tell all the same when a device was seen: by its header, by a word for what is in use
/// now, or by numbers below a header that nobody knows.
fn may_tell_when(cells: &Strings, header: &str, is_strange: bool, asides: &Asides) -> bool {
    const NOW: [&str; 8] = ["online", "active", "aktiv", "connected", "today", "heute", "yesterday", "gestern"];
    let header = Header::of(header);
    let filled = cells.len() - cells.null_count();
    if filled == 0 || asides.lies_ahead(&header) {
        return false;
    }
    let of_now = |cell: &str| split(cell).any(|word| NOW.iter().any(|now| word.eq_ignore_ascii_case(now)));
    let has_digit = |cell: &str| cell.bytes().any(|byte| byte.is_ascii_digit());
    let with = |says: &dyn Fn(&str) -> bool| cells.iter().flatten().filter(|cell| says(cell)).count();
    asides.sees(&header) || with(&of_now) > 0 || is_strange && with(&has_digit) * 2 > filled
}

/// Which rows say that a device is lost or kept: by a word in them, by a yes below such a header, by the name of the table.
fn kept(export: &Export, rows: &Rows, asides: &Asides) -> Vec<bool> {
    let all = asides.keeps(&export.label).is_some();
    let mut said = vec![None; rows.row.len()];
    for (cells, header) in rows.columns.iter().zip(&export.header) {
        let below = asides.keeps(header);
        remark(cells, &mut said, |cell| asides.keeps(cell).or(below.filter(|_| says_yes(cell))).map(|_| ()));
    }
    said.into_iter().map(|said| all || said.is_some()).collect()
}

/// Every word of a text that may name a device, with the dates that stand beside it.
pub(super) fn in_prose(prose: &Prose) -> HashMap<u128, Vec<When>> {
    let mut names = Names::default();
    prose.passages().for_each(|passage| names.add_line(&passage));
    names.0
}

/// What names devices, and the times beside each.
#[derive(Default)]
struct Names(HashMap<u128, Vec<When>>);

impl Names {
    fn add(&mut self, cell: &str, dates: &[When]) {
        let host = host(cell);
        // `PC-1 (Windows)` and `PC-1; PC-2` name devices as well.
        let words = split(cell).take(MOST_WORDS).filter(|word| word.len() < cell.len());
        for name in [Some(cell), host.as_deref()].into_iter().flatten().chain(words).filter_map(coverage::naming) {
            let own = self.0.entry(name).or_default();
            own.extend(dates);
            own.sort_unstable_by(|a, b| b.cmp(a));
            own.dedup();
            own.truncate(MOST_DATES);
        }
    }

    /// Adds the words of a line with a date.
    fn add_line(&mut self, line: &str) {
        let (words, dates) = in_line(line);
        if !dates.is_empty() {
            for word in words {
                self.add(word, &dates);
            }
        }
    }
}

/// What a column of a table that nobody knows is good for.
enum Column {
    /// The dates of each row; two where day and month cannot be told apart.
    Dates(Vec<Vec<When>>),
    /// Most of its cells are its only ones of that text.
    Names,
    Other,
}

impl Column {
    fn of(cells: &Strings, header: &Header, asides: &Asides) -> Self {
        if asides.is_due(header) {
            let all = dates(cells, true).unwrap_or_default().into_iter();
            return Self::Dates(all.map(|own| own.into_iter().map(When::Until).collect()).collect());
        }
        if asides.lies_ahead(header) {
            return Self::Other;
        }
        let sees = asides.sees(header);
        if let Some(days) = days_ago(cells, sees && header.squeezed.contains("day")) {
            return Self::Dates(days);
        }
        if let Some(dates) = dates(cells, sees) {
            // One day in every row is a date of the table, unless the column says otherwise.
            let days: HashSet<i64> = dates.iter().flatten().map(|date| date.days_since(Millis::new(0))).collect();
            let own = sees || days.len() > 1 || dates.iter().filter(|own| !own.is_empty()).count() < FEW;
            let when = |own: Vec<Millis>| own.into_iter().map(When::On).collect();
            return if own { Self::Dates(dates.into_iter().map(when).collect()) } else { Self::Other };
        }
        let distinct: HashSet<&str> = cells.iter().flatten().collect();
        if distinct.len() * REPEATED >= cells.len() - cells.null_count() { Self::Names } else { Self::Other }
    }
}

/// How many days ago each cell was, if the column says so: `2 days ago`, or numbers below a header of `days`.
fn days_ago(cells: &Strings, in_days: bool) -> Option<Vec<Vec<When>>> {
    let mut strange = 0_usize;
    let one = |cell: Option<&str>| {
        let cell = cell.map(str::trim).filter(|cell| !cell.is_empty())?;
        let whole = cell.split_once('.').map_or(cell, |(whole, _)| whole);
        let number = || whole.parse::<i64>().ok().filter(|days| in_days && (0..MOST_DAYS).contains(days));
        let days = ago(cell).or_else(number);
        strange += usize::from(days.is_none());
        days
    };
    let days: Vec<Option<i64>> = cells.iter().map(one).collect();
    let found = days.iter().flatten().count();
    let when = |days: Option<i64>| days.map(When::Ago).into_iter().collect();
    (found > 0 && strange * 2 <= found).then(|| days.into_iter().map(when).collect())
}

/// Days in `2 days ago`, `an hour ago`, `yesterday`, `just now`.
fn ago(text: &str) -> Option<i64> {
    let text = text.to_lowercase();
    match text.as_str() {
        "today" | "now" | "just now" | "online now" => return Some(0),
        "yesterday" => return Some(1),
        _ => {}
    }
    let [number, unit, "ago"] = text.split_whitespace().collect::<Vec<_>>()[..] else { return None };
    let number = match number {
        "a" | "an" => 1,
        number => number.parse::<i64>().ok().filter(|number| (0..MOST_DAYS).contains(number))?,
    };
    match unit.trim_end_matches('s') {
        "day" => Some(number),
        "week" => Some(number * 7),
        "month" => Some(number * 30),
        "hour" => Some(number / 24),
        "minute" | "min" | "second" | "sec" => Some(0),
        _ => None,
    }
}

/// The words of a text.
fn split(text: &str) -> impl Iterator<Item = &str> {
    const SIGNS: [char; 12] = [',', ';', '|', '"', '\'', '(', ')', '[', ']', '<', '>', '='];
    text.split(|c: char| c.is_whitespace() || SIGNS.contains(&c)).filter(|word| !word.is_empty())
}

/// Words and dates of a line of text.
fn in_line(line: &str) -> (Vec<&str>, Vec<When>) {
    let (mut words, mut dates) = (Vec::new(), Vec::new());
    for word in split(line) {
        let found = if word.contains(['-', '/', '.']) { in_either_order(stamp(word)) } else { Vec::new() };
        if found.is_empty() {
            words.push(word);
        } else {
            dates.extend(found.into_iter().map(When::On));
        }
    }
    (words, dates)
}

/// The dates of a column, if it is one of dates. A bare number may be many things, and is one only where the header `sees` devices.
fn dates(cells: &Strings, sees: bool) -> Option<Vec<Vec<Millis>>> {
    let mut strange = 0_usize;
    let mut stamps = Vec::with_capacity(cells.len());
    for cell in cells.iter() {
        let stamp = cell.map_or(Stamp::Unknown, stamp);
        let is_date = sees || cell.is_some_and(|cell| cell.contains(['-', '/', '.', ':', ' ']));
        strange += usize::from(stamp == Stamp::Unreadable || stamp != Stamp::Unknown && !is_date);
        stamps.push(stamp);
    }
    let dated = stamps.iter().filter(|stamp| matches!(stamp, Stamp::At(_) | Stamp::Either(..))).count();
    if dated == 0 || strange * 2 > dated {
        return None;
    }
    Some(stamps.into_iter().map(in_either_order).collect())
}

/// In either order of day and month: a device that was seen on one of two days may have been seen on the later one.
fn in_either_order(stamp: Stamp) -> Vec<Millis> {
    let read = [Order::Dmy, Order::Mdy].into_iter().filter_map(|order| match stamp.resolve(Some(order)) {
        Stamp::At(millis) => Some(Millis::new(millis)),
        _ => None,
    });
    let mut read: Vec<Millis> = read.collect();
    read.dedup();
    read
}

/// The host name in `CONTOSO\PC-1$` and in `pc-1.corp.contoso.com`; nothing where the cell is no more than that.
fn host(cell: &str) -> Option<String> {
    let is_more = cell.contains(['\\', '$', '.']);
    let account = || cell.rsplit_once('\\').map_or(cell, |(_, account)| account).trim().trim_end_matches('$');
    is_more.then(|| short_name(account())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_in_several_ways() {
        for text in [r"CONTOSO\PC-1", r"CONTOSO\PC-1$", "PC-1$", "PC-1.corp.contoso.example", " PC-1.local "] {
            assert_eq!(host(text).as_deref(), Some("pc-1"), "{text}");
        }
        assert_eq!(host("PC-1"), None, "the cell is the name");
    }

    #[test]
    fn times_that_are_told_from_today() {
        for (text, days) in [
            ("2 days ago", Some(2)),
            ("3 hours ago", Some(0)),
            ("a week ago", Some(7)),
            ("Yesterday", Some(1)),
            ("just now", Some(0)),
            ("2 days", None),
            ("long ago", None),
        ] {
            assert_eq!(ago(text), days, "{text}");
        }
        let cells = |cells: &[&str]| cells.iter().copied().map(Some).collect::<Strings>();
        let all = |days: i64| vec![When::Ago(days)];
        assert_eq!(days_ago(&cells(&["0", "12.5"]), true), Some(vec![all(0), all(12)]));
        assert_eq!(days_ago(&cells(&["0", "12"]), false), None, "numbers of anything");
        assert_eq!(days_ago(&cells(&["2026-11-18"]), true), None);
    }

    #[test]
    fn a_column_may_tell_of_days_that_nobody_can_read() {
        let formats = crate::formats::Formats::load(&crate::assets::rules(None).unwrap()).unwrap();
        let asides = formats.vocabulary().asides();
        let tells = |header: &str, is_strange: bool, cell: &str| {
            let cells = [Some(cell); 3].into_iter().collect::<Strings>();
            may_tell_when(&cells, header, is_strange, asides)
        };
        assert!(tells("Last contact", false, "n/k") && tells("Zuletzt", true, "vor 2 Tagen"));
        assert!(tells("Status", false, "Online") && tells("Client", true, "Active"));
        assert!(!tells("Model", false, "ProBook 450 G8") && !tells("Manufacturer", true, "HP"));
        assert!(!tells("Readiness", true, "Capable") && !tells("Status", false, "Inactive"));
        assert!(!tells("Warranty until", true, "Q4 2027"));
    }

    #[test]
    fn a_line_of_text_names_devices_beside_a_date() {
        let (words, dates) = in_line("Host PC-1 last seen 2026-11-18 09:11");
        assert!(words.contains(&"PC-1"), "{words:?}");
        assert_eq!(dates.len(), 1);
        assert_eq!(in_line("PC-1,Clients").1, []);
    }
}
