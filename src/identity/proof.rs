//! What the lack of a record proves for each device, and what is known of its signs of life.

use std::collections::HashSet;

use polars::prelude::{BooleanChunked, Column, IntoColumn, NewChunkedArray};

use super::absence::{self, Strays, Unread};
use super::devices::{Devices, SIGNS};
use super::links::Links;
use super::reliance::Reliance;
use super::shelves::Shelves;
use crate::error::Result;
use crate::frame::internal;
use crate::schema::{Console, JoinType, Platform};

impl Devices {
    /// Empties a column for devices that a list might have left out.
    pub(super) fn unknown_where_absent(&self, column: &Column, console: Console) -> Result<Column> {
        let bit = console.bit();
        let flags = column.bool().map_err(internal)?;
        let known = flags
            .iter()
            .zip(&self.consoles)
            .zip(&self.platform)
            .map(|((flag, held), platform)| flag.filter(|_| held & bit != 0 || !console.may_hold(*platform)));
        Ok(BooleanChunked::from_iter_options(column.name().clone(), known).into_column())
    }

    /// Whether a damaged row of a console names the device, so that its records there may be incomplete.
    pub(super) fn in_doubt(&self, device: usize, console: Console) -> bool {
        self.torn.get(device).is_some_and(|consoles| consoles & console.bit() != 0)
    }

    /// Whether a record of a console may be the device although nothing joins them, since its identifier could not be read.
    pub(super) fn may_be_unread(&self, device: usize, console: Console) -> bool {
        let keys = self.keys.get(device).copied().unwrap_or_default();
        self.unread.may_be(console, self.platform_of(device), keys)
    }

    /// Finds out for each device whether a loaded console may know of it unseen.
    pub(super) fn prove_absence(&mut self, shelves: &Shelves, links: &Links) -> Result<()> {
        let count = self.count as usize;
        self.keys = absence::device_keys(shelves, &self.device_of, links, count);
        self.hybrid = self.said_hybrid(shelves);
        let alone = |shelf: usize, line: usize| {
            let device = self.device_of.get(shelf).and_then(|of| of.get(line)).copied().unwrap_or_default();
            self.consoles.get(device as usize).is_none_or(|held| held.count_ones() < 2)
        };
        self.strays = Strays::new(shelves, links, alone);
        self.unread = Unread::new(shelves, links);
        self.torn = absence::doubts(shelves, &self.device_of, count);
        let loaded: Vec<Console> = shelves.shelves.iter().map(|s| s.console).filter(|c| c.gives_signals()).collect();
        let names = self.names_if_strays(shelves, &loaded)?;
        let names = names.as_ref().map(|c| c.str()).transpose().map_err(internal)?;
        let proven =
            |device: usize, console: Console| self.proven(shelves, device, console, names.and_then(|n| n.get(device)));
        // `without`: consoles whose hold on the device does not count.
        let can_be_known = |device: usize, without: u32| {
            loaded.iter().all(|console| {
                let counts = without & console.bit() == 0;
                (counts && self.held(device, *console) && !self.in_doubt(device, *console))
                    || !console.may_hold(self.platform_of(device))
                    || proven(device, *console)
            })
        };
        let mut linkable: Vec<bool> = (0..count).map(|device| can_be_known(device, 0)).collect();
        let rests = |(device, reliance): (&u32, &Reliance)| {
            linkable.get(*device as usize) == Some(&true) && !can_be_known(*device as usize, reliance.consoles)
        };
        let rests: Vec<bool> = self.weak.iter().map(rests).collect();
        for (shelf, device_of) in shelves.shelves.iter().zip(&self.device_of) {
            for unread in SIGNS.iter().filter_map(|column| shelf.flags(&format!("{column}_unread"))) {
                for (device, unread) in device_of.iter().zip(unread.iter()) {
                    if let Some(slot) = linkable.get_mut(*device as usize).filter(|_| unread == Some(true)) {
                        *slot = false;
                    }
                }
            }
        }
        for device in super::older::seen_later(shelves, self).iter().chain(&links.contested).copied() {
            if let Some(slot) = linkable.get_mut(device as usize) {
                *slot = false;
            }
        }
        for (reliance, rests) in self.weak.values_mut().zip(rests) {
            reliance.linkable = rests;
        }
        self.linkable = linkable;
        Ok(())
    }

    /// Notes consoles whose exports lack records: what they know of a device that they do not list stays hidden, and
    /// their silence proves nothing.
    pub fn mark_incomplete(&mut self, incomplete: &[Console], unproven: &[Console]) {
        let bits = |consoles: &[Console]| consoles.iter().fold(0, |bits, c| bits | c.bit());
        let signals: Vec<Console> = incomplete.iter().copied().filter(|c| c.gives_signals()).collect();
        let hidden = bits(&signals);
        for (linkable, held) in self.linkable.iter_mut().zip(&self.consoles) {
            *linkable &= held & hidden == hidden;
        }
        self.unproven = bits(unproven);
    }

    /// True where a console has no record and could have been joined, false where it has one, unknown otherwise.
    pub(super) fn absent(&self, shelves: &Shelves, console: Console, name: &str) -> Result<Column> {
        let names = self.names_if_strays(shelves, &[console])?;
        let names = names.as_ref().map(|c| c.str()).transpose().map_err(internal)?;
        let complete = shelves.of(console).is_some() && self.unproven & console.bit() == 0;
        let one = |device: usize| {
            if self.held(device, console) {
                return Some(false);
            }
            let covered = !console.is_directory() || self.ad_covered.get(device).copied().unwrap_or(true);
            let sure = !console.may_hold(self.platform_of(device))
                || (complete
                    && (covered || self.hybrid.get(device) != Some(&true))
                    && self.proven(shelves, device, console, names.and_then(|n| n.get(device))));
            sure.then_some(true)
        };
        Ok(BooleanChunked::from_iter_options(name.into(), (0..self.count as usize).map(one)).into_column())
    }

    /// Whether a console would have joined the device if it had a record of it.
    fn proven(&self, shelves: &Shelves, device: usize, console: Console, name: Option<&str>) -> bool {
        let mut own = self.keys.get(device).copied().unwrap_or_default();
        // Only of a hybrid device is the Entra device id the objectGUID of a computer; of the others only a name that no
        // computer bears tells that AD has none.
        if console.is_directory() && self.hybrid.get(device) != Some(&true) {
            own.entra = false;
            return name.is_some() && !self.strays.may_be(console, name, own) && !self.in_doubt(device, console);
        }
        absence::joinable(console, own, shelves)
            && !self.unread.may_be(console, self.platform_of(device), own)
            && !self.strays.may_be(console, name, own)
            && !self.in_doubt(device, console)
    }

    fn said_hybrid(&self, shelves: &Shelves) -> Vec<bool> {
        let mut hybrid = vec![false; self.count as usize];
        for (shelf, device_of) in shelves.shelves.iter().zip(&self.device_of) {
            let Some(words) = shelf.text("join_type") else { continue };
            for (device, word) in device_of.iter().zip(words.iter()) {
                if let Some(slot) = hybrid.get_mut(*device as usize).filter(|_| word == Some(JoinType::Hybrid.as_str()))
                {
                    *slot = true;
                }
            }
        }
        hybrid
    }

    pub(super) fn held(&self, device: usize, console: Console) -> bool {
        self.consoles.get(device).is_some_and(|bits| bits & console.bit() != 0)
    }

    fn platform_of(&self, device: usize) -> Platform {
        self.platform.get(device).copied().unwrap_or(Platform::Other)
    }

    /// The names of the devices, where one of the consoles has records that only a name could tell from them.
    fn names_if_strays(&self, shelves: &Shelves, consoles: &[Console]) -> Result<Option<Column>> {
        if consoles.iter().any(|c| self.strays.of(*c) || c.is_directory()) {
            self.merged(shelves, "name").map(Some)
        } else {
            Ok(None)
        }
    }

    /// True where every record of a device, in a console that gives signs of life, says when it was last seen or that it
    /// never was; unknown otherwise.
    pub(super) fn signals_known(&self, shelves: &Shelves) -> Column {
        let mut known = vec![Some(true); self.count as usize];
        for (shelf, device_of) in shelves.shelves.iter().zip(&self.device_of) {
            if !shelf.console.gives_signals() {
                continue;
            }
            let unread: Vec<_> = SIGNS.iter().filter_map(|column| shelf.flags(&format!("{column}_unread"))).collect();
            let lacking: HashSet<u32> = shelves.lacking(shelf.console, "last_seen").collect();
            let exports = shelf.numbers("export").filter(|_| !lacking.is_empty());
            for (line, device) in device_of.iter().enumerate() {
                let open = unread.iter().any(|u| u.get(line) == Some(true))
                    || exports.and_then(|e| e.get(line)).is_some_and(|export| lacking.contains(&export));
                if let Some(slot) = known.get_mut(*device as usize).filter(|_| open) {
                    *slot = None;
                }
            }
        }
        BooleanChunked::from_iter_options("signals_known".into(), known.into_iter()).into_column()
    }

    /// When the newest record of each device was made, in a console that gives signs of life.
    pub(super) fn made(&self, shelves: &Shelves) -> Vec<Option<i64>> {
        let mut made = vec![None; self.count as usize];
        for (shelf, device_of) in shelves.shelves.iter().zip(&self.device_of) {
            let Some(times) = shelf.times("enrolled").filter(|_| shelf.console.gives_signals()) else { continue };
            for (device, time) in device_of.iter().zip(times.iter()) {
                if let Some(slot) = made.get_mut(*device as usize) {
                    *slot = time.max(*slot);
                }
            }
        }
        made
    }
}
