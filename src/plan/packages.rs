//! Work packages: the devices that are dealt with in the same way, whatever rules flagged them. A device that has a plan is
//! in exactly one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cohort::Cohort;
use super::reasons::{self, Reason, Unfound};
use crate::frame::{Positions, list_of};
use crate::ids::{BookId, By, ByDevice, DeviceId, FindingId, PackageId};
use crate::rules::{Causes, Findings, Text};
use crate::schema::{JoinType, Ownership, Platform, Severity};
use crate::table::DeviceTable;

/// One work package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// `playbook.platform.ownership.join_type`; also the name of its file.
    pub id: String,
    /// The playbook that its plans follow.
    pub playbook: String,
    /// What is to be done, in a few words.
    pub title: String,
    /// The same in a sentence.
    pub about: String,
    /// Platform of its devices.
    pub platform: Platform,
    /// Ownership of its devices.
    pub ownership: Ownership,
    /// Join type of its devices.
    pub join_type: JoinType,
    /// The severest of its findings.
    pub severity: Severity,
    /// Whether it comes before everything else, whatever its severity and its size.
    #[serde(default)]
    pub urgent: bool,
    /// One sentence: which devices, and why.
    pub summary: String,
    /// Why, the gravest first.
    pub reasons: Vec<Reason>,
    /// What its devices have in common.
    pub factors: Vec<String>,
    /// What stands for `{everywhere}` in the phrases of the rules: `every console`, or the few that could have seen its devices.
    #[serde(default)]
    pub everywhere: String,
    /// Its devices, in their order.
    #[serde(skip)]
    pub devices: Vec<DeviceId>,
}

impl Package {
    /// The id of the devices of a kind that follow a playbook.
    #[must_use]
    pub fn id_of(playbook: &str, platform: Platform, ownership: Ownership, join_type: JoinType) -> String {
        format!("{playbook}.{platform}.{ownership}.{join_type}")
    }
}

/// All packages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// What comes before everything else, then the severest; of these, what few consoles say comes after what many say; then the
    /// largest, then by id. This is the order of every list of packages.
    pub list: By<PackageId, Package>,
    /// Package of each device, or none.
    pub of_device: ByDevice<PackageId>,
}

/// What packages are made from.
pub struct Ingredients<'a> {
    /// The playbooks: name, title, and what they do.
    pub books: &'a By<BookId, [&'a str; 3]>,
    /// Playbook of each device, or none.
    pub book_of: &'a ByDevice<BookId>,
    /// What the rules say.
    pub rules: &'a [&'a Text],
    /// The findings.
    pub findings: &'a Findings,
    /// The devices.
    pub devices: &'a DeviceTable,
    /// Devices that few consoles say are out of use.
    pub seldom: &'a ByDevice<bool>,
    /// Devices whose removal was begun by an earlier plan.
    pub begun: &'a ByDevice<bool>,
    /// Devices with which one begins, since a loss may have to be reported.
    pub urgent: &'a ByDevice<bool>,
    /// What stands for `{everywhere}` in the phrases of the rules, of the devices of a platform.
    pub everywhere: &'a dyn Fn(Platform) -> String,
}

impl Packages {
    /// Packs the devices that have a plan.
    #[must_use]
    pub fn new(from: &Ingredients<'_>) -> Self {
        let by_device = Positions::new(from.findings.device.iter().copied(), from.devices.key.count());
        let causes = Causes::new(from.rules.iter().copied());
        let mut list: Vec<Package> = from
            .kinds()
            .into_iter()
            .filter_map(|(kind, devices)| from.package(kind, devices, &by_device, &causes))
            .collect();
        list.sort_by_cached_key(|package| {
            let few = is_of_most(&package.devices, from.seldom);
            (!package.urgent, Reverse(package.severity), few, Reverse(package.devices.len()), package.id.clone())
        });
        tell_apart(&mut list, from);
        let of_device = list_of(list.iter().map(|package| package.devices.as_slice()), from.devices.key.count());
        Self { list: By::of(list), of_device }
    }

    /// The package of a device.
    #[must_use]
    pub fn of(&self, device: DeviceId) -> Option<&Package> {
        self.list.find(*self.of_device.get(device))
    }
}

/// Packages of one title that are there for different reasons get their first reason into it.
fn tell_apart(list: &mut [Package], from: &Ingredients<'_>) {
    let mut reasons: BTreeMap<String, BTreeSet<Option<u16>>> = BTreeMap::new();
    for package in &*list {
        reasons.entry(package.title.clone()).or_default().insert(package.reasons.first().map(|own| own.rule));
    }
    for package in list.iter_mut().filter(|package| reasons.get(&package.title).is_some_and(|own| own.len() > 1)) {
        let Some((first, others)) = package.reasons.split_first() else { continue };
        let Some(text) = from.rules.get(usize::from(first.rule)) else { continue };
        let phrase = text.phrase(&package.everywhere);
        let others = if others.is_empty() { "" } else { "; and others" };
        package.title = format!("{} ({phrase}{others})", package.title);
    }
}

/// Whether something holds for most devices of a package: that few consoles say they are out of use, which is a smaller claim
/// than that of many; or that they come before everything else.
fn is_of_most(devices: &[DeviceId], such: &ByDevice<bool>) -> bool {
    let own = devices.iter().filter(|device| *such.get(**device)).count();
    own * 2 > devices.len()
}

/// What the devices of a package have in common: playbook, platform, ownership, join type.
type Kind = (BookId, Platform, Ownership, JoinType);

impl Ingredients<'_> {
    /// The devices by kind.
    fn kinds(&self) -> BTreeMap<Kind, Vec<DeviceId>> {
        let mut kinds: BTreeMap<Kind, Vec<DeviceId>> = BTreeMap::new();
        let what = self.devices.platform.iter().zip(&self.devices.ownership).zip(&self.devices.join_type);
        for (device, (book, ((platform, ownership), join_type))) in
            DeviceId::new(0).onwards().zip(self.book_of.iter().zip(what))
        {
            if book.is_some() {
                kinds.entry((*book, *platform, *ownership, *join_type)).or_default().push(device);
            }
        }
        kinds
    }

    fn package(
        &self,
        (book, platform, ownership, join_type): Kind,
        devices: Vec<DeviceId>,
        by_device: &Positions<DeviceId, FindingId>,
        causes: &Causes,
    ) -> Option<Package> {
        let [playbook, title, about] = *self.books.get(book);
        let found = devices.iter().map(|device| by_device.of(*device));
        // A device without a finding is planned only where somebody declared it lost, or began to take it out of service.
        let unfound = devices.iter().filter(|device| by_device.of(**device).is_empty());
        let (begun, lost): (Vec<DeviceId>, Vec<DeviceId>) = unfound.partition(|device| *self.begun.get(**device));
        let unfound = Unfound { lost: lost.len(), begun: begun.len() };
        let severity = found.clone().flatten().map(|f| self.findings.severity.get(*f)).max().copied();
        let severity = severity.max(unfound.severity())?;
        let reasons = reasons::of(found, self.findings, causes);
        let everywhere = (self.everywhere)(platform);
        let cohort = Cohort { platform, ownership, join_type, members: &devices };
        Some(Package {
            id: Package::id_of(playbook, platform, ownership, join_type),
            playbook: playbook.to_string(),
            title: title.to_string(),
            about: about.to_string(),
            platform,
            ownership,
            join_type,
            severity,
            urgent: is_of_most(&devices, self.urgent),
            summary: reasons::summary(&cohort.devices(), (devices.len(), unfound), &reasons, (self.rules, &everywhere)),
            everywhere,
            factors: cohort.factors(self.devices),
            reasons,
            devices,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_package_holds_for_most_of_its_devices() {
        let seldom = ByDevice::of(vec![true, true, false, false]);
        let most = |devices: &[u32]| {
            let devices: Vec<DeviceId> = devices.iter().copied().map(DeviceId::new).collect();
            is_of_most(&devices, &seldom)
        };
        assert!(most(&[0, 1, 2]));
        assert!(!most(&[0, 2]), "as many are said by many");
        assert!(!most(&[2, 3]));
    }
}
