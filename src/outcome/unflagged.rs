//! Why a stale device has no finding.

use super::Outcome;
use crate::console::{Console, Registry};
use crate::ids::{DeviceId, ExceptionId};
use crate::schema::{Activity, Outcome as Ended};

/// What keeps stale devices out of the findings: the exception that hides one, else what the rules about stale devices pass over.
#[derive(Debug)]
pub struct Unflagged<'a> {
    outcome: &'a Outcome,
    /// Devices with a finding that somebody hides, and by which exception; sorted.
    hidden: Vec<(DeviceId, ExceptionId)>,
    /// What is said of every other one, each with the console that must hold it; none for all.
    spared: Vec<(Option<Console>, String)>,
}

impl<'a> Unflagged<'a> {
    /// Of a run.
    #[must_use]
    pub fn new(outcome: &'a Outcome) -> Self {
        let mut hidden: Vec<(DeviceId, ExceptionId)> =
            outcome.hidden.findings.device.iter().copied().zip(outcome.hidden.by.iter().copied()).collect();
        hidden.sort_unstable();
        let registry = outcome.devices.registry;
        let rules = outcome.rules.iter().zip(&outcome.tallies).filter(|(text, _)| !text.spares.is_empty());
        let spared = rules.flat_map(|(text, tally)| {
            if tally.outcome == Ended::Ran {
                text.spares.split("; ").map(|part| of_console(registry, part)).collect()
            } else {
                vec![(None, format!("the rule \"{}\" did not run", text.title))]
            }
        });
        let spared = spared.collect();
        Self { outcome, hidden, spared }
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
        self.spared(device)
    }

    /// What may keep the rules from a device, by the consoles that hold it.
    fn spared(&self, device: DeviceId) -> Option<String> {
        let held = *self.outcome.devices.consoles.get(device);
        let fits = |console: &Option<Console>| console.is_none_or(|console| console.bit() & held != 0);
        let parts: Vec<&str> =
            self.spared.iter().filter(|(console, _)| fits(console)).map(|(_, text)| text.as_str()).collect();
        (!parts.is_empty()).then(|| parts.join("; or "))
    }
}

/// `chrome: it is disabled in Google Admin`: what is said, and the console that must hold a device for it.
fn of_console(registry: &Registry, part: &str) -> (Option<Console>, String) {
    let named = part.split_once(": ").and_then(|(slug, text)| Some((registry.parse(slug.trim())?, text)));
    match named {
        Some((console, text)) => (Some(console), text.trim().to_string()),
        None => (None, part.trim().to_string()),
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
        assert_eq!(off, "it is already disabled in Entra ID, or is a printer", "of no console that does not hold it");
        assert_eq!((told("OLD-1"), told("NEW-1")), (None, None));
    }
}
