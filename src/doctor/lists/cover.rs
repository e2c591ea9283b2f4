//! What becomes of the rows of a list that a newer one covers, wholly or in part.

use std::collections::{BTreeMap, BTreeSet};

use super::order::{Order, newest};
use super::parts::Part;
use super::rows::{NEVER, NONE, Row, groups};
use crate::formats::Fate;
use crate::frame::Positions;
use crate::ids::Place as _;
use crate::time::DAY;

/// A list whose newest date lies no further behind that of another was made at the same time.
const SAME_TIME: i64 = 2 * DAY;
/// Lists that share fewer than one object in so many are parts of one whole, whatever their dates.
const FEW: usize = 20;
/// So many objects of one platform in the older list and none in the newer: that one was filtered.
const PLATFORM: usize = 5;

/// Whether a newer list lacks more of an older one than a console loses: more than 35 of 100, or more than 15 of 100 of what was in use when the older
/// one was made. A few always may be gone.
fn is_implausible(lost: [usize; 2], of: [usize; 2]) -> bool {
    let [all, used] = lost;
    let [of_all, of_used] = of;
    (all > 3 && all * 100 > of_all * 35) || (used > 3 && used * 100 > of_used * 15)
}

/// A device that was seen so many days before the newest of its list was in use.
const IN_USE: i64 = 30 * DAY;

/// What is known of each row and of each list.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Per row: what became of it, if it is no record any more.
    pub fate: Vec<Option<Fate>>,
    /// Per row: the newer row of the object that speaks for it.
    pub speaker: Vec<u32>,
    /// Per row: it stands in one of two lists of the same kind of which nobody knows which is newer.
    pub unsure: Vec<bool>,
    /// Lists that seem to lack objects, and why.
    pub short: Vec<(u32, String)>,
    /// Lists that a newer one speaks for.
    pub older: BTreeSet<u32>,
    /// Lists that are newer than another.
    pub newer: BTreeSet<u32>,
}

pub(super) fn decide(parts: &[Part], rows: &[Row], order: &Order) -> Verdict {
    let mut verdict = Verdict { fate: vec![None; rows.len()], speaker: vec![NONE; rows.len()], ..Verdict::default() };
    let mut over: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); parts.len()];
    speakers(rows, |row| row.object, order, &mut verdict, &mut over);
    speakers(rows, |row| row.serial, order, &mut verdict, &mut over);
    for at in 0..rows.len() {
        if verdict.speaker.get(at).is_some_and(|speaker| *speaker != NONE)
            && let Some(fate) = verdict.fate.get_mut(at)
        {
            *fate = Some(Fate::Shown);
        }
    }
    let newest = newest(parts, rows);
    let of_part = Positions::new(rows.iter().map(|row| row.part), u32::at(parts.len()));
    for (number, part) in (0_u32..).zip(parts) {
        let newer = over.get(number as usize).cloned().unwrap_or_default();
        if newer.is_empty() {
            continue;
        }
        verdict.older.insert(number);
        verdict.newer.extend(&newer);
        if part.whole {
            let cut = newer.iter().any(|at| parts.get(*at as usize).is_some_and(|p| p.cut));
            let list = List { number, of_part: &of_part, newer: &newer, newest: &newest, cut };
            list.rest(rows, &mut verdict);
        }
    }
    unsure(parts, rows, &of_part, order, &mut verdict);
    verdict
}

/// Finds for each row the newest row of the same object in a newer list.
fn speakers(
    rows: &[Row],
    number: impl Fn(&Row) -> u32 + Copy,
    order: &Order,
    verdict: &mut Verdict,
    over: &mut [BTreeSet<u32>],
) {
    let sorted = groups(rows, number);
    let row = |at: u32| rows.get(at as usize);
    for group in sorted.chunk_by(|a, b| row(*a).map(number) == row(*b).map(number)) {
        // The newest row of each list.
        let mut heads: Vec<(u32, u32)> = group.iter().filter_map(|at| Some((row(*at)?.part, *at))).collect();
        heads.dedup_by_key(|(part, _)| *part);
        if heads.len() < 2 {
            continue;
        }
        for at in group {
            let Some(own) = row(*at) else { continue };
            let newer = heads.iter().filter(|(part, _)| *part != own.part && order.is_newer(*part, own.part));
            let best = newer.fold(None, |best: Option<&(u32, u32)>, head| match best {
                Some(best) if !order.is_newer(head.0, best.0) => Some(best),
                _ => Some(head),
            });
            let Some((part, speaker)) = best else { continue };
            if let Some(slot) = verdict.speaker.get_mut(*at as usize).filter(|slot| **slot == NONE) {
                *slot = *speaker;
            }
            if let Some(over) = over.get_mut(own.part as usize) {
                over.insert(*part);
            }
        }
    }
}

/// A whole list that others are newer than.
struct List<'a> {
    number: u32,
    of_part: &'a Positions<u32, u32>,
    newer: &'a BTreeSet<u32>,
    newest: &'a [[i64; 2]],
    /// A newer list is known to lack objects.
    cut: bool,
}

impl List<'_> {
    /// What became of the rows whose object is in no newer list.
    fn rest(&self, rows: &[Row], verdict: &mut Verdict) {
        let own = self.rows_of(self.number);
        let shown = |at: &&u32| verdict.fate.get(**at as usize) == Some(&Some(Fate::Shown));
        let covered = own.iter().filter(shown).count();
        let rest: Vec<u32> = own.iter().filter(|at| !shown(at)).copied().collect();
        let again = covered * 2 >= own.len();
        // Parts of one whole share a few objects at most; there each object is what its own newest row says.
        if !again && (covered * FEW < own.len() || !self.is_of_another_time()) {
            let both: Vec<u32> = own.iter().filter(shown).copied().collect();
            for at in both {
                if let Some(fate) = verdict.fate.get_mut(at as usize) {
                    *fate = None;
                }
            }
            return;
        }
        let held = self.newer.iter().map(|part| self.rows_of(*part).len()).sum::<usize>();
        let platform = |at: &u32| rows.get(*at as usize).map_or(0, |row| row.platform);
        let known: BTreeSet<u32> = self.newer.iter().flat_map(|part| self.rows_of(*part)).map(platform).collect();
        // A platform of which the newer list has nothing at all was probably not asked for.
        let mut left_out: BTreeMap<u32, usize> = BTreeMap::new();
        for platform in rest.iter().map(platform).filter(|platform| !known.contains(platform)) {
            *left_out.entry(platform).or_default() += 1;
        }
        let of_known = rest.iter().filter(|at| known.contains(&platform(at))).copied();
        let lacks = again && !self.cut && self.lacks(rows, own, of_known);
        let few = lacks || (covered * 2 < own.len() && held * 2 < own.len());
        // What has hardly anything that the older list lacks is a part of it: a trial of the export, or a filter.
        let is_part = few && !lacks && held.saturating_sub(covered) * 10 <= held;
        for at in rest {
            let of_platform = left_out.get(&platform(&at)).copied().unwrap_or_default();
            if let Some(fate) = verdict.fate.get_mut(at as usize) {
                *fate = match of_platform {
                    0 if again && !self.cut && !lacks => Some(Fate::Gone),
                    // Of such a platform this list is the newest.
                    PLATFORM.. => None,
                    _ if is_part => None,
                    _ => Some(Fate::Open),
                };
            }
        }
        let reason = if left_out.values().any(|count| *count >= PLATFORM) {
            Some("it lists no device of a platform of which an older list of the console has several; it looks filtered by platform, and the older list speaks for these devices".to_string())
        } else {
            let speaks = if is_part { ", and the older list speaks for the others" } else { "" };
            few.then(|| {
                format!(
                    "it has {covered} of the {} objects of an older list of the console; it looks filtered or cut{speaks}",
                    own.len()
                )
            })
        };
        if let Some(reason) = reason {
            verdict.short.extend(self.newer.iter().map(|part| (*part, reason.clone())));
        }
    }

    /// Whether the newer lists lack more of this one than is plausible; `rest`: its rows that they lack.
    fn lacks(&self, rows: &[Row], own: &[u32], rest: impl Iterator<Item = u32>) -> bool {
        let [newest, _] = self.newest.get(self.number as usize).copied().unwrap_or([NEVER; 2]);
        let is_used = |at: u32| {
            rows.get(at as usize).is_some_and(|row| row.seen != NEVER && newest.saturating_sub(row.seen) <= IN_USE)
        };
        let count = |rows: &mut dyn Iterator<Item = u32>| {
            rows.fold([0, 0], |[all, used], at| [all + 1, used + usize::from(is_used(at))])
        };
        is_implausible(count(&mut { rest }), count(&mut own.iter().copied()))
    }

    fn rows_of(&self, part: u32) -> &[u32] {
        self.of_part.of(part)
    }

    /// Whether its newest date lies far behind that of a newer list, or nothing tells.
    fn is_of_another_time(&self) -> bool {
        let date = |part: u32| {
            let [seen, date] = self.newest.get(part as usize).copied().unwrap_or([NEVER; 2]);
            if seen == NEVER { date } else { seen }
        };
        let own = date(self.number);
        let newer = self.newer.iter().map(|part| date(*part)).max().unwrap_or(NEVER);
        own == NEVER || newer == NEVER || newer.saturating_sub(own) > SAME_TIME
    }
}

/// Rows that stand in one of two lists of one kind and size, of which nothing tells which is the newer one.
fn unsure(parts: &[Part], rows: &[Row], of_part: &Positions<u32, u32>, order: &Order, verdict: &mut Verdict) {
    for (a, b, shared) in order.undecided.iter().copied() {
        let own = |part: u32| of_part.of(part);
        let whole = [a, b].iter().all(|part| parts.get(*part as usize).is_some_and(|p| p.whole));
        let many = own(a).len().max(own(b).len());
        if !whole || (shared as usize) * 2 < many {
            continue;
        }
        for (list, other) in [(a, b), (b, a)] {
            let of = |part: u32| own(part).iter().filter_map(move |at| rows.get(*at as usize));
            let objects: BTreeSet<u32> = of(other).map(|row| row.object).collect();
            let platforms: BTreeSet<u32> = of(other).map(|row| row.platform).collect();
            let only = own(list).iter().filter(|at| {
                let row = rows.get(**at as usize);
                row.is_some_and(|row| !objects.contains(&row.object) && platforms.contains(&row.platform))
            });
            for at in only {
                verdict.unsure.resize(rows.len(), false);
                if let Some(slot) = verdict.unsure.get_mut(*at as usize) {
                    *slot = true;
                }
            }
        }
    }
}
