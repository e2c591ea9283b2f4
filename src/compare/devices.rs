//! Which devices of two runs are the same: by shared objects, else by a strong identifier; never by key or name.
//!
//! Nothing is guessed. An id that several devices bear joins none of them; devices whose objects went several ways, or whose
//! serial numbers differ, are the same in no sense that anything could be concluded from.

use rayon::prelude::*;

use super::join::{Column, Read, each_text};
use super::sides::{Earlier, Numbers, Place, Side, fit, id};
use crate::frame::Positions;
use crate::ids::{By, ByDevice, DeviceId, EarlierId, Number, PairId};

/// What became of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is this one.
    Same(DeviceId),
    /// Its objects belong to several devices, or its device has objects of several, or another serial number; or nothing
    /// identifies it.
    Unclear,
    /// Nothing of it is there.
    Absent,
}

/// Which devices of two runs belong together.
#[derive(Debug)]
pub struct Matched {
    /// By device of the earlier run, those that it remembers last.
    fates: By<EarlierId, Fate>,
    /// By device of this run: the device of the earlier one, none where there is none or not one.
    before: ByDevice<EarlierId>,
    /// By device of this run: whether something of it was there before.
    known: ByDevice<bool>,
    /// Pairs that share something, by the earlier device.
    pairs: By<PairId, (EarlierId, DeviceId)>,
    by_old: Positions<EarlierId, PairId>,
    by_new: Positions<DeviceId, PairId>,
    /// How the devices of the earlier run are numbered.
    pub earlier: Numbers,
}

/// Something of devices of the earlier run and of this one.
type OfBoth<T> = (By<EarlierId, T>, ByDevice<T>);

/// The devices of both runs of which something was found.
struct Seen {
    /// They are paired with one.
    paired: OfBoth<bool>,
    /// They bear an identifier that is in the other run, and nobody can tell whose.
    touched: OfBoth<bool>,
}

impl Seen {
    fn new(old: u32, new: u32) -> Self {
        let none = || (By::filled(false, old), By::filled(false, new));
        Self { paired: none(), touched: none() }
    }

    fn pair(&mut self, pairs: &[(EarlierId, DeviceId)]) {
        let (old, new) = &mut self.paired;
        mark(old, pairs.iter().map(|pair| pair.0));
        mark(new, pairs.iter().map(|pair| pair.1));
    }

    fn touch(&mut self, before: impl Iterator<Item = EarlierId>, after: impl Iterator<Item = DeviceId>) {
        let (old, new) = &mut self.touched;
        mark(old, before);
        mark(new, after);
    }

    fn is_free(&self, before: EarlierId, after: DeviceId) -> bool {
        let (old, new) = &self.paired;
        !old.get(before) && !new.get(after)
    }
}

/// Marks devices; what is none marks nothing.
fn mark<N: Number>(list: &mut By<N, bool>, devices: impl Iterator<Item = N>) {
    for device in devices {
        if let Some(slot) = list.slot(device) {
            *slot = true;
        }
    }
}

impl Matched {
    /// Whether a device of this run has anything in common with one of the earlier run.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        !self.pairs.is_empty()
    }

    pub(super) fn new(old: Earlier<'_>, new: Side<'_>) -> Self {
        let mut seen = Seen::new(old.count(), new.devices.key.count());
        let mut pairs = by_objects(old, new, &mut seen);
        seen.pair(&pairs);
        for kind in [Strong::Serial, Strong::Entra] {
            let found = by_identifier(old, new, kind, &mut seen);
            seen.pair(&found);
            pairs.extend(found);
        }
        // What nothing identifies goes on under its key and name, so that it is not said to have come and gone. Nothing is
        // concluded from that.
        let alike = alike(old, new, &seen);
        let (touched, known) = &mut seen.touched;
        mark(touched, alike.iter().map(|pair| pair.0));
        pairs.extend(alike);
        pairs.par_sort_unstable();
        pairs.dedup();
        mark(known, pairs.iter().map(|pair| pair.1));
        let identified = identified(old);
        let by_old = Positions::new(pairs.iter().map(|pair| pair.0), old.count());
        let by_new = Positions::new(pairs.iter().map(|pair| pair.1), new.devices.key.count());
        let pairs: By<PairId, _> = By::of(pairs);
        let mut before = new.devices.key.beside(EarlierId::NONE);
        let (touched, known) = seen.touched;
        let (paired, _) = seen.paired;
        let fate = |device: EarlierId| {
            if !paired.get(device) {
                return if *touched.get(device) || !identified.get(device) { Fate::Unclear } else { Fate::Absent };
            }
            let [pair] = by_old.of(device) else { return Fate::Unclear };
            let (own, other) = *pairs.get(*pair);
            // What an earlier run only remembers does not make a device unclear that it listed.
            let then = by_new.of(other).iter().map(|pair| pairs.get(*pair).0);
            let rival = |then: &EarlierId| *then != own && (old.is_own(*then) || !old.is_own(device));
            if then.filter(rival).count() > 0 || !agree(old, new, device, other) {
                return Fate::Unclear;
            }
            Fate::Same(other)
        };
        let fates: By<EarlierId, Fate> = EarlierId::all(old.count()).map(fate).collect();
        for (own, fate) in fates.numbered() {
            if let Fate::Same(other) = fate {
                *before.get_mut(*other) = own;
            }
        }
        Self { fates, before, known, pairs, by_old, by_new, earlier: old.numbers() }
    }

    /// What became of a device of the earlier run.
    #[must_use]
    pub fn fate(&self, device: EarlierId) -> Fate {
        *self.fates.get(device)
    }

    /// The device of the earlier run that one of this run is.
    #[must_use]
    pub fn before(&self, device: DeviceId) -> Option<EarlierId> {
        self.before.get(device).some()
    }

    /// The same, if it is one of the earlier run itself and none that it only remembers.
    #[must_use]
    pub fn before_in_run(&self, device: DeviceId) -> Option<DeviceId> {
        match self.earlier.place(self.before(device)?) {
            Place::OfRun(before) => Some(before),
            Place::Remembered(_) => None,
        }
    }

    /// Whether nothing of a device of this run was there before.
    #[must_use]
    pub fn is_new(&self, device: DeviceId) -> bool {
        !self.known.get(device)
    }

    /// Devices of this run that have something of one of the earlier run.
    pub fn now(&self, device: EarlierId) -> impl Iterator<Item = DeviceId> {
        self.by_old.of(device).iter().map(|pair| self.pairs.get(*pair).1)
    }

    /// Devices of the earlier run of which one of this run has something.
    pub fn then(&self, device: DeviceId) -> impl Iterator<Item = EarlierId> {
        self.by_new.of(device).iter().map(|pair| self.pairs.get(*pair).0)
    }
}

/// Devices that share an object, console by console.
fn by_objects(old: Earlier<'_>, new: Side<'_>, seen: &mut Seen) -> Vec<(EarlierId, DeviceId)> {
    let mut pairs = Vec::new();
    for slug in new.consoles() {
        let (then, now) = (old.side.objects(slug).with(old, slug), new.objects(slug));
        each_text(&then, &now, |before, after| {
            let Some(line) = before.first().filter(|_| !after.is_empty()) else { return };
            let own = || before.iter().filter_map(|line| then.earlier(*line));
            let other = || after.iter().filter_map(|line| now.device(*line));
            // An object that the earlier run listed is not that of a device which it only remembers.
            let listed = || before.iter().filter(|line| then.is_listed(**line)).filter_map(|line| then.earlier(*line));
            match (one(listed()).or_else(|| one(own())), one(other())) {
                (Some(own), Some(other)) if is_same_object(old, new, then.text(*line), own, other) => {
                    pairs.push((own, other));
                }
                (Some(_), Some(_)) => {}
                _ => seen.touch(own(), other()),
            }
        });
    }
    pairs
}

/// Whether an object with one id in both runs is one. Numbers that a server counts another server gives to other devices, so that
/// a serial number, and without it the name, says more.
fn is_same_object(old: Earlier<'_>, new: Side<'_>, id: &str, own: EarlierId, other: DeviceId) -> bool {
    let (before, after) = (old.serial(own), new.devices.serial.compared(other));
    let is_counted = id.bytes().all(|sign| sign.is_ascii_digit());
    match (before, after) {
        _ if !is_counted => true,
        ("", _) | (_, "") => old.name(own).eq_ignore_ascii_case(new.devices.name.get(other)),
        (before, after) => before == after,
    }
}

/// The only device among several lines; none where there are several.
fn one<N: Number>(mut devices: impl Iterator<Item = N>) -> Option<N> {
    let first = devices.next()?;
    devices.all(|device| device == first).then_some(first)
}

/// Identifiers that a device has beside its objects.
#[derive(Clone, Copy)]
enum Strong {
    Serial,
    Entra,
}

/// Devices of which no object is shared and that alone bear the same identifier in both runs.
fn by_identifier(old: Earlier<'_>, new: Side<'_>, kind: Strong, seen: &mut Seen) -> Vec<(EarlierId, DeviceId)> {
    let then = Read::new(EarlierId::new(old.count()).index(), |at| match kind {
        Strong::Serial => old.serial(at),
        Strong::Entra => old.entra(at),
    });
    let now = Read::new(new.devices.len(), |at| match kind {
        Strong::Serial => new.devices.serial.compared(at),
        Strong::Entra => new.devices.entra_device_id.compared(at),
    });
    let mut pairs = Vec::new();
    each_text(&then, &now, |before, after| match (before, after) {
        ([own], [other]) if seen.is_free(*own, *other) => pairs.push((*own, *other)),
        ([], _) | (_, []) => {}
        _ => seen.touch(before.iter().copied(), after.iter().copied()),
    });
    pairs
}

/// Devices that nothing else was found of and that have the same key and the same name in both runs.
fn alike(old: Earlier<'_>, new: Side<'_>, seen: &Seen) -> Vec<(EarlierId, DeviceId)> {
    let then = Read::new(old.side.devices.len(), |at| old.key(at));
    let now = Read::new(new.devices.len(), |at| new.devices.key.get(at).as_str());
    let mut pairs = Vec::new();
    each_text(&then, &now, |before, after| {
        let ([own], [other]) = (before, after) else { return };
        if seen.is_free(*own, *other) && old.name(*own) == new.devices.name.get(*other) {
            pairs.push((*own, *other));
        }
    });
    pairs
}

/// Devices of the earlier run that something identifies: without that nobody could tell that one is gone.
fn identified(old: Earlier<'_>) -> By<EarlierId, bool> {
    let identified = (0..old.count())
        .into_par_iter()
        .map(EarlierId::new)
        .map(|device| {
            let objects = match old.numbers().place(device) {
                Place::OfRun(_) => "",
                Place::Remembered(at) => old.past.objects.get(at),
            };
            !objects.is_empty() || !old.serial(device).is_empty() || !old.entra(device).is_empty()
        })
        .collect();
    let mut identified = By::of(identified);
    for columns in &old.side.records.consoles {
        let devices = old.side.device_of.within(&columns.span());
        let named = devices.iter().enumerate().filter(|(line, _)| !id(columns, *line).is_empty());
        mark(&mut identified, named.filter_map(|(_, device)| device.some()).map(Numbers::of_run));
    }
    identified
}

/// Whether nothing says that two devices are not the same: no two serial numbers, no two platforms.
fn agree(old: Earlier<'_>, new: Side<'_>, own: EarlierId, other: DeviceId) -> bool {
    let (before, after) = (old.serial(own), new.devices.serial.compared(other));
    let same_serial = before.is_empty() || after.is_empty() || before == after;
    same_serial && fit(old.platform(own), Some(new.devices.platform.get(other)))
}
