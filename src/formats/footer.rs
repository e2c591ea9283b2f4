//! Lines below a list that describe none of its objects: a total, who made the list and when, how confidential it is.
//!
//! A program that writes tables gives such a line the width of the list, so that it looks like a row. Taken for a record it would be
//! one that nothing tells apart: every device might be it. A record has what every record of the list has; such a line has none of
//! it. Where in doubt it stays a record, and whatever it names is not taken for absent.

use std::collections::{BTreeMap, BTreeSet};

use super::values;
use super::{Format, Formats, Recognised};
use crate::frame::Strings;
use crate::read::{Export, Rows, is_total};

/// Further up a list goes on.
const MOST_LINES: usize = 8;
/// A line of text has no more cells.
const MOST_CELLS: usize = 3;
/// What fewer records have in common every one of the console may lack.
const FEWEST: usize = 3;
/// Columns that are read at once while it is looked whether a line has more cells.
const AT_ONCE: usize = 8;

/// What a line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    /// A word that counts, and numbers.
    Total,
    /// A number alone.
    Number,
    /// Text with blanks in it, or a word and what it is about.
    Text,
}

/// A line that may be one, with the place of each of its cells.
struct Line<'a> {
    line: usize,
    cells: Vec<(usize, &'a str)>,
}

/// Such lines of an export by their rows, with what stands in them.
pub(super) fn footers(
    export: &Export,
    recognised: &Recognised<'_>,
    formats: &Formats,
    (rows, positions): (&Rows, &[usize]),
) -> BTreeMap<u32, String> {
    if !export.is_table() {
        return BTreeMap::new();
    }
    let lines = last_lines(rows, positions);
    let others = rows.row.len() - lines.len();
    if lines.is_empty() || others == 0 {
        return BTreeMap::new();
    }
    let list = List::new(recognised, formats, (rows, positions), &lines);
    let like: Vec<&Line<'_>> = lines.iter().filter(|line| list.is_none_of(line)).collect();
    if like.is_empty() {
        return BTreeMap::new();
    }
    let rest: Vec<usize> =
        (0..export.header.len()).filter(|at| !positions.contains(at) && !recognised.secret.contains(at)).collect();
    let mut more: BTreeMap<u32, BTreeMap<usize, String>> = BTreeMap::new();
    for columns in rest.chunks(AT_ONCE) {
        let own = export.read(columns, recognised.format.short_rows);
        for row in like.iter().filter_map(|line| rows.row.get(line.line)) {
            let Ok(at) = own.row.binary_search(row) else { continue };
            let cells = columns.iter().zip(&own.columns).filter_map(|(place, cells)| Some((*place, cells.get(at)?)));
            more.entry(*row).or_default().extend(cells.map(|(place, cell)| (place, cell.to_string())));
        }
    }
    let whole = |line: &&Line<'_>| {
        let row = *rows.row.get(line.line)?;
        let beside = more.get(&row).into_iter().flatten().map(|(place, cell)| (*place, cell.as_str()));
        let mut cells: Vec<(usize, &str)> = line.cells.iter().copied().chain(beside).collect();
        cells.sort_unstable();
        let is_secret = cells.iter().any(|(_, cell)| values::looks_secret(cell));
        let whole = Line { line: line.line, cells };
        let text: Vec<&str> = whole.cells.iter().map(|(_, cell)| *cell).collect();
        (!is_secret && list.is_none_of(&whole)).then(|| (row, text.join(",")))
    };
    like.iter().filter_map(whole).collect()
}

/// The last rows, as long as each looks like such a line.
fn last_lines<'a>(rows: &'a Rows, positions: &[usize]) -> Vec<Line<'a>> {
    let at = |line: usize| Line {
        line,
        cells: positions.iter().zip(&rows.columns).filter_map(|(at, cells)| Some((*at, cells.get(line)?))).collect(),
    };
    let own = (0..rows.row.len()).rev().map(at).take(MOST_LINES);
    own.take_while(|line| likeness(&line.cells).is_some()).collect()
}

fn likeness(cells: &[(usize, &str)]) -> Option<Likeness> {
    let (_, first) = cells.first()?;
    if is_total(first) && rest_are_numbers(cells) {
        return Some(Likeness::Total);
    }
    match cells {
        [(_, only)] if is_number(only) => Some(Likeness::Number),
        _ if cells.len() <= MOST_CELLS && first.chars().any(char::is_alphabetic) => Some(Likeness::Text),
        _ => None,
    }
}

fn rest_are_numbers(cells: &[(usize, &str)]) -> bool {
    cells.iter().skip(1).all(|(_, cell)| is_number(cell))
}

/// Whether a cell is a number of things.
fn is_number(cell: &str) -> bool {
    cell.bytes().any(|byte| byte.is_ascii_digit())
        && cell.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ',' | '\'' | '%'))
}

/// What the records of a list have in common.
struct List<'a> {
    formats: &'a Formats,
    /// Columns that each of them fills.
    always: BTreeSet<usize>,
    /// Columns by which an object or the device behind it is known, with their cells.
    identifiers: BTreeMap<usize, &'a Strings>,
    /// Lines that are no records.
    lines: BTreeSet<usize>,
    others: usize,
    /// People write it.
    is_register: bool,
}

impl<'a> List<'a> {
    fn new(
        recognised: &Recognised<'_>,
        formats: &'a Formats,
        (rows, positions): (&'a Rows, &[usize]),
        lines: &[Line<'_>],
    ) -> Self {
        let named = |at: &usize| {
            Format::IDENTIFIERS.iter().filter_map(|field| recognised.columns.get(field)).any(|own| own.contains(at))
        };
        let blank = |cells: &Strings| lines.iter().filter(|line| cells.get(line.line).is_none()).count();
        let columns = || positions.iter().copied().zip(&rows.columns);
        Self {
            formats,
            always: columns().filter(|(_, cells)| cells.null_count() == blank(cells)).map(|(at, _)| at).collect(),
            identifiers: columns().filter(|(at, _)| named(at)).collect(),
            lines: lines.iter().map(|line| line.line).collect(),
            others: rows.row.len() - lines.len(),
            is_register: !recognised.format.console.keeps().is_empty(),
        }
    }

    /// Whether a line has nothing that every record has, and reads like none of them.
    fn is_none_of(&self, line: &Line<'_>) -> bool {
        let has = |at: &usize| line.cells.iter().any(|(own, _)| own == at);
        // What stands in the place of a name or an id is no sign of a record.
        let lacks = self.always.iter().filter(|at| !has(at)).count();
        let further = line.cells.iter().skip(MOST_CELLS - 1).any(|(at, _)| self.always.contains(at));
        let Some((first, text)) = line.cells.first() else { return false };
        match likeness(&line.cells) {
            Some(Likeness::Total) => lacks > 0 && lacks >= line.cells.len().min(2),
            _ if lacks < 2 || further || self.others < FEWEST || self.is_register => false,
            Some(Likeness::Number) => self.counts(*first, text),
            Some(Likeness::Text) => {
                let alone = line.cells.len() == 1;
                let has_blanks = text.contains(char::is_whitespace);
                let leads = alone || has_blanks || text.ends_with(':') || rest_are_numbers(&line.cells);
                if !leads {
                    false
                } else if self.identifiers.contains_key(first) {
                    self.is_no_guid(*first, text) || self.is_no_word(*first, text)
                } else {
                    // A record without an id is none, where every other one has one.
                    let lacks_id = self.identifiers.keys().any(|at| self.always.contains(at) && !has(at));
                    alone && lacks_id && has_blanks
                }
            }
            None => false,
        }
    }

    /// Whether a number is that of the records; where it cannot be an id, about that.
    fn counts(&self, at: usize, text: &str) -> bool {
        const ABOUT: usize = 20;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse::<usize>() else { return false };
        let about = self.others / ABOUT + 1;
        number == self.others || (number.abs_diff(self.others) <= about && self.are_guids(at))
    }

    /// The cells of a column of identifiers in the records.
    fn cells(&self, at: usize) -> impl Iterator<Item = &'a str> {
        let cells = self.identifiers.get(&at).into_iter().flat_map(|cells| cells.iter().enumerate());
        cells.filter(|(line, _)| !self.lines.contains(line)).filter_map(|(_, cell)| cell)
    }

    /// Whether every record has a GUID in a column.
    fn are_guids(&self, at: usize) -> bool {
        let mut cells = self.cells(at).peekable();
        cells.peek().is_some() && cells.all(|cell| values::parse_guid(values::bare(cell)).is_some())
    }

    /// The same, and a cell is none and no part of one.
    fn is_no_guid(&self, at: usize, text: &str) -> bool {
        let part = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '{' | '}');
        !text.chars().all(part) && self.are_guids(at)
    }

    /// Whether a cell has blanks in it where no identifier has any. A board without a number of its own has words for it.
    fn is_no_word(&self, at: usize, text: &str) -> bool {
        let has_blanks = |text: &str| values::bare(text).contains(char::is_whitespace);
        let packed: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        has_blanks(text) && !self.formats.vocabulary().is_placeholder(&packed) && !self.cells(at).any(has_blanks)
    }
}

#[cfg(test)]
mod tests;
