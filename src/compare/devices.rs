//! Which devices of two runs are the same: by shared objects, else by a strong identifier; never by key or name.
//!
//! Nothing is guessed. An id that several devices bear joins none of them; devices whose objects went several ways, or whose
//! serial numbers differ, are the same in no sense that anything could be concluded from.

use rayon::prelude::*;

use super::join::{Column, Read, each_text};
use super::sides::{Earlier, Side, fit, id};
use crate::frame::Positions;
use crate::identity::NONE;

/// What became of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is this one.
    Same(u32),
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
    fates: Vec<Fate>,
    /// By device of this run: the device of the earlier one, [`NONE`] where there is none or not one.
    before: Vec<u32>,
    /// By device of this run: whether something of it was there before.
    known: Vec<bool>,
    /// Pairs that share something, by the earlier device.
    pairs: Vec<(u32, u32)>,
    by_old: Positions,
    by_new: Positions,
}

/// The devices of both runs of which something was found.
struct Seen {
    /// They are paired with one.
    paired: [Vec<bool>; 2],
    /// They bear an identifier that is in the other run, and nobody can tell whose.
    touched: [Vec<bool>; 2],
}

impl Seen {
    fn new(old: usize, new: usize) -> Self {
        let none = || [vec![false; old], vec![false; new]];
        Self { paired: none(), touched: none() }
    }

    fn pair(&mut self, pairs: &[(u32, u32)]) {
        let [old, new] = &mut self.paired;
        mark(old, pairs.iter().map(|pair| pair.0));
        mark(new, pairs.iter().map(|pair| pair.1));
    }

    fn touch(&mut self, before: impl Iterator<Item = u32>, after: impl Iterator<Item = u32>) {
        let [old, new] = &mut self.touched;
        mark(old, before);
        mark(new, after);
    }

    fn is_free(&self, before: u32, after: u32) -> bool {
        let [old, new] = &self.paired;
        old.get(before as usize) == Some(&false) && new.get(after as usize) == Some(&false)
    }
}

fn mark(list: &mut [bool], devices: impl Iterator<Item = u32>) {
    for device in devices {
        if let Some(slot) = list.get_mut(device as usize) {
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
        let mut seen = Seen::new(old.count(), new.devices.len());
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
        let [touched, known] = &mut seen.touched;
        mark(touched, alike.iter().map(|pair| pair.0));
        pairs.extend(alike);
        pairs.par_sort_unstable();
        pairs.dedup();
        mark(known, pairs.iter().map(|pair| pair.1));
        let identified = identified(old);
        let by_old = Positions::new(pairs.iter().map(|pair| pair.0), old.count());
        let by_new = Positions::new(pairs.iter().map(|pair| pair.1), new.devices.len());
        let mut before = vec![NONE; new.devices.len()];
        let is = |list: &[bool], at: usize| list.get(at) == Some(&true);
        let [touched, known] = seen.touched;
        let [paired, _] = seen.paired;
        let fate = |device: usize| {
            if !is(&paired, device) {
                return if is(&touched, device) || !is(&identified, device) { Fate::Unclear } else { Fate::Absent };
            }
            let [pair] = by_old.of(device) else { return Fate::Unclear };
            let Some((own, other)) = pairs.get(*pair as usize).copied() else { return Fate::Unclear };
            // What an earlier run only remembers does not make a device unclear that it listed.
            let then = by_new.of(other as usize).iter().filter_map(|pair| pairs.get(*pair as usize));
            let rival = |pair: &&(u32, u32)| pair.0 != own && ((pair.0 as usize) < old.own() || device >= old.own());
            if then.filter(rival).count() > 0 || !agree(old, new, device, other as usize) {
                return Fate::Unclear;
            }
            Fate::Same(other)
        };
        let fates: Vec<Fate> = (0..old.count()).map(fate).collect();
        for (own, fate) in (0..).zip(&fates) {
            if let Fate::Same(other) = fate
                && let Some(slot) = before.get_mut(*other as usize)
            {
                *slot = own;
            }
        }
        Self { fates, before, known, pairs, by_old, by_new }
    }

    /// What became of a device of the earlier run.
    #[must_use]
    pub fn fate(&self, device: u32) -> Fate {
        self.fates.get(device as usize).copied().unwrap_or(Fate::Absent)
    }

    /// The device of the earlier run that one of this run is.
    #[must_use]
    pub fn before(&self, device: u32) -> Option<u32> {
        self.before.get(device as usize).copied().filter(|device| *device != NONE)
    }

    /// Whether nothing of a device of this run was there before.
    #[must_use]
    pub fn is_new(&self, device: u32) -> bool {
        self.known.get(device as usize) != Some(&true)
    }

    /// Devices of this run that have something of one of the earlier run.
    pub fn now(&self, device: u32) -> impl Iterator<Item = u32> {
        self.by_old.of(device as usize).iter().filter_map(|pair| self.pairs.get(*pair as usize)).map(|pair| pair.1)
    }

    /// Devices of the earlier run of which one of this run has something.
    pub fn then(&self, device: u32) -> impl Iterator<Item = u32> {
        self.by_new.of(device as usize).iter().filter_map(|pair| self.pairs.get(*pair as usize)).map(|pair| pair.0)
    }
}

/// Devices that share an object, console by console.
fn by_objects(old: Earlier<'_>, new: Side<'_>, seen: &mut Seen) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    let first = u32::try_from(old.own()).unwrap_or(NONE);
    for slug in new.consoles() {
        let (then, now) = (old.side.objects(slug).with(old.past, slug, first), new.objects(slug));
        each_text(&then, &now, |before, after| {
            let Some(line) = before.first().filter(|_| !after.is_empty()) else { return };
            let own = || before.iter().filter_map(|line| then.device(*line));
            let other = || after.iter().filter_map(|line| now.device(*line));
            // An object that the earlier run listed is not that of a device which it only remembers.
            let listed = || before.iter().filter(|line| then.is_listed(**line)).filter_map(|line| then.device(*line));
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
fn is_same_object(old: Earlier<'_>, new: Side<'_>, id: &str, own: u32, other: u32) -> bool {
    let (own, other) = (own as usize, other as usize);
    let (before, after) = (old.serial(own), new.devices.serial.compared(other));
    let is_counted = id.bytes().all(|sign| sign.is_ascii_digit());
    match (before, after) {
        _ if !is_counted => true,
        ("", _) | (_, "") => old.name(own).eq_ignore_ascii_case(new.devices.name.get(other)),
        (before, after) => before == after,
    }
}

/// The only device among several lines; none where there are several.
fn one(mut devices: impl Iterator<Item = u32>) -> Option<u32> {
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
fn by_identifier(old: Earlier<'_>, new: Side<'_>, kind: Strong, seen: &mut Seen) -> Vec<(u32, u32)> {
    let then = Read::new(old.count(), |at| match kind {
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
fn alike(old: Earlier<'_>, new: Side<'_>, seen: &Seen) -> Vec<(u32, u32)> {
    let then = Read::new(old.own(), |at| old.key(at));
    let now = Read::new(new.devices.len(), |at| new.devices.key.get(at).map_or("", String::as_str));
    let mut pairs = Vec::new();
    each_text(&then, &now, |before, after| {
        let ([own], [other]) = (before, after) else { return };
        if seen.is_free(*own, *other) && old.name(*own as usize) == new.devices.name.get(*other as usize) {
            pairs.push((*own, *other));
        }
    });
    pairs
}

/// Devices of the earlier run that something identifies: without that nobody could tell that one is gone.
fn identified(old: Earlier<'_>) -> Vec<bool> {
    let mut identified: Vec<bool> = (0..old.count())
        .into_par_iter()
        .map(|device| {
            let past = device.checked_sub(old.own()).and_then(|at| old.past.objects.get(at));
            past.is_some_and(|objects| !objects.is_empty())
                || !old.serial(device).is_empty()
                || !old.entra(device).is_empty()
        })
        .collect();
    for columns in &old.side.records.consoles {
        let devices = old.side.device_of.within(&columns.span());
        let named = devices.iter().enumerate().filter(|(line, _)| !id(columns, *line).is_empty());
        mark(&mut identified, named.map(|(_, device)| device.number()));
    }
    identified
}

/// Whether nothing says that two devices are not the same: no two serial numbers, no two platforms.
fn agree(old: Earlier<'_>, new: Side<'_>, own: usize, other: usize) -> bool {
    let (before, after) = (old.serial(own), new.devices.serial.compared(other));
    let same_serial = before.is_empty() || after.is_empty() || before == after;
    same_serial && fit(old.side.devices.platform.get(own), new.devices.platform.get(other))
}
