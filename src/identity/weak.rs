//! The weak tier: records that no identifier joins, held to a device by a unique host name or by a serial number that
//! was scanned with its label's `S` or lost its leading zeros.
//!
//! A weak link is made only where exactly one record and exactly one device fit each other and nothing contradicts. It is
//! marked, and what rests on it alone is looked at by a person: no step touches an object that is held by it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::absence::short_name;
use super::groups::{Sets, Traits};
use super::keys::Kind;
use super::shelves::{Shelf, Shelves};
use crate::schema::{Console, JoinType};

/// Consoles whose records may be known by name only: AD without a hybrid device, Defender's files without Entra ids.
const BY_NAME: [Console; 2] = [Console::Ad, Console::Defender];
/// Shorter serials are too common to be told apart by what a scanner or a spreadsheet does to them.
const SHORTEST_SERIAL: usize = 6;

/// A record held by a weak link.
pub(super) type Mark = (u32, Kind);

/// What is known of a set of records that a weak link must not contradict.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Side {
    consoles: u16,
    maker: u32,
    platform: u32,
    unsure: bool,
    hybrid: bool,
    joined: bool,
    computer_id: bool,
}

/// A set that may be joined to a device.
struct Proposal {
    source: u32,
    target: u32,
    kind: Kind,
}

/// Joins what can be joined weakly; gives the records on the weak side of each link.
pub(super) fn join(shelves: &Shelves, sets: &mut Sets, traits: &Traits, suspects: &[u32]) -> Vec<Mark> {
    let roots: Vec<u32> = (0..shelves.total).map(|record| sets.find(record)).collect();
    let sides = sides(shelves, &roots, traits, suspects);
    let side = |root: u32| sides.get(root as usize).copied().unwrap_or_default();
    let mut proposals = by_name(shelves, &roots, &side);
    proposals.extend(by_serial(shelves, &roots, &side));

    let mut targets: HashMap<u32, HashSet<u32>> = HashMap::new();
    for p in &proposals {
        targets.entry(p.source).or_default().insert(p.target);
    }
    let unique =
        |p: &&Proposal| targets.get(&p.source).is_some_and(|t| t.len() == 1) && !targets.contains_key(&p.target);
    let accepted: Vec<&Proposal> =
        proposals.iter().filter(unique).filter(|p| !contradict(side(p.source), side(p.target))).collect();
    let kinds: HashMap<u32, Kind> = accepted.iter().map(|p| (p.source, p.kind)).collect();
    for p in &accepted {
        sets.join(p.source, p.target);
    }
    if kinds.is_empty() {
        return Vec::new();
    }
    (0_u32..).zip(&roots).filter_map(|(record, root)| Some((record, *kinds.get(root)?))).collect()
}

const fn bit(console: Console) -> u16 {
    1 << console.index()
}

fn sides(shelves: &Shelves, roots: &[u32], traits: &Traits, suspects: &[u32]) -> Vec<Side> {
    let mut sides = vec![Side::default(); roots.len()];
    for shelf in &shelves.shelves {
        let join_type = shelf.text("join_type").filter(|_| matches!(shelf.console, Console::Intune | Console::Entra));
        let ids = shelf.text("entra_id").filter(|_| shelf.console == Console::Ad);
        for line in 0..shelf.height() {
            let record = shelf.offset as usize + line;
            let get = |list: &[u32]| list.get(record).copied().unwrap_or_default();
            let Some(side) = roots.get(record).and_then(|root| sides.get_mut(*root as usize)) else { continue };
            side.consoles |= bit(shelf.console);
            side.maker = side.maker.max(get(&traits.maker));
            side.platform = side.platform.max(get(&traits.platform));
            let word = join_type.and_then(|c| c.get(line));
            side.hybrid |= word == Some(JoinType::Hybrid.as_str());
            side.joined |= word == Some(JoinType::Joined.as_str());
            side.computer_id |= ids.is_some_and(|c| c.get(line).is_some());
        }
    }
    for record in suspects {
        if let Some(side) = roots.get(*record as usize).and_then(|root| sides.get_mut(*root as usize)) {
            side.unsure = true;
        }
    }
    sides
}

/// Why two sets cannot be one device.
fn contradict(source: Side, target: Side) -> bool {
    let differ = |a: u32, b: u32| a != 0 && b != 0 && a != b;
    let ad = source.consoles & bit(Console::Ad) != 0;
    source.unsure
        || target.unsure
        || source.consoles & target.consoles != 0
        || differ(source.maker, target.maker)
        || differ(source.platform, target.platform)
        // A cloud joined device is in no AD; a hybrid one is known by the objectGUID, where the file has it.
        || (ad && (target.joined || (target.hybrid && source.computer_id)))
}

/// Sets of AD or Defender alone whose host name one other device bears.
fn by_name(shelves: &Shelves, roots: &[u32], side: &impl Fn(u32) -> Side) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for console in BY_NAME {
        let Some(shelf) = shelves.of(console) else { continue };
        let mut sources: HashMap<String, HashSet<u32>> = HashMap::new();
        each_name(shelf, roots, |name, root| {
            sources.entry(name).or_default().insert(root);
        });
        // A name that the console has twice tells nothing, and a set that others hold needs no name.
        sources.retain(|_, own| own.len() == 1 && own.iter().all(|root| side(*root).consoles == bit(console)));
        if sources.is_empty() {
            continue;
        }
        let mut bearers: HashMap<String, HashSet<u32>> = HashMap::new();
        for other in shelves.shelves.iter().filter(|s| s.console != console && s.console.makes_devices()) {
            each_name(other, roots, |name, root| {
                // What is itself only known by name holds nobody.
                let anchored = !BY_NAME.iter().any(|c| side(root).consoles == bit(*c));
                if anchored && sources.contains_key(&name) {
                    bearers.entry(name).or_default().insert(root);
                }
            });
        }
        let mut names: Vec<(&String, &HashSet<u32>)> = sources.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, own) in names {
            let (Some(source), Some(all)) = (own.iter().next(), bearers.get(name)) else { continue };
            let family = side(*source).platform;
            // A bearer of another family is another machine; one of unknown family may be the same.
            let fits: Vec<u32> = all
                .iter()
                .copied()
                .filter(|root| matches!(side(*root).platform, 0) || side(*root).platform == family)
                .collect();
            if let [target] = fits.as_slice()
                && family != 0
                && side(*target).platform == family
            {
                proposals.push(Proposal { source: *source, target: *target, kind: Kind::Name });
            }
        }
    }
    proposals
}

fn each_name(shelf: &Shelf, roots: &[u32], mut take: impl FnMut(String, u32)) {
    let Some(names) = shelf.text("name") else { return };
    for (root, name) in roots.iter().skip(shelf.offset as usize).zip(names.iter()) {
        if let Some(name) = name.and_then(short_name) {
            take(name, *root);
        }
    }
}

/// The sets that have a serial number in an altered spelling, and those that have it as it is.
#[derive(Default)]
struct Spelling {
    altered: HashSet<u32>,
    whole: HashSet<u32>,
}

/// Sets of one console whose serial number is that of one other device, but for a scanner's `S` or lost zeros.
fn by_serial(shelves: &Shelves, roots: &[u32], side: &impl Fn(u32) -> Side) -> Vec<Proposal> {
    let alone = |root: u32| side(root).consoles.is_power_of_two();
    let mut altered: BTreeMap<(Kind, &str), Spelling> = BTreeMap::new();
    let mut whole: HashMap<&str, HashSet<u32>> = HashMap::new();
    for shelf in &shelves.shelves {
        let Some(serials) = shelf.text("serial") else { continue };
        for (root, serial) in roots.iter().skip(shelf.offset as usize).zip(serials.iter()) {
            let Some(serial) = serial.filter(|s| s.len() >= SHORTEST_SERIAL) else { continue };
            if let Some(scanned) = serial.strip_prefix('S').filter(|s| s.len() >= SHORTEST_SERIAL && alone(*root)) {
                altered.entry((Kind::ScannedSerial, scanned)).or_default().altered.insert(*root);
            }
            if serial.bytes().all(|b| b.is_ascii_digit()) {
                let bare = serial.trim_start_matches('0');
                if bare.len() < serial.len() {
                    altered.entry((Kind::ShortSerial, bare)).or_default().whole.insert(*root);
                } else if alone(*root) {
                    altered.entry((Kind::ShortSerial, serial)).or_default().altered.insert(*root);
                }
            }
        }
    }
    altered.retain(|_, spelling| spelling.altered.len() == 1);
    let scanned: HashSet<&str> =
        altered.keys().filter(|(kind, _)| *kind == Kind::ScannedSerial).map(|(_, s)| *s).collect();
    if !scanned.is_empty() {
        for shelf in &shelves.shelves {
            let Some(serials) = shelf.text("serial") else { continue };
            for (root, serial) in roots.iter().skip(shelf.offset as usize).zip(serials.iter()) {
                if let Some(serial) = serial.filter(|s| scanned.contains(s)) {
                    whole.entry(serial).or_default().insert(*root);
                }
            }
        }
    }
    let mut proposals = Vec::new();
    for ((kind, serial), spelling) in &altered {
        let targets = if *kind == Kind::ScannedSerial { whole.get(serial) } else { Some(&spelling.whole) };
        let (Some(source), Some(targets)) = (spelling.altered.iter().next(), targets) else { continue };
        let mut targets = targets.iter().copied().filter(|t| t != source);
        if let (Some(target), None) = (targets.next(), targets.next()) {
            proposals.push(Proposal { source: *source, target, kind: *kind });
        }
    }
    proposals
}
