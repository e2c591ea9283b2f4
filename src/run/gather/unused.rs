//! Files and tables that were not used and may be part of a list that was: what that list lacks proves nothing then. And
//! whatever they are, a day beside the name of a device may be later than any list has seen it.
//!
//! The second half of a list that was split has no header, a sheet of a workbook has other columns than the one beside it, a
//! part of an export is damaged. Whose part it is only its columns, its place and its name tell; a table that resembles no
//! list at hand, such as an inventory of one's own, shakes nothing.

mod names;

use std::collections::{BTreeSet, HashMap};

use super::Gathered;
use crate::console::Console;
use crate::coverage::{Beside, When};
use crate::formats::values::parse_guid;
use crate::formats::{Asides, Nearest};
use crate::read::{Export, Prose};

/// Columns that a table shares with a list at least, if it is to be a part of it.
const SHARED: usize = 3;
/// Shorter names of files tell of no other part, and shorter names of consoles must stand alone.
const SHORT: usize = 5;
/// Endings of files that may hold lists.
const LISTS: [&str; 11] = ["csv", "tsv", "txt", "json", "xlsx", "xlsm", "xls", "ods", "zip", "gz", "7z"];
/// Words by which the parts of a list are told apart.
const PARTS: [&str; 6] = ["part", "teil", "page", "copy", "split", "of"];

/// What was not used.
#[derive(Debug, Default)]
pub(super) struct Unused {
    tables: Vec<Table>,
    /// Labels of files, members and sheets that could not be read.
    unread: Vec<String>,
    /// Texts that are no tables.
    texts: Vec<Beside>,
    /// Consoles of the lists that were used, with their labels and numbers of columns.
    used: Vec<(Console, String, usize)>,
}

/// A table that no format explains.
#[derive(Debug)]
struct Table {
    label: String,
    columns: usize,
    /// The console whose columns it has.
    like: Option<Console>,
    /// Its first row is no header.
    headless: bool,
    /// Whether it says when a device was seen.
    when: names::Seen,
    /// What names a device in it, and the dates beside it.
    names: HashMap<u128, Vec<When>>,
}

impl Unused {
    /// A list was used.
    pub(super) fn used(&mut self, console: Console, export: &Export) {
        self.used.push((console, export.label.clone(), export.header.len()));
    }

    /// Files, members and sheets could not be read.
    pub(super) fn unread<'a>(&mut self, labels: impl Iterator<Item = &'a str>) {
        self.unread.extend(labels.map(str::to_string));
    }

    /// A text is no table.
    pub(super) fn prose(&mut self, prose: &Prose) {
        let names = names::in_prose(prose);
        if !names.is_empty() {
            self.texts.push(Beside {
                label: prose.label.clone(),
                consoles: 0,
                is_list: false,
                of_any: false,
                is_earlier: false,
                names,
            });
        }
    }

    /// A table was not recognised.
    pub(super) fn table(&mut self, export: &Export, nearest: Option<&Nearest<'_>>, asides: &Asides, is_prose: bool) {
        let near = nearest.filter(|n| n.known.len() >= SHARED && n.known.len() >= n.unknown.len());
        let like = near.map(|n| n.format.console);
        let headless = export.header.iter().any(|cell| parse_guid(cell).is_some() || is_day(cell));
        let may_be_part = like.is_some() || headless || book(&export.label).is_some();
        let strange = nearest.map_or(&[][..], |nearest| nearest.unknown.as_slice());
        let (names, when) = names::of(export, (may_be_part, is_prose), strange, asides);
        if !names.is_empty() {
            self.tables.push(Table {
                label: export.label.clone(),
                columns: export.header.len(),
                like,
                headless,
                when,
                names,
            });
        }
    }

    /// Tells the lists of which something may be missing. Returns them by their place, with the reason.
    pub(super) fn settle(mut self, all: &mut Gathered) -> Vec<(usize, String)> {
        all.unused.append(&mut self.texts);
        for table in std::mem::take(&mut self.tables) {
            let mut consoles = self.consoles_of(&table).fold(0, |bits, console| bits | console.bit());
            // A list without its header is of some console.
            if consoles == 0 && table.headless {
                consoles = u32::MAX;
            }
            // An inventory of one's own may have columns of a console, and never begins without a header. Where no list of the
            // console was used, one with its columns may be that list all the same. What days such a list has that can be read are told
            // anyway.
            let is_only = |like: Console| self.used.iter().all(|(own, ..)| *own != like);
            let is_list = table.headless || !table.when.is_told() && table.like.is_some_and(is_only);
            all.unused.push(Beside {
                label: table.label,
                consoles,
                is_list,
                of_any: table.headless || table.when.may_be_hidden,
                is_earlier: false,
                names: table.names,
            });
        }
        let mut short = Vec::new();
        for label in &self.unread {
            let concerned: BTreeSet<Console> = self.consoles_named(label).collect();
            let lists = all.records.iter().enumerate().filter(|(_, (_, records))| concerned.contains(&records.console));
            short.extend(lists.map(|(at, _)| (at, format!("`{label}` could not be read and may hold more of it"))));
        }
        short
    }

    /// The consoles of whose list a table may be a part.
    fn consoles_of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = Console> + 'a {
        let split = self.used.iter().filter(|(.., columns)| table.headless && *columns == table.columns);
        split.map(|(console, ..)| *console).chain(self.beside(&table.label)).chain(table.like)
    }

    /// The consoles of the sheets of the workbook that a sheet stands in.
    fn beside<'a>(&'a self, label: &'a str) -> impl Iterator<Item = Console> + 'a {
        let own = move |other: &str| book(label).is_some_and(|book| book == other || Some(book) == self::book(other));
        self.used.iter().filter(move |(_, other, _)| own(other)).map(|(console, ..)| *console)
    }

    /// The consoles that the name of a file which could not be read speaks of.
    fn consoles_named<'a>(&'a self, label: &'a str) -> impl Iterator<Item = Console> + 'a {
        let name = file(label);
        let may = ending(name).is_some_and(|ending| LISTS.contains(&ending.as_str()));
        let own = stem(name);
        let says = move |console: Console, other: &str| {
            (own.len() >= SHORT && own == stem(file(other))) || speaks_of(name, console)
        };
        let named = self.used.iter().filter(move |(console, other, _)| may && says(*console, other));
        named.map(|(console, ..)| *console).chain(self.beside(label))
    }
}

/// The name of a file without its folders and archives.
fn file(label: &str) -> &str {
    label.rsplit(['/', '\\', '!']).next().unwrap_or_default()
}

/// The ending of a file's name, in lower case.
fn ending(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase())
}

/// The workbook of a sheet.
fn book(label: &str) -> Option<&str> {
    let (book, _) = label.rsplit_once('!')?;
    matches!(ending(book).as_deref(), Some("xlsx" | "xlsm")).then_some(book)
}

/// Whether a cell begins with a day, as in `2026-03-01`.
fn is_day(cell: &str) -> bool {
    let day = cell.as_bytes().iter().take(10).map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte });
    day.eq(*b"0000-00-00")
}

/// The words of a file's name without those that number its parts.
fn stem(name: &str) -> String {
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    let words = name.split(|c: char| !c.is_alphabetic()).filter(|word| !PARTS.contains(word));
    words.collect()
}

/// Whether the name of a file is one that a console gives its exports, or has the name of the console in it.
fn speaks_of(name: &str, console: Console) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let long = |word: &str| word.len() >= SHORT && name.contains(word);
    let slug = console.as_str();
    long(slug) || words.contains(&slug) || console.file_names().iter().any(|own| name.starts_with(&own.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_list_have_one_stem() {
        assert_eq!(stem("Devices part 2.xlsx"), stem("devices_1.csv"));
        assert_ne!(stem("Devices.csv"), stem("Users.csv"));
    }

    #[test]
    fn a_name_speaks_of_a_console_by_its_own_name_or_by_that_of_its_exports() {
        assert!(
            speaks_of("Intune (2).xlsx", Console::Intune) && speaks_of("DevicesWithInventory_7.zip", Console::Intune)
        );
        assert!(speaks_of("ad export.csv", Console::Ad) && !speaks_of("laptops in Madrid.csv", Console::Ad));
        assert!(!speaks_of("contracts.xlsx", Console::Intune));
    }

    #[test]
    fn a_sheet_stands_in_its_workbook() {
        assert_eq!(book("a.zip!b.xlsx!Sheet 2"), Some("a.zip!b.xlsx"));
        assert_eq!(book("a.zip!b.csv"), None);
    }
}
