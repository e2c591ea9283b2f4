//! What people settled, as the report shows it: exceptions, what they hide, and the settings in force.

use serde::Serialize;

use super::view;
use crate::ids::FindingId;
use crate::outcome::{Accepted, Outcome};
use crate::plan::grace;
use crate::schema::Platform;
use crate::time::day;

/// An exception from a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ExceptionRow {
    /// Rule id, or a pattern of ids.
    pub rule: String,
    /// What it says of the device: key, name or pattern.
    pub device: String,
    /// Why it was made.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    pub approved_by: String,
    /// The last day on which it holds, `YYYY-MM-DD`; empty for one without an end.
    pub expires: String,
    /// Whether it does something: `active`, `expired` or `unused`.
    pub state: &'static str,
    /// Matches that it hides.
    pub hidden: usize,
}

/// A match that an exception hides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct HiddenRow {
    /// Rule id.
    pub rule: String,
    /// Key of the device.
    pub device_key: String,
    /// Name of the device.
    pub device_name: String,
    /// Severity that the finding would have.
    pub severity: &'static str,
    /// Position of the exception in the list, from 0.
    pub exception: usize,
}

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SettingRow {
    /// Its name, as the command line or the configuration spells it.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where the value comes from, e.g. `default`, `command line`, or the name of a file.
    pub from: String,
}

/// What people settled.
#[derive(Clone, Debug, Default)]
pub(super) struct Settled {
    /// Exceptions, in the order of their file.
    pub exceptions: Vec<ExceptionRow>,
    /// Matches that they hide.
    pub hidden: Vec<HiddenRow>,
    /// Settings in force.
    pub settings: Vec<SettingRow>,
    /// Whether somebody changed what the rules say or made exceptions from them.
    pub tuning: String,
}

impl Settled {
    /// Gathers it. `given` are options of the command line, by name.
    pub(super) fn of(outcome: &Outcome, given: &[(String, String)]) -> Self {
        let hidden = &outcome.hidden;
        let exception = |exception: &Accepted| ExceptionRow {
            rule: exception.rule.clone(),
            device: exception.device.clone(),
            reason: exception.reason.clone(),
            owner: exception.owner.clone(),
            approved_by: exception.approved_by.clone(),
            expires: day(exception.expires),
            state: exception.state.as_str(),
            hidden: usize::try_from(exception.count).unwrap_or(usize::MAX),
        };
        let settings = outcome.settings.iter().map(|setting| SettingRow {
            name: setting.name.clone(),
            value: setting.value.clone(),
            from: setting.source.clone(),
        });
        // Thresholds stand among the settings already, with those that nobody typed.
        let typed = given.iter().filter(|(name, _)| name != "threshold").map(|(name, value)| SettingRow {
            name: name.clone(),
            value: value.clone(),
            from: "command line".to_string(),
        });
        Self {
            tuning: tuning(outcome),
            exceptions: hidden.exceptions.iter().map(exception).collect(),
            hidden: hidden.by.numbers().map(|at| hidden_row(outcome, at)).collect(),
            settings: settings.chain(grace_periods(outcome)).chain(typed).collect(),
        }
    }
}

/// What somebody changed, for whoever has to know that nothing was left out: also where nothing was.
fn tuning(outcome: &Outcome) -> String {
    let count = |such: &dyn Fn(&str, &str) -> bool| {
        outcome.settings.iter().filter(|setting| such(&setting.name, &setting.source)).count()
    };
    let parts = [
        (count(&|name, _| name.ends_with(" switched off")), ["rule", "rules"], "switched off"),
        (count(&|name, _| name.starts_with("severity of ")), ["severity", "severities"], "changed"),
        (
            count(&|name, from| name.starts_with("threshold ") && from != "default"),
            ["threshold", "thresholds"],
            "changed",
        ),
        (outcome.hidden.exceptions.len(), ["exception", "exceptions"], "given"),
    ];
    let said = parts.map(|(own, [one, more], how)| match own {
        0 => format!("no {one} {how}"),
        1 => format!("1 {one} {how}"),
        own => format!("{own} {more} {how}"),
    });
    format!("Rules and settings: {}.", said.join(", "))
}

/// The grace period, which follows from two thresholds and is set nowhere: for all platforms, or for each where they differ.
fn grace_periods(outcome: &Outcome) -> Vec<SettingRow> {
    let row = |platform: Option<Platform>, days: u32| SettingRow {
        name: platform.map_or_else(|| "grace period".into(), |platform| format!("grace period, {platform}")),
        value: format!("{days} days"),
        from: "delete less inactive, 21 at least".into(),
    };
    let of = |platform: Platform| grace(&outcome.thresholds, platform);
    let first = of(Platform::Windows);
    if outcome.settings.is_empty() {
        return Vec::new();
    }
    if Platform::ALL.iter().all(|platform| of(*platform) == first) {
        return vec![row(None, first)];
    }
    Platform::ALL.iter().map(|platform| row(Some(*platform), of(*platform))).collect()
}

fn hidden_row(outcome: &Outcome, at: FindingId) -> HiddenRow {
    let findings = &outcome.hidden.findings;
    let device = *findings.device.get(at);
    HiddenRow {
        rule: view::rule_of(outcome, findings, at).to_string(),
        device_key: outcome.devices.key.get(device).clone(),
        device_name: outcome.devices.name.get(device).to_string(),
        severity: findings.severity.get(at).as_str(),
        exception: outcome.hidden.by.get(at).index(),
    }
}
