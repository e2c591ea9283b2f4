//! Which of two lists is the newer one.
//!
//! A device's own dates only move forward, so a device that stands in both lists tells the order of the two. Where no
//! date of such a device differs, the newest date of each list tells it, as long as both list much the same devices: of a
//! list of deprovisioned devices alone every date is old, whenever it was made. Names and places of files tell nothing.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use super::parts::Part;
use super::rows::{NEVER, NONE, Row, groups, held};
use crate::formats::Records;
use crate::time::DAY;

/// An object in more lists than this is compared with its neighbours in time only.
const MANY_LISTS: usize = 16;
/// Of so many devices one may have had its clock set back.
const DISSENT: u32 = 9;

/// What the objects that stand in two lists say of the two.
#[derive(Clone, Copy, Debug, Default)]
struct Witness {
    /// Objects in both, by id and by serial number.
    shared: [u32; 2],
    /// Objects whose sign of activity is newer in the first, in the second.
    seen: [u32; 2],
    /// The same by their other dates.
    dates: [u32; 2],
}

/// What objects say of the order of two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// No date of an object differs.
    Nothing,
    /// Some say the one and some the other.
    Both,
    /// How the first list stands to the second.
    Order(Ordering),
}

/// The order of the lists of a console, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// For two lists that share an object, the smaller number first: how the first stands to the second.
    pairs: HashMap<(u32, u32), Option<Ordering>>,
    /// Two lists of one kind that share so many objects although nothing tells which is the newer one.
    pub undecided: Vec<(u32, u32, u32)>,
}

impl Order {
    pub(super) fn new(exports: &[(String, Records)], parts: &[Part], rows: &[Row]) -> Self {
        let gaps = Gaps::new(exports, parts);
        let mut witnesses: HashMap<(u32, u32), Witness> = HashMap::new();
        witness(rows, |row| row.object, 0, &gaps, &mut witnesses);
        witness(rows, |row| row.serial, 1, &gaps, &mut witnesses);
        let newest = newest(parts, rows);
        let mut order = Self::default();
        let witnesses: BTreeMap<(u32, u32), Witness> = witnesses.into_iter().collect();
        let alone = alone(parts, &witnesses);
        let held = held(parts.len(), rows);
        for (pair, found) in &witnesses {
            let (Some(a), Some(b)) = (parts.get(pair.0 as usize), parts.get(pair.1 as usize)) else { continue };
            if a.whole != b.whole || (!a.whole && !gaps.one_format(pair.0, pair.1)) {
                continue;
            }
            let said = a.marked.cmp(&b.marked);
            let listed = a.listed.zip(b.listed).map_or(Ordering::Equal, |(a, b)| a.cmp(&b));
            let lone = |at: u32| alone.get(at as usize) == Some(&true);
            let told = match [said, listed].into_iter().find(|o| o.is_ne()).map_or_else(|| found.says(), Says::Order) {
                Says::Order(order) => Some(order),
                Says::Nothing if a.whole && !lone(pair.0) && !lone(pair.1) && found.is_most(&held, *pair) => {
                    by_newest(&newest, *pair, &gaps)
                }
                Says::Nothing | Says::Both => None,
            };
            order.pairs.insert(*pair, told);
            if told.is_none() && gaps.one_format(pair.0, pair.1) {
                order.undecided.push((pair.0, pair.1, found.shared.into_iter().max().unwrap_or_default()));
            }
        }
        order
    }

    /// Whether one list is newer than another that it shares objects with.
    pub(super) fn is_newer(&self, a: u32, b: u32) -> bool {
        let (pair, wanted) = if a < b { ((a, b), Ordering::Greater) } else { ((b, a), Ordering::Less) };
        self.pairs.get(&pair).copied().flatten() == Some(wanted)
    }
}

impl Witness {
    /// Whether the objects that stand in both lists are at least half of either.
    fn is_most(&self, held: &[u32], (a, b): (u32, u32)) -> bool {
        let shared = self.shared.iter().max().copied().unwrap_or_default();
        [a, b].iter().all(|part| held.get(*part as usize).is_some_and(|held| shared.saturating_mul(2) >= *held))
    }

    /// Signs of activity come before all other dates.
    fn says(&self) -> Says {
        let [first, second] = if self.seen == [0, 0] { self.dates } else { self.seen };
        if first == 0 && second == 0 {
            Says::Nothing
        } else if first > second.saturating_mul(DISSENT) {
            Says::Order(Ordering::Greater)
        } else if second > first.saturating_mul(DISSENT) {
            Says::Order(Ordering::Less)
        } else {
            Says::Both
        }
    }
}

/// How far two dates must lie apart to tell an order.
struct Gaps<'a>(Vec<&'a str>);

impl<'a> Gaps<'a> {
    fn new(exports: &'a [(String, Records)], parts: &[Part]) -> Self {
        Self(parts.iter().map(|p| exports.get(p.export).map_or("", |(_, r)| r.format.as_str())).collect())
    }

    fn one_format(&self, a: u32, b: u32) -> bool {
        self.0.get(a as usize) == self.0.get(b as usize)
    }

    /// Two kinds of list may write one time in two zones, and a day without an hour is any time of it.
    fn compare(&self, parts: (u32, u32), a: i64, b: i64) -> Ordering {
        let coarse = !self.one_format(parts.0, parts.1) || a % DAY == 0 || b % DAY == 0;
        let near = a == b || (coarse && a.abs_diff(b) < DAY.unsigned_abs());
        if a == NEVER || b == NEVER || near { Ordering::Equal } else { a.cmp(&b) }
    }
}

/// Asks every object that stands in several lists.
fn witness(
    rows: &[Row],
    number: impl Fn(&Row) -> u32 + Copy,
    kind: usize,
    gaps: &Gaps<'_>,
    witnesses: &mut HashMap<(u32, u32), Witness>,
) {
    let order = groups(rows, number);
    let row = |at: &u32| rows.get(*at as usize);
    let same = |a: &u32, b: &u32| row(a).map(number) == row(b).map(number);
    for group in order.chunk_by(same) {
        // The newest row of each list; a group is sorted so.
        let mut members: Vec<&Row> = group.iter().filter_map(row).collect();
        members.dedup_by_key(|row| row.part);
        let many = members.len() > MANY_LISTS;
        if many {
            members.sort_by_key(|row| (row.seen, row.part));
        }
        for (at, first) in members.iter().enumerate() {
            let others = if many { at + 1..(at + 2).min(members.len()) } else { at + 1..members.len() };
            for second in members.get(others).unwrap_or_default() {
                let (a, b) = if first.part < second.part { (first, second) } else { (second, first) };
                ask(a, b, kind, gaps, witnesses.entry((a.part, b.part)).or_default());
            }
        }
    }
}

fn ask(a: &Row, b: &Row, kind: usize, gaps: &Gaps<'_>, witness: &mut Witness) {
    if let Some(shared) = witness.shared.get_mut(kind) {
        *shared += 1;
    }
    let count = |votes: &mut [u32; 2], order: Ordering| match order {
        Ordering::Greater => votes[0] += 1,
        Ordering::Less => votes[1] += 1,
        Ordering::Equal => {}
    };
    count(&mut witness.seen, gaps.compare((a.part, b.part), a.seen, b.seen));
    for (x, y) in a.dates.iter().zip(&b.dates) {
        count(&mut witness.dates, gaps.compare((a.part, b.part), *x, *y));
    }
}

/// The newest activity of each list, and the newest of its other dates.
pub(super) fn newest(parts: &[Part], rows: &[Row]) -> Vec<[i64; 2]> {
    let mut newest = vec![[NEVER; 2]; parts.len()];
    for row in rows.iter().filter(|row| row.object != NONE) {
        if let Some([seen, date]) = newest.get_mut(row.part as usize) {
            *seen = row.seen.max(*seen);
            *date = row.newest_date().max(*date);
        }
    }
    newest
}

fn by_newest(newest: &[[i64; 2]], pair: (u32, u32), gaps: &Gaps<'_>) -> Option<Ordering> {
    let (a, b) = (newest.get(pair.0 as usize)?, newest.get(pair.1 as usize)?);
    a.iter().zip(b).map(|(a, b)| gaps.compare(pair, *a, *b)).find(|order| order.is_ne())
}

/// Whole lists beside another whole list that they share nothing with: they are parts, a page or a platform, and the
/// newest date of a part tells nothing of the others.
fn alone(parts: &[Part], witnesses: &BTreeMap<(u32, u32), Witness>) -> Vec<bool> {
    let whole = parts.iter().filter(|p| p.whole).count();
    let mut met = vec![1_usize; parts.len()];
    let is_whole = |at: u32| parts.get(at as usize).is_some_and(|p| p.whole);
    for (a, b) in witnesses.keys().filter(|(a, b)| is_whole(*a) && is_whole(*b)) {
        for at in [a, b] {
            if let Some(met) = met.get_mut(*at as usize) {
                *met += 1;
            }
        }
    }
    met.into_iter().zip(parts).map(|(met, part)| part.whole && met < whole).collect()
}
