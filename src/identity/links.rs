//! Links: equal identifiers joined by union-find over record numbers, guards, and what was refused.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::conflicts;
use super::groups::{Group, Groups, Sets, Traits};
use super::guards::{Doubt, Guards};
use super::keys::Kind;
use super::record_store::RecordStore;
use super::speakers::Repeats;
use super::weak;
use crate::formats::Vocabulary;
use crate::ids::{ByRecord, DeviceId, ExportId, Place as _, RecordId};
use crate::notice::{Code, Notice};
use crate::schema::Platform;

/// Which record belongs to which device, and why.
#[derive(Debug, Default)]
pub struct Links {
    /// Device of each record; [`DeviceId::NONE`] for a key-list record whose device nobody else knows.
    pub device: ByRecord<DeviceId>,
    /// Kinds of identifier by which the record is held to other records of its device, as bits of [`Kind::bit`].
    pub held_by: ByRecord<u16>,
    /// Refused links of a record.
    pub refused: BTreeMap<RecordId, Vec<String>>,
    /// Number of devices.
    pub devices: u32,
    /// Per device: its records contradict each other or those of another device.
    pub conflict: Vec<bool>,
    /// Per device: exact identifiers alone hold it together.
    pub exact: Vec<bool>,
    /// Per device: number of objects that more than a weak link holds (rows of one object count once).
    pub objects: Vec<u32>,
    /// Per record: another row of the same object speaks for it, the one with the newest activity.
    pub repeat: ByRecord<bool>,
    /// Rows that another speaks for, each with that one, in the order of rows.
    pub spoken_for: Vec<(RecordId, RecordId)>,
    /// Records that speak for others, each with the number of an export in which a row says the same as it.
    pub twins: BTreeSet<(RecordId, ExportId)>,
    /// Per record: held to its device by a weak link only.
    pub weak: ByRecord<bool>,
    /// Per device: number of objects that a weak link holds.
    pub weak_objects: Vec<u32>,
    /// Devices of which lists of one console say different things, and nobody knows which is right.
    pub contested: Vec<u32>,
    /// Records whose serial number is not used for matching although it looks like one, in order.
    pub guarded: Vec<RecordId>,
    /// Records whose Entra device id joins nothing, since copies of a machine share it, in order.
    pub cut: Vec<RecordId>,
    /// Devices that share an identifier although they are several, each with the number of what it shares; in order.
    pub rivals: Vec<(u32, u32)>,
    /// Per device: the strongest identifier, `serial:…`, `entra:…` or `console:…`.
    pub key: Vec<String>,
}

pub(super) fn link(store: &RecordStore, vocabulary: &Vocabulary) -> (Links, Vec<Notice>) {
    let mut traits = traits(store, vocabulary);
    let mut guards = Guards::new(store, &mut traits);
    let mut suspects = std::mem::take(&mut guards.suspects);
    let mut sets = Sets::new(store.total);
    let mut doubts = join_tier(&mut sets, &guards, Kind::is_exact, &mut suspects);
    let exact_roots = sets.roots();
    doubts.extend(join_tier(&mut sets, &guards, |kind| !kind.is_exact(), &mut suspects));
    suspects.extend(without_serial(&mut sets, &traits, &guards.suspects_without_serial));

    let conflicted = conflicts::contradictions(&mut sets, &traits, store.total);
    let mut refused = BTreeMap::new();
    suspects.extend(conflicts::take_apart(&mut sets, &guards.groups, &traits, store, &conflicted, &mut refused));

    let marks = weak::join(store, &mut sets, &traits, &suspects);
    let repeats = Repeats::of(store, &guards.groups, &mut sets);
    let mut held_by = held_by(&mut sets, &guards.groups, store.total);
    let mut weak = ByRecord::filled(false, store.total);
    for (record, kind) in marks {
        if let (Some(bits), Some(weak)) = (held_by.slot(record), weak.slot(record)) {
            *bits |= kind.bit();
            *weak = true;
        }
    }
    let mut links = number_devices(store, &mut sets, &exact_roots, &suspects, &traits, repeats.repeat, weak);
    links.held_by = held_by;
    links.spoken_for = repeats.spoken_for;
    links.twins = repeats.twins;
    // What was taken apart again is no longer shown as one device.
    doubts.retain(|doubt| is_one(&mut sets, &doubt.records));
    let doubts: Vec<Notice> = doubts.into_iter().map(Doubt::notice).collect();
    links.guarded.clone_from(&guards.guarded);
    links.cut.clone_from(&guards.cut);
    links.rivals = rivals(&guards, &links.device);
    let mut notices = guards.notices(doubts);
    notices.extend(refusal_notices(store, &refused));
    links.refused = refused;
    (links, notices)
}

/// Devices the records of which share an identifier that does not join them: they contradict each other, or are copies.
fn rivals(guards: &Guards<'_>, device: &ByRecord<DeviceId>) -> Vec<(u32, u32)> {
    let of = |record: &RecordId| Some(*device.get(*record)).filter(|device| device.is_some());
    let joins = |kind: Kind| !matches!(kind, Kind::HardwareId | Kind::Radio);
    let joined = guards.groups.iter().filter(|group| joins(group.kind)).map(|group| group.members);
    let several = joined.chain(guards.shared.iter().map(Vec::as_slice)).filter(|records| {
        let mut devices = records.iter().filter_map(of);
        let first = devices.next();
        devices.any(|device| Some(device) != first)
    });
    let numbered = (0_u32..).zip(several);
    let mut rivals: Vec<(u32, u32)> = numbered
        .flat_map(|(number, records)| records.iter().filter_map(of).map(move |own| (own.number(), number)))
        .collect();
    rivals.sort_unstable();
    rivals.dedup();
    rivals
}

/// Joins the groups of a tier, those in doubt last: what other identifiers have joined is in no doubt any more. Gives the
/// others, whose records become suspects.
fn join_tier<'a>(
    sets: &mut Sets,
    guards: &'a Guards<'_>,
    in_tier: impl Fn(Kind) -> bool,
    suspects: &mut Vec<RecordId>,
) -> Vec<&'a Doubt> {
    let mut open = Vec::new();
    let groups = || guards.groups.iter().enumerate().filter(|(_, group)| in_tier(group.kind));
    for (_, group) in groups().filter(|(place, _)| !guards.doubts.contains_key(place)) {
        join_all(sets, group);
    }
    for (place, group) in groups().filter(|_| !guards.doubts.is_empty()) {
        let Some(doubt) = guards.doubts.get(&place) else { continue };
        if !is_one(sets, &doubt.records) {
            suspects.extend(&doubt.records);
            open.push(doubt);
        }
        join_all(sets, group);
    }
    open
}

/// Whether records are in one set.
fn is_one(sets: &mut Sets, records: &[RecordId]) -> bool {
    let first = records.first().map(|record| sets.find(*record));
    records.iter().all(|record| Some(sets.find(*record)) == first)
}

/// The records whose device no serial number tells.
fn without_serial(sets: &mut Sets, traits: &Traits, records: &[RecordId]) -> Vec<RecordId> {
    if records.is_empty() {
        return Vec::new();
    }
    let mut known = ByRecord::of(vec![false; traits.serial.len()]);
    for (record, _) in traits.serial.numbered().filter(|(_, serial)| **serial != 0) {
        if let Some(slot) = known.slot(sets.find(record)) {
            *slot = true;
        }
    }
    records.iter().copied().filter(|record| !known.get(sets.find(*record))).collect()
}

fn join_all(sets: &mut Sets, group: Group<'_>) {
    if let [first, rest @ ..] = group.members {
        for other in rest {
            sets.join(*first, *other);
        }
    }
}

/// Numbers for makers and platforms; serials get theirs while they are grouped.
fn traits(store: &RecordStore, vocabulary: &Vocabulary) -> Traits {
    let nothing = || ByRecord::filled(0, store.total);
    let mut traits = Traits { serial: nothing(), maker: nothing(), platform: nothing(), maker_names: Vec::new() };
    let mut makers: BTreeMap<String, u32> = BTreeMap::new();
    for console_records in &store.by_console {
        if let Some(cells) = console_records.text("manufacturer") {
            let mut known: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
            for (slot, cell) in traits.maker.iter_mut().skip(console_records.first.index()).zip(cells.iter()) {
                let Some(text) = cell else { continue };
                *slot = *known.entry(text).or_insert_with(|| {
                    vocabulary.manufacturer(text).map_or(0, |name| {
                        let next = u32::try_from(makers.len()).unwrap_or_default() + 1;
                        *makers.entry(name).or_insert(next)
                    })
                });
            }
        }
        if let Some(cells) = console_records.text("platform") {
            let number = |word| match Platform::parse(word) {
                None | Some(Platform::Other) => 0,
                Some(platform) => platform as u32 + 1,
            };
            let own = traits.platform.iter_mut().skip(console_records.first.index());
            own.zip(cells.each(number)).for_each(|(slot, number)| *slot = number.unwrap_or_default());
        }
    }
    let mut names: Vec<(u32, String)> = makers.into_iter().map(|(name, number)| (number, name)).collect();
    names.sort_unstable();
    traits.maker_names = names.into_iter().map(|(_, name)| name).collect();
    traits
}

fn held_by(sets: &mut Sets, groups: &Groups, total: u32) -> ByRecord<u16> {
    let mut bits = ByRecord::filled(0_u16, total);
    let mut roots = Vec::new();
    for group in groups.iter() {
        roots.clear();
        roots.extend(group.members.iter().map(|r| sets.find(*r)));
        roots.sort_unstable();
        for record in group.members {
            let root = sets.find(*record);
            let first = roots.partition_point(|r| *r < root);
            let shared = roots.get(first + 1) == Some(&root);
            if let Some(slot) = bits.slot(*record).filter(|_| shared) {
                *slot |= group.kind.bit();
            }
        }
    }
    bits
}

/// Gives devices their numbers, in the order of their keys.
fn number_devices(
    store: &RecordStore,
    sets: &mut Sets,
    exact_roots: &ByRecord<RecordId>,
    suspects: &[RecordId],
    traits: &Traits,
    repeat: ByRecord<bool>,
    weak: ByRecord<bool>,
) -> Links {
    let roots = sets.roots();
    let mut unsure = ByRecord::filled(false, store.total);
    for record in suspects {
        if let Some(slot) = unsure.slot(*roots.get(*record)) {
            *slot = true;
        }
    }
    let mut keyed: Vec<(super::device_key::DeviceKey, RecordId)> =
        super::device_key::device_keys(store, &roots, &unsure, &traits.serial, &weak);
    keyed.par_sort_unstable();
    let key = super::device_key::settle(store, &roots, &weak, &mut keyed);

    let mut number = ByRecord::filled(DeviceId::NONE, store.total);
    for (at, (_, root)) in (0_u32..).map(DeviceId::new).zip(&keyed) {
        if let Some(slot) = number.slot(*root) {
            *slot = at;
        }
    }
    let count = keyed.len();
    let device = ByRecord::of(roots.iter().map(|root| *number.get(*root)).collect::<Vec<DeviceId>>());
    let mut first_exact = vec![RecordId::NONE; count];
    let mut exact = vec![true; count];
    let mut objects = vec![0_u32; count];
    let mut weak_objects = vec![0_u32; count];
    for (((device, exact_root), repeat), weak) in device.iter().zip(exact_roots).zip(&repeat).zip(&weak) {
        if *weak {
            if let Some(weak_objects) = weak_objects.get_mut(device.index()) {
                *weak_objects += u32::from(!*repeat);
            }
            continue;
        }
        let (Some(first), Some(exact), Some(objects)) =
            (first_exact.get_mut(device.index()), exact.get_mut(device.index()), objects.get_mut(device.index()))
        else {
            continue;
        };
        if !first.is_some() {
            *first = *exact_root;
        }
        *exact &= first == exact_root;
        *objects += u32::from(!*repeat);
    }
    let conflict = keyed.iter().map(|(_, root)| *unsure.get(*root)).collect();
    Links {
        device,
        devices: u32::at(count),
        conflict,
        exact,
        objects,
        weak_objects,
        repeat,
        weak,
        key,
        ..Links::default()
    }
}

/// One remark a refused record up to a limit an export, then their number.
fn refusal_notices(store: &RecordStore, refused: &BTreeMap<RecordId, Vec<String>>) -> Vec<Notice> {
    const SHOWN: usize = 20;
    let mut notices = Vec::new();
    let mut counts: BTreeMap<ExportId, usize> = BTreeMap::new();
    for (record, reasons) in refused {
        let Some((console_records, line)) = store.locate(*record) else { continue };
        let row = console_records.numbers("row").and_then(|c| c.get(line)).unwrap_or_default();
        let Some(export) = console_records.export_of(line) else { continue };
        let count = counts.entry(export).or_default();
        *count += 1;
        if *count <= SHOWN {
            let label = store.label(export);
            let message = format!("a link was refused: {}", reasons.join("; "));
            notices.push(Notice::new(Code::IdentityConflict, label, message).at_row(row.into()));
        }
    }
    for (export, count) in counts.into_iter().filter(|(_, count)| *count > SHOWN) {
        let label = store.label(export);
        let message = format!("links of {} more rows were refused; `records.csv` lists each", count - SHOWN);
        notices.push(Notice::new(Code::IdentityConflict, label, message));
    }
    notices
}
