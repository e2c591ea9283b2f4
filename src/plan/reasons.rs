//! Why the devices of a work package are in it: the findings with their counts, the gravest first, and those that are
//! consequences of another counted with that.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::FindingId;
use crate::notice::listed;
use crate::rules::{Causes, Findings, Text};
use crate::schema::Severity;

/// Reasons that a summary names.
const NAMED: usize = 3;

/// A finding, and how many devices of the package have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule, by position.
    pub rule: u16,
    /// The severest of its findings and of their consequences.
    pub severity: Severity,
    /// Devices whose gravest reason it is.
    pub devices: u32,
    /// Rules that hold for some of these devices as well, by position, and for how many; the most first.
    pub of_them: Vec<(u16, u32)>,
}

/// How many devices have a reason, and what follows from it.
#[derive(Default)]
struct Tally {
    severity: Option<Severity>,
    devices: u32,
    of_them: BTreeMap<u16, u32>,
}

/// The reasons of devices, each given by the positions of its findings. A device counts once, for its gravest reason: what else it
/// has is counted with that, so that the numbers add up to the devices.
pub(super) fn of<'a>(
    devices: impl Iterator<Item = &'a [FindingId]> + Clone,
    findings: &Findings,
    causes: &Causes,
) -> Vec<Reason> {
    let order = by_gravity(devices.clone(), findings, causes);
    let place = |rule: &u16| order.iter().position(|known| known == rule);
    let mut tallies: BTreeMap<u16, Tally> = BTreeMap::new();
    let mut rules: Vec<u16> = Vec::new();
    for own in devices {
        rules_of(own, findings, &mut rules);
        let Some(main) = rules.iter().map(|rule| causes.root(*rule, &rules)).min_by_key(place) else { continue };
        let tally = tallies.entry(main).or_default();
        tally.devices += 1;
        tally.severity = tally.severity.max(own.iter().map(|f| findings.severity.get(*f)).max().copied());
        for other in rules.iter().filter(|rule| **rule != main) {
            *tally.of_them.entry(*other).or_default() += 1;
        }
    }
    let mut reasons: Vec<Reason> = tallies.into_iter().filter_map(|(rule, tally)| tally.reason(rule)).collect();
    reasons.sort_by_key(|reason| (Reverse(reason.severity), Reverse(reason.devices), reason.rule));
    reasons
}

/// The rules of a device, each once: devices are counted, however many findings of one rule a device has.
fn rules_of(own: &[FindingId], findings: &Findings, rules: &mut Vec<u16>) {
    rules.clear();
    for rule in own.iter().map(|finding| findings.rule.get(*finding)) {
        if !rules.contains(rule) {
            rules.push(*rule);
        }
    }
}

/// The rules that are no consequence of another for some device: the gravest first, then those of the most devices.
fn by_gravity<'a>(devices: impl Iterator<Item = &'a [FindingId]>, findings: &Findings, causes: &Causes) -> Vec<u16> {
    let mut roots: BTreeMap<u16, (Option<Severity>, u32)> = BTreeMap::new();
    let mut rules: Vec<u16> = Vec::new();
    for own in devices {
        rules_of(own, findings, &mut rules);
        for finding in own {
            let rule = findings.rule.get(*finding);
            let (severity, devices) = roots.entry(causes.root(*rule, &rules)).or_default();
            *severity = (*severity).max(Some(*findings.severity.get(*finding)));
            *devices += u32::from(causes.root(*rule, &rules) == *rule);
        }
    }
    let mut order: Vec<u16> = roots.keys().copied().collect();
    order.sort_by_key(|rule| {
        let (severity, devices) = roots.get(rule).copied().unwrap_or_default();
        (Reverse(severity), Reverse(devices), *rule)
    });
    order
}

impl Tally {
    fn reason(self, rule: u16) -> Option<Reason> {
        let mut of_them: Vec<(u16, u32)> = self.of_them.into_iter().collect();
        of_them.sort_by_key(|(rule, devices)| (Reverse(*devices), *rule));
        Some(Reason { rule, severity: self.severity?, devices: self.devices, of_them })
    }
}

impl Reason {
    /// `12 stale in every console (7 with an expired management certificate and 5 still marked compliant)`.
    #[must_use]
    pub fn in_words(&self, rules: &[&Text], everywhere: &str) -> String {
        format!("{} {}", self.devices, self.without_count(rules, everywhere))
    }

    fn without_count(&self, rules: &[&Text], everywhere: &str) -> String {
        let phrase = |rule: u16| rules.get(usize::from(rule)).map_or_else(String::new, |text| text.phrase(everywhere));
        let together = |parts: Vec<String>| listed(&parts.iter().map(String::as_str).collect::<Vec<_>>());
        // A consequence that all of them have is said without its number, which is that of the devices.
        let of_all = |own: &(u16, u32)| own.1 == self.devices;
        let (whole, some) = self.of_them.iter().copied().partition::<Vec<_>, _>(of_all);
        let whole = together(whole.into_iter().map(|(rule, _)| phrase(rule)).collect());
        let some = together(some.into_iter().map(|(rule, devices)| format!("{devices} {}", phrase(rule))).collect());
        let all = if self.devices == 1 { "also" } else { "all" };
        let whole = if whole.is_empty() { whole } else { format!("{all} {whole}") };
        let parts: Vec<String> = [whole, some].into_iter().filter(|part| !part.is_empty()).collect();
        let said = phrase(self.rule);
        if parts.is_empty() { said } else { format!("{said} ({})", parts.join("; ")) }
    }
}

/// Devices that have a plan and no finding.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unfound {
    /// Somebody declared them lost.
    pub lost: usize,
    /// An earlier plan took the first steps, and what they close is what the findings asked for.
    pub begun: usize,
}

impl Unfound {
    /// How much that matters.
    pub(super) fn severity(self) -> Option<Severity> {
        let of = |count: usize, severity| (count > 0).then_some(severity);
        of(self.lost, Severity::High).max(of(self.begun, Severity::Medium))
    }

    /// In words; the number of devices is left out where it is that of all.
    fn in_words(self, count: usize) -> impl Iterator<Item = String> {
        let said = [(self.lost, "lost by decision"), (self.begun, "begun by an earlier plan and not finished")];
        said.into_iter()
            .filter(|(own, _)| *own > 0)
            .map(move |(own, what)| if own == count { what.to_string() } else { format!("{own} {what}") })
    }
}

/// One sentence: which devices, and why. What few consoles say is said with their names: `everywhere`.
pub(super) fn summary(
    devices: &str,
    (count, unfound): (usize, Unfound),
    reasons: &[Reason],
    (rules, everywhere): (&[&Text], &str),
) -> String {
    // A number that is that of all devices is said already.
    let decided = unfound.in_words(count).count();
    let said = |reason: &Reason| match (reason.devices as usize == count, reasons.len() + decided) {
        (true, 1) => reason.without_count(rules, everywhere),
        (true, _) if count > 1 => format!("all {}", reason.without_count(rules, everywhere)),
        (true, _) => reason.without_count(rules, everywhere),
        (false, _) => reason.in_words(rules, everywhere),
    };
    let mut parts: Vec<String> = unfound.in_words(count).chain(reasons.iter().take(NAMED).map(said)).collect();
    match reasons.len().saturating_sub(NAMED) {
        0 => {}
        1 => parts.push("and 1 more reason".into()),
        more => parts.push(format!("and {more} more reasons")),
    }
    format!("{devices}: {}.", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets;
    use crate::ids::DeviceId;
    use crate::rules::{Conditions, load};
    use crate::schema::Confidence;

    /// Texts of the shipped rules, and the positions of the named ones.
    fn with<const N: usize>(names: [&str; N], check: impl FnOnce(&[&Text], [u16; N])) {
        let files = assets::rules(None).unwrap();
        let rules = load(&files, &Conditions::load(&files).unwrap()).unwrap();
        let texts: Vec<&Text> = rules.iter().map(|rule| &rule.text).collect();
        let at = |name: &str| texts.iter().position(|text| text.id == name).unwrap();
        check(&texts, names.map(|name| u16::try_from(at(name)).unwrap()));
    }

    fn found(devices: &[&[u16]]) -> (Findings, Vec<Vec<FindingId>>) {
        let mut findings = Findings::default();
        let mut by_device = Vec::new();
        for (device, rules) in DeviceId::new(0).onwards().zip(devices) {
            let start = findings.len();
            for rule in *rules {
                findings.push(*rule, device, Severity::Medium, Confidence::High, false, String::new(), Vec::new());
            }
            by_device.push((start..findings.len()).map(FindingId::at).collect());
        }
        (findings, by_device)
    }

    #[test]
    fn consequences_are_counted_with_what_they_follow_from() {
        let names = ["stale-everywhere", "certificate-expired", "compliant-but-stale", "duplicate-entra"];
        with(names, |texts, [stale, expired, compliant, twice]| {
            let (findings, by_device) =
                found(&[&[expired, stale], &[compliant, expired, stale], &[stale, twice], &[expired]]);
            let causes = Causes::new(texts.iter().copied());
            let reasons = of(by_device.iter().map(Vec::as_slice), &findings, &causes);
            let said: Vec<String> = reasons.iter().map(|reason| reason.in_words(texts, "every console")).collect();
            assert_eq!(
                said,
                [
                    "3 stale in every console (2 with an expired management certificate, 1 still marked compliant and 1 with several Entra records)",
                    "1 with an expired management certificate",
                ]
            );
            let summary = summary("4 devices", (4, Unfound::default()), &reasons, (texts, "every console"));
            assert!(summary.starts_with("4 devices: 3 stale in every console (2 with"), "{summary}");
            assert!(summary.ends_with("; 1 with an expired management certificate."), "{summary}");
            assert_eq!(reasons.iter().map(|reason| reason.devices).sum::<u32>(), 4, "the numbers add up");
        });
    }

    #[test]
    fn a_number_that_is_said_already_is_left_out() {
        let names = ["stale-everywhere", "certificate-expired", "compliant-but-stale", "duplicate-entra"];
        with(names, |texts, [stale, expired, compliant, twice]| {
            let causes = Causes::new(texts.iter().copied());
            let told = |devices: &[&[u16]], named: &str| {
                let (findings, by_device) = found(devices);
                let reasons = of(by_device.iter().map(Vec::as_slice), &findings, &causes);
                let lost = devices.iter().filter(|own| own.is_empty()).count();
                let unfound = Unfound { lost, begun: 0 };
                summary(named, (devices.len(), unfound), &reasons, (texts, "every console"))
            };
            let one = told(&[&[expired, stale]], "1 device");
            assert_eq!(one, "1 device: stale in every console (also with an expired management certificate).");
            let several = told(&[&[twice, stale], &[twice]], "2 devices");
            assert_eq!(several, "2 devices: with several Entra records (1 stale in every console).");
            let two = told(&[&[expired, stale], &[expired, stale]], "2 devices");
            let some =
                told(&[&[expired, stale, compliant], &[expired, stale], &[expired, stale, expired]], "3 devices");
            assert_eq!(
                some,
                "3 devices: stale in every console (all with an expired management certificate; 1 still marked compliant).",
                "no number is repeated, and a second finding of one rule makes no second device"
            );
            // What somebody declared lost has a reason without a finding.
            assert_eq!(told(&[&[]], "1 device"), "1 device: lost by decision.");
            let lost = told(&[&[], &[stale]], "2 devices");
            assert_eq!(lost, "2 devices: 1 lost by decision; 1 stale in every console.");
            assert_eq!(two, "2 devices: stale in every console (all with an expired management certificate).");
        });
    }
}
