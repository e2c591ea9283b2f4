//! The cells of one column to canonical values.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use polars::prelude::{BooleanChunked, ChunkFull, Column, IntoColumn, PlSmallStr, StringChunked, StringChunkedBuilder};

use super::Formats;
use super::dates::{self, Known, Order, Stamp};
use super::describe::Format;
use super::identifiers::is_id;
use super::source::Part;
use super::tally::{Fault, Tally};
use super::values::{self, Cell};
use super::vocabulary::Words;
use crate::frame::make;
use crate::notice::Code;
use crate::schema::{Field, Kind};

/// Fewer strange words than this are no language.
const FEWEST_STRANGE: u64 = 5;
/// Signs of a strange word that a message shows.
const LONGEST_EXAMPLE: usize = 30;

/// How the dates of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// No cell leaves a choice: year first, month names, numbers.
    Plain,
    /// Day and month are told apart by cells of the column.
    Decided(Order),
    /// Day and month are told apart by the caller.
    Settled(Order),
    /// Nothing tells day and month apart; cells with a choice are unknown.
    Open,
}

/// A column cast, with what was seen on the way.
pub(super) struct Cast {
    /// The canonical column first, then what else belongs to it.
    pub columns: Vec<Column>,
    pub tally: Tally,
    /// For a column of dates with at least one cell.
    pub written: Option<Written>,
    /// Shapes of dates in which the column itself shows that a spreadsheet exchanged day and month, as bits.
    pub swapped: u8,
}

impl Cast {
    /// Takes its times for ones that may be newer.
    pub(super) fn only_at_least(&mut self, field: &Field, why: &str) {
        let Some(times) = self.columns.first().cloned() else { return };
        let name = format!("{}_unread", field.name);
        let unread = self.columns.iter().position(|column| *column.name() == name).map(|at| self.columns.remove(at));
        let open = match unread.as_ref().and_then(|unread| unread.bool().ok()) {
            Some(unread) => &times.is_not_null() | unread,
            None => times.is_not_null(),
        };
        self.columns.push(open.with_name(name.into()).into_column());
        self.tally.remark(Code::MissingColumn, why.to_string());
    }

    fn one(column: Column, tally: Tally) -> Self {
        Self { columns: vec![column], tally, written: None, swapped: 0 }
    }
}

/// What a spelling in a column of words is.
enum Spelling {
    /// A word of the column, or a blank.
    Word(Option<String>),
    /// A secret that has no business there.
    Secret,
    /// What a script or a spreadsheet leaves in the place of a word.
    Broken,
}

/// Casts the cells of one column.
pub(super) struct Caster<'a> {
    pub field: &'a Field,
    pub part: &'a Part,
    pub cells: &'a StringChunked,
    pub row: &'a [u32],
    /// Day and month, for a column that does not tell.
    pub order: Option<Order>,
    /// The workbook counts its days from 1904.
    pub epoch_1904: bool,
    /// What else shows that day and month are exchanged.
    pub swapped: Known,
    /// Rows whose cell was a number and not text, in order.
    pub numbers: &'a [u32],
}

impl Caster<'_> {
    pub(super) fn cast(&self, formats: &Formats, format: &Format) -> Cast {
        match self.part {
            Part::Is(word) => return self.is(word),
            Part::Blank => return self.blank(),
            _ => {}
        }
        if self.part.is_whole() {
            return self.whole(formats, format);
        }
        let mut tally = Tally::default();
        let mut parts = StringChunkedBuilder::new(self.name(), self.cells.len());
        for (cell, row) in self.cells.iter().zip(self.row) {
            let part = cell.and_then(|c| self.part.of(c));
            if part.is_none()
                && let Some(cell) = cell.filter(|c| values::is_type_name(values::bare(c)))
            {
                tally.unreadable(self.field, *row, cell);
            }
            parts.append_option(part.as_deref());
        }
        let parts = parts.finish();
        let mut cast = Caster { cells: &parts, part: &Part::Whole, ..*self }.whole(formats, format);
        cast.tally.add(tally);
        cast
    }

    fn whole(&self, formats: &Formats, format: &Format) -> Cast {
        let own = format.values.get(self.field.name);
        match self.field.kind {
            Kind::Serial => self.serials(formats, format.software_serials),
            Kind::Time => self.times(),
            Kind::Flag => self.flags(own),
            Kind::Word(_) | Kind::State => self.words(formats.vocabulary().words(self.field.name), own),
            Kind::Guid => self.guids(),
            Kind::Imei => self.radios(),
            _ if is_id(self.field) => self.ids(),
            _ if self.field.name == "domain" => self.text(values::domain),
            _ => self.text(values::text),
        }
    }

    pub(super) fn name(&self) -> PlSmallStr {
        self.field.name.into()
    }

    fn text(&self, cast: impl Fn(&str) -> Cell<Cow<'_, str>>) -> Cast {
        // Also what is canonical already is copied: the reader's buffers are up to twice as large as what they hold.
        let mut tally = Tally::default();
        let mut out = StringChunkedBuilder::new(self.name(), self.cells.len());
        for (cell, row) in self.cells.iter().zip(self.row) {
            match cell.map(|c| (c, cast(c))) {
                Some((_, Cell::Value(value))) if values::looks_secret(&value) => {
                    tally.count(Fault::Secret, *row);
                    out.append_null();
                }
                Some((_, Cell::Value(value))) => out.append_value(value.as_ref()),
                Some((cell, Cell::Unreadable)) => {
                    tally.unreadable(self.field, *row, cell);
                    out.append_null();
                }
                _ => out.append_null(),
            }
        }
        Cast::one(out.finish().into_column(), tally)
    }

    /// Words of a closed list, each distinct spelling looked at once.
    fn words(&self, words: Option<&Words>, own: Option<&BTreeMap<String, String>>) -> Cast {
        let mut tally = Tally::default();
        // Each spelling once: text, what it is, number of cells.
        let mut seen: Vec<(&str, Spelling, u64)> = Vec::new();
        let mut place: HashMap<&str, usize> = HashMap::new();
        let mut at = 0;
        let translate = |cell: &str| {
            let squeezed = values::squeeze(cell);
            own.and_then(|map| map.get(&squeezed).cloned()).or_else(|| match words {
                Some(words) => words.translate(cell),
                None => Some(squeezed).filter(|s| !s.is_empty()),
            })
        };
        let look = |cell: &str| {
            let bare = values::bare(cell);
            if values::looks_secret(cell) {
                Spelling::Secret
            } else if values::is_type_name(bare) || values::is_spreadsheet_error(bare) {
                Spelling::Broken
            } else {
                Spelling::Word(translate(bare))
            }
        };
        let mut out = StringChunkedBuilder::new(self.name(), self.cells.len());
        for (cell, row) in self.cells.iter().zip(self.row) {
            let Some(cell) = cell else {
                out.append_null();
                continue;
            };
            if seen.get(at).is_none_or(|(text, ..)| *text != cell) {
                at = *place.entry(cell).or_insert_with(|| {
                    seen.push((cell, look(cell), 0));
                    seen.len() - 1
                });
            }
            let Some((_, spelling, count)) = seen.get_mut(at) else { continue };
            *count += 1;
            match spelling {
                Spelling::Word(word) => out.append_option(word.as_deref()),
                Spelling::Secret => {
                    tally.count(Fault::Secret, *row);
                    out.append_null();
                }
                Spelling::Broken => {
                    tally.unreadable(self.field, *row, cell);
                    out.append_null();
                }
            }
        }
        seen.retain(|(_, spelling, _)| matches!(spelling, Spelling::Word(_)));
        let listed = |cell: &str| {
            own.is_some_and(|map| map.contains_key(&values::squeeze(cell)))
                || words.is_none_or(|w| !w.is_closed() || w.knows(cell))
        };
        let mut strange: Vec<(&str, u64)> =
            seen.iter().filter(|(cell, ..)| !listed(values::bare(cell))).map(|(cell, _, n)| (*cell, *n)).collect();
        strange.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let count: u64 = strange.iter().map(|(_, n)| n).sum();
        let filled = (self.cells.len() - self.cells.null_count()) as u64;
        // A new word now and then is the console's progress; mostly new words are another language.
        if let Some((example, _)) = strange.first().filter(|_| count >= FEWEST_STRANGE && count * 2 > filled) {
            let example: String = example.chars().take(LONGEST_EXAMPLE).collect();
            let message = format!(
                "{count} of {filled} cells have words that are not known, such as `{example}`; rules that look for a word pass \
                 them over. If the console speaks another language, set it to English and export again"
            );
            tally.remark(Code::UnreadableValue, message);
        }
        Cast::one(out.finish().into_column(), tally)
    }

    fn is(&self, word: &str) -> Cast {
        let flags: BooleanChunked =
            self.cells.iter().map(|c| Some(c.is_some_and(|c| values::squeeze(c) == word))).collect();
        Cast::one(flags.with_name(self.name()).into_column(), Tally::default())
    }

    /// A column that is blank throughout was not asked for, and says nothing.
    fn blank(&self) -> Cast {
        let blank = |c: Option<&str>| c.is_none_or(|c| dates::stamp_in(c, self.epoch_1904) == Stamp::Unknown);
        let flags: Vec<bool> = self.cells.iter().map(blank).collect();
        let known = flags.contains(&false);
        let flags = flags.into_iter().map(|flag| known.then_some(flag));
        Cast::one(make::flags(self.field.name, flags), Tally::default())
    }

    fn flags(&self, own: Option<&BTreeMap<String, String>>) -> Cast {
        let mut tally = Tally::default();
        let mut out: Vec<Option<bool>> = Vec::with_capacity(self.cells.len());
        for (cell, row) in self.cells.iter().zip(self.row) {
            let Some(cell) = cell else {
                out.push(None);
                continue;
            };
            let translated = own.and_then(|map| map.get(&values::squeeze(cell)));
            out.push(match values::flag(translated.map_or(cell, String::as_str)) {
                Cell::Value(value) => Some(value),
                Cell::Unreadable => {
                    tally.unreadable(self.field, *row, cell);
                    None
                }
                Cell::Nothing | Cell::Placeholder => None,
            });
        }
        Cast::one(make::flags(self.field.name, out.into_iter()), tally)
    }
}

/// A canonical column with one value throughout.
pub(super) fn constant(name: &str, value: &str, height: usize) -> Column {
    StringChunked::full(name.into(), value, height).into_column()
}
