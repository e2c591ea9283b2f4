//! Suggestions: the findings of one rule for one cohort (platform, ownership, join type), together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::identity::{Threshold, Thresholds, day};
use crate::rules::{Findings, Text};
use crate::schema::{JoinType, Ownership, Platform, Severity};
use crate::table::DeviceTable;

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// `rule.platform.ownership.join_type`; also the name of its file.
    pub id: String,
    /// Position of the rule.
    pub rule: u16,
    /// Platform of its devices.
    pub platform: Platform,
    /// Ownership of its devices.
    pub ownership: Ownership,
    /// Join type of its devices.
    pub join_type: JoinType,
    /// The severest of its findings.
    pub severity: Severity,
    /// One sentence.
    pub summary: String,
    /// What speaks for it.
    pub factors: Vec<String>,
    /// Findings, by position.
    #[serde(skip)]
    pub findings: Vec<u32>,
}

impl Suggestion {
    /// The id of what a rule suggests for devices of a kind.
    #[must_use]
    pub fn id_of(rule: &str, platform: Platform, ownership: Ownership, join_type: JoinType) -> String {
        format!("{rule}.{platform}.{ownership}.{join_type}")
    }
}

/// All suggestions.
#[derive(Debug, PartialEq, Eq)]
pub struct Suggestions {
    /// The severest first, then the largest, then by id.
    pub list: Vec<Suggestion>,
    /// Position of the suggestion of each finding.
    pub of_finding: Vec<u32>,
}

impl Suggestions {
    /// Groups the findings.
    #[must_use]
    pub fn new(rules: &[&Text], findings: &Findings, devices: &DeviceTable, thresholds: &Thresholds) -> Self {
        let mut cohorts: BTreeMap<(u16, Platform, Ownership, JoinType), Vec<u32>> = BTreeMap::new();
        for (finding, (rule, device)) in (0_u32..).zip(findings.rule.iter().zip(&findings.device)) {
            let at = *device as usize;
            if let (Some(platform), Some(ownership), Some(join_type)) =
                (devices.platform.get(at), devices.ownership.get(at), devices.join_type.get(at))
            {
                cohorts.entry((*rule, *platform, *ownership, *join_type)).or_default().push(finding);
            }
        }
        let mut list: Vec<Suggestion> = cohorts
            .into_iter()
            .filter_map(|((rule, platform, ownership, join_type), own)| {
                let text = rules.get(rule as usize)?;
                let severity = own.iter().filter_map(|f| findings.severity.get(*f as usize)).max().copied()?;
                let members: Vec<usize> =
                    own.iter().filter_map(|f| findings.device.get(*f as usize)).map(|d| *d as usize).collect();
                let cohort = Cohort { platform, ownership, join_type, members: &members };
                let days = thresholds.days(Threshold::Inactive, platform);
                let mut factors = cohort.factors(devices);
                factors.extend(text.factors.iter().cloned());
                Some(Suggestion {
                    id: Suggestion::id_of(&text.id, platform, ownership, join_type),
                    rule,
                    platform,
                    ownership,
                    join_type,
                    severity,
                    summary: cohort.fill(&text.summary, days),
                    factors,
                    findings: own,
                })
            })
            .collect();
        list.sort_by(|a, b| {
            (b.severity, b.findings.len()).cmp(&(a.severity, a.findings.len())).then_with(|| a.id.cmp(&b.id))
        });
        let mut of_finding = vec![u32::MAX; findings.len()];
        for (at, suggestion) in (0_u32..).zip(&list) {
            for finding in &suggestion.findings {
                if let Some(slot) = of_finding.get_mut(*finding as usize) {
                    *slot = at;
                }
            }
        }
        Self { list, of_finding }
    }

    /// The suggestion of a finding.
    #[must_use]
    pub fn of(&self, finding: usize) -> Option<&Suggestion> {
        self.list.get(*self.of_finding.get(finding)? as usize)
    }
}

struct Cohort<'a> {
    platform: Platform,
    ownership: Ownership,
    join_type: JoinType,
    members: &'a [usize],
}

impl Cohort<'_> {
    /// `12 corporate Windows devices, Entra joined,`.
    fn devices(&self) -> String {
        let owner = match self.ownership {
            Ownership::Unknown => "",
            Ownership::Corporate => "corporate ",
            Ownership::Personal => "personal ",
        };
        let platform = match self.platform {
            Platform::Windows => "Windows ",
            Platform::Macos => "macOS ",
            Platform::Ios => "iOS and iPadOS ",
            Platform::Android => "Android ",
            Platform::Chromeos => "ChromeOS ",
            Platform::Linux => "Linux ",
            Platform::Other => "",
        };
        let join = match self.join_type {
            JoinType::Joined => ", Entra joined,",
            JoinType::Hybrid => ", hybrid joined,",
            JoinType::Registered => ", Entra registered,",
            JoinType::None | JoinType::Unknown => "",
        };
        let count = self.members.len();
        let noun = if count == 1 { "device" } else { "devices" };
        format!("{count} {owner}{platform}{noun}{join}")
    }

    fn fill(&self, template: &str, days: u32) -> String {
        let one = self.members.len() == 1;
        let words = [
            ("{devices}", self.devices()),
            ("{count}", self.members.len().to_string()),
            ("{days}", days.to_string()),
            ("{have}", if one { "has" } else { "have" }.to_string()),
            ("{are}", if one { "is" } else { "are" }.to_string()),
            ("{were}", if one { "was" } else { "were" }.to_string()),
        ];
        words.iter().fold(template.to_string(), |text, (mark, word)| text.replace(mark, word))
    }

    /// What the devices have in common: when they were last seen, who holds them, how sure their identity is.
    fn factors(&self, devices: &DeviceTable) -> Vec<String> {
        let mut factors = Vec::new();
        let seen: Vec<i64> = self.members.iter().filter_map(|d| devices.last_activity.get(*d)).collect();
        if let (Some(first), Some(last)) = (seen.iter().min(), seen.iter().max()) {
            factors.push(match (day(*first), day(*last)) {
                (first, last) if first == last => format!("last sign of life on {first}"),
                (first, last) => format!("last signs of life between {first} and {last}"),
            });
        }
        let unknown = self.members.len() - seen.len();
        if unknown > 0 {
            factors.push(format!("no sign of life is known for {unknown}"));
        }
        let mut held: BTreeMap<Vec<Console>, usize> = BTreeMap::new();
        for device in self.members {
            *held.entry(devices.consoles_of(*device).collect()).or_default() += 1;
        }
        let mut held: Vec<(Vec<Console>, usize)> = held.into_iter().collect();
        held.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let names = |consoles: &[Console]| consoles.iter().map(|c| c.title()).collect::<Vec<_>>().join(" + ");
        let shown: Vec<String> = held.iter().take(3).map(|(c, n)| format!("{} ({n})", names(c))).collect();
        let more = if held.len() > 3 { ", and other combinations" } else { "" };
        factors.push(format!("held by {}{more}", shown.join(", ")));
        let unsure = self
            .members
            .iter()
            .filter(|d| devices.identity.get(**d) == Some(&crate::schema::Identity::Conflict))
            .count();
        if unsure > 0 {
            factors.push(format!("identifiers contradict each other for {unsure}: these get no removal step"));
        }
        factors
    }
}
