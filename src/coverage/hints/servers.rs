//! Devices that are assigned to another management server than those that these lists are of.

use std::collections::HashMap;

use super::Hint;
use crate::identity::{Members, RecordStore};
use crate::ids::DeviceId;

/// Stale devices that are assigned to a server of which no device is in use by these lists, while devices of another one are: what
/// manages them may be a product whose list was not supplied.
pub(super) fn elsewhere(store: &RecordStore, members: &Members) -> Vec<(DeviceId, Hint)> {
    let mut found = Vec::new();
    for (at, records) in store.by_console.iter().enumerate() {
        let Some(servers) = records.text("server") else { continue };
        let own = || members.device_of(at).iter().copied().zip(servers.iter());
        let mut in_use: HashMap<&str, bool> = HashMap::new();
        for (device, server) in own() {
            if let Some(server) = server {
                *in_use.entry(server).or_default() |= device.is_some() && members.is_in_use(device);
            }
        }
        if !in_use.values().any(|used| *used) {
            continue;
        }
        let other = own().filter(|(device, server)| {
            device.is_some() && server.is_some_and(|server| in_use.get(server) == Some(&false))
        });
        found.extend(other.map(|(device, _)| (device, Hint::Elsewhere(records.console))));
    }
    found
}
