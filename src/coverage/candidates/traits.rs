//! What each device says of itself, as numbers: equal numbers are equal facts, 0 is not known.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use super::Facts;
use super::people::{People, people};
use super::twins;
use crate::console::Console;
use crate::coverage::beside::NETBIOS;
use crate::formats::Vocabulary;
use crate::frame::by_device::{mark, newest, scatter};
use crate::identity::{
    ConsoleRecords, Handles, KeyKind, Links, Marker, Members, RecordStore, SIGNS, Threshold, host_name, is_server,
    written,
};
use crate::ids::{ByDevice, DeviceId, ExportId};
use crate::schema::{Activity, JoinType, Platform};
use crate::time::Millis;

/// A fact of each device.
pub(super) type Slots = ByDevice<u64>;

/// Records of one device say different things, so that it is not known.
pub(super) const CONFLICT: u64 = u64::MAX;

/// Identifiers of a device, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Ids(u8);

impl Ids {
    /// An Entra device id that joins.
    const ENTRA: u8 = 1;
    /// The id of a computer in a directory.
    const COMPUTER: u8 = 2;
    /// A console says that it is hybrid joined, so that both are the same.
    const HYBRID: u8 = 4;
    /// A console says that it is joined to Entra ID, and no directory.
    const JOINED: u8 = 8;
    /// A serial number that joins.
    const SERIAL: u8 = 16;
    /// A serial number that was read, of whatever worth: that of a board without one is no other machine's either.
    const WRITTEN: u8 = 32;

    const fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }

    /// Whether both carry an identifier of one kind; nothing joined them, so its values differ. A serial number that joins nothing is
    /// one where there are boards without a number of their own.
    const fn differ(self, other: Self, boards: bool) -> bool {
        (self.has(Self::ENTRA) && other.has(Self::ENTRA))
            || (self.has(Self::COMPUTER) && other.has(Self::COMPUTER))
            || (self.has(Self::COMPUTER) && other.has(Self::ENTRA | Self::HYBRID))
            || (self.has(Self::ENTRA | Self::HYBRID) && other.has(Self::COMPUTER))
            || (self.has(Self::SERIAL) && other.has(if boards { Self::WRITTEN } else { Self::SERIAL }))
            || (self.has(if boards { Self::WRITTEN } else { Self::SERIAL }) && other.has(Self::SERIAL))
    }

    /// Whether a machine is joined to Entra ID alone, and the other is a computer of a directory.
    const fn joined_apart(self, other: Self) -> bool {
        (self.has(Self::JOINED) && !self.has(Self::HYBRID) && other.has(Self::COMPUTER))
            || (other.has(Self::JOINED) && !other.has(Self::HYBRID) && self.has(Self::COMPUTER))
    }
}

/// What a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Sort {
    /// A computer or phone that somebody works with, for all that is known.
    #[default]
    Client,
    /// It runs a server operating system.
    Server,
    Printer,
}

impl Sort {
    /// Whether two devices are told apart by what they are: a printer is no machine of any known system, and neither it nor a server is
    /// registered to be enrolled.
    fn is_apart(self, own: &Pattern, other: &Pattern) -> bool {
        match self {
            Self::Client => false,
            Self::Server => other.provisioned,
            Self::Printer => {
                let is_known = other.platform != Platform::Other && own.platform != other.platform;
                other.sort != Self::Printer && (is_known || other.provisioned)
            }
        }
    }
}

/// What many devices have in common: everything but the values of their facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    /// Consoles with a record of the device, as bits.
    pub consoles: u32,
    /// Those the records of which only a weak link holds.
    pub weak: u32,
    /// Those in which one other device bears its name and has its user, and no further one does.
    pub twinned: u32,
    platform: Platform,
    pub ids: Ids,
    /// What it is where it is no client.
    sort: Sort,
    /// It is registered to be enrolled, as no server and no printer is.
    provisioned: bool,
    /// Facts that are known.
    facts: Facts,
    /// How its user is named.
    way: u8,
    activity: Activity,
    /// A sign of activity of it may be newer than what is known.
    doubt: bool,
}

impl Pattern {
    /// Whether an identifier, the platform or the kind of join tells two devices apart.
    pub(super) fn is_apart(&self, other: &Self) -> bool {
        let known = |platform| platform != Platform::Other;
        let platforms = known(self.platform) && known(other.platform) && self.platform != other.platform;
        // Every device of Apple has a serial number: a placeholder in its place was not read.
        let boards = !matches!(self.platform, Platform::Macos | Platform::Ios);
        platforms
            || self.ids.differ(other.ids, boards)
            || self.ids.joined_apart(other.ids)
            || self.sort.is_apart(self, other)
            || other.sort.is_apart(other, self)
    }

    /// Facts that both know and that can be compared.
    pub(super) fn comparable(&self, other: &Self) -> Facts {
        let both = self.facts.and(other.facts).without(Facts::CALLED).without(Facts::ACCOUNT);
        if self.way == other.way { both } else { both.without(Facts::USER) }
    }

    /// The sets of facts one of which a record of a console shares with a device if it may be that device, where name and user tell
    /// whose twin either of them is; none where they do not.
    ///
    /// If both have a twin on the other side, another name tells them apart; if one has, the other one must have another user too.
    pub(super) fn told_by_twins(&self, other: &Self, console: Console) -> &'static [Facts] {
        const NAME: &[Facts] = &[Facts::CALLED];
        const NAME_OR_USER: &[Facts] = &[Facts::CALLED, Facts::ACCOUNT];
        let (own, its) = (self.twinned & console.bit() != 0, other.twinned & self.consoles != 0);
        let both = self.facts.and(other.facts);
        match (own, its) {
            _ if !both.has(Facts::CALLED) => &[],
            (true, true) => NAME,
            (true, false) | (false, true) if both.has(Facts::ACCOUNT) => NAME_OR_USER,
            _ => &[],
        }
    }

    /// Whether a device would no longer be stale, or never seen, if the other were the same.
    pub(super) fn would_change(&self, other: &Self) -> bool {
        other.is_in_use() || (self.is_unseen() && !other.is_unseen())
    }

    /// Whether its newest activity is recent, as far as is known.
    pub(super) fn is_in_use(&self) -> bool {
        self.doubt || self.activity == Activity::Active
    }

    /// Whether it has no sign of activity.
    pub(super) fn is_unseen(&self) -> bool {
        self.activity == Activity::Unknown
    }

    /// Whether a console knows devices by an identifier that this one has. A directory knows them by their names as well.
    pub(super) fn is_known_to(&self, console: Console) -> bool {
        console.is_directory() || self.known_by(console).is_some()
    }

    /// The kind of that identifier.
    fn known_by(&self, console: Console) -> Option<KeyKind> {
        let has = |kind: KeyKind| match kind {
            KeyKind::EntraId => self.ids.has(Ids::ENTRA),
            KeyKind::ComputerId => self.ids.has(Ids::COMPUTER) || self.ids.has(Ids::ENTRA | Ids::HYBRID),
            KeyKind::Serial => self.ids.has(Ids::SERIAL),
            _ => false,
        };
        console.identifiers().iter().map(|identifier| identifier.kind).find(|kind| has(*kind))
    }
}

/// What is known of each device.
#[derive(Debug)]
pub(in crate::coverage) struct Traits {
    pub(super) patterns: Vec<Pattern>,
    pattern: ByDevice<u32>,
    /// Values of the facts, in the order of their bits.
    values: [Slots; 6],
    /// Devices that share an identifier with others.
    pub(super) rivals: Vec<(u32, u32)>,
}

impl Traits {
    pub(in crate::coverage) fn new(
        store: &RecordStore,
        links: &Links,
        members: &Members,
        vocabulary: &Vocabulary,
        seen_later: &[DeviceId],
    ) -> Self {
        let maker = |text: &str| vocabulary.listed_manufacturer(text).map(digest);
        let model = |text: &str| vocabulary.hardware_model(text).map(|model| digest(&model));
        let hardware = || {
            let makers = || words(store, members, "manufacturer", &maker);
            rayon::join(|| words(store, members, "model", &model), makers)
        };
        let persons = || rayon::join(|| people(store, members), || names(store, members));
        let told = || rayon::join(hardware, persons);
        let (told, twins) = rayon::join(told, || twins::known(store, members));
        let ((models, makers), (People { persons, ways }, names)) = told;
        let twins::Known { called, accounts, pairs } = twins;
        let values = [makers, models, persons, names, called, accounts];
        let (ids, doubt) = rayon::join(|| ids(store, links, members), || doubts(store, members, seen_later));
        let rivals = links.rivals.clone();
        let servers = servers(store, members);
        let provisions = members.registry.bits(Console::provisions);
        let sort = |device: DeviceId| match members.marks.has(Marker::Printer, device) {
            true => Sort::Printer,
            false if *servers.get(device) => Sort::Server,
            false => Sort::Client,
        };
        let mut made = Self { patterns: Vec::new(), pattern: ByDevice::filled(0, members.count), values, rivals };
        let mut numbers: HashMap<Pattern, u32> = HashMap::new();
        let made_of = made_of(members);
        for (device, activity) in DeviceId::all(members.count).zip(members.activities()) {
            let pattern = Pattern {
                consoles: members.consoles.get(device) & made_of,
                weak: members.weak.get(&device).map_or(0, |weak| weak.consoles),
                twinned: 0,
                platform: *members.platform.get(device),
                ids: *ids.get(device),
                sort: sort(device),
                provisioned: members.consoles.get(device) & provisions != 0,
                facts: made.facts(device),
                way: *ways.get(device),
                activity,
                doubt: *doubt.get(device),
            };
            made.put(device, pattern, &mut numbers);
        }
        let twins = twins::twins(&made, &pairs);
        for (device, consoles) in &twins {
            if let Some(pattern) = made.pattern(made.number(*device)).copied() {
                made.put(*device, Pattern { twinned: *consoles, ..pattern }, &mut numbers);
            }
        }
        if !twins.is_empty() {
            made.forget_unused();
        }
        made
    }

    /// A pattern that no device has any more must not pass for one that a device may be of.
    fn forget_unused(&mut self) {
        let mut used = vec![false; self.patterns.len()];
        for (_, number) in self.pattern.numbered() {
            if let Some(slot) = used.get_mut(*number as usize) {
                *slot = true;
            }
        }
        for (pattern, _) in self.patterns.iter_mut().zip(used).filter(|(_, used)| !used) {
            pattern.consoles = 0;
        }
    }

    fn put(&mut self, device: DeviceId, pattern: Pattern, numbers: &mut HashMap<Pattern, u32>) {
        let number = *numbers.entry(pattern).or_insert_with(|| {
            self.patterns.push(pattern);
            u32::try_from(self.patterns.len() - 1).unwrap_or_default()
        });
        if let Some(slot) = self.pattern.slot(device) {
            *slot = number;
        }
    }

    /// The kind of identifier by which a console would know a device.
    pub(in crate::coverage) fn known_by(&self, device: DeviceId, console: Console) -> Option<KeyKind> {
        self.pattern(self.number(device))?.known_by(console)
    }

    /// The pattern of a device, by its number.
    pub(super) fn number(&self, device: DeviceId) -> u32 {
        *self.pattern.get(device)
    }

    pub(super) fn pattern(&self, number: u32) -> Option<&Pattern> {
        self.patterns.get(number as usize)
    }

    /// The devices, with the number of the pattern of each.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (DeviceId, u32)> {
        self.pattern.numbered().map(|(device, number)| (device, *number))
    }

    /// Facts that are known of a device.
    fn facts(&self, device: DeviceId) -> Facts {
        let known = |(bit, slots): (u8, &Slots)| if *slots.get(device) == 0 { 0 } else { 1 << bit };
        Facts((0_u8..).zip(&self.values).map(known).fold(0, |all, bit| all | bit))
    }

    /// Some facts of a device as one number.
    pub(super) fn key(&self, device: DeviceId, facts: Facts) -> u64 {
        let chosen = (0_u8..).zip(&self.values).filter(|(bit, _)| facts.0 & (1 << bit) != 0);
        let mix = |key: u64, value: u64| (key ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        chosen.fold(0, |key, (_, slots)| mix(key, *slots.get(device)))
    }
}

/// Consoles that make devices, as bits.
pub(super) fn made_of(members: &Members) -> u32 {
    members.registry.bits(Console::makes_devices)
}

/// Puts what a record says to what others of the device say.
pub(super) fn merge(slot: &mut u64, value: u64) {
    *slot = if *slot == 0 || *slot == value { value } else { CONFLICT };
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish().clamp(1, CONFLICT - 1)
}

/// What the records of each device say in a column, if they say one thing. A text that many cells have is looked at once.
fn words(store: &RecordStore, members: &Members, column: &str, of: &(dyn Fn(&str) -> Option<u64> + Sync)) -> Slots {
    let mut slots = ByDevice::filled(0, members.count);
    for (at, console_records) in store.by_console.iter().enumerate() {
        let Some(cells) = console_records.text(column) else { continue };
        let mut known: HashMap<&str, u64> = HashMap::new();
        let value = move |text| match text {
            "" => 0,
            text => *known.entry(text).or_insert_with(|| of(text).unwrap_or_default()),
        };
        gather(&mut slots, members.device_of(at), cells.each(value).map(Option::unwrap_or_default));
    }
    settled(slots)
}

pub(super) fn gather(slots: &mut Slots, device_of: &[DeviceId], values: impl IntoIterator<Item = u64>) {
    scatter(slots, device_of.iter().copied(), values, |slot, value| {
        if value != 0 {
            merge(slot, value);
        }
    });
}

pub(super) fn settled(mut slots: Slots) -> Slots {
    slots.iter_mut().filter(|slot| **slot == CONFLICT).for_each(|slot| *slot = 0);
    slots
}

/// Host names, where consoles take them from the machine.
fn names(store: &RecordStore, members: &Members) -> Slots {
    let mut slots = ByDevice::filled(0, members.count);
    for (at, console_records) in store.by_console.iter().enumerate() {
        let Some(cells) = console_records.text("name") else { continue };
        let takes: Vec<bool> = Platform::ALL.iter().map(|p| console_records.console.takes_host_name(*p)).collect();
        let taken = |device: DeviceId| {
            device.is_some() && takes.get(*members.platform.get(device) as usize).copied().unwrap_or_default()
        };
        let device_of = members.device_of(at);
        let values =
            device_of.iter().zip(cells.iter()).map(|(device, cell)| cell.filter(|_| taken(*device)).map_or(0, host));
        gather(&mut slots, device_of, values);
    }
    settled(slots)
}

/// The digest of a host name without its domain; 0 for what is none. Other signs than those of host names are written
/// differently by every console, so that such names tell nothing apart.
pub(in crate::coverage) fn host(name: &str) -> u64 {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let digest = |name: &str| if !name.is_empty() && name.bytes().all(plain) { digest_of(name.bytes()) } else { 0 };
    match digest(name) {
        0 => host_name(name).map_or(0, |short| digest(&short)),
        found => found,
    }
}

/// The digest of a name whoever gave it, as a machine on the network bears it and in its whole length: `Ann's MacBook` is
/// `Anns-MacBook` there. It is that of [`host`] where that does not cut it.
pub(in crate::coverage) fn called(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut spoken = String::with_capacity(name.len());
    for sign in name.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')) {
        match sign {
            ' ' => spoken.push('-'),
            sign if sign.is_ascii() => spoken.push(sign.to_ascii_lowercase()),
            sign => spoken.extend(sign.to_lowercase()),
        }
    }
    hasher.write(spoken.as_bytes());
    if spoken.is_empty() { 0 } else { hasher.finish().clamp(1, CONFLICT - 1) }
}

fn digest_of(name: impl Iterator<Item = u8>) -> u64 {
    let mut hasher = DefaultHasher::new();
    let (mut cut, mut length) = ([0; NETBIOS], 0);
    for (slot, byte) in cut.iter_mut().zip(name) {
        *slot = byte.to_ascii_lowercase();
        length += 1;
    }
    hasher.write(cut.get(..length).unwrap_or_default());
    hasher.finish().clamp(1, CONFLICT - 1)
}

fn ids(store: &RecordStore, links: &Links, members: &Members) -> ByDevice<Ids> {
    let mut ids = ByDevice::filled(Ids::default(), members.count);
    for (at, console_records) in store.by_console.iter().enumerate() {
        let own = record_ids(console_records, links);
        let own = (0..console_records.height()).map(own);
        scatter(&mut ids, members.device_of(at).iter().copied(), own, |slot, bits| slot.0 |= bits);
    }
    ids
}

/// Identifiers of the records of a console, by line.
fn record_ids<'a>(console_records: &'a ConsoleRecords, links: &'a Links) -> impl Fn(usize) -> u8 + 'a {
    let handles = Handles::of_records(console_records, links);
    // A registration names the objects that it was once used with, which may be gone.
    let entra = match console_records.console {
        console if console.is_directory() => Ids::COMPUTER,
        console if console.provisions() => 0,
        _ => Ids::ENTRA,
    };
    let written = written("serial");
    let serials = [console_records.text("serial"), console_records.text(&written)];
    let unread = console_records.unread("serial");
    let joins = console_records.text("join_type");
    let bit = |holds: bool, bit: u8| if holds { bit } else { 0 };
    move |line| {
        let handles = handles(line);
        let is_unread = unread.is_some_and(|unread| unread.get(line) == Some(true));
        let is_written = !is_unread && serials.iter().flatten().any(|cells| cells.get(line).is_some());
        let join = joins.and_then(|cells| cells.get(line)).and_then(JoinType::parse);
        bit(handles.entra, entra)
            | bit(handles.serial, Ids::SERIAL)
            | bit(is_written, Ids::WRITTEN)
            | bit(join == Some(JoinType::Hybrid), Ids::HYBRID)
            | bit(join == Some(JoinType::Joined), Ids::JOINED)
    }
}

/// Devices that run a server operating system, as every console says that tells.
fn servers(store: &RecordStore, members: &Members) -> ByDevice<bool> {
    let mut said: ByDevice<Option<bool>> = ByDevice::filled(None, members.count);
    for (at, console_records) in store.by_console.iter().enumerate() {
        let Some(cells) = console_records.text("os") else { continue };
        let device_of = members.device_of(at).iter().copied();
        scatter(&mut said, device_of, cells.each(is_server), |slot, own| {
            *slot = own.map(|own| own && *slot != Some(false)).or(*slot);
        });
    }
    said.iter().map(|said| *said == Some(true)).collect()
}

/// Whether a device may have been seen later than what is known: a date could not be read or is not in the list, an older list
/// has a newer one, or it was enrolled lately and never seen.
fn doubts(store: &RecordStore, members: &Members, seen_later: &[DeviceId]) -> ByDevice<bool> {
    let mut doubts = ByDevice::filled(false, members.count);
    let mut made: ByDevice<Option<Millis>> = ByDevice::filled(None, members.count);
    let signals = store.by_console.iter().enumerate().filter(|(_, records)| records.console.gives_signals());
    for (at, console_records) in signals {
        let device_of = || members.device_of(at).iter().copied();
        for unread in SIGNS.iter().filter_map(|column| console_records.unread(column)) {
            mark(&mut doubts, device_of(), unread.iter().map(|unread| unread == Some(true)));
        }
        let lacking: HashSet<ExportId> = store.lacking(console_records.console, "last_seen").collect();
        if let Some(exports) = console_records.numbers("export").filter(|_| !lacking.is_empty()) {
            let lacks =
                exports.iter().map(|export| export.is_some_and(|export| lacking.contains(&ExportId::new(export))));
            mark(&mut doubts, device_of(), lacks);
        }
        // What a sensor found on the network was not enrolled.
        if let Some(times) = console_records.times("enrolled").filter(|_| !console_records.console.is_sensor()) {
            newest(&mut made, device_of(), times.iter());
        }
    }
    let devices = DeviceId::all(members.count).zip(members.activities()).zip(&made);
    for ((device, _), made) in devices.filter(|((_, activity), _)| *activity == Activity::Unknown) {
        let days = i64::from(members.days(Threshold::Inactive, device));
        let lately = made.is_some_and(|made| members.as_of.at().days_since(made) <= days);
        if let Some(slot) = doubts.slot(device) {
            *slot |= lately;
        }
    }
    for device in seen_later {
        if let Some(slot) = doubts.slot(*device) {
            *slot = true;
        }
    }
    doubts
}
