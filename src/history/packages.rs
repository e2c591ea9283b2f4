//! What was decided for work packages: status and assignee of their devices, unless one has its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::declined::Declined;
use crate::frame::list_of;
use crate::ids::{By, ByDevice, DeviceId, PackageDecisionId};
use crate::notice::{Code, Notice};
use crate::schema::Status;

/// What was decided for one package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageDecision {
    /// Id of the package.
    pub id: String,
    /// How far it is.
    pub status: Status,
    /// Who does it.
    pub assignee: String,
    /// Who declined it, and until when.
    #[serde(default)]
    pub declined: Declined,
    /// Row in the file, from 1.
    pub row: u32,
    /// The devices that it is for.
    pub devices: Vec<DeviceId>,
}

/// Which devices were in which package when the file was written, where the file says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Membership {
    /// Package of each device that the file names.
    pub of: BTreeMap<DeviceId, String>,
    /// Whether the file names packages of devices at all.
    pub is_said: bool,
}

/// Gives each decision its devices; `packages` are those that there are now, with theirs. Devices that came into a package
/// later are left out, and that is said: nobody has looked at them.
pub(super) fn spread(
    file: &str,
    decisions: &mut By<PackageDecisionId, PackageDecision>,
    members: &Membership,
    packages: &[(&str, &[DeviceId])],
) -> Vec<Notice> {
    let mut by_id: BTreeMap<&str, Vec<DeviceId>> = BTreeMap::new();
    for (device, id) in &members.of {
        by_id.entry(id).or_default().push(*device);
    }
    let mut notices = Vec::new();
    for decision in decisions {
        let now = packages.iter().find(|(id, _)| *id == decision.id).map_or(&[][..], |(_, devices)| devices);
        decision.devices =
            if members.is_said { by_id.remove(decision.id.as_str()).unwrap_or_default() } else { now.to_vec() };
        let remark =
            |message: String| Notice::new(Code::DecisionUnused, file.to_string(), message).at_row(decision.row.into());
        if decision.devices.is_empty() {
            notices.push(remark(format!("no device of package `{}` is there; the decision was not used", decision.id)));
            continue;
        }
        let later = now.iter().filter(|device| members.is_said && !members.of.contains_key(device)).count();
        if later > 0 {
            let devices = if later == 1 { "1 device came" } else { &format!("{later} devices came") };
            let message = format!(
                "{devices} into package `{}` after the file was written; the decision is not for these",
                decision.id
            );
            notices.push(remark(message));
        }
    }
    notices
}

/// By device: the decision about its package, or none. Empty where nothing was decided.
#[must_use]
pub fn by_device(decisions: &By<PackageDecisionId, PackageDecision>, devices: u32) -> ByDevice<PackageDecisionId> {
    if decisions.is_empty() {
        return ByDevice::default();
    }
    list_of(decisions.iter().map(|decision| decision.devices.as_slice()), devices)
}
