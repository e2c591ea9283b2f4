//! What an earlier run tells of these lists before any device is judged: which of them are shorter than plausible, and which
//! devices it had in one.

use std::collections::BTreeSet;

use super::join::each_text;
use super::lists::{Stated, lists};
use super::sides::{Listed, Side};
use crate::console::Console;
use crate::identity::KeyKind;
use crate::ids::{DeviceId, ObjectId, RecordId};
use crate::outcome::{Outcome, Source};

/// What an earlier run tells of these lists.
#[derive(Debug, Default)]
pub struct Early {
    /// Consoles of which a list is shorter than plausible beside the earlier one, and why.
    pub short: Vec<(Console, String)>,
    /// Devices whose records were in one device with those of another, which are listed still; sorted.
    pub parted: Vec<DeviceId>,
}

/// Holds the lists of a run against an earlier one. `proven`: slugs of consoles whose lists have as many objects as their own page
/// shows.
#[must_use]
pub fn early(old: &Outcome, new: Listed<'_>, sources: &[Source], proven: &[String]) -> Early {
    let planned = super::planned(old);
    let found = lists(old, super::earlier(old), new, sources, Stated { planned: &planned, proven });
    let short = found.into_iter().filter(|list| list.now > 0).filter_map(|list| {
        // What a list says of itself is known without the earlier one.
        let said = sources.iter().any(|own| own.console.as_str() == list.console && own.incomplete.is_some());
        Some((new.registry.parse(list.console)?, list.not_whole.filter(|_| !said)?))
    });
    Early { short: short.collect(), parted: parted(old, new) }
}

/// Devices of which an earlier run had some in one. What a weak link held there tells nothing.
fn parted(old: &Outcome, new: Listed<'_>) -> Vec<DeviceId> {
    let weak = KeyKind::ALL.iter().filter(|kind| kind.is_weak()).fold(0, |bits, kind| bits | kind.bit());
    let held_by_name = |record: RecordId| {
        let held = *old.links.held_by.get(record);
        held != 0 && held & !weak == 0
    };
    let mut pairs: Vec<(DeviceId, DeviceId)> = Vec::new();
    for console in new.consoles() {
        let (then, now) = (Side::of(old).objects(console), new.objects(console));
        let first = then.columns.map(|columns| columns.first);
        let weakly = |object: ObjectId| first.is_some_and(|first| held_by_name(first.after(object.index())));
        each_text(&then, &now, |before, after| {
            // Two rows of one id are no pair, whatever they are.
            if let ([before], [after]) = (before, after)
                && !weakly(*before)
            {
                pairs.extend(then.device(*before).zip(now.device(*after)));
            }
        });
    }
    pairs.sort_unstable();
    pairs.dedup();
    let parted = pairs.chunk_by(|a, b| a.0 == b.0).filter(|now| now.len() > 1);
    let parted: BTreeSet<DeviceId> = parted.flatten().map(|pair| pair.1).collect();
    parted.into_iter().collect()
}
