//! Tenants side by side: each figure with what it is counted of, and what was not judged alike said in words.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::tenant::{Judged, Tenant};
use crate::notice::listed;
use crate::schema::Severity;

/// Everything that a rollup says.
#[derive(Debug, Serialize)]
pub struct Rollup {
    pub(super) program: &'static str,
    pub(super) version: &'static str,
    /// The tenants, by label.
    pub tenants: Vec<Tenant>,
    /// The figures, a line each, with a cell for each tenant.
    pub(super) figures: Vec<Figure>,
    /// The rules, those with the gravest findings first, with a cell for each tenant.
    pub(super) rules: Vec<RuleLine>,
    /// What keeps figures from being compared, in words.
    pub differences: Vec<String>,
    /// Reports that look like those of one tenant, in words.
    pub same: Vec<String>,
}

/// A figure.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub name: &'static str,
    /// What it is counted of; nothing for a count alone.
    pub of: &'static str,
    pub cells: Vec<Share>,
}

/// A count, and of how many.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Share {
    pub count: u64,
    pub of: Option<u64>,
    /// Tenths of one in a hundred.
    pub tenths: Option<u64>,
}

impl Share {
    pub(super) fn new(count: u64, of: u64) -> Self {
        let tenths = (count * 1_000 + of / 2).checked_div(of);
        Self { count, of: Some(of), tenths }
    }

    const fn alone(count: u64) -> Self {
        Self { count, of: None, tenths: None }
    }
}

/// A rule, and what became of it in each tenant.
#[derive(Debug, Serialize)]
pub(super) struct RuleLine {
    pub rule: String,
    pub title: String,
    /// The severest that was found in any tenant, else that of the rule.
    pub severity: &'static str,
    /// Whether tenants were judged by different versions of it.
    pub differs: bool,
    pub cells: Vec<RuleCell>,
    /// All tenants in which it ran, together; nothing where they were not judged alike or only one was.
    pub total: Option<Share>,
    /// How many these are.
    pub ran: usize,
}

/// What became of a rule in one tenant.
#[derive(Debug, Serialize)]
pub(super) struct RuleCell {
    /// `ran`, `did-not-run`, `not-in-report`.
    pub outcome: &'static str,
    pub findings: Option<Share>,
    /// The findings by severity in words, where they are of several: `28 high, 6 medium`.
    pub found: String,
    pub undecided: u64,
    pub reason: String,
    /// Which version of the rule judged: the same letter, the same version. Empty where all are alike.
    pub version: String,
}

impl Rollup {
    /// Puts tenants side by side, in the order of their labels.
    #[must_use]
    pub fn new(mut tenants: Vec<Tenant>) -> Self {
        tenants.sort_by(|a, b| (&a.label, &a.as_of, &a.seal).cmp(&(&b.label, &b.as_of, &b.seal)));
        let same = same(&tenants);
        tell_apart(&mut tenants);
        let rules = rules(&tenants);
        Self {
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            figures: figures(&tenants),
            differences: differences(&tenants, &rules),
            rules,
            same,
            tenants,
        }
    }
}

/// Two reports of one label get their as-of day, and a number where that is not enough.
fn tell_apart(tenants: &mut [Tenant]) {
    let count = |tenants: &[Tenant], label: &str| tenants.iter().filter(|own| own.label == label).count();
    let twice: BTreeSet<String> =
        tenants.iter().map(|own| own.label.clone()).filter(|label| count(tenants, label) > 1).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for tenant in tenants.iter_mut().filter(|own| twice.contains(&own.label)) {
        let day = tenant.as_of.get(..10).unwrap_or_default();
        let label = format!("{}, {day}", tenant.label);
        let number = seen.entry(label.clone()).or_default();
        *number += 1;
        tenant.label = if *number == 1 { label } else { format!("{label} ({number})") };
    }
}

fn same(tenants: &[Tenant]) -> Vec<String> {
    let mut said = Vec::new();
    for (at, one) in tenants.iter().enumerate() {
        for other in tenants.iter().skip(at + 1) {
            let (a, b) = (one.as_of.get(..10).unwrap_or_default(), other.as_of.get(..10).unwrap_or_default());
            let who = format!("{} (as of {a}) and {} (as of {b})", one.label, other.label);
            if one.is_same(other) {
                said.push(format!("{who} list the same objects: these are two reports of one tenant."));
            } else if one.label == other.label {
                said.push(format!("{who} have the same label and list different objects."));
            }
        }
    }
    said
}

fn figures(tenants: &[Tenant]) -> Vec<Figure> {
    let each = |name, of, get: &dyn Fn(&Tenant) -> Share| Figure { name, of, cells: tenants.iter().map(get).collect() };
    let of_devices = |name, get: fn(&Tenant) -> u64| each(name, "devices", &|own| Share::new(get(own), own.devices));
    let severest = |name, at: usize| {
        each(name, "devices", &|own| Share::new(own.severest.get(at).copied().unwrap_or_default(), own.devices))
    };
    // A device may have several findings: they are no part of the devices.
    let findings =
        |name, at: usize| each(name, "", &|own| Share::alone(own.findings.get(at).copied().unwrap_or_default()));
    let notices = |own: &Tenant| own.notices.iter().take(2).sum::<u64>();
    vec![
        each("Devices", "", &|own| Share::alone(own.devices)),
        of_devices("Active devices", |own| own.active),
        of_devices("Stale devices", |own| own.stale),
        of_devices("Devices without a known activity", |own| own.unknown),
        of_devices("Devices with a finding", |own| own.flagged),
        of_devices("Devices with an open question", |own| own.undecided),
        of_devices("Devices with steps", |own| own.planned),
        severest("Devices, severest finding critical", 0),
        severest("Devices, severest finding high", 1),
        severest("Devices, severest finding medium", 2),
        severest("Devices, severest finding low", 3),
        severest("Devices, severest finding info", 4),
        findings("Findings, critical", 0),
        findings("Findings, high", 1),
        findings("Findings, medium", 2),
        findings("Findings, low", 3),
        findings("Findings, info", 4),
        each("Findings that exceptions hide", "findings", &|own| {
            Share::new(own.excepted, own.findings.iter().sum::<u64>() + own.excepted)
        }),
        each("Rows set aside", "rows read", &|own| Share::new(own.set_aside, own.rows)),
        each("Incomplete exports", "exports", &|own| Share::new(own.incomplete, own.exports)),
        each("Notices, critical and high", "", &|own| Share::alone(notices(own))),
        each("Rules that did not run", "rules", &|own| Share::new(own.did_not_run, own.ran + own.did_not_run)),
    ]
}

/// The rules: the gravest findings first, then the most; what ran nowhere comes last.
fn rules(tenants: &[Tenant]) -> Vec<RuleLine> {
    let mut known: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for judged in tenants.iter().flat_map(|own| &own.judged) {
        known.entry(&judged.id).or_default().push(judged);
    }
    let mut all: Vec<Vec<&Judged>> = known.into_values().collect();
    all.sort_by_key(|own| {
        let ran = own.iter().any(|judged| judged.ran);
        let count = own.iter().map(|judged| judged.matched).sum::<u64>();
        let severity = own.iter().map(|judged| judged.severity).max();
        (!ran, Reverse(severest(own)), Reverse(count), Reverse(severity))
    });
    all.iter().filter_map(|own| Some(line(own.first()?, severest(own), tenants))).collect()
}

/// The severest finding of a rule in any tenant.
fn severest(own: &[&Judged]) -> Option<Severity> {
    own.iter().flat_map(|judged| judged.found.iter().map(|(severity, _)| *severity)).max()
}

fn line(judged: &Judged, severest: Option<Severity>, tenants: &[Tenant]) -> RuleLine {
    let own: Vec<Option<&Judged>> =
        tenants.iter().map(|tenant| tenant.judged.iter().find(|own| own.id == judged.id)).collect();
    let mut versions: Vec<&str> = Vec::new();
    for digest in own.iter().flatten().map(|own| own.digest.as_str()) {
        if !versions.contains(&digest) {
            versions.push(digest);
        }
    }
    let differs = versions.len() > 1;
    let letter = |own: &Judged| {
        let at = versions.iter().position(|digest| *digest == own.digest).unwrap_or_default();
        if differs { char::from_u32(u32::from(b'A') + u32::try_from(at).unwrap_or_default() % 26) } else { None }
    };
    let ran: Vec<&Judged> = own.iter().flatten().copied().filter(|own| own.ran).collect();
    let sum = |of: fn(&Judged) -> u64| ran.iter().map(|own| of(own)).sum::<u64>();
    let total = (!differs && ran.len() > 1).then(|| Share::new(sum(|own| own.matched), sum(|own| own.devices)));
    let cells = own.iter().map(|own| cell(*own, own.and_then(letter))).collect();
    RuleLine {
        rule: judged.id.clone(),
        title: judged.title.clone(),
        severity: severest.unwrap_or(judged.severity).as_str(),
        differs,
        cells,
        total,
        ran: ran.len(),
    }
}

fn cell(own: Option<&Judged>, letter: Option<char>) -> RuleCell {
    let version = letter.map(String::from).unwrap_or_default();
    match own {
        None => {
            let reason = "the report does not have this rule".to_string();
            RuleCell { outcome: "not-in-report", findings: None, found: String::new(), undecided: 0, reason, version }
        }
        Some(own) if !own.ran => RuleCell {
            outcome: "did-not-run",
            findings: None,
            found: String::new(),
            undecided: 0,
            reason: own.reason.clone(),
            version,
        },
        Some(own) => RuleCell {
            outcome: "ran",
            findings: Some(Share::new(own.matched, own.devices)),
            found: in_grades(&own.found),
            undecided: own.unknown,
            reason: String::new(),
            version,
        },
    }
}

/// `28 high, 6 medium`; nothing where all are of one severity.
fn in_grades(found: &[(Severity, u64)]) -> String {
    if found.len() < 2 {
        return String::new();
    }
    found.iter().map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>().join(", ")
}

/// How a remark about rules begins.
const NOT_ALIKE: &str = "Texts, conditions or thresholds are not the same in every report for";

/// What keeps the figures of the tenants from being compared.
fn differences(tenants: &[Tenant], rules: &[RuleLine]) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(values("Version of the program", tenants, |own| own.version.clone()));
    let names: BTreeSet<(&str, &str)> = tenants
        .iter()
        .flat_map(|own| &own.thresholds)
        .map(|(name, platform, _)| (name.as_str(), platform.as_str()))
        .collect();
    for (name, platform) in names {
        let days = |own: &Tenant| {
            let of = |platform: &str| own.thresholds.iter().find(|(n, p, _)| n == name && p == platform);
            let found = of(platform).or_else(|| of("all platforms"));
            found.map_or_else(|| "the default".to_string(), |(_, _, days)| format!("{days} days"))
        };
        said.extend(values(&format!("Threshold {name}, {platform}"), tenants, days));
    }
    let differing: Vec<&str> = rules.iter().filter(|line| line.differs).map(|line| line.rule.as_str()).collect();
    if let [one] = differing.as_slice() {
        said.push(format!("{NOT_ALIKE} 1 rule, so there is no total for it: {one}."));
    } else if !differing.is_empty() {
        let count = differing.len();
        said.push(format!("{NOT_ALIKE} {count} rules, so there is no total for them: {}.", listed(&differing)));
    }
    let consoles: BTreeSet<&str> = tenants.iter().flat_map(|own| &own.consoles).map(String::as_str).collect();
    for console in consoles {
        let lacking: Vec<&str> = tenants
            .iter()
            .filter(|own| !own.consoles.iter().any(|c| c == console))
            .map(|own| own.label.as_str())
            .collect();
        if !lacking.is_empty() {
            said.push(format!("No export of {console} was supplied for {}.", listed(&lacking)));
        }
    }
    let copies: Vec<&str> = tenants.iter().filter(|own| own.redacted).map(|own| own.label.as_str()).collect();
    if !copies.is_empty() {
        said.push(format!(
            "Copies with replaced names: {}. Copies under different keys share no names.",
            listed(&copies)
        ));
    }
    said
}

/// A value that is not the same everywhere: `Version: 1 in A; 2 in B and C.`
fn values(what: &str, tenants: &[Tenant], get: impl Fn(&Tenant) -> String) -> Option<String> {
    let mut by_value: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for tenant in tenants {
        by_value.entry(get(tenant)).or_default().push(&tenant.label);
    }
    let parts: Vec<String> = by_value.iter().map(|(value, own)| format!("{value} in {}", listed(own))).collect();
    (parts.len() > 1).then(|| format!("{what} differs: {}.", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(label: &str, digest: &str, objects: std::ops::Range<u64>) -> Tenant {
        let judged = |id: &str, ran: bool, digest: &str| Judged {
            id: id.into(),
            title: id.into(),
            severity: Severity::High,
            ran,
            reason: if ran { String::new() } else { "no list".into() },
            matched: 3,
            unknown: 1,
            found: if ran { vec![(Severity::High, 3)] } else { Vec::new() },
            devices: 40,
            digest: digest.into(),
        };
        Tenant {
            label: label.into(),
            as_of: "2026-11-20T00:00:00Z".into(),
            version: "1".into(),
            seal: label.into(),
            redacted: false,
            devices: 40,
            active: 30,
            stale: 9,
            unknown: 1,
            flagged: 9,
            undecided: 2,
            planned: 8,
            findings: vec![0, 3, 0, 0, 0],
            severest: vec![0, 2, 0, 0, 0],
            excepted: 0,
            rows: 80,
            set_aside: 1,
            exports: 2,
            incomplete: 0,
            notices: vec![0; 5],
            ran: 1,
            did_not_run: 1,
            consoles: vec!["Intune".into()],
            trend: Vec::new(),
            thresholds: vec![("inactive".into(), "all platforms".into(), 90)],
            judged: vec![judged("stale", true, digest), judged("lost", label != "A", "x")],
            sketch: objects.collect(),
            earlier: Vec::new(),
        }
    }

    #[test]
    fn figures_have_what_they_are_counted_of() {
        assert_eq!(Share::new(9, 40).tenths, Some(225));
        assert_eq!(Share::new(1, 3).tenths, Some(333));
        assert_eq!(Share::new(0, 0).tenths, None);
    }

    #[test]
    fn devices_are_counted_of_devices_and_findings_alone() {
        let rollup = Rollup::new(vec![tenant("A", "1", 0..10)]);
        let figure = |name: &str| rollup.figures.iter().find(|own| own.name == name).unwrap().cells[0];
        let devices = figure("Devices, severest finding high");
        assert_eq!((devices.count, devices.of), (2, Some(40)));
        let findings = figure("Findings, high");
        assert_eq!((findings.count, findings.of, findings.tenths), (3, None, None));
    }

    #[test]
    fn the_gravest_findings_come_first_and_rules_that_ran_nowhere_last() {
        use Severity::{High, Low, Medium};
        let rule = |id: &str, severity, ran: bool, found: &[(Severity, u64)]| Judged {
            id: id.into(),
            title: id.into(),
            severity,
            ran,
            reason: String::new(),
            matched: found.iter().map(|(_, count)| count).sum(),
            unknown: 0,
            found: found.to_vec(),
            devices: 40,
            digest: "1".into(),
        };
        let judged = vec![
            rule("idle", High, false, &[]),
            rule("few", High, true, &[(High, 2)]),
            rule("raised", Medium, true, &[(High, 28), (Medium, 6)]),
            rule("none", High, true, &[]),
            rule("low", Low, true, &[(Low, 30)]),
        ];
        let rollup = Rollup::new(vec![Tenant { judged, ..tenant("A", "1", 0..10) }]);
        let order: Vec<(&str, &str)> = rollup.rules.iter().map(|own| (own.rule.as_str(), own.severity)).collect();
        assert_eq!(order, [("raised", "high"), ("few", "high"), ("low", "low"), ("none", "high"), ("idle", "high")]);
        assert_eq!(rollup.rules[0].cells[0].found, "28 high, 6 medium");
        assert_eq!(rollup.rules[1].cells[0].found, "", "the severity of the line says it");
    }

    #[test]
    fn rules_that_differ_are_not_summed_up() {
        let rollup = Rollup::new(vec![tenant("B", "1", 10..20), tenant("A", "1", 0..10), tenant("C", "1", 20..30)]);
        let labels: Vec<&str> = rollup.tenants.iter().map(|own| own.label.as_str()).collect();
        assert_eq!(labels, ["A", "B", "C"]);
        let stale = rollup.rules.iter().find(|line| line.rule == "stale").unwrap();
        assert_eq!((stale.total.unwrap().count, stale.total.unwrap().of, stale.ran), (9, Some(120), 3));
        let lost = rollup.rules.iter().find(|line| line.rule == "lost").unwrap();
        assert_eq!((lost.total.unwrap().of, lost.ran, lost.cells[0].outcome), (Some(80), 2, "did-not-run"));
        assert!(rollup.differences.is_empty() && rollup.same.is_empty(), "{rollup:?}");

        let rollup = Rollup::new(vec![tenant("A", "1", 0..10), tenant("B", "2", 10..20)]);
        let stale = rollup.rules.iter().find(|line| line.rule == "stale").unwrap();
        assert!(stale.differs && stale.total.is_none());
        assert_eq!((stale.cells[0].version.as_str(), stale.cells[1].version.as_str()), ("A", "B"));
        assert!(rollup.differences[0].contains("no total for it: stale"), "{:?}", rollup.differences);
    }

    #[test]
    fn two_reports_of_one_tenant_are_noticed() {
        let rollup = Rollup::new(vec![tenant("A", "1", 0..10), tenant("B", "1", 2..12)]);
        assert!(rollup.same[0].contains("two reports of one tenant"), "{:?}", rollup.same);
        let rollup = Rollup::new(vec![tenant("A", "1", 0..10), tenant("A", "1", 20..30)]);
        assert!(rollup.same[0].contains("same label"), "{:?}", rollup.same);
        let labels: Vec<&str> = rollup.tenants.iter().map(|own| own.label.as_str()).collect();
        assert_eq!(labels, ["A, 2026-11-20", "A, 2026-11-20 (2)"]);
    }

    #[test]
    fn thresholds_that_differ_are_said() {
        let mut other = tenant("B", "1", 10..20);
        other.thresholds = vec![("inactive".into(), "all platforms".into(), 60)];
        other.version = "2".into();
        other.consoles = Vec::new();
        let rollup = Rollup::new(vec![tenant("A", "1", 0..10), other]);
        assert_eq!(
            rollup.differences,
            [
                "Version of the program differs: 1 in A; 2 in B.",
                "Threshold inactive, all platforms differs: 60 days in B; 90 days in A.",
                "No export of Intune was supplied for B.",
            ]
        );
    }
}
