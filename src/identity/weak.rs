//! The weak tier: records that no identifier joins, held to a device by a unique host name or by a serial number that
//! was scanned with its label's `S` or lost its leading zeros.
//!
//! A weak link is made only where exactly one record and exactly one device fit each other and nothing contradicts. It is
//! marked, and what rests on it alone is looked at by a person: no step touches an object that is held by it.

mod servers;

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::groups::{Sets, Traits};
use super::keys::{Kind, Pair, number};
use super::names::{host, seen, short_name};
use super::record_store::{ConsoleRecords, RecordStore};
use crate::console::Console;
use crate::ids::{ByRecord, RecordId};
use crate::schema::JoinType;

/// Shorter serials are too common to be told apart by what a scanner or a spreadsheet does to them.
const SHORTEST_SERIAL: usize = 6;

/// A record held by a weak link.
pub(super) type Mark = (RecordId, Kind);

/// What is known of a set of records that a weak link must not contradict.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Side {
    maker: u32,
    unsure: bool,
    hybrid: bool,
    joined: bool,
    computer_id: bool,
}

/// A set that may be joined to a device.
struct Proposal {
    source: RecordId,
    target: RecordId,
    kind: Kind,
}

/// What every set is known by; the rest is gathered only for the few sets that may be joined.
struct Sketch {
    roots: ByRecord<RecordId>,
    /// Consoles that are directories of computers, as bits.
    directories: u32,
    /// Consoles whose records may be known by name only, as bits: AD's without a hybrid device, those of Defender's files
    /// without Entra ids.
    by_name: u32,
    /// Consoles of each set, as bits.
    consoles: ByRecord<u32>,
    /// Number of the platform of each set; 0 is not known.
    platform: ByRecord<u8>,
}

impl Sketch {
    fn new(store: &RecordStore, sets: &mut Sets, traits: &Traits) -> Self {
        let roots = sets.roots();
        let mut consoles = ByRecord::filled(0_u32, store.total);
        let mut platform = ByRecord::filled(0_u8, store.total);
        for console_records in &store.by_console {
            let own = console_records.span();
            for (root, family) in roots.within(&own).iter().zip(traits.platform.within(&own)) {
                if let (Some(consoles), Some(platform)) = (consoles.slot(*root), platform.slot(*root)) {
                    *consoles |= console_records.console.bit();
                    *platform = (*platform).max(u8::try_from(*family).unwrap_or(0));
                }
            }
        }
        let bits = |is: fn(Console) -> bool| {
            store.by_console.iter().filter(|s| is(s.console)).fold(0, |bits, s| bits | s.console.bit())
        };
        let directories = bits(Console::is_directory);
        Self { roots, directories, by_name: bits(Console::is_joined_by_host_name), consoles, platform }
    }

    fn consoles(&self, root: RecordId) -> u32 {
        *self.consoles.get(root)
    }

    fn platform(&self, root: RecordId) -> u8 {
        *self.platform.get(root)
    }

    fn of_shelf(&self, console_records: &ConsoleRecords) -> impl Iterator<Item = RecordId> + '_ {
        self.roots.within(&console_records.span()).iter().copied()
    }
}

/// Joins what can be joined weakly; gives the records on the weak side of each link.
pub(super) fn join(store: &RecordStore, sets: &mut Sets, traits: &Traits, suspects: &[RecordId]) -> Vec<Mark> {
    let sketch = Sketch::new(store, sets, traits);
    let mut proposals = by_name(store, &sketch);
    proposals.extend(servers::by_name(store, &sketch));
    proposals.extend(by_serial(store, &sketch));
    if proposals.is_empty() {
        return Vec::new();
    }
    let sides = sides(store, &sketch, traits, suspects, &proposals);
    let side = |root: RecordId| sides.get(&root).copied().unwrap_or_default();
    let mut targets: HashMap<RecordId, HashSet<RecordId>> = HashMap::new();
    for p in &proposals {
        targets.entry(p.source).or_default().insert(p.target);
    }
    let unique =
        |p: &&Proposal| targets.get(&p.source).is_some_and(|t| t.len() == 1) && !targets.contains_key(&p.target);
    let agree = |p: &&Proposal| !contradict(p, &sketch, side(p.source), side(p.target));
    let mut accepted: Vec<&Proposal> = proposals.iter().filter(unique).filter(agree).collect();
    // A device that has two names or two serial numbers takes no two records of one console.
    let mut taken: HashMap<(RecordId, u32), usize> = HashMap::new();
    for p in &accepted {
        *taken.entry((p.target, sketch.consoles(p.source))).or_default() += 1;
    }
    accepted.retain(|p| taken.get(&(p.target, sketch.consoles(p.source))) == Some(&1));
    let kinds: HashMap<RecordId, Kind> = accepted.iter().map(|p| (p.source, p.kind)).collect();
    for p in &accepted {
        sets.join(p.source, p.target);
    }
    sketch.roots.numbered().filter_map(|(record, root)| Some((record, *kinds.get(root)?))).collect()
}

/// Facts of the sets that may be joined.
fn sides(
    store: &RecordStore,
    sketch: &Sketch,
    traits: &Traits,
    suspects: &[RecordId],
    proposals: &[Proposal],
) -> HashMap<RecordId, Side> {
    let mut sides: HashMap<RecordId, Side> =
        proposals.iter().flat_map(|p| [p.source, p.target]).map(|root| (root, Side::default())).collect();
    for console_records in &store.by_console {
        let join_type = console_records.text("join_type").filter(|_| console_records.console.is_asked("join_type"));
        let ids = console_records.text("entra_id").filter(|_| console_records.console.is_directory());
        for (line, root) in sketch.of_shelf(console_records).enumerate() {
            let Some(side) = sides.get_mut(&root) else { continue };
            let maker = *traits.maker.get(console_records.record(line));
            let word = join_type.and_then(|c| c.get(line));
            side.maker = side.maker.max(maker);
            side.hybrid |= word == Some(JoinType::Hybrid.as_str());
            side.joined |= word == Some(JoinType::Joined.as_str());
            side.computer_id |= ids.is_some_and(|c| c.get(line).is_some());
        }
    }
    for record in suspects {
        if let Some(side) = sides.get_mut(sketch.roots.get(*record)) {
            side.unsure = true;
        }
    }
    sides
}

/// Why two sets cannot be one device.
fn contradict(p: &Proposal, sketch: &Sketch, source: Side, target: Side) -> bool {
    let differ = |a: u32, b: u32| a != 0 && b != 0 && a != b;
    let own = sketch.consoles(p.source);
    let ad = own & sketch.directories != 0;
    source.unsure
        || target.unsure
        || own & sketch.consoles(p.target) != 0
        || differ(source.maker, target.maker)
        || differ(sketch.platform(p.source).into(), sketch.platform(p.target).into())
        // A cloud joined device is in no AD; a hybrid one is known by the objectGUID, where the file has it.
        || (ad && (target.joined || (target.hybrid && source.computer_id)))
}

/// Sets of one console alone, of those whose records may be known by name only, whose host name one other device bears.
fn by_name(store: &RecordStore, sketch: &Sketch) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for console_records in
        store.by_console.iter().filter(|console_records| console_records.console.is_joined_by_host_name())
    {
        let console = console_records.console;
        let alone = |root: RecordId| sketch.consoles(root) == console.bit();
        // Only names of sets that nothing else holds are looked for.
        let mut sought: HashMap<String, HashSet<RecordId>> = HashMap::new();
        each_name(
            console_records,
            sketch,
            |root, _| alone(root),
            |name, _| {
                sought.entry(name).or_default();
            },
        );
        if sought.is_empty() {
            continue;
        }
        let digests: HashSet<u64> = sought.keys().map(|name| digest(name)).collect();
        each_name(
            console_records,
            sketch,
            |_, name| digests.contains(&digest(name)),
            |name, root| {
                if let Some(own) = sought.get_mut(&name) {
                    own.insert(root);
                }
            },
        );
        // A name that the console has twice tells nothing.
        sought.retain(|_, own| own.len() == 1);
        let mut bearers: HashMap<String, HashSet<RecordId>> = HashMap::new();
        for other in store.by_console.iter().filter(|s| s.console != console && s.console.makes_devices()) {
            each_name(
                other,
                sketch,
                |_, name| digests.contains(&digest(name)),
                |name, root| {
                    // What is itself only known by name holds nobody.
                    let consoles = sketch.consoles(root);
                    let anchored = consoles.count_ones() != 1 || consoles & sketch.by_name == 0;
                    if anchored && sought.contains_key(&name) {
                        bearers.entry(name).or_default().insert(root);
                    }
                },
            );
        }
        let mut names: Vec<(&String, &HashSet<RecordId>)> = sought.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, own) in names {
            let (Some(source), Some(all)) = (own.iter().next(), bearers.get(name)) else { continue };
            let family = sketch.platform(*source);
            // A bearer of another family is another machine; one of unknown family may be the same.
            let mut fits = all
                .iter()
                .copied()
                .filter(|root| matches!(sketch.platform(*root), 0) || sketch.platform(*root) == family);
            if let (Some(target), None) = (fits.next(), fits.next())
                && family != 0
                && sketch.platform(target) == family
            {
                proposals.push(Proposal { source: *source, target, kind: Kind::Name });
            }
        }
    }
    proposals
}

/// Hands out the short host names that are wanted: most names are passed over without being copied.
fn each_name(
    console_records: &ConsoleRecords,
    sketch: &Sketch,
    wanted: impl Fn(RecordId, &str) -> bool,
    mut take: impl FnMut(String, RecordId),
) {
    let Some(names) = console_records.text("name") else { return };
    for (root, name) in sketch.of_shelf(console_records).zip(names.iter()) {
        let Some(name) = name.filter(|name| wanted(root, name)) else { continue };
        if let Some(short) = short_name(name) {
            take(short, root);
        }
    }
}

/// A digest that a name shares with its short form in any case.
fn digest(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let name = &*seen(name);
    let short = host(name);
    if short.is_ascii() {
        for byte in short.bytes() {
            byte.to_ascii_lowercase().hash(&mut hasher);
        }
    } else {
        for byte in short.to_lowercase().bytes() {
            byte.hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Sets of one console whose serial number is that of one other device, but for a scanner's `S` or lost zeros.
fn by_serial(store: &RecordStore, sketch: &Sketch) -> Vec<Proposal> {
    let alone = |root: RecordId| sketch.consoles(root).is_power_of_two();
    // Serial numbers as they would be, of sets that have them altered; then as they are, of the sets that may be meant.
    let (mut scanned, mut short, mut padded) = (Vec::new(), Vec::new(), Vec::new());
    each_serial(store, sketch, |serial, root| {
        if let Some(rest) = serial.strip_prefix('S').filter(|s| s.len() >= SHORTEST_SERIAL && alone(root)) {
            scanned.push((number(rest), root));
        }
        if serial.bytes().all(|b| b.is_ascii_digit()) {
            let rest = serial.trim_start_matches('0');
            if rest.len() < serial.len() {
                padded.push((number(rest), root));
            } else if alone(root) {
                short.push((number(serial), root));
            }
        }
    });
    let mut whole = Vec::new();
    if !scanned.is_empty() {
        let sought: HashSet<u128> = scanned.iter().map(|(serial, _)| *serial).collect();
        each_serial(store, sketch, |serial, root| {
            let serial = number(serial);
            if sought.contains(&serial) {
                whole.push((serial, root));
            }
        });
    }
    let mut proposals = unique_pairs(scanned, whole, Kind::ScannedSerial);
    if !padded.is_empty() {
        proposals.extend(unique_pairs(short, padded, Kind::ShortSerial));
    }
    proposals
}

fn each_serial(store: &RecordStore, sketch: &Sketch, mut take: impl FnMut(&str, RecordId)) {
    for console_records in &store.by_console {
        let Some(serials) = console_records.text("serial") else { continue };
        for (root, serial) in sketch.of_shelf(console_records).zip(serials.iter()) {
            if let Some(serial) = serial.filter(|s| s.len() >= SHORTEST_SERIAL) {
                take(serial, root);
            }
        }
    }
}

/// Pairs of sets where one serial number is altered in exactly one set and stands as it is in exactly one other.
fn unique_pairs(mut altered: Vec<Pair>, mut whole: Vec<Pair>, kind: Kind) -> Vec<Proposal> {
    for list in [&mut altered, &mut whole] {
        list.sort_unstable();
        list.dedup();
    }
    let mut proposals = Vec::new();
    for run in altered.chunk_by(|a, b| a.0 == b.0) {
        let [(serial, source)] = run else { continue };
        let first = whole.partition_point(|(other, _)| other < serial);
        let mut targets =
            whole.iter().skip(first).take_while(|(other, _)| other == serial).filter(|(_, t)| t != source);
        if let (Some((_, target)), None) = (targets.next(), targets.next()) {
            proposals.push(Proposal { source: *source, target: *target, kind });
        }
    }
    proposals
}
