//! Links: equal identifiers joined by union-find over record numbers, guards, and what was refused.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::careful;
use super::groups::{Group, Groups, Sets, Traits};
use super::keys::{self, Kind, Pair};
use super::shelves::{NONE, Shelves};
use super::weak;
use crate::formats::Vocabulary;
use crate::notice::{Code, Notice};
use crate::schema::{Console, Platform};

/// Two records of one serial in one console are a re-enrolment; beyond this many they are copies of one machine.
const MOST_ENROLMENTS: usize = 4;

/// Which record belongs to which device, and why.
#[derive(Debug, Default)]
pub struct Links {
    /// Device number of each record; [`NONE`] for a key-list record whose device nobody else knows.
    pub device: Vec<u32>,
    /// Kinds of identifier by which the record is held to other records of its device, as bits of [`Kind::bit`].
    pub held_by: Vec<u16>,
    /// Refused links of a record.
    pub refused: BTreeMap<u32, Vec<String>>,
    /// Number of devices.
    pub devices: u32,
    /// Per device: its records contradict each other or those of another device.
    pub conflict: Vec<bool>,
    /// Per device: exact identifiers alone hold it together.
    pub exact: Vec<bool>,
    /// Per device: number of objects that more than a weak link holds (rows of one object count once).
    pub objects: Vec<u32>,
    /// Per record: another row of the same object speaks for it, the one with the newest sign of life.
    pub repeat: Vec<bool>,
    /// Rows that another speaks for, each with that one, in the order of rows.
    pub spoken_for: Vec<(u32, u32)>,
    /// Per record: held to its device by a weak link only.
    pub weak: Vec<bool>,
    /// Per device: number of objects that a weak link holds.
    pub weak_objects: Vec<u32>,
    /// Devices of which lists of one console say different things, and nobody knows which is right.
    pub contested: Vec<u32>,
    /// Records whose serial number joins nothing although it looks like one, in order.
    pub guarded: Vec<u32>,
    /// Per device: the strongest identifier, `serial:…`, `entra:…` or `console:…`.
    pub key: Vec<String>,
}

pub(super) fn link(shelves: &Shelves, vocabulary: &Vocabulary) -> (Links, Vec<Notice>) {
    let mut notices = Vec::new();
    let mut traits = traits(shelves, vocabulary);
    let mut suspects = Vec::new();
    let mut guarded = Vec::new();
    let groups = groups(shelves, &mut traits, &mut suspects, &mut guarded, &mut notices);

    let mut sets = Sets::new(shelves.total);
    for group in groups.iter().filter(|g| g.kind.is_exact()) {
        join_all(&mut sets, group);
    }
    let exact_roots: Vec<u32> = (0..shelves.total).map(|r| sets.find(r)).collect();
    for group in groups.iter().filter(|g| !g.kind.is_exact()) {
        join_all(&mut sets, group);
    }

    let conflicted = careful::contradictions(&mut sets, &traits, shelves.total);
    let mut refused = BTreeMap::new();
    suspects.extend(careful::take_apart(&mut sets, &groups, &traits, shelves, &conflicted, &mut refused));

    let marks = weak::join(shelves, &mut sets, &traits, &suspects);
    let (repeat, spoken_for) = repeats(shelves, &groups, &mut sets);
    let mut held_by = held_by(&mut sets, &groups, shelves.total);
    let mut weak = vec![false; shelves.total as usize];
    for (record, kind) in marks {
        if let (Some(bits), Some(weak)) = (held_by.get_mut(record as usize), weak.get_mut(record as usize)) {
            *bits |= kind.bit();
            *weak = true;
        }
    }
    let mut links = number_devices(shelves, &mut sets, &exact_roots, &suspects, &traits, repeat, weak);
    guarded.sort_unstable();
    links.guarded = guarded;
    links.held_by = held_by;
    links.spoken_for = spoken_for;
    notices.extend(refusal_notices(shelves, &refused));
    links.refused = refused;
    (links, notices)
}

fn join_all(sets: &mut Sets, group: Group<'_>) {
    if let [first, rest @ ..] = group.members {
        for other in rest {
            sets.join(*first, *other);
        }
    }
}

/// Numbers for makers and platforms; serials get theirs while they are grouped.
fn traits(shelves: &Shelves, vocabulary: &Vocabulary) -> Traits {
    let size = shelves.total as usize;
    let mut traits =
        Traits { serial: vec![0; size], maker: vec![0; size], platform: vec![0; size], maker_names: Vec::new() };
    let mut makers: BTreeMap<String, u32> = BTreeMap::new();
    for shelf in &shelves.shelves {
        if let Some(cells) = shelf.text("manufacturer") {
            let mut known: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
            for (slot, cell) in traits.maker.iter_mut().skip(shelf.offset as usize).zip(cells.iter()) {
                let Some(text) = cell else { continue };
                *slot = *known.entry(text).or_insert_with(|| {
                    vocabulary.manufacturer(text).map_or(0, |name| {
                        let next = u32::try_from(makers.len()).unwrap_or_default() + 1;
                        *makers.entry(name).or_insert(next)
                    })
                });
            }
        }
        if let Some(cells) = shelf.text("platform") {
            for (slot, cell) in traits.platform.iter_mut().skip(shelf.offset as usize).zip(cells.iter()) {
                *slot = match cell.and_then(Platform::parse) {
                    None | Some(Platform::Other) => 0,
                    Some(platform) => platform as u32 + 1,
                };
            }
        }
    }
    let mut names: Vec<(u32, String)> = makers.into_iter().map(|(name, number)| (number, name)).collect();
    names.sort_unstable();
    traits.maker_names = names.into_iter().map(|(_, name)| name).collect();
    traits
}

/// Records that share an identifier, guards applied. Fills in the serial numbers of the traits.
fn groups(
    shelves: &Shelves,
    traits: &mut Traits,
    suspects: &mut Vec<u32>,
    guarded: &mut Vec<u32>,
    notices: &mut Vec<Notice>,
) -> Groups {
    let mut groups = Groups::default();
    let mut next_serial = 0;
    // One kind after the other: the pairs of all kinds at once would take more memory than the records.
    for kind in Kind::ALL.iter().copied().filter(|kind| !kind.is_weak()) {
        for pairs in keys::gather(shelves, kind) {
            for run in pairs.chunk_by(|a, b| a.0 == b.0) {
                let Some(key) = run.first().map(|p| p.0) else { continue };
                if kind == Kind::Serial || kind == Kind::Radio {
                    match guard(shelves, traits, run) {
                        None => {}
                        Some(reason) => {
                            suspects.extend(reason.suspects(run));
                            if kind == Kind::Serial {
                                guarded.extend(run.iter().map(|p| p.1));
                            }
                            notices.push(reason.notice(shelves, kind, run));
                            continue;
                        }
                    }
                }
                if kind == Kind::Serial {
                    next_serial += 1;
                    for (_, record) in run {
                        if let Some(slot) = traits.serial.get_mut(*record as usize) {
                            *slot = next_serial;
                        }
                    }
                }
                if run.len() > 1 {
                    groups.push(kind, key, run);
                }
            }
        }
    }
    duplicate_rows(shelves, &groups, notices);
    groups
}

/// Why a hardware number joins nothing.
enum Guarded {
    /// Several manufacturers use it: it names no device, and nobody knows whose record is whose.
    Makers(Vec<String>),
    /// More concurrent records of one console than re-enrolment explains: copies of one machine.
    Copies(Console, usize),
}

fn guard(shelves: &Shelves, traits: &Traits, run: &[Pair]) -> Option<Guarded> {
    if run.len() < 2 {
        return None;
    }
    let mut makers: Vec<u32> =
        run.iter().filter_map(|p| traits.maker.get(p.1 as usize).copied()).filter(|m| *m != 0).collect();
    makers.sort_unstable();
    makers.dedup();
    if makers.len() > 1 {
        let name = |m: &u32| traits.maker_names.get(*m as usize - 1).cloned().unwrap_or_default();
        let mut names: Vec<String> = makers.iter().map(name).collect();
        names.sort();
        return Some(Guarded::Makers(names));
    }
    if run.len() <= MOST_ENROLMENTS {
        return None;
    }
    let mut per_console: BTreeMap<Console, std::collections::BTreeSet<String>> = BTreeMap::new();
    for (_, record) in run {
        if let Some((shelf, _)) = shelves.locate(*record) {
            per_console.entry(shelf.console).or_default().insert(shelves.object(*record));
        }
    }
    per_console
        .into_iter()
        .find(|(_, objects)| objects.len() > MOST_ENROLMENTS)
        .map(|(console, objects)| Guarded::Copies(console, objects.len()))
}

impl Guarded {
    /// Records about which nobody can be sure.
    fn suspects(&self, run: &[Pair]) -> Vec<u32> {
        match self {
            Self::Makers(_) => run.iter().map(|p| p.1).collect(),
            Self::Copies(..) => Vec::new(),
        }
    }

    fn notice(&self, shelves: &Shelves, kind: Kind, run: &[Pair]) -> Notice {
        let text = run.first().map_or_else(String::new, |p| keys::text_of(shelves, kind, p.0, p.1));
        match self {
            Self::Makers(names) => Notice::new(
                Code::IdentityConflict,
                "",
                format!("{kind} `{text}` is used by several manufacturers ({}) and joins nothing", names.join(", ")),
            ),
            Self::Copies(console, count) => Notice::new(
                Code::PlaceholderSerial,
                "",
                format!(
                    "{kind} `{text}` is shared by {count} records of {}: copies of one machine; it joins nothing",
                    console.title()
                ),
            ),
        }
    }
}

/// One remark an export whose rows repeat an object.
fn duplicate_rows(shelves: &Shelves, groups: &Groups, notices: &mut Vec<Notice>) {
    let mut repeated: BTreeMap<Console, (u64, u64)> = BTreeMap::new();
    for group in groups.iter().filter(|g| g.kind == Kind::Object) {
        if let Some((shelf, _)) = group.members.first().and_then(|r| shelves.locate(*r)) {
            let entry = repeated.entry(shelf.console).or_default();
            entry.0 += 1;
            entry.1 += group.members.len() as u64;
        }
    }
    for (console, (objects, rows)) in repeated {
        let (stand, they) = if objects == 1 { ("object", "it counts") } else { ("objects", "each counts") };
        let message = format!("{objects} {stand} of {} in {rows} rows; {they} once", console.title());
        notices.push(Notice::new(Code::DuplicateRows, "", message));
    }
}

/// Records for which another row of the same object speaks, within one device.
fn repeats(shelves: &Shelves, groups: &Groups, sets: &mut Sets) -> (Vec<bool>, Vec<(u32, u32)>) {
    let mut repeats = vec![false; shelves.total as usize];
    let mut spoken_for = Vec::new();
    for group in groups.iter().filter(|g| g.kind == Kind::Object) {
        let mut speaker: BTreeMap<u32, u32> = BTreeMap::new();
        for record in group.members {
            let best = speaker.entry(sets.find(*record)).or_insert(*record);
            if is_fresher(shelves, *record, *best) {
                *best = *record;
            }
        }
        for record in group.members {
            let Some(best) = speaker.get(&sets.find(*record)).filter(|best| *best != record) else { continue };
            if let Some(slot) = repeats.get_mut(*record as usize) {
                *slot = true;
            }
            spoken_for.push((*record, *best));
        }
    }
    spoken_for.sort_unstable();
    (repeats, spoken_for)
}

/// Whether a row speaks for an object rather than another one. Equals are told apart by what they say, so that the order of
/// lists does not matter.
fn is_fresher(shelves: &Shelves, record: u32, best: u32) -> bool {
    const SAYS: &[&str] = &["state", "name", "serial", "entra_id", "model", "os_version", "ownership", "managed_by"];
    let (new, old) = (freshness(shelves, record), freshness(shelves, best));
    if new != old {
        return new > old;
    }
    let (Some((shelf, line)), Some((_, there))) = (shelves.locate(record), shelves.locate(best)) else { return false };
    let mut compared = SAYS.iter().filter_map(|column| shelf.text(column)).map(|c| c.get(line).cmp(&c.get(there)));
    compared.find(|order| order.is_ne()).is_some_and(std::cmp::Ordering::is_gt)
}

/// Which of several rows of one object is the newest; of rows released and not, the one that is not.
fn freshness(shelves: &Shelves, record: u32) -> (bool, [Option<i64>; 2]) {
    let Some((shelf, line)) = shelves.locate(record) else { return (false, [None; 2]) };
    let time = |column| shelf.times(column).and_then(|c| c.get(line));
    (time("released").is_none(), ["last_seen", "enrolled"].map(time))
}

fn held_by(sets: &mut Sets, groups: &Groups, total: u32) -> Vec<u16> {
    let mut bits = vec![0_u16; total as usize];
    let mut roots = Vec::new();
    for group in groups.iter() {
        roots.clear();
        roots.extend(group.members.iter().map(|r| sets.find(*r)));
        roots.sort_unstable();
        for record in group.members {
            let root = sets.find(*record);
            let first = roots.partition_point(|r| *r < root);
            let shared = roots.get(first + 1) == Some(&root);
            if let Some(slot) = bits.get_mut(*record as usize).filter(|_| shared) {
                *slot |= group.kind.bit();
            }
        }
    }
    bits
}

/// Gives devices their numbers, in the order of their keys.
fn number_devices(
    shelves: &Shelves,
    sets: &mut Sets,
    exact_roots: &[u32],
    suspects: &[u32],
    traits: &Traits,
    repeat: Vec<bool>,
    weak: Vec<bool>,
) -> Links {
    let roots: Vec<u32> = (0..shelves.total).map(|r| sets.find(r)).collect();
    let mut unsure = vec![false; roots.len()];
    for record in suspects {
        if let Some(slot) = roots.get(*record as usize).and_then(|r| unsure.get_mut(*r as usize)) {
            *slot = true;
        }
    }
    let mut keyed: Vec<(super::device_key::DeviceKey, u32)> =
        super::device_key::device_keys(shelves, &roots, &unsure, &traits.serial, &weak);
    keyed.par_sort_unstable();
    let key = super::device_key::settle(shelves, &roots, &weak, &mut keyed);

    let mut number = vec![NONE; roots.len()];
    for (at, (_, root)) in (0_u32..).zip(&keyed) {
        if let Some(slot) = number.get_mut(*root as usize) {
            *slot = at;
        }
    }
    let count = keyed.len();
    let device: Vec<u32> = roots.iter().map(|r| number.get(*r as usize).copied().unwrap_or(NONE)).collect();
    let mut first_exact = vec![NONE; count];
    let mut exact = vec![true; count];
    let mut objects = vec![0_u32; count];
    let mut weak_objects = vec![0_u32; count];
    for (((device, exact_root), repeat), weak) in device.iter().zip(exact_roots).zip(&repeat).zip(&weak) {
        if *weak {
            if let Some(weak_objects) = weak_objects.get_mut(*device as usize) {
                *weak_objects += u32::from(!*repeat);
            }
            continue;
        }
        let (Some(first), Some(exact), Some(objects)) =
            (first_exact.get_mut(*device as usize), exact.get_mut(*device as usize), objects.get_mut(*device as usize))
        else {
            continue;
        };
        if *first == NONE {
            *first = *exact_root;
        }
        *exact &= first == exact_root;
        *objects += u32::from(!*repeat);
    }
    let conflict = keyed.iter().map(|(_, root)| unsure.get(*root as usize).copied().unwrap_or(false)).collect();
    Links {
        device,
        devices: u32::try_from(count).unwrap_or(NONE),
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
fn refusal_notices(shelves: &Shelves, refused: &BTreeMap<u32, Vec<String>>) -> Vec<Notice> {
    const SHOWN: usize = 20;
    let mut notices = Vec::new();
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for (record, reasons) in refused {
        let Some((shelf, line)) = shelves.locate(*record) else { continue };
        let number = |name: &str| shelf.numbers(name).and_then(|c| c.get(line)).unwrap_or_default();
        let (export, row) = (number("export"), number("row"));
        let count = counts.entry(export).or_default();
        *count += 1;
        if *count <= SHOWN {
            let label = shelves.exports.get(export as usize).map_or("", |(label, _)| label);
            let message = format!("a link was refused: {}", reasons.join("; "));
            notices.push(Notice::new(Code::IdentityConflict, label, message).at_row(row.into()));
        }
    }
    for (export, count) in counts.into_iter().filter(|(_, count)| *count > SHOWN) {
        let label = shelves.exports.get(export as usize).map_or("", |(label, _)| label);
        let message = format!("links of {} more rows were refused; `records.csv` lists each", count - SHOWN);
        notices.push(Notice::new(Code::IdentityConflict, label, message));
    }
    notices
}
