//! When the records that share an identifier were in use. Lives that follow one another are enrolments of one device,
//! however many there are; lives at the same time under different names are copies of one machine.
//!
//! A life goes from enrolment, registration or first report to the last activity. Where a list does not say when its
//! records were made, only a moment of each life is known, and moments near each other stand for lives at the same time.

mod tells;

use std::collections::HashMap;
use std::ops::Range;

use polars::prelude::Int64Chunked;

use super::keys::{Kind, Pair, number};
use super::names::short_name;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::console::Console;
use crate::frame::Strings;
use crate::ids::RecordId;
use tells::{Life, MOST_UNDATED, NEAR, SEVERAL, Tells, most_at_once, side_by_side, tells};

/// Records of one console that share an identifier and are not plainly enrolments of one device.
#[derive(Debug)]
pub(super) struct Crowd {
    pub console: Console,
    /// Number of objects, rows of one object counted once.
    pub objects: usize,
    /// How many of them were in use at the same time under different names.
    pub at_once: usize,
    /// The records.
    pub records: Vec<RecordId>,
    /// Those that are machines of their own for sure: in use beside each of the others, and with another identifier that
    /// none of the others has.
    pub apart: Vec<RecordId>,
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
    records: Range<RecordId>,
    ids: Option<&'a Strings>,
    names: Option<&'a Strings>,
    users: Option<&'a Strings>,
    /// The column that tells rows of connectors, and its words for them.
    connectors: Option<(&'a Strings, &'static [String])>,
    joins: Option<&'a Strings>,
    platforms: Option<&'a Strings>,
    merged: Option<&'a Strings>,
    entra: Option<&'a Strings>,
    serials: Option<&'a Strings>,
    made: Option<&'a Int64Chunked>,
    seen: Option<&'a Int64Chunked>,
}

/// One record, by the kind of object that it is and the object.
struct Row<'a> {
    kind: (usize, [Option<&'a str>; 2]),
    object: (bool, u128),
    record: RecordId,
}

impl<'a> Lives<'a> {
    pub(super) fn new(store: &'a RecordStore) -> Self {
        Self { columns: store.signalling().map(Columns::new).collect() }
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
            let Some(console) = rows.first().and_then(|row| Some(self.columns.get(row.kind.0)?.console)) else {
                continue;
            };
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

    fn of(&self, record: RecordId) -> Option<(usize, &Columns<'a>)> {
        self.columns.iter().enumerate().find(|(_, columns)| columns.records.contains(&record))
    }

    /// The records of consoles that tell when something was in use, object by object.
    fn rows(&self, run: &[Pair]) -> Vec<Row<'_>> {
        let row = |(_, record): &Pair| {
            let (at, columns) = self.of(*record)?;
            let id = columns.cell(columns.ids, *record);
            // Objects of Entra ID that are joined in different ways may live side by side on one machine.
            let join = columns.cell(columns.joins, *record).filter(|_| columns.console.joins_side_by_side());
            // Rows without ids are of one object where they have one name, as in the lists of two months.
            let name = || Some(columns.name(*record)).filter(|name| *name != 0).unwrap_or(u128::from(record.number()));
            // Two systems on one machine are told apart by what contradicts, not by time.
            let platform = columns.cell(columns.platforms, *record);
            Some(Row {
                kind: (at, [join, platform]),
                object: (id.is_none(), id.map_or_else(name, number)),
                record: *record,
            })
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
        Some(Life::new(from, to, name, user))
    }

    /// The records of copies each of which is a machine of its own for sure.
    fn apart(&self, kind: Kind, objects: &[&[Row<'_>]], lives: &[Option<Life>]) -> Vec<RecordId> {
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
        let own =
            |rows: &[Row<'_>]| rows.first().and_then(|row| self.own_identifier(kind, row.record)).unwrap_or_default();
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
    fn own_identifier(&self, kind: Kind, record: RecordId) -> Option<u128> {
        let (_, columns) = self.of(record)?;
        let column = if kind == Kind::EntraId { columns.serials } else { columns.entra };
        columns.cell(column, record).map(number)
    }
}

impl<'a> Columns<'a> {
    fn new(console_records: &'a ConsoleRecords) -> Self {
        Self {
            console: console_records.console,
            records: console_records.span(),
            ids: console_records.text("native_id"),
            names: console_records.text("name"),
            users: console_records.text("primary_user"),
            connectors: console_records
                .console
                .connector()
                .and_then(|(column, words)| Some((console_records.text(column)?, words))),
            joins: console_records.text("join_type"),
            platforms: console_records.text("platform"),
            merged: console_records.text("merged_into"),
            entra: console_records.text("entra_id"),
            serials: console_records.text("serial"),
            made: console_records.times("enrolled"),
            seen: console_records.times("last_seen"),
        }
    }

    fn cell(&self, column: Option<&'a Strings>, record: RecordId) -> Option<&'a str> {
        column?.get(self.records.start.line_of(record)?)
    }

    fn time(&self, column: Option<&Int64Chunked>, record: RecordId) -> Option<i64> {
        column?.get(self.records.start.line_of(record)?)
    }

    fn name(&self, record: RecordId) -> u128 {
        self.cell(self.names, record).and_then(short_name).map_or(0, |name| number(&name))
    }

    fn user(&self, record: RecordId) -> u128 {
        self.cell(self.users, record).map_or(0, |user| number(&user.to_lowercase()))
    }

    /// A row that a connector wrote beside the device's own, and a machine that was merged into another, have no life of
    /// their own; both may be heard of at the same time.
    fn is_connector(&self, record: RecordId) -> bool {
        let connector = |(cells, words): (&'a Strings, &[String])| {
            self.cell(Some(cells), record).is_some_and(|agent| words.iter().any(|word| word == agent))
        };
        self.connectors.is_some_and(connector) || self.cell(self.merged, record).is_some()
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
