//! What an earlier run decided, joined to what is decided now: that always counts first.

use super::decisions::{Decision, Decisions};
use super::packages::{PackageDecision, by_device};
use crate::ids::{ByDevice, DecisionId, DeviceId};
use crate::notice::{Code, Notice};

/// What a name in a decisions file means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// What it says.
    AsItIs,
    /// A device of this run.
    Device(DeviceId),
    /// Nothing that anything may be done by, and why.
    Unused(String),
}

impl Decisions {
    /// Whether no device is named.
    #[must_use]
    pub fn names_nothing(&self) -> bool {
        self.names().next().is_none()
    }

    /// The keys by which devices are named.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let list = self.list.iter().map(|decision| decision.key.as_str());
        let written = self.written.iter().map(|[key, ..]| key.as_str());
        let done = self.answers.done.keys().map(|(key, ..)| key.as_str());
        list.chain(written).chain(done).filter(|key| !key.is_empty())
    }

    /// Puts the keys of this run in the place of names that mean something else. A decision by a name that may not be used is
    /// taken out and remarked.
    pub fn rename(&mut self, keys: &ByDevice<String>, naming: &mut dyn FnMut(&str) -> Naming) -> Vec<Notice> {
        let mut notices = Vec::new();
        let key_of = |device| keys.get(device).clone();
        let mut keep = Vec::with_capacity(self.list.len());
        for decision in &mut self.list {
            let meant = if decision.key.is_empty() { Naming::AsItIs } else { naming(&decision.key) };
            keep.push(!matches!(meant, Naming::Unused(_)));
            match meant {
                Naming::AsItIs => {}
                Naming::Device(device) => decision.key = key_of(device),
                Naming::Unused(why) => {
                    let message = format!("`{}`: {why}; the decision was not used", decision.key);
                    let notice = Notice::new(Code::DecisionUnused, self.file.clone(), message);
                    notices.push(notice.at_row(decision.row.into()));
                }
            }
        }
        let list = std::mem::take(&mut self.list).into_iter().zip(&keep);
        self.list = list.filter(|(_, keep)| **keep).map(|(decision, _)| decision).collect();
        let lines = std::mem::take(&mut self.line_of).into_iter().zip(&keep);
        self.line_of = lines.filter(|(_, keep)| **keep).map(|(line, _)| line).collect();
        for [key, ..] in &mut self.written {
            match naming(key) {
                Naming::AsItIs => {}
                Naming::Device(device) => *key = key_of(device),
                // No device has such a key.
                Naming::Unused(_) => *key = format!("{key} (not used)"),
            }
        }
        let done = std::mem::take(&mut self.answers.done);
        self.answers.done = done
            .into_iter()
            .map(|((key, step, object), signed)| match naming(&key) {
                Naming::Device(device) => ((key_of(device), step, object), signed),
                Naming::AsItIs | Naming::Unused(_) => ((key, step, object), signed),
            })
            .collect();
        notices
    }

    /// Carries on a decision of an earlier run, unless something was decided for its device. One without a device is kept for a
    /// later run that may find it.
    pub fn carry(&mut self, device: Option<DeviceId>, decision: Decision, devices: u32) {
        if let Some(device) = device {
            if self.of_device.is_empty() {
                self.of_device = ByDevice::filled(DecisionId::NONE, devices);
            }
            let slot = self.of_device.get_mut(device);
            if slot.is_some() {
                return;
            }
            *slot = DecisionId::at(self.list.len());
        } else if self.list.iter().any(|known| known.key == decision.key && !known.key.is_empty()) {
            return;
        }
        self.list.push(decision);
        self.line_of.push(usize::MAX);
    }

    /// Carries on what an earlier run decided for a package, unless something was decided for that.
    pub fn carry_package(&mut self, decision: PackageDecision) {
        if !decision.devices.is_empty() && !self.packages.iter().any(|known| known.id == decision.id) {
            self.carried_packages.push(decision);
        }
    }

    /// Joins what is carried on for packages to what the file says: where a device is in both, the file counts.
    pub(super) fn join_packages(&mut self, devices: u32) {
        let carried = std::mem::take(&mut self.carried_packages).into_iter();
        self.packages = carried.chain(std::mem::take(&mut self.packages)).collect();
        self.of_package = by_device(&self.packages, devices);
    }
}
