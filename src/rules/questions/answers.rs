//! What would settle a question, as people ask for it: an export by its name, with what it has to have, or a page to look at.

use crate::console::Console;
use crate::coverage::{Coverage, Lists, Place};
use crate::formats::values::squeeze;
use crate::formats::{Format, Formats};
use crate::identity::{KeyKind, RecordStore};
use crate::schema::spoken;

/// Between answers that are needed together.
const AND: &str = "; ";
/// Before what an export has, which stands in brackets.
const HAS: &str = " (has ";
/// Before what to look for on a page.
const FOR: &str = ": ";
/// How an answer begins that is no export.
const LOOK: &str = "a look at ";
/// Columns that are named; of more only the number is said.
const NAMED: usize = 3;
/// Signs of a header that are shown.
const LONGEST_HEADER: usize = 60;

/// The lists at hand, and the exports that may be asked for.
#[derive(Clone, Copy)]
pub(super) struct Answers<'a> {
    pub store: &'a RecordStore,
    pub formats: &'a Formats,
    pub lists: &'a Lists,
    pub coverage: &'a Coverage,
}

impl Answers<'_> {
    /// Whether there is a list of a console.
    pub(super) fn supplied(&self, console: Console) -> bool {
        self.lists.has_rows(console)
    }

    /// Whether nothing shows that the organisation has a product at all: it is no usual one, and no list of it was given. People
    /// are not asked for such a one by its name.
    pub(super) fn is_unheard_of(&self, console: Console) -> bool {
        !self.supplied(console) && !console.is_always_shown()
    }

    /// The table that was not used, by its number.
    pub(super) fn table(&self, number: u16) -> String {
        format!("`{}`", self.coverage.unused(number))
    }

    /// Where it stands that a device is lost or kept, by its number: the column, and the words.
    pub(super) fn place(&self, number: u16) -> String {
        let Some(place) = self.coverage.place(number) else { return String::new() };
        let column = short(&place.column);
        if squeeze(&column) == squeeze(&place.words) { column } else { format!("{column}: {}", place.words) }
    }

    /// Whether what an earlier run kept waits for a decision, by the number of the place.
    pub(super) fn is_of_decisions(&self, number: u16) -> bool {
        self.coverage.place(number) == Some(&Place::of_decisions())
    }

    /// The list in which it stood that a device is lost or kept, by the number of the place.
    pub(super) fn list_of(&self, number: u16) -> String {
        let Some(place) = self.coverage.place(number) else { return String::new() };
        match place.console {
            None => short(&place.column),
            Some(console) if place.column.is_empty() => format!("the list of {}", console.title()),
            Some(console) => format!("{} of the list of {}", short(&place.column), console.title()),
        }
    }

    /// Columns of a console's lists that no format reads and that say when something saw the device.
    pub(super) fn noticed(&self, console: Console) -> String {
        let mut names: Vec<String> = Vec::new();
        for name in self.store.noticed(console).map(short) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let one_of = if names.len() > 1 { "one of " } else { "" };
        if names.is_empty() { String::new() } else { format!(" ({one_of}{}{more})", names.join(", ")) }
    }

    /// What tells the value of record columns of a console that is not known of a device.
    pub(super) fn columns(&self, console: Console, columns: &[&'static str]) -> String {
        if !self.supplied(console) {
            return an_export(console);
        }
        let lacking: Vec<&'static str> =
            columns.iter().copied().filter(|column| self.store.lacking(console, column).next().is_some()).collect();
        // The list has the columns: it says nothing of this device, or something that nobody could read.
        if lacking.is_empty() {
            format!("{}{FOR}{}", look(console, "the device"), words(columns))
        } else {
            self.export(console, &lacking)
        }
    }

    /// What tells which of the candidates of a console is the device.
    pub(super) fn candidates(&self, console: Console, kind: Option<KeyKind>) -> String {
        let column = match kind {
            Some(KeyKind::Serial) => Some("serial"),
            Some(KeyKind::EntraId | KeyKind::ComputerId) => Some("entra_id"),
            _ => None,
        };
        let lacks = |column: &&str| self.store.lacking(console, column).next().is_some();
        match column.filter(lacks) {
            Some(column) => self.export(console, &[column]),
            None => look(console, "the candidates"),
        }
    }

    /// An export that has some columns.
    fn export(&self, console: Console, columns: &[&'static str]) -> String {
        let fits = |format: &&Format| {
            format.console == console
                && format.partial.is_none()
                && format.lookup.is_none()
                && columns.iter().all(|column| format.gives(column))
        };
        // The one that tells most, so that one export settles as much as it can.
        let best = self.formats.all().iter().filter(fits).max_by_key(|f| (f.width(), std::cmp::Reverse(&f.id)));
        let name = best.map_or_else(|| an_export(console), |format| format.title.clone());
        format!("{name}{HAS}{})", words(columns))
    }
}

/// A header or a label, as it is named.
fn short(name: &str) -> String {
    format!("`{}`", name.chars().take(LONGEST_HEADER).collect::<String>())
}

pub(super) fn an_export(console: Console) -> String {
    format!("an export of {}", console.title())
}

/// A page of the console; `at`: what to look for there.
fn look(console: Console, at: &str) -> String {
    format!("{LOOK}{at} in {}", console.title())
}

/// Record columns in words.
pub(super) fn words(columns: &[&str]) -> String {
    let mut all: Vec<String> = Vec::new();
    for word in columns.iter().map(|name| spoken(name)) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all.join(", ")
}

/// Answers that are needed together, as one text.
pub(super) fn together(answers: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for answer in answers.filter(|answer| !answer.is_empty()) {
        if !all.contains(&answer) {
            all.push(answer);
        }
    }
    all.join(AND)
}

/// One of the answers that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The export, or what to look at.
    pub name: &'a str,
    /// What the export has to have, or what to look for.
    pub has: &'a str,
}

impl<'a> Answer<'a> {
    /// Those that a text names, all of which are needed.
    pub fn of(settled_by: &'a str) -> impl Iterator<Item = Self> {
        settled_by.split(AND).filter(|part| !part.is_empty()).map(|part| {
            let (name, has) = part.split_once(HAS).or_else(|| part.split_once(FOR)).unwrap_or((part, ""));
            Self { name, has: has.strip_suffix(')').unwrap_or(has) }
        })
    }

    /// Whether somebody has to look something up, which no export tells.
    #[must_use]
    pub fn is_look(&self) -> bool {
        self.name.starts_with(LOOK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_are_written() {
        let two = ["Entra ID, devices of Microsoft Graph (has Autopilot id that another console names)", "a look at x"];
        let text = together(two.into_iter().chain(two).map(str::to_string));
        let read: Vec<Answer> = Answer::of(&text).collect();
        assert_eq!(read.len(), 2, "each once");
        assert_eq!(
            read[0],
            Answer { name: "Entra ID, devices of Microsoft Graph", has: "Autopilot id that another console names" }
        );
        assert!(!read[0].is_look() && read[1].is_look());
        assert_eq!(Answer::of("").count(), 0);
    }

    #[test]
    fn what_is_looked_for_is_told_apart_from_where() {
        let text =
            format!("{}{FOR}{}", look(Console::Intune, "the device"), words(&["encrypted", "state", "encrypted"]));
        let read: Vec<Answer> = Answer::of(&text).collect();
        assert_eq!(read, [Answer { name: "a look at the device in Intune", has: "encryption, state" }]);
    }
}
