//! Dates that are no sign of activity and yet speak against a device being stale: somebody or the device itself did something
//! with it. A computer sets its password in the directory
//! anew every thirty days, unless an administrator does; a logon is written up to fourteen days late, and the logon that one
//! domain controller keeps may be years old (<https://learn.microsoft.com/windows/win32/adschema/a-lastlogontimestamp>).

use std::collections::BTreeSet;

use crate::frame::by_device;
use crate::identity::{Members, RecordStore, Threshold};
use crate::ids::{ByDevice, DeviceId};
use crate::time::{DAY, Millis};

/// The dates of such hints: a password or a key that was set or kept, a contact with the enrolment service, an enrolment, an
/// assignment to a management server.
const HINTS: [&str; 5] = ["password_set", "backed_up", "contacted", "enrolled", "assigned"];
/// A logon may be so much older than the contact that it stands for.
const LATE: i64 = 14 * DAY;

/// Devices with such a date that is later than anything saw them, and within the time in which they would not be stale.
pub(super) fn later(store: &RecordStore, members: &Members) -> BTreeSet<DeviceId> {
    let mut set: ByDevice<Option<Millis>> = ByDevice::default();
    for (at, records) in store.by_console.iter().enumerate() {
        for times in HINTS.iter().filter_map(|column| records.times(column)) {
            if set.as_slice().is_empty() {
                set = ByDevice::filled(None, members.count);
            }
            by_device::newest(&mut set, members.device_of(at).iter().copied(), times.iter());
        }
    }
    let is_hinted = |(device, set): (DeviceId, (&Option<Millis>, Option<Millis>))| {
        let (Some(set), Some(seen)) = (*set.0, set.1) else { return None };
        let days = i64::from(members.days(Threshold::Inactive, device));
        let fresh = members.as_of.at() - set <= days * DAY && set <= members.as_of.at();
        (fresh && set - seen > LATE).then_some(device)
    };
    DeviceId::all(members.count).zip(set.iter().zip(members.last_activity())).filter_map(is_hinted).collect()
}
