//! The devices of a work package in words: what they are, and what they have in common.

use std::collections::BTreeMap;

use crate::console::Console;
use crate::ids::DeviceId;
use crate::schema::{Identity, JoinType, Ownership, Platform};
use crate::table::DeviceTable;
use crate::time::day;

/// Devices of one kind.
pub(super) struct Cohort<'a> {
    pub platform: Platform,
    pub ownership: Ownership,
    pub join_type: JoinType,
    pub members: &'a [DeviceId],
}

impl Cohort<'_> {
    /// `12 corporate, Entra-joined Windows devices`.
    pub(super) fn devices(&self) -> String {
        let owner = match self.ownership {
            Ownership::Unknown => "",
            Ownership::Corporate => "corporate",
            Ownership::Personal => "personal",
        };
        let platform = if self.platform == Platform::Other { "" } else { self.platform.title() };
        let join = match self.join_type {
            JoinType::Joined => "Entra-joined",
            JoinType::Hybrid => "hybrid-joined",
            JoinType::Registered => "Entra-registered",
            JoinType::None | JoinType::Unknown => "",
        };
        let adjectives: Vec<&str> = [owner, join].into_iter().filter(|word| !word.is_empty()).collect();
        let adjectives = adjectives.join(", ");
        let count = self.members.len();
        let noun = if count == 1 { "device" } else { "devices" };
        let parts = [adjectives.as_str(), platform, noun].into_iter().filter(|part| !part.is_empty());
        format!("{count} {}", parts.collect::<Vec<_>>().join(" "))
    }

    /// What the devices have in common: their last activity, who holds them, how sure their identity is.
    pub(super) fn factors(&self, devices: &DeviceTable) -> Vec<String> {
        let mut factors = self.activity(devices);
        factors.push(self.consoles(devices));
        let conflict = |device: &&DeviceId| *devices.identity.get(**device) == Identity::Conflict;
        let unsure = self.members.iter().filter(conflict).count();
        if unsure > 0 {
            factors.push(format!("identifiers contradict each other for {unsure}: these get no removal step"));
        }
        factors
    }

    fn activity(&self, devices: &DeviceTable) -> Vec<String> {
        let mut said = Vec::new();
        let seen = || self.members.iter().filter_map(|device| devices.last_activity.get(*device));
        if let (Some(first), Some(last)) = (seen().min(), seen().max()) {
            said.push(match (day(first), day(last)) {
                (first, last) if first == last => format!("last activity on {first}"),
                (first, last) => format!("last activity between {first} and {last}"),
            });
        }
        let unknown = self.members.len() - seen().count();
        if unknown > 0 {
            said.push(format!("no activity is known for {unknown}"));
        }
        said
    }

    fn consoles(&self, devices: &DeviceTable) -> String {
        let mut held: BTreeMap<u32, usize> = BTreeMap::new();
        for device in self.members {
            *held.entry(*devices.consoles.get(*device)).or_default() += 1;
        }
        let names = |(bits, count): (u32, usize)| (devices.registry.of_bits(bits).collect(), count);
        let mut held: Vec<(Vec<Console>, usize)> = held.into_iter().map(names).collect();
        held.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let titles = |consoles: &[Console]| consoles.iter().map(|c| c.title()).collect::<Vec<_>>().join(" + ");
        let shown: Vec<String> = held.iter().take(3).map(|(c, n)| format!("{} ({n})", titles(c))).collect();
        let more = if held.len() > 3 { ", and other combinations" } else { "" };
        format!("held by {}{more}", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_by_what_is_known_of_them() {
        let named = |platform, ownership, join_type, members: &[DeviceId]| {
            Cohort { platform, ownership, join_type, members }.devices()
        };
        let all =
            named(Platform::Windows, Ownership::Corporate, JoinType::Joined, &[DeviceId::new(1), DeviceId::new(2)]);
        assert_eq!(all, "2 corporate, Entra-joined Windows devices");
        assert_eq!(
            named(Platform::Chromeos, Ownership::Corporate, JoinType::None, &[DeviceId::new(1)]),
            "1 corporate ChromeOS device"
        );
        assert_eq!(named(Platform::Other, Ownership::Unknown, JoinType::Unknown, &[DeviceId::new(1)]), "1 device");
    }
}
