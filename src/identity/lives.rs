//! When the records that share an identifier were in use. Lives that follow one another are enrolments of one device,
//! however many there are; lives at the same time under different names are copies of one machine.
//!
//! A life goes from enrolment, registration or first report to the last sign of life. Where a list does not say when its
//! records were made, only a moment of each life is known, and moments near each other stand for lives at the same time.

use std::collections::HashMap;
use std::ops::Range;

use polars::prelude::{Int64Chunked, StringChunked};

use super::absence::short_name;
use super::activity::DAY;
use super::devices::SIGNALS;
use super::keys::{Kind, Pair, number};
use super::shelves::{Shelf, Shelves};
use crate::schema::Console;

/// What two lives may overlap by at each end: the old record is still heard of while the new one is made.
const MARGIN: i64 = DAY * 3 / 2;
/// Moments so near each other are of one time.
const NEAR: i64 = 7 * DAY;
/// So many names at once are no hand-over from one enrolment to the next.
const SEVERAL: usize = 3;
/// More records than this, of which nobody knows when they were made, are told apart by nothing.
const MOST_UNDATED: usize = 4;
/// Rows that a connector writes beside the device's own; both may be heard of at the same time.
const CONNECTORS: [&str; 5] = ["configmgr", "jamf", "mde", "chromeos", "eas"];

/// Records of one console that share an identifier and are not plainly enrolments of one device.
#[derive(Debug)]
pub(super) struct Crowd {
    pub console: Console,
    /// Number of objects, rows of one object counted once.
    pub objects: usize,
    /// How many of them were in use at the same time under different names.
    pub at_once: usize,
    /// The records.
    pub records: Vec<u32>,
    /// Those that are machines of their own for sure: in use beside each of the others, and with another identifier that
    /// none of the others has.
    pub apart: Vec<u32>,
}

/// What the lives of records that share an identifier say.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Copies of one machine.
    pub copies: Vec<Crowd>,
    /// Enrolments or copies: nobody can tell.
    pub doubtful: Vec<Crowd>,
}

/// What is known of records for telling lives apart.
pub(super) struct Lives<'a> {
    columns: Vec<Columns<'a>>,
}

/// The columns of one console.
struct Columns<'a> {
    console: Console,
    records: Range<u32>,
    ids: Option<&'a StringChunked>,
    names: Option<&'a StringChunked>,
    users: Option<&'a StringChunked>,
    agents: Option<&'a StringChunked>,
    joins: Option<&'a StringChunked>,
    merged: Option<&'a StringChunked>,
    entra: Option<&'a StringChunked>,
    serials: Option<&'a StringChunked>,
    made: Option<&'a Int64Chunked>,
    seen: Option<&'a Int64Chunked>,
}

/// One record, by the kind of object that it is and the object.
struct Row<'a> {
    kind: (usize, Option<&'a str>),
    object: (bool, u128),
    record: u32,
}

/// When an object was in use; a moment where both ends are one.
#[derive(Clone, Copy, Debug, Default)]
struct Life {
    from: i64,
    to: i64,
    /// Numbers of its name and its user, 0 where there is none.
    name: u128,
    user: u128,
}

impl Life {
    const fn is_moment(&self) -> bool {
        self.from == self.to
    }
}

enum Tells {
    OneDevice,
    Doubt,
    Copies(usize),
}

impl<'a> Lives<'a> {
    pub(super) fn new(shelves: &'a Shelves) -> Self {
        let known = shelves.shelves.iter().filter(|shelf| SIGNALS.contains(&shelf.console));
        Self { columns: known.map(Columns::new).collect() }
    }

    /// Whether a console has several of these records.
    pub(super) fn crowded(&self, run: &[Pair]) -> bool {
        self.columns.iter().any(|columns| {
            let first = run.partition_point(|(_, record)| *record < columns.records.start);
            run.get(first + 1).is_some_and(|(_, record)| *record < columns.records.end)
        })
    }

    /// Judges records that share an identifier.
    pub(super) fn judge(&self, kind: Kind, run: &[Pair]) -> Verdict {
        let mut verdict = Verdict::default();
        let rows = self.rows(run);
        for rows in rows.chunk_by(|a, b| a.kind == b.kind).filter(|rows| rows.len() > 1) {
            let objects: Vec<&[Row<'_>]> = rows.chunk_by(|a, b| a.object == b.object).collect();
            let lives: Vec<Option<Life>> = objects.iter().map(|rows| self.life(rows)).collect();
            let known: Vec<Life> = lives.iter().copied().flatten().collect();
            let Some(console) = rows.first().and_then(|row| Some(self.columns.get(row.kind.0)?.console)) else { continue };
            let crowd = |at_once| Crowd {
                console,
                objects: objects.len(),
                at_once,
                records: rows.iter().map(|row| row.record).collect(),
                apart: Vec::new(),
            };
            match tells(&known, most_at_once(kind), side_by_side(console)) {
                Tells::OneDevice => {}
                Tells::Doubt => verdict.doubtful.push(crowd(0)),
                Tells::Copies(at_once) => {
                    let apart = self.apart(kind, &objects, &lives);
                    verdict.copies.push(Crowd { apart, ..crowd(at_once) });
                }
            }
        }
        verdict
    }

    fn of(&self, record: u32) -> Option<(usize, &Columns<'a>)> {
        self.columns.iter().enumerate().find(|(_, columns)| columns.records.contains(&record))
    }

    /// The records of consoles that tell when something was in use, object by object.
    fn rows(&self, run: &[Pair]) -> Vec<Row<'_>> {
        let row = |(_, record): &Pair| {
            let (at, columns) = self.of(*record)?;
            let id = columns.cell(columns.ids, *record);
            // Objects of Entra ID that are joined in different ways may live side by side on one machine.
            let join = columns.cell(columns.joins, *record).filter(|_| columns.console == Console::Entra);
            // Rows without ids are of one object where they have one name, as in the lists of two months.
            let name = || Some(columns.name(*record)).filter(|name| *name != 0).unwrap_or(u128::from(*record));
            Some(Row { kind: (at, join), object: (id.is_none(), id.map_or_else(name, number)), record: *record })
        };
        let mut rows: Vec<Row<'_>> = run.iter().filter_map(row).collect();
        rows.sort_unstable_by_key(|row| (row.kind, row.object, row.record));
        rows
    }

    /// The life of an object, which may fill several rows: each is a moment of it, and the newest says what it is called.
    fn life(&self, rows: &[Row<'_>]) -> Option<Life> {
        let mut made: Option<i64> = None;
        let mut newest: Option<(i64, u128, u128)> = None;
        for row in rows {
            let (_, columns) = self.of(row.record)?;
            if columns.is_connector(row.record) {
                return None;
            }
            let seen = columns.time(columns.seen, row.record);
            made = made.into_iter().chain(columns.time(columns.made, row.record)).chain(seen).min();
            newest = newest.max(seen.map(|seen| (seen, columns.name(row.record), columns.user(row.record))));
        }
        let (to, name, user) = newest?;
        let from = made.unwrap_or(to).min(to);
        let margin = MARGIN.min((to - from) / 4);
        Some(Life { from: from + margin, to: to - margin, name, user })
    }

    /// The records of copies each of which is a machine of its own for sure.
    fn apart(&self, kind: Kind, objects: &[&[Row<'_>]], lives: &[Option<Life>]) -> Vec<u32> {
        let known: Vec<Life> = lives.iter().copied().flatten().collect();
        let all_moments = known.iter().all(Life::is_moment);
        // Moments alone prove it only where there are more of them than anybody enrols one device within days.
        if known.len() < SEVERAL || (all_moments && known.len() <= MOST_UNDATED) {
            return Vec::new();
        }
        let reach = if all_moments { NEAR / 2 } else { 0 };
        let ends = Extremes::new(known.iter().map(|life| -(life.to + reach)));
        let starts = Extremes::new(known.iter().map(|life| life.from - reach));
        let names = counts(known.iter().map(|life| life.name));
        let own = |rows: &[Row<'_>]| rows.first().and_then(|row| self.own_identifier(kind, row.record)).unwrap_or_default();
        let owns = counts(objects.iter().map(|rows| own(rows)));
        let once = |counts: &HashMap<u128, usize>, value: u128| value != 0 && counts.get(&value) == Some(&1);
        let is_apart = |(rows, life): &(&&[Row<'_>], &Option<Life>)| {
            life.is_some_and(|life| {
                let (from, to) = (life.from - reach, life.to + reach);
                let beside_all = from <= -ends.without(-to) && to >= starts.without(from);
                beside_all && once(&names, life.name) && once(&owns, own(rows))
            })
        };
        let apart = objects.iter().zip(lives).filter(is_apart);
        apart.flat_map(|(rows, _)| rows.iter().map(|row| row.record)).collect()
    }

    /// Another identifier of a record.
    fn own_identifier(&self, kind: Kind, record: u32) -> Option<u128> {
        let (_, columns) = self.of(record)?;
        let column = if kind == Kind::EntraId { columns.serials } else { columns.entra };
        columns.cell(column, record).map(number)
    }
}

impl<'a> Columns<'a> {
    fn new(shelf: &'a Shelf) -> Self {
        Self {
            console: shelf.console,
            records: shelf.offset..shelf.offset + u32::try_from(shelf.height()).unwrap_or_default(),
            ids: shelf.text("native_id"),
            names: shelf.text("name"),
            users: shelf.text("primary_user"),
            agents: shelf.text("managed_by").filter(|_| shelf.console == Console::Intune),
            joins: shelf.text("join_type"),
            merged: shelf.text("merged_into"),
            entra: shelf.text("entra_id"),
            serials: shelf.text("serial"),
            made: shelf.times("enrolled"),
            seen: shelf.times("last_seen"),
        }
    }

    fn cell(&self, column: Option<&'a StringChunked>, record: u32) -> Option<&'a str> {
        column?.get((record - self.records.start) as usize)
    }

    fn time(&self, column: Option<&Int64Chunked>, record: u32) -> Option<i64> {
        column?.get((record - self.records.start) as usize)
    }

    fn name(&self, record: u32) -> u128 {
        self.cell(self.names, record).and_then(short_name).map_or(0, |name| number(&name))
    }

    fn user(&self, record: u32) -> u128 {
        self.cell(self.users, record).map_or(0, |user| number(&user.to_lowercase()))
    }

    /// A connector's row, and a machine that Defender has merged into another, have no life of their own.
    fn is_connector(&self, record: u32) -> bool {
        self.cell(self.agents, record).is_some_and(|agent| CONNECTORS.contains(&agent))
            || self.cell(self.merged, record).is_some()
    }
}

/// How many differently named objects of one machine may be in use at the same time before they are copies.
///
/// A machine has one serial number and one registration, but it may have two objects in Entra ID, and use both.
const fn most_at_once(kind: Kind) -> usize {
    if matches!(kind, Kind::HardwareId | Kind::AutopilotId) { 2 } else { 1 }
}

/// How many users and how many objects of one name one device may have at the same time: Google lists a device once for
/// each account on it.
const fn side_by_side(console: Console) -> (usize, usize) {
    if matches!(console, Console::GoogleMobile) { (MOST_UNDATED, MOST_UNDATED) } else { (1, SEVERAL - 1) }
}

fn tells(lives: &[Life], most: usize, (users, objects): (usize, usize)) -> Tells {
    let name = |_: usize, life: &Life| life.name;
    let user = |_: usize, life: &Life| life.user;
    let user_or_name = |_: usize, life: &Life| if life.user == 0 { life.name } else { life.user };
    let each = |at: usize, _: &Life| at as u128 + 1;
    let (named, named_near) = (at_once(lives, name), near(lives, name));
    if named > most || named_near >= SEVERAL {
        return Tells::Copies(named.max(named_near));
    }
    let moments = lives.iter().filter(|life| life.is_moment()).count();
    let doubt = named > 1
        || at_once(lives, user) > users
        || at_once(lives, each) > objects
        || (named_near > 1 && near(lives, user_or_name) > 1)
        || (moments > MOST_UNDATED && (near(lives, each) > MOST_UNDATED || kinds(lives, user_or_name) > MOST_UNDATED));
    if doubt { Tells::Doubt } else { Tells::OneDevice }
}

/// The most of them at the same time; `who` numbers them, and 0 is nobody.
fn at_once(lives: &[Life], who: impl Fn(usize, &Life) -> u128) -> usize {
    const END: u8 = 0;
    const MOMENT: u8 = 1;
    const START: u8 = 2;
    let mut turns: Vec<(i64, u8, u128)> = Vec::with_capacity(lives.len() * 2);
    for (at, life) in lives.iter().enumerate() {
        match who(at, life) {
            0 => {}
            who if life.is_moment() => turns.push((life.from, MOMENT, who)),
            who => turns.extend([(life.from, START, who), (life.to, END, who)]),
        }
    }
    turns.sort_unstable();
    let mut now: HashMap<u128, usize> = HashMap::new();
    let mut most = usize::from(!turns.is_empty());
    for (_, turn, who) in turns {
        match turn {
            START => *now.entry(who).or_default() += 1,
            END => leave(&mut now, who),
            _ if !now.contains_key(&who) => most = most.max(now.len() + 1),
            _ => {}
        }
        most = most.max(now.len());
    }
    most
}

/// The most moments within days of each other, as in [`at_once`].
fn near(lives: &[Life], who: impl Fn(usize, &Life) -> u128) -> usize {
    let moments = lives.iter().enumerate().filter(|(_, life)| life.is_moment());
    let mut moments: Vec<(i64, u128)> =
        moments.map(|(at, life)| (life.to, who(at, life))).filter(|(_, who)| *who != 0).collect();
    moments.sort_unstable();
    let mut now: HashMap<u128, usize> = HashMap::new();
    let mut most = 0;
    let mut first = moments.iter().peekable();
    for (time, who) in &moments {
        *now.entry(*who).or_default() += 1;
        while let Some((_, gone)) = first.next_if(|(early, _)| time - early > NEAR) {
            leave(&mut now, *gone);
        }
        most = most.max(now.len());
    }
    most
}

/// How many there are of whom only a moment is known.
fn kinds(lives: &[Life], who: impl Fn(usize, &Life) -> u128) -> usize {
    let moments = lives.iter().enumerate().filter(|(_, life)| life.is_moment());
    let mut all: Vec<u128> = moments.map(|(at, life)| who(at, life)).filter(|who| *who != 0).collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

fn leave(now: &mut HashMap<u128, usize>, who: u128) {
    if let Some(count) = now.get_mut(&who) {
        *count -= 1;
        if *count == 0 {
            now.remove(&who);
        }
    }
}

fn counts(values: impl Iterator<Item = u128>) -> HashMap<u128, usize> {
    let mut counts = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

/// The two largest of some numbers.
struct Extremes(i64, i64);

impl Extremes {
    fn new(values: impl Iterator<Item = i64>) -> Self {
        values.fold(Self(i64::MIN, i64::MIN), |Self(first, second), value| {
            if value > first { Self(value, first) } else { Self(first, second.max(value)) }
        })
    }

    /// The largest of the others.
    const fn without(&self, own: i64) -> i64 {
        if own == self.0 { self.1 } else { self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lives as name, user, first and last day; without a first day only the last is known.
    fn verdict(most: usize, lives: &[(&str, &str, Option<i64>, i64)]) -> &'static str {
        let word = |text: &str| if text.is_empty() { 0 } else { number(text) };
        let one = |(name, user, from, to): &(&str, &str, Option<i64>, i64)| {
            let (from, to) = (from.unwrap_or(*to) * DAY, to * DAY);
            let margin = MARGIN.min((to - from) / 4);
            Life { from: from + margin, to: to - margin, name: word(name), user: word(user) }
        };
        let mut lives: Vec<Life> = lives.iter().map(one).collect();
        let said = |lives: &[Life]| match tells(lives, most, side_by_side(Console::Intune)) {
            Tells::OneDevice => "one",
            Tells::Doubt => "doubt",
            Tells::Copies(_) => "copies",
        };
        let first = said(&lives);
        for _ in 0..lives.len() {
            lives.rotate_left(1);
            assert_eq!(said(&lives), first);
        }
        first
    }

    #[test]
    fn lives_that_follow_one_another_are_one_device() {
        let seven: Vec<_> = (0..7).map(|n| ("ipad", "lab", Some(n * 60), n * 60 + 50)).collect();
        assert_eq!(verdict(1, &seven), "one");
        let names = ["a", "b", "c", "d", "e", "f"];
        let renamed: Vec<_> = (0..6).map(|n| (names[n], "", Some(n as i64 * 60), n as i64 * 60 + 62)).collect();
        assert_eq!(verdict(1, &renamed), "one", "the old record is heard of for two days more");
        assert_eq!(verdict(1, &[("pc", "", Some(0), 100), ("pc", "", Some(60), 200)]), "one", "the old one checks in on");
        assert_eq!(verdict(1, &[("old", "", None, 10), ("new", "", None, 300)]), "one", "no date of enrolment");
        assert_eq!(verdict(1, &[("a", "ada", None, 299), ("b", "ada", None, 300)]), "one", "the user's device");
    }

    #[test]
    fn lives_at_the_same_time_under_different_names_are_copies() {
        assert_eq!(verdict(1, &[("a", "", Some(0), 300), ("b", "", Some(30), 301)]), "copies");
        assert_eq!(verdict(1, &[("a", "", Some(0), 300), ("b", "", None, 200)]), "copies", "seen amid the other's life");
        let pool: Vec<_> = ["a", "b", "c"].iter().map(|name| (*name, "", Some(300), 301)).collect();
        assert_eq!(verdict(1, &pool), "copies", "desktops of one day");
        let undated: Vec<_> = ["a", "b", "c"].iter().zip(298..).map(|(name, to)| (*name, "", None, to)).collect();
        assert_eq!(verdict(1, &undated), "copies");
        let many: Vec<_> = ["a", "b", "c"].iter().map(|name| (*name, "", Some(0), 300)).collect();
        assert_eq!(verdict(2, &many), "copies");
        assert_eq!(verdict(2, &many[1..]), "doubt", "two objects of one machine may both be in use");
    }

    #[test]
    fn what_nobody_can_tell_is_in_doubt() {
        assert_eq!(verdict(1, &[("a", "", None, 299), ("b", "", None, 300)]), "doubt");
        assert_eq!(verdict(1, &[("ipad", "ada", Some(0), 300), ("ipad", "bob", Some(30), 301)]), "doubt", "two users");
        let same: Vec<_> = (0..3).map(|n| ("ipad", "", Some(n), 300)).collect();
        assert_eq!(verdict(1, &same), "doubt", "three enrolments of one name live on");
        let names = ["a", "b", "c", "d", "e"];
        let undated: Vec<_> = names.iter().zip(0..).map(|(name, n)| (*name, "", None, n * 60)).collect();
        assert_eq!(verdict(1, &undated), "doubt", "no date, no name and no user in common");
        let of_one_user: Vec<_> = names.iter().zip(0..).map(|(name, n)| (*name, "lab", None, n * 60)).collect();
        assert_eq!(verdict(1, &of_one_user), "one");
    }
}
