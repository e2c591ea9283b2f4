//! Sets of records that contradict each other: taken apart, linked again with care, refusals kept.

use std::collections::{BTreeMap, HashMap};

use super::groups::{Group, Groups, Sets, Traits};
use super::keys::{self, Kind};

use super::record_store::RecordStore;
use crate::ids::{ByRecord, RecordId};
use crate::schema::Platform;

/// Facts of a set of records, 0 where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Facts {
    serial: u32,
    maker: u32,
    platform: u32,
}

impl Facts {
    fn of(traits: &Traits, record: RecordId) -> Self {
        Self {
            serial: *traits.serial.get(record),
            maker: *traits.maker.get(record),
            platform: *traits.platform.get(record),
        }
    }

    const fn all(self) -> [u32; 3] {
        [self.serial, self.maker, self.platform]
    }

    /// The facts of both together, unless they contradict each other.
    fn and(self, other: Self) -> Option<Self> {
        let one = |a: u32, b: u32| match (a, b) {
            (0, x) | (x, 0) => Some(x),
            (x, y) => (x == y).then_some(x),
        };
        Some(Self {
            serial: one(self.serial, other.serial)?,
            maker: one(self.maker, other.maker)?,
            platform: one(self.platform, other.platform)?,
        })
    }
}

/// Every record of a set with two serials, manufacturers or platforms.
pub(super) fn contradictions(sets: &mut Sets, traits: &Traits, total: u32) -> Vec<RecordId> {
    let mut facts = ByRecord::filled(Facts::default(), total);
    let mut broken = ByRecord::filled(false, total);
    let mut any = false;
    for record in RecordId::all(total) {
        let root = sets.find(record);
        if let (Some(known), Some(broken)) = (facts.slot(root), broken.slot(root)) {
            if let Some(both) = known.and(Facts::of(traits, record)) {
                *known = both;
            } else {
                *broken = true;
                any = true;
            }
        }
    }
    if !any {
        return Vec::new();
    }
    RecordId::all(total).filter(|record| *broken.get(sets.find(*record))).collect()
}

/// Links the given records anew, one group after the other, refusing what contradicts.
///
/// Groups come in the order of tiers and identifiers, so the result is the same for any order of files and rows.
/// Returns the records on both sides of a refusal: nobody can be sure about them.
pub(super) fn take_apart(
    sets: &mut Sets,
    groups: &Groups,
    traits: &Traits,
    store: &RecordStore,
    records: &[RecordId],
    refused: &mut BTreeMap<RecordId, Vec<String>>,
) -> Vec<RecordId> {
    if records.is_empty() {
        return Vec::new();
    }
    let mut facts = ByRecord::filled(Facts::default(), store.total);
    let mut concerned = ByRecord::filled(false, store.total);
    let mut witnesses: HashMap<u32, usize> = HashMap::new();
    for record in records {
        sets.reset(*record);
        let own = Facts::of(traits, *record);
        if let (Some(slot), Some(concerned)) = (facts.slot(*record), concerned.slot(*record)) {
            *slot = own;
            *concerned = true;
        }
        *witnesses.entry(own.serial).or_default() += 1;
    }
    // A group lies within one set, so its first record speaks for all.
    let is_concerned = |group: &Group<'_>| group.members.first().is_some_and(|record| *concerned.get(*record));
    let mut unsure = Vec::new();
    for group in groups.iter().filter(is_concerned) {
        let sides = sides(sets, group, traits, &facts, &witnesses, store);
        let (kept, out) = choose(&sides);
        if let [first, rest @ ..] = kept.as_slice() {
            let mut both = first.facts;
            for side in rest {
                sets.join(first.root, side.root);
                both = both.and(side.facts).unwrap_or(both);
            }
            if let Some(slot) = facts.slot(sets.find(first.root)) {
                *slot = both;
            }
        }
        if out.is_empty() {
            continue;
        }
        // A hardware id alone is no reason to doubt two serial numbers.
        if group.kind != Kind::HardwareId {
            unsure.extend_from_slice(group.members);
        }
        let all: Vec<&Side> = kept.iter().chain(&out).copied().collect();
        let others = Values::of(all.iter().map(|side| side.facts));
        for side in &out {
            let against = others.first_against(side.facts).and_then(|at| all.get(at)).copied();
            let reason = reason(store, traits, group, side, against);
            for record in &side.members {
                refused.entry(*record).or_default().push(reason.clone());
            }
        }
    }
    unsure
}

/// The members of a group that are one set already.
#[derive(Clone, Debug)]
struct Side {
    root: RecordId,
    facts: Facts,
    members: Vec<RecordId>,
    /// A record that has its serial number.
    serial: Option<RecordId>,
    /// Records that witness its serial number.
    weight: usize,
    /// Orders sides by content where weights are equal.
    name: String,
}

fn sides(
    sets: &mut Sets,
    group: Group<'_>,
    traits: &Traits,
    facts: &ByRecord<Facts>,
    witnesses: &HashMap<u32, usize>,
    store: &RecordStore,
) -> Vec<Side> {
    let mut by_root: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    for record in group.members {
        by_root.entry(sets.find(*record)).or_default().push(*record);
    }
    let mut sides: Vec<Side> = by_root
        .into_iter()
        .map(|(root, members)| {
            let own = *facts.get(root);
            let weight = if own.serial == 0 { 0 } else { witnesses.get(&own.serial).copied().unwrap_or(0) };
            let name = members.iter().map(|m| store.object(*m)).min().unwrap_or_default();
            let serial = members.iter().chain([&root]).copied().find(|m| Facts::of(traits, *m).serial != 0);
            Side { root, facts: own, members, serial, weight, name }
        })
        .collect();
    sides.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.name.cmp(&b.name)));
    sides
}

/// For each fact of a list of sides: the first that is known, and where the first stands that differs from it. Tells of
/// any number of sides in one pass which of them contradict another.
#[derive(Clone, Copy, Debug, Default)]
struct Values([Option<Value>; 3]);

#[derive(Clone, Copy, Debug)]
struct Value {
    first: u32,
    at: usize,
    other_at: Option<usize>,
}

impl Values {
    fn of(sides: impl Iterator<Item = Facts>) -> Self {
        let mut values = Self::default();
        for (at, facts) in sides.enumerate() {
            for (value, fact) in values.0.iter_mut().zip(facts.all()).filter(|(_, fact)| *fact != 0) {
                match value {
                    None => *value = Some(Value { first: fact, at, other_at: None }),
                    Some(known) if known.first != fact && known.other_at.is_none() => known.other_at = Some(at),
                    Some(_) => {}
                }
            }
        }
        values
    }

    /// Where the first side stands that contradicts these facts.
    fn first_against(&self, facts: Facts) -> Option<usize> {
        let against = |(value, fact): (&Option<Value>, u32)| {
            let value = value.filter(|_| fact != 0)?;
            if value.first == fact { value.other_at } else { Some(value.at) }
        };
        self.0.iter().zip(facts.all()).filter_map(against).min()
    }
}

/// Which sides are linked and which are refused.
///
/// The serial with more witnesses stays, and with it every side that neither it nor another such side contradicts. Where
/// none has more, no side that contradicts another is linked; sides that contradict nobody stay together. Each side is
/// judged against all others, never against those that happen to stand before it.
fn choose(sides: &[Side]) -> (Vec<&Side>, Vec<&Side>) {
    let all = Values::of(sides.iter().map(|side| side.facts));
    let disputed = |side: &Side| all.first_against(side.facts).is_some();
    let heaviest = sides.iter().filter(|side| disputed(side)).map(|side| side.weight).max();
    let winners = sides.iter().filter(|side| disputed(side) && Some(side.weight) == heaviest);
    let winner = winners.map(|side| side.facts).try_fold(Facts::default(), Facts::and);
    let fits = |side: &Side| winner.is_some_and(|winner| winner.and(side.facts).is_some());
    let fitting = Values::of(sides.iter().filter(|side| fits(side)).map(|side| side.facts));
    let stays = |side: &Side| fits(side) && fitting.first_against(side.facts).is_none();
    sides.iter().partition(|side| !disputed(side) || stays(side))
}

fn reason(store: &RecordStore, traits: &Traits, group: Group<'_>, side: &Side, against: Option<&Side>) -> String {
    let record = side.members.first().copied().unwrap_or(side.root);
    let id = keys::text_of(store, group.kind, group.key, record);
    let Some(other) = against else { return format!("{} `{id}`: the records contradict each other", group.kind) };
    let serial = |side: &Side| match side.serial.and_then(|record| store.locate(record)) {
        Some((console_records, line)) => console_records.as_written("serial", line).unwrap_or_default().to_string(),
        None => "another serial".to_string(),
    };
    let (a, b) = (side.facts, other.facts);
    let (what, here, there) = if a.serial != 0 && b.serial != 0 && a.serial != b.serial {
        ("serial", serial(side), serial(other))
    } else if a.platform != 0 && b.platform != 0 && a.platform != b.platform {
        let name = |n: u32| Platform::ALL.get(n as usize - 1).map_or("", |p| p.as_str()).to_string();
        ("platform", name(a.platform), name(b.platform))
    } else {
        let name = |n: u32| traits.maker_names.get((n as usize).saturating_sub(1)).cloned().unwrap_or_default();
        ("manufacturer", name(a.maker), name(b.maker))
    };
    let kind: Kind = group.kind;
    format!("{kind} `{id}`: {what} `{here}` here, `{there}` at {}", other.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(serial: u32, maker: u32, weight: usize) -> Side {
        let facts = Facts { serial, maker, platform: 0 };
        Side { root: RecordId::new(0), facts, members: Vec::new(), serial: None, weight, name: String::new() }
    }

    /// Facts of the sides that are linked, whatever order the sides come in.
    fn linked(sides: &[Side]) -> Vec<(u32, u32)> {
        let kept = |sides: &[Side]| {
            let mut kept: Vec<(u32, u32)> =
                choose(sides).0.iter().map(|side| (side.facts.serial, side.facts.maker)).collect();
            kept.sort_unstable();
            kept
        };
        let first = kept(sides);
        let mut turned = sides.to_vec();
        for _ in 0..sides.len() {
            turned.rotate_left(1);
            assert_eq!(kept(&turned), first, "{turned:?}");
            let mut back = turned.clone();
            back.reverse();
            assert_eq!(kept(&back), first, "{back:?}");
        }
        first
    }

    #[test]
    fn the_serial_with_more_witnesses_stays() {
        assert_eq!(linked(&[side(1, 0, 3), side(2, 0, 1), side(0, 0, 0)]), [(0, 0), (1, 0)]);
        assert_eq!(linked(&[side(1, 0, 2), side(2, 0, 2), side(0, 0, 0)]), [(0, 0)]);
    }

    #[test]
    fn what_agrees_with_the_winner_but_not_with_each_other_is_left_out() {
        assert_eq!(linked(&[side(1, 0, 3), side(2, 0, 1), side(0, 7, 0), side(0, 8, 0)]), [(1, 0)]);
    }

    #[test]
    fn sides_of_one_weight_win_only_together() {
        assert_eq!(linked(&[side(1, 7, 3), side(1, 0, 3), side(2, 0, 1)]), [(1, 0), (1, 7)]);
        assert_eq!(linked(&[side(1, 7, 3), side(1, 0, 3), side(1, 8, 3), side(2, 0, 1)]), []);
    }

    /// Each with each would be ten thousand million comparisons.
    #[test]
    fn a_hundred_thousand_sides_are_chosen_from_at_once() {
        let sides: Vec<Side> = (1..=100_000).map(|serial| side(serial, serial % 2, 1)).collect();
        let (kept, out) = choose(&sides);
        assert_eq!((kept.len(), out.len()), (0, 100_000));
    }

    /// Every side against every other, as the definition says.
    fn one_by_one(sides: &[Side]) -> Vec<usize> {
        let contradicts = |a: &Side, b: &Side| a.facts.and(b.facts).is_none();
        let disputed = |side: &Side| sides.iter().any(|other| contradicts(side, other));
        let heaviest = sides.iter().filter(|side| disputed(side)).map(|side| side.weight).max();
        let winners = sides.iter().filter(|side| disputed(side) && Some(side.weight) == heaviest);
        let winner = winners.map(|side| side.facts).try_fold(Facts::default(), Facts::and);
        let fits = |side: &Side| winner.is_some_and(|winner| winner.and(side.facts).is_some());
        let stays = |side: &Side| fits(side) && !sides.iter().any(|other| fits(other) && contradicts(side, other));
        (0..sides.len()).filter(|at| !disputed(&sides[*at]) || stays(&sides[*at])).collect()
    }

    proptest::proptest! {
        /// One pass over all sides says what a comparison of each with each would.
        #[test]
        fn one_pass_is_enough(facts in proptest::collection::vec((0_u32..3, 0_u32..3, 0_u32..2, 0_usize..3), 0..9)) {
            let sides: Vec<Side> = facts
                .iter()
                .enumerate()
                .map(|(at, (serial, maker, platform, weight))| Side {
                    root: RecordId::at(at),
                    facts: Facts { serial: *serial, maker: *maker, platform: *platform },
                    members: Vec::new(),
                    serial: None,
                    weight: *weight,
                    name: String::new(),
                })
                .collect();
            let kept: Vec<usize> = choose(&sides).0.iter().map(|side| side.root.index()).collect();
            proptest::prop_assert_eq!(kept, one_by_one(&sides));
            let values = Values::of(sides.iter().map(|side| side.facts));
            for side in &sides {
                let first = sides.iter().position(|other| side.facts.and(other.facts).is_none());
                proptest::prop_assert_eq!(values.first_against(side.facts), first);
            }
        }
    }
}
