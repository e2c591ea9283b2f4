//! The cells of one column to canonical values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::BooleanChunked;

use super::Formats;
use super::dates::{self, Known, Order, Stamp};
use super::describe::Format;
use super::identifiers::{is_id, unread_name};
use super::source::Part;
use super::tally::{Fault, Tally};
use super::values::{self, Cell};
use super::vocabulary::Words;
use crate::frame::{Column, Strings, Values, make};
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
        let Some(known) = self.columns.first().map(|times| times.values.is_not_null()) else { return };
        let name = unread_name(field.name);
        let unread = self.columns.iter().position(|column| column.name == name).map(|at| self.columns.remove(at));
        let open = match unread.as_ref().and_then(|unread| unread.values.flags()) {
            Some(unread) => &known | unread,
            None => known,
        };
        self.columns.push(Column::new(name, open));
        self.tally.remark(Code::MissingColumn, why.to_string());
    }

    fn one(column: Column, tally: Tally) -> Self {
        Self { columns: vec![column], tally, written: None, swapped: 0 }
    }
}

/// Why the text of a cell is none of its column.
enum Unfit {
    /// A secret that has no business there.
    Secret,
    /// What a script or a spreadsheet leaves in the place of a text.
    Broken,
}

/// Casts the cells of one column.
pub(super) struct Caster<'a> {
    pub field: &'a Field,
    pub part: &'a Part,
    pub cells: &'a Strings,
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
        let (parts, tally) = self.judged(|cell| match self.part.of(cell) {
            None if values::is_type_name(values::bare(cell)) => Err(Unfit::Broken),
            part => Ok(part),
        });
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

    /// The column of these cells.
    pub(super) fn column(&self, values: impl Into<Values>) -> Column {
        Column::new(self.field.name, values)
    }

    /// The text of each cell as it is judged; what is unfit is counted.
    fn judged(&self, judge: impl Fn(&str) -> Result<Option<Cow<'_, str>>, Unfit>) -> (Strings, Tally) {
        let mut tally = Tally::default();
        let made = self.cells.translate(judge, |line, cell, unfit| {
            let row = self.row.get(line).copied().unwrap_or_default();
            match unfit {
                Unfit::Secret => tally.count(Fault::Secret, row),
                Unfit::Broken => tally.unreadable(self.field, row, cell),
            }
        });
        (made, tally)
    }

    fn text(&self, cast: impl Fn(&str) -> Cell<Cow<'_, str>>) -> Cast {
        let (made, tally) = self.judged(|cell| match cast(cell) {
            Cell::Value(value) if values::looks_secret(&value) => Err(Unfit::Secret),
            Cell::Value(value) => Ok(Some(value)),
            Cell::Unreadable => Err(Unfit::Broken),
            Cell::Nothing | Cell::Placeholder => Ok(None),
        });
        Cast::one(self.column(made), tally)
    }

    /// Words of a closed list.
    fn words(&self, words: Option<&Words>, own: Option<&BTreeMap<String, String>>) -> Cast {
        let translate = |cell: &str| {
            let squeezed = values::squeeze(cell);
            own.and_then(|map| map.get(&squeezed).cloned()).or_else(|| match words {
                Some(words) => words.translate(cell),
                None => Some(squeezed).filter(|s| !s.is_empty()),
            })
        };
        let unfit = |cell: &str| {
            let bare = values::bare(cell);
            let broken = || values::is_type_name(bare) || values::is_spreadsheet_error(bare);
            if values::looks_secret(cell) { Some(Unfit::Secret) } else { broken().then_some(Unfit::Broken) }
        };
        let (made, mut tally) = self.judged(|cell| match unfit(cell) {
            Some(unfit) => Err(unfit),
            None => Ok(translate(values::bare(cell)).map(Cow::Owned)),
        });
        let listed = |cell: &str| {
            own.is_some_and(|map| map.contains_key(&values::squeeze(cell)))
                || words.is_none_or(|w| !w.is_closed() || w.knows(cell))
        };
        let mut strange = self.cells.different();
        strange.retain(|(cell, _)| !listed(values::bare(cell)) && unfit(cell).is_none());
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
        Cast::one(self.column(made), tally)
    }

    fn is(&self, word: &str) -> Cast {
        let said = self.cells.each(|cell| values::squeeze(cell) == word);
        let flags: BooleanChunked = said.map(|said| Some(said == Some(true))).collect();
        Cast::one(self.column(flags), Tally::default())
    }

    /// A column that is blank throughout was not asked for, and says nothing.
    fn blank(&self) -> Cast {
        let blank = self.cells.each(|cell| dates::stamp_in(cell, self.epoch_1904) == Stamp::Unknown);
        let flags: Vec<bool> = blank.map(|blank| blank != Some(false)).collect();
        let known = flags.contains(&false);
        let flags = flags.into_iter().map(|flag| known.then_some(flag));
        Cast::one(self.column(make::truths(self.field.name, flags)), Tally::default())
    }

    fn flags(&self, own: Option<&BTreeMap<String, String>>) -> Cast {
        let mut tally = Tally::default();
        let flag = |cell| {
            let translated = own.and_then(|map| map.get(&values::squeeze(cell)));
            (cell, values::flag(translated.map_or(cell, String::as_str)))
        };
        let mut out: Vec<Option<bool>> = Vec::with_capacity(self.cells.len());
        for (said, row) in self.cells.each(flag).zip(self.row) {
            out.push(match said {
                Some((_, Cell::Value(value))) => Some(value),
                Some((cell, Cell::Unreadable)) => {
                    tally.unreadable(self.field, *row, cell);
                    None
                }
                Some((_, Cell::Nothing | Cell::Placeholder)) | None => None,
            });
        }
        Cast::one(self.column(make::truths(self.field.name, out.into_iter())), tally)
    }
}

/// A canonical column with one value throughout.
pub(super) fn constant(name: &str, value: &str, height: usize) -> Column {
    Column::new(name, Strings::full(value, height))
}
