//! The counts behind the pictures of the page: who holds what, how long devices are stale, what another threshold
//! would change.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::Index;
use crate::identity::Threshold;
use crate::outcome::Outcome;
use crate::schema::{Activity, Platform};

/// Days at which one span of silence ends and the next begins; the default thresholds are among them.
pub(super) const EDGES: &[u32] = &[7, 14, 30, 60, 90, 120, 180, 365, 730];
/// Thresholds for which the curve says how many devices would be stale.
const CURVE: &[u32] = &[30, 45, 60, 90, 120, 180, 270];

/// Devices that exactly these consoles hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct OverlapRow {
    /// Console slugs, in their order.
    pub consoles: Vec<&'static str>,
    /// Devices.
    pub devices: usize,
    /// Those of them with a finding.
    pub flagged: usize,
}

/// How long the devices of a platform have been stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SilenceRow {
    /// Platform slug.
    pub platform: &'static str,
    /// The inactivity threshold in force for the platform, in days.
    pub threshold: u32,
    /// Devices by span of silence, one number more than there are edges; the last span is open.
    pub devices: Vec<usize>,
    /// Devices without known activity.
    pub unknown: usize,
}

/// Devices that a threshold would call stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct CurveRow {
    /// Platform slug, or `all`.
    pub platform: &'static str,
    /// The threshold in force; nothing for `all` where platforms differ.
    pub threshold: Option<u32>,
    /// Stale devices, one number for each of the `days` of the curve.
    pub stale: Vec<usize>,
}

/// Stale devices by threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Curve {
    /// The thresholds, in days.
    pub days: &'static [u32],
    /// First all devices, then each platform.
    pub rows: Vec<CurveRow>,
}

/// Days inactive, by platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Silence {
    /// Where one span ends and the next begins, in days. A device that was stale for exactly so long is in the former.
    pub edges: &'static [u32],
    /// One row a platform.
    pub rows: Vec<SilenceRow>,
}

/// Which consoles hold which devices, the most frequent set first.
pub(super) fn overlaps(outcome: &Outcome, index: &Index) -> Vec<OverlapRow> {
    let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (device, bits) in outcome.devices.consoles.numbered() {
        let slot = counts.entry(*bits).or_default();
        slot.0 += 1;
        slot.1 += usize::from(!index.findings(device).is_empty());
    }
    let mut rows: Vec<(u32, (usize, usize))> = counts.into_iter().collect();
    rows.sort_by_key(|(bits, (devices, _))| (std::cmp::Reverse(*devices), *bits));
    rows.into_iter()
        .map(|(bits, (devices, flagged))| OverlapRow {
            consoles: outcome.devices.registry.of_bits(bits).map(crate::console::Console::as_str).collect(),
            devices,
            flagged,
        })
        .collect()
}

/// Days since the newest activity, by device; those without one have none.
fn silences(outcome: &Outcome) -> impl Iterator<Item = (Platform, Option<i64>)> {
    let devices = &outcome.devices;
    devices.platform.numbered().map(|(at, platform)| (*platform, devices.days_inactive(at)))
}

/// Days inactive by platform.
pub(super) fn silence(outcome: &Outcome) -> Silence {
    let mut rows: BTreeMap<Platform, (Vec<usize>, usize)> = BTreeMap::new();
    for (platform, stale) in silences(outcome) {
        let (spans, unknown) = rows.entry(platform).or_insert_with(|| (vec![0; EDGES.len() + 1], 0));
        match stale {
            Some(stale) => {
                if let Some(slot) = spans.get_mut(span(stale)) {
                    *slot += 1;
                }
            }
            None => *unknown += 1,
        }
    }
    let rows = rows
        .into_iter()
        .map(|(platform, (devices, unknown))| SilenceRow {
            platform: platform.as_str(),
            threshold: outcome.thresholds.days(Threshold::Inactive, platform),
            devices,
            unknown,
        })
        .collect();
    Silence { edges: EDGES, rows }
}

/// The span of a silence. The same comparison that makes a device stale, so that picture and counts agree.
fn span(stale: i64) -> usize {
    EDGES.iter().take_while(|edge| exceeds(stale, **edge)).count()
}

fn exceeds(stale: i64, days: u32) -> bool {
    stale > i64::from(days)
}

/// How many devices each threshold of the curve would call stale.
pub(super) fn curve(outcome: &Outcome) -> Curve {
    let mut rows: BTreeMap<Platform, Vec<usize>> = BTreeMap::new();
    for (platform, stale) in silences(outcome) {
        let counts = rows.entry(platform).or_insert_with(|| vec![0; CURVE.len()]);
        let Some(stale) = stale else { continue };
        for (slot, _) in counts.iter_mut().zip(CURVE).filter(|(_, days)| exceeds(stale, **days)) {
            *slot += 1;
        }
    }
    let mut all = vec![0; CURVE.len()];
    for counts in rows.values() {
        for (sum, own) in all.iter_mut().zip(counts) {
            *sum += own;
        }
    }
    let days = |platform| outcome.thresholds.days(Threshold::Inactive, platform);
    let mut thresholds = rows.keys().map(|platform| days(*platform));
    let first = thresholds.next();
    let common = first.filter(|first| thresholds.all(|other| other == *first));
    let whole = CurveRow { platform: "all", threshold: common, stale: all };
    let each = rows.into_iter().map(|(platform, stale)| CurveRow {
        platform: platform.as_str(),
        threshold: Some(days(platform)),
        stale,
    });
    Curve { days: CURVE, rows: std::iter::once(whole).chain(each).collect() }
}

/// Devices of one activity.
pub(super) fn of_activity(outcome: &Outcome, wanted: Activity) -> usize {
    outcome.devices.activity.iter().filter(|a| **a == wanted).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_where_a_threshold_makes_silent() {
        assert_eq!(span(0), 0);
        assert_eq!(span(90), 4, "not yet stale at 90 days");
        assert_eq!(span(91), 5);
        assert_eq!(span(10_000), EDGES.len());
    }
}
