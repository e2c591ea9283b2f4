//! Which devices the list of a directory could hold: a list covers a domain if it holds computers of it, and says nothing of
//! another.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::console::Console;
use crate::frame::by_device::scatter;
use crate::identity::{Members, RecordStore};
use crate::ids::ByDevice;
use crate::schema::Activity;

/// Per device, whether an AD list that lacks its computer shows that there is none. Only hybrid devices depend on it.
///
/// The domain of a device is what Entra ID or Defender show. Where nobody shows it, the list must hold hybrid devices that
/// signed in lately, and no two of them may be missing: those are rather the computers of another domain.
pub(super) fn covered(store: &RecordStore, members: &Members, hybrid: &ByDevice<bool>) -> Option<ByDevice<bool>> {
    let ad = store.by_console.iter().find(|console_records| console_records.console.is_directory())?;
    let listed: HashSet<&str> = ad.text("domain").iter().flat_map(|cells| cells.iter()).flatten().collect();
    let known = in_listed_domain(store, members, hybrid, &listed);
    let synced = synced(store, members);
    let (mut held, mut missing) = (0_u32, 0_u32);
    for ((device, known), activity) in known.numbered().zip(members.activities()) {
        if !hybrid.get(device) || activity != Activity::Active || !synced.get(device) {
            continue;
        }
        if members.is_held(device, ad.console) {
            held += 1;
        } else if known.is_none() {
            missing += 1;
        }
    }
    let otherwise = missing < 2 && (held > 0 || missing == 0);
    Some(ByDevice::of(known.iter().map(|known| known.unwrap_or(otherwise)).collect()))
}

/// Whether the domain of each hybrid device is one of these; `None` where nobody shows it.
fn in_listed_domain(
    store: &RecordStore,
    members: &Members,
    hybrid: &ByDevice<bool>,
    listed: &HashSet<&str>,
) -> ByDevice<Option<bool>> {
    let mut known = ByDevice::filled(None, members.count);
    // A list without names of domains covers whatever it holds.
    if listed.is_empty() {
        return known;
    }
    for (at, console_records) in store.by_console.iter().enumerate() {
        let domains = console_records.text("domain");
        let names = console_records.text("name").filter(|_| writes_domains(console_records.console));
        for (line, device) in members.device_of(at).iter().enumerate().filter(|(_, device)| device.is_some()) {
            if !hybrid.get(*device) {
                continue;
            }
            let own = domains.and_then(|cells| cells.get(line)).map(Cow::Borrowed);
            let own = own.or_else(|| names.and_then(|cells| cells.get(line)).and_then(of_host).map(Cow::Owned));
            if let (Some(domain), Some(slot)) = (own, known.slot(*device)) {
                *slot = Some(*slot == Some(true) || listed.contains(&*domain));
            }
        }
    }
    known
}

/// Whether an Entra record of each device is synchronised from AD; true where no list says.
fn synced(store: &RecordStore, members: &Members) -> ByDevice<bool> {
    let mut synced = ByDevice::filled(true, members.count);
    for (at, console_records) in store.by_console.iter().enumerate() {
        let Some(flags) = console_records.flags("synced") else { continue };
        scatter(&mut synced, members.device_of(at).iter().copied(), flags.iter(), |slot, flag| {
            *slot &= flag != Some(false);
        });
    }
    synced
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
