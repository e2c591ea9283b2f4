//! Which devices an AD list could hold: a list covers a domain if it holds computers of it, and says nothing of another.

use std::borrow::Cow;
use std::collections::HashSet;

use super::devices::Devices;
use super::shelves::Shelves;
use crate::schema::{Activity, Console};

impl Devices {
    /// Per device, whether an AD list that lacks its computer shows that there is none. Only hybrid devices depend on it.
    ///
    /// The domain of a device is what Entra ID or Defender show. Where nobody shows it, the list must hold hybrid devices that
    /// signed in lately, and no two of them may be missing: those are rather the computers of another domain.
    pub(super) fn ad_coverage(&self, shelves: &Shelves) -> Vec<bool> {
        let Some(ad) = shelves.shelves.iter().find(|shelf| shelf.console.is_directory()) else { return Vec::new() };
        let listed: HashSet<&str> = ad.text("domain").iter().flat_map(|cells| cells.iter()).flatten().collect();
        let known = self.in_listed_domain(shelves, &listed);
        let synced = self.synced(shelves);
        let (mut held, mut missing) = (0_u32, 0_u32);
        for (device, activity) in self.activities().enumerate() {
            let hybrid = self.hybrid.get(device) == Some(&true);
            if !hybrid || activity != Activity::Active || synced.get(device) == Some(&false) {
                continue;
            }
            if self.held(device, ad.console) {
                held += 1;
            } else if known.get(device) == Some(&None) {
                missing += 1;
            }
        }
        let otherwise = missing < 2 && (held > 0 || missing == 0);
        known.into_iter().map(|known| known.unwrap_or(otherwise)).collect()
    }

    /// Whether the domain of each hybrid device is one of these; `None` where nobody shows it.
    fn in_listed_domain(&self, shelves: &Shelves, listed: &HashSet<&str>) -> Vec<Option<bool>> {
        let mut known = vec![None; self.count as usize];
        // A list without names of domains covers whatever it holds.
        if listed.is_empty() {
            return known;
        }
        for (shelf, device_of) in shelves.shelves.iter().zip(&self.device_of) {
            let domains = shelf.text("domain");
            let names = shelf.text("name").filter(|_| writes_domains(shelf.console));
            for (line, device) in device_of.iter().enumerate() {
                let device = *device as usize;
                if self.hybrid.get(device) != Some(&true) {
                    continue;
                }
                let own = domains.and_then(|cells| cells.get(line)).map(Cow::Borrowed);
                let own = own.or_else(|| names.and_then(|cells| cells.get(line)).and_then(of_host).map(Cow::Owned));
                if let (Some(domain), Some(slot)) = (own, known.get_mut(device)) {
                    *slot = Some(*slot == Some(true) || listed.contains(&*domain));
                }
            }
        }
        known
    }

    /// Whether an Entra record of each device is synchronised from AD; true where no list says.
    fn synced(&self, shelves: &Shelves) -> Vec<bool> {
        let mut synced = vec![true; self.count as usize];
        let lists = shelves.shelves.iter().zip(&self.device_of);
        let flags = lists.filter_map(|(shelf, device_of)| Some((shelf.flags("synced")?, device_of)));
        for (flags, device_of) in flags {
            for (device, flag) in device_of.iter().zip(flags.iter()) {
                if let Some(slot) = synced.get_mut(*device as usize).filter(|_| flag == Some(false)) {
                    *slot = false;
                }
            }
        }
        synced
    }

    /// Whether a complete AD list that lacks a device's computer shows that there is none.
    #[must_use]
    pub fn ad_covers(&self, device: u32) -> bool {
        self.ad_covered.get(device as usize).copied().unwrap_or(true)
    }
}

/// Whether a console writes the domain behind the name of a host.
fn writes_domains(console: Console) -> bool {
    console.is_joined_by_host_name() && !console.is_directory()
}

/// What stands behind the host in a full name, lower case.
fn of_host(name: &str) -> Option<String> {
    let (_, domain) = name.split_once('.')?;
    domain.contains('.').then(|| domain.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_a_full_name() {
        assert_eq!(of_host("pc1.Corp.Contoso.example").as_deref(), Some("corp.contoso.example"));
        assert_eq!(of_host("pc1"), None);
        assert_eq!(of_host("pc1.local"), None);
    }
}
