//! Why a stale device has no finding.

use super::Outcome;
use crate::ids::{DeviceId, ExceptionId};
use crate::rules::Text;
use crate::schema::{Activity, Outcome as Ended};

/// What keeps stale devices out of the findings: the exception that hides one, else what the rules about stale devices pass over.
#[derive(Debug)]
pub struct Unflagged<'a> {
    outcome: &'a Outcome,
    /// Devices with a finding that somebody hides, and by which exception; sorted.
    hidden: Vec<(DeviceId, ExceptionId)>,
    /// What is said of every other one.
    spared: String,
}

impl<'a> Unflagged<'a> {
    /// Of a run.
    #[must_use]
    pub fn new(outcome: &'a Outcome) -> Self {
        let mut hidden: Vec<(DeviceId, ExceptionId)> =
            outcome.hidden.findings.device.iter().copied().zip(outcome.hidden.by.iter().copied()).collect();
        hidden.sort_unstable();
        let telling = || outcome.rules.iter().zip(&outcome.tallies).filter(|(text, _)| !text.spares.is_empty());
        let one = |(text, ran): (&Text, bool)| {
            if ran {
                format!("the rule `{}` passes it over: {}", text.id, text.spares)
            } else {
                format!("the rule `{}` did not run", text.id)
            }
        };
        let said: Vec<String> = telling().map(|(text, tally)| one((text, tally.outcome == Ended::Ran))).collect();
        Self { outcome, hidden, spared: said.join("; ") }
    }

    /// Why a device has none; nothing where it has one, is not stale, or what decides is not known. That is a question.
    #[must_use]
    pub fn why(&self, device: DeviceId, has_finding: bool, has_question: bool) -> Option<String> {
        let is_stale = *self.outcome.devices.activity.get(device) == Activity::Stale;
        if has_finding || !is_stale {
            return None;
        }
        let at = self.hidden.partition_point(|(own, _)| *own < device);
        if let Some((_, by)) = self.hidden.get(at).filter(|(own, _)| *own == device) {
            let accepted = self.outcome.hidden.exceptions.get(*by).in_words();
            return Some(format!("an exception hides what holds: {accepted}"));
        }
        if has_question {
            return Some("what decides is not known: see its questions".into());
        }
        if self.outcome.begun.binary_search(&device).is_ok() {
            return Some("an earlier plan began to take it out of service, and goes on: see its steps".into());
        }
        (!self.spared.is_empty()).then(|| self.spared.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{self, Options, Silent};

    /// A PC that Entra ID disabled long ago, and one that is stale and enabled.
    const ENTRA: &str = "displayName,deviceId,objectId,accountEnabled,operatingSystem,operatingSystemVersion,joinType (trustType),registeredOwners,userNames,mdmDisplayName,isCompliant,registrationTime,approximateLastSignInDateTime,isManaged
OFF-1,0f3c9d8e-1111-4222-8333-aaaaaaaaaaa1,1f3c9d8e-1111-4222-8333-aaaaaaaaaaa1,False,Windows,10.0,Azure AD joined,,,,,2023-01-05 08:00:00,2026-08-01 08:00:00,False
OLD-1,0f3c9d8e-1111-4222-8333-aaaaaaaaaaa2,1f3c9d8e-1111-4222-8333-aaaaaaaaaaa2,True,Windows,10.0,Azure AD joined,,,,,2023-01-05 08:00:00,2026-08-01 08:00:00,False
NEW-1,0f3c9d8e-1111-4222-8333-aaaaaaaaaaa3,1f3c9d8e-1111-4222-8333-aaaaaaaaaaa3,True,Windows,10.0,Azure AD joined,,,,,2023-01-05 08:00:00,2026-11-20 08:00:00,False
";

    #[test]
    fn a_stale_device_without_a_finding_says_what_passes_it_over() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("entra.csv"), ENTRA).unwrap();
        let exports = vec![place.path().to_path_buf()];
        let outcome = run::analyze(&Options { exports, ..Options::default() }, &Silent).unwrap();
        let unflagged = Unflagged::new(&outcome);
        let told = |name: &str| {
            let device = outcome.devices.numbers().find(|at| outcome.devices.name.get(*at) == name).unwrap();
            let found = outcome.findings.device.as_slice().contains(&device);
            unflagged.why(device, found, false)
        };
        let off = told("OFF-1").unwrap();
        assert!(
            off.starts_with("the rule `stale-everywhere` passes it over: a console already shows it as disabled"),
            "{off}"
        );
        assert_eq!((told("OLD-1"), told("NEW-1")), (None, None));
    }
}
