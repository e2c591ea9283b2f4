//! Remarks that need the devices or the time of judgement.

use std::collections::HashMap;

use super::Source;
use crate::identity::{self, AsOf, Devices, Shelves};
use crate::notice::{Code, Notice};
use crate::schema::{Console, Platform};
use crate::table::DeviceTable;

/// Names that several devices bear: where scripts that match by name take the wrong one.
pub(super) fn name_collision(devices: &DeviceTable) -> Option<Notice> {
    const SHOWN: usize = 5;
    let mut bearers: HashMap<String, usize> = HashMap::new();
    for name in (0..devices.len()).map(|d| devices.name.get(d)).filter(|name| !name.is_empty()) {
        *bearers.entry(name.to_lowercase()).or_default() += 1;
    }
    bearers.retain(|_, count| *count > 1);
    let mut shared: Vec<(String, usize)> = bearers.into_iter().collect();
    shared.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let listed: Vec<String> = shared.iter().take(SHOWN).map(|(name, n)| format!("`{}` ({n})", clipped(name))).collect();
    let more = if shared.len() > SHOWN { " and others" } else { "" };
    (!shared.is_empty()).then(|| {
        let (names, bear) = if shared.len() == 1 { ("name", "is borne") } else { ("names", "are borne") };
        let message = format!(
            "{} {names} {bear} by several devices: {}{more}; none of these was joined by name",
            shared.len(),
            listed.join(", ")
        );
        Notice::new(Code::NameCollision, "", message)
    })
}

/// Exports whose newest signal is far behind the as-of time were made on another day than the rest.
pub(super) fn out_of_step(sources: &[Source], as_of: AsOf) -> Vec<Notice> {
    const APART: i64 = 14 * identity::DAY;
    const FEWEST: u64 = 20;
    sources
        .iter()
        .filter_map(|source| {
            let newest = source.newest_signal?;
            (as_of.millis - newest > APART && source.records >= FEWEST).then(|| {
                let message = format!(
                    "its newest sign of life is of {}, {} days before the time of judgement: it was exported earlier than the rest, or its console is out of use",
                    identity::day(newest),
                    (as_of.millis - newest) / identity::DAY
                );
                Notice::new(Code::SourcesOutOfStep, &source.export, message)
            })
        })
        .collect()
}

/// A header cell short enough for a message.
pub(super) fn clipped(text: &str) -> String {
    const LENGTH: usize = 40;
    if text.chars().count() <= LENGTH { text.to_string() } else { text.chars().take(LENGTH).chain(['…']).collect() }
}

/// With fewer pairs a few renamed devices are no pattern.
const FEWEST_PAIRS: usize = 10;

/// Devices whose names in Intune and Entra ID differ, where that is so for most of them.
///
/// Both consoles show the name that the device reports. Where most pairs disagree, a column of one of the files was
/// sorted or moved by itself, and the ids stand beside the wrong devices.
pub(super) fn names_disagree(shelves: &Shelves, devices: &Devices) -> (Vec<u32>, Option<Notice>) {
    let (Some(intune), Some(entra)) = (shelves.of(Console::Intune), shelves.of(Console::Entra)) else {
        return (Vec::new(), None);
    };
    let (Some(here), Some(there)) = (intune.text("name"), entra.text("name")) else { return (Vec::new(), None) };
    let (mut pairs, mut differ) = (0, Vec::new());
    // A phone is often registered under another name than it is managed by.
    let computers = devices.platforms().iter().map(|p| matches!(p, Platform::Windows | Platform::Macos));
    for (device, _) in (0_u32..).zip(computers).filter(|(_, computer)| *computer) {
        let (Some(a), Some(b)) =
            (live_name(devices, Console::Intune, device, here), live_name(devices, Console::Entra, device, there))
        else {
            continue;
        };
        pairs += 1;
        if !a.eq_ignore_ascii_case(b) {
            differ.push(device);
        }
    }
    if pairs < FEWEST_PAIRS || differ.len() * 2 <= pairs {
        return (Vec::new(), None);
    }
    let message = format!(
        "{} of {pairs} devices have one name in Intune and another in Entra ID: a column of one of the files was probably moved \
         or sorted by itself, so that ids stand beside the wrong devices. They count as contradictory; export both again",
        differ.len()
    );
    let notice = Notice::new(Code::IdentityConflict, "", message);
    (differ, Some(notice))
}

fn live_name<'a>(
    devices: &Devices,
    console: Console,
    device: u32,
    names: &'a polars::prelude::StringChunked,
) -> Option<&'a str> {
    let line = devices.live_line(console, device)? as usize;
    names.get(line).map(str::trim)
}
