//! The dates of one column to UTC milliseconds.

use std::collections::BTreeMap;

use polars::prelude::{BooleanChunked, Int64Type, NewChunkedArray};

use super::cast::{Cast, Caster, Written};
use super::dates::{self, Known, Order, Place, Short, Stamp, Swapped};
use super::tally::Tally;
use crate::frame::{Column, make};
use crate::notice::{Code, many};

impl Caster<'_> {
    pub(super) fn times(&self) -> Cast {
        let stamps = self.cells.each(|cell| dates::stamp_in(cell, self.epoch_1904));
        let mut stamps: Vec<Stamp> = stamps.map(|stamp| stamp.unwrap_or(Stamp::Unknown)).collect();
        let mut tally = Tally::default();
        let year_open = self.short_dates(&mut stamps, &mut tally);
        let (order, written) = self.order_of(&stamps, &mut tally);
        let swapped = self.swapped_dates(&stamps, &mut tally);
        let filled = stamps.iter().any(|s| !matches!(s, Stamp::Unknown | Stamp::Unreadable));
        let (stamps, foreign) = self.of_our_calendar(stamps, &mut tally);
        let mut out: Vec<Option<i64>> = Vec::with_capacity(stamps.len());
        let mut unread: Vec<bool> = Vec::with_capacity(stamps.len());
        for ((stamp, row), cell) in stamps.into_iter().zip(self.row).zip(self.cells.iter()) {
            let swapped = swapped.is_some_and(|own| cell.is_some_and(|cell| own.has(cell, stamp)));
            let year_open = year_open && cell.is_some_and(|cell| dates::with_century(cell).is_some());
            let stamp = if swapped || year_open { Stamp::Either(None, None) } else { stamp.resolve(order) };
            unread.push(matches!(stamp, Stamp::Unreadable | Stamp::Either(..)));
            out.push(match stamp {
                Stamp::At(millis) => Some(millis),
                Stamp::Unreadable if foreign => {
                    tally.unread_row(*row);
                    None
                }
                Stamp::Unreadable => {
                    tally.unreadable(self.field, *row, cell.unwrap_or_default());
                    None
                }
                Stamp::Unknown | Stamp::Either(..) => None,
            });
        }
        let mut columns = vec![self.column(make::numbers::<Int64Type>(self.field.name, out.into_iter()))];
        // A sign of activity that could not be read is one all the same: its device must not be called stale.
        if self.field.name == "last_seen" && unread.contains(&true) {
            columns.push(Column::new("last_seen_unread", BooleanChunked::from_slice("".into(), &unread)));
        }
        let swapped = swapped
            .filter(|own| matches!(own.place, Place::Here | Place::Sense | Place::MonthFirst))
            .map_or(0, |own| own.shapes);
        Cast { columns, tally, written: filled.then_some(written), swapped }
    }

    /// Order of day and month in the column, and how it is known.
    fn order_of(&self, stamps: &[Stamp], tally: &mut Tally) -> (Option<Order>, Written) {
        let open = stamps.iter().filter(|s| matches!(s, Stamp::Either(..))).count();
        if open == 0 {
            return (None, Written::Plain);
        }
        match (dates::decide(stamps.iter().copied()), self.order) {
            (Ok(Some(order)), _) => (Some(order), Written::Decided(order)),
            (Ok(None), Some(order)) => (Some(order), Written::Settled(order)),
            (Ok(None), None) => {
                let (dates, count) = if open == 1 { ("date", "counts") } else { ("dates", "count") };
                let message = format!(
                    "{open} {dates} could be day first or month first and {count} as unknown; settle it with \
                     `--date-order dmy` or `mdy`"
                );
                tally.remark(Code::AmbiguousDates, message);
                (None, Written::Open)
            }
            (Err(_), _) => {
                let message = format!(
                    "some cells put the day first and others the month first; the {open} dates of these kinds count as \
                     unknown. The file was put together from two: export it again"
                );
                tally.remark(Code::AmbiguousDates, message);
                (None, Written::Open)
            }
        }
    }

    /// Reads short dates again whose year turns out to be first. Says whether nobody can tell where it is: such dates are
    /// unknown, for a device of this week would be one of years ago.
    fn short_dates(&self, stamps: &mut [Stamp], tally: &mut Tally) -> bool {
        if !stamps.iter().any(|s| matches!(s, Stamp::Either(..))) {
            return false;
        }
        match dates::short(self.cells.iter().flatten()) {
            Short::YearLast => false,
            Short::YearFirst => {
                for (cell, stamp) in self.cells.iter().zip(stamps) {
                    if let Some(whole) = cell.and_then(dates::with_century) {
                        *stamp = dates::stamp_in(&whole, self.epoch_1904);
                    }
                }
                false
            }
            // `dmy` says that the day is first.
            Short::Open if self.order == Some(Order::Dmy) => false,
            Short::Open => {
                let message = "dates of three numbers with two digits could have the year first or last and count as unknown: \
                               settle it with `--date-order dmy` if it is last, or export them with years of four digits";
                tally.remark(Code::AmbiguousDates, message.to_string());
                true
            }
        }
    }

    /// Dates of another calendar are named and never read. Where they are most of the column, all of it is unknown: the
    /// others may be of the same calendar, with a year of two digits. The flag says so.
    fn of_our_calendar(&self, stamps: Vec<Stamp>, tally: &mut Tally) -> (Vec<Stamp>, bool) {
        let strange = |stamp: &Stamp| matches!(stamp, Stamp::Unreadable | Stamp::Either(..));
        let cells = self.cells.iter().zip(&stamps).filter(|(_, stamp)| strange(stamp));
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        for calendar in cells.filter_map(|(cell, _)| dates::calendar_of(cell?)) {
            *seen.entry(calendar.as_str()).or_default() += 1;
        }
        // Of two calendars in one column the one with more cells is named; of equals, the first by name.
        let Some((calendar, _)) = seen.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0))) else {
            return (stamps, false);
        };
        let count: u64 = seen.values().sum();
        let dated = stamps.iter().filter(|stamp| !matches!(stamp, Stamp::Unknown)).count() as u64;
        let most = count * 2 >= dated;
        let rest = if most { "the column counts as unknown" } else { "they count as unknown" };
        let message = format!(
            "{count} of {} are of the {calendar} calendar and are not read; {rest}. Set the region of the program \
             that wrote the list to one with the Gregorian calendar and export it again",
            many(dated, "date")
        );
        tally.remark(Code::AmbiguousDates, message);
        let all = |stamp: Stamp| if stamp == Stamp::Unknown { stamp } else { Stamp::Unreadable };
        (if most { stamps.into_iter().map(all).collect() } else { stamps }, most)
    }

    /// Whether day and month may be exchanged in the dates that leave no choice, and why.
    fn swapped_dates(&self, stamps: &[Stamp], tally: &mut Tally) -> Option<Swapped> {
        let known = Known { signs: self.field.name == "last_seen", ..self.swapped };
        // What tells it is a date that leaves a choice, here or beside: most columns have none.
        if !known.may_tell() && !stamps.iter().any(|stamp| matches!(stamp, Stamp::Either(..))) {
            return None;
        }
        let cells = self.cells.iter().zip(stamps).filter_map(|(cell, stamp)| Some((cell?, *stamp)));
        let swapped = dates::swapped(cells, known)?;
        let count = swapped.count;
        let (dates, have, these) =
            if count == 1 { ("date", "has", "It counts") } else { ("dates", "have", "They count") };
        let message = match swapped.place {
            Place::Here => format!(
                "{count} {dates} {have} a day up to 12, and those that are written otherwise have later ones: a spreadsheet took \
                 the day for the month where it could. {these} as unknown; take the list as the console exports it"
            ),
            Place::Sense => format!(
                "{count} {dates} {have} a day up to 12 and {only} sense with day and month exchanged: the others, or the time of \
                 judgement, show it. {these} as unknown; take the list as the console exports it",
                only = if count == 1 { "makes" } else { "make" }
            ),
            Place::MonthFirst => format!(
                "{count} {dates} with dots {have} a day up to 12, and others of the column are dates only with the month first. \
                 {these} as unknown; take the list as the console exports it"
            ),
            Place::Elsewhere => format!(
                "{count} {dates} {have} a day up to 12, and in another list with dates of this kind a spreadsheet took the day for \
                 the month where it could. {these} as unknown; take the list as the console exports it"
            ),
            Place::Beside => format!(
                "{count} {dates} {have} a day up to 12, and in another column of the list a spreadsheet took the day for the \
                 month where it could. {these} as unknown; take the list as the console exports it"
            ),
        };
        tally.remark(Code::AmbiguousDates, message);
        Some(swapped)
    }
}
