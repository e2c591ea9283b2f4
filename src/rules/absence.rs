//! What a rule concludes from the absence of a record: of which platforms it may not, and what a finding rests on.

use std::fmt::Write as _;

use polars::prelude::BooleanChunked;

use super::evaluate::EvalContext;
use super::rule::Rule;
use crate::console::Console;
use crate::coverage::{Devices, Ground};
use crate::frame::make;
use crate::ids::DeviceId;
use crate::schema::Platform;

/// What the columns that decide a rule rest on, looked up once for all of its findings.
pub(super) struct Grounds<'a> {
    devices: &'a Devices,
    /// Columns of the device table.
    table: Vec<(&'a str, Ground)>,
    /// Consoles of the rule's own columns.
    own: Vec<Console>,
    /// Where it says that a device is out of use, by platform: the consoles that were asked, and what evidence says of the
    /// common ones that were not supplied.
    witnesses: Vec<(Vec<Console>, String)>,
}

impl<'a> Grounds<'a> {
    pub(super) fn new(rule: &'a Rule, context: EvalContext<'a>) -> Self {
        let devices = context.devices;
        let witnesses = if rule.needs_silence() { witnesses(context) } else { Vec::new() };
        let mut grounds = Self { devices, table: Vec::new(), own: Vec::new(), witnesses };
        for name in &rule.decides {
            match rule.derived.iter().find(|derived| derived.name == *name) {
                Some(derived) => grounds.own.push(derived.console),
                None => grounds.table.push((name, devices.ground(name))),
            }
        }
        grounds
    }

    /// Whether what decides the rule for a device rests on a weak link.
    pub(super) fn are_weak(&self, device: DeviceId) -> bool {
        self.own.iter().any(|console| self.devices.is_held_weakly(device, *console))
            || self.table.iter().any(|(_, ground)| self.devices.rests_on_weak(device, *ground))
    }

    /// What of a finding rests on that no other record may be the device, and what told the others apart, as evidence shows
    /// it; and the consoles of which that is said, as bits.
    pub(super) fn excluded(&self, device: DeviceId) -> (String, u32) {
        let (mut text, mut consoles) = (String::new(), 0);
        for (name, ground) in &self.table {
            let Some((lacking, compared)) = self.devices.excluded(device, *ground) else { continue };
            consoles |= lacking;
            let compared: Vec<&str> = compared.words().collect();
            let by = if compared.is_empty() { String::new() } else { format!(" of {}", compared.join(", ")) };
            let _ = write!(text, "; {name}=by exclusion{by}");
        }
        (text, consoles)
    }

    /// Of a finding that a device is out of use: the consoles that hold it and have not seen it, and the common ones that were
    /// not supplied, as evidence shows them. The fewer were asked, the less it claims.
    pub(super) fn witnesses(&self, device: DeviceId) -> String {
        let platform = *self.devices.platform.get(device);
        let Some((asked, missing)) = self.witnesses.get(platform as usize) else { return String::new() };
        let quiet = asked.iter().filter(|console| self.devices.is_held(device, **console));
        format!("; no_activity_in={}{missing}", slugs(quiet))
    }
}

fn witnesses(context: EvalContext<'_>) -> Vec<(Vec<Console>, String)> {
    let one = |platform: &Platform| {
        let (asked, missing) = context.witnesses(*platform);
        let missing =
            if missing.is_empty() { String::new() } else { format!("; not_supplied={}", slugs(missing.iter())) };
        (asked, missing)
    };
    Platform::ALL.iter().map(one).collect()
}

fn slugs<'a>(consoles: impl Iterator<Item = &'a Console>) -> String {
    consoles.map(|console| console.as_str()).collect::<Vec<_>>().join("|")
}

/// Platforms of which a list that a rule concludes from proves nothing, with the list's console and why.
pub(super) type Except<'a> = Vec<(Console, Platform, &'a str)>;

pub(super) fn except<'a>(rule: &Rule, context: EvalContext<'a>) -> Except<'a> {
    let lists = context.devices.coverage().lists();
    let of = |console: &Console| lists.unproven_of(*console).map(|small| (*console, small));
    let all = rule.absence.iter().filter_map(of);
    all.flat_map(|(console, small)| small.iter().map(move |(p, why)| (console, *p, why.as_str()))).collect()
}

/// The mask without what it concludes from a list that proves nothing of the platform of a device.
pub(super) fn without_unproven(mask: BooleanChunked, except: &Except<'_>, context: EvalContext<'_>) -> BooleanChunked {
    if except.is_empty() {
        return mask;
    }
    let devices = context.devices;
    let unproven = |device: DeviceId, platform: Platform| {
        let of = |(console, own, _): &(Console, Platform, &str)| *own == platform && !devices.is_held(device, *console);
        except.iter().any(of)
    };
    let of_devices = DeviceId::all(devices.count).zip(devices.platforms());
    let cells = mask
        .iter()
        .zip(of_devices)
        .map(|(holds, (device, platform))| holds.filter(|holds| !holds || !unproven(device, *platform)));
    make::truths(mask.name(), cells)
}

/// Of which platforms a rule that ran says nothing, and why.
pub(super) fn exceptions(except: &Except<'_>) -> String {
    let mut platforms: Vec<&str> = except.iter().map(|(_, platform, _)| platform.title()).collect();
    platforms.dedup();
    let mut reasons: Vec<&str> = except.iter().map(|(.., why)| *why).collect();
    reasons.dedup();
    if except.is_empty() {
        return String::new();
    }
    format!("ran, except for {}: {}", platforms.join(", "), reasons.join("; "))
}
