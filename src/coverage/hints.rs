//! What is no sign of activity and yet speaks against a device being stale.
//!
//! Somebody or the device itself did something with it. A computer sets its password in the directory anew every thirty days, unless
//! an administrator does; a logon is written up to fourteen days late, and the logon that one domain controller keeps may be
//! years old (<https://learn.microsoft.com/windows/win32/adschema/a-lastlogontimestamp>). A management certificate that ends later than
//! it could, had it been made when the device was last seen, was renewed since.

use std::collections::BTreeMap;

use super::proof::Proof;
use crate::frame::by_device;
use crate::identity::{Members, RecordStore, Threshold};
use crate::ids::{ByDevice, DeviceId};
use crate::time::{DAY, Millis};

/// What speaks against a device being stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// A date that is later than anything saw it: a password, a key, a certificate, an enrolment, an assignment.
    Date,
    /// A record beside another of the console has no date at all, and may be of yesterday.
    NoDate,
    /// A table that was not used names it beside a later day.
    Unused,
}

/// The dates of such hints: a password or a key that was set or kept, a contact with the enrolment service, an enrolment, an
/// assignment to a management server.
const HINTS: [&str; 5] = ["password_set", "backed_up", "contacted", "enrolled", "assigned"];
/// A logon may be so many days older than the contact that it stands for.
const LATE: i64 = 14;

/// Devices with such a hint, later than anything saw them and within the time in which they would not be stale.
pub(super) fn hints(store: &RecordStore, members: &Members, proof: &Proof) -> BTreeMap<DeviceId, Hint> {
    let mut dates: ByDevice<Option<Millis>> = ByDevice::default();
    for (at, records) in store.by_console.iter().enumerate() {
        let renewed = records.console.certificate_days().map(|days| ("certificate_expires", i64::from(days) * DAY));
        for (column, before) in HINTS.iter().map(|column| (*column, 0)).chain(renewed) {
            let Some(times) = records.times(column) else { continue };
            if dates.as_slice().is_empty() {
                dates = ByDevice::filled(None, members.count);
            }
            let times = times.iter().map(|time| time.map(|time| time - before));
            by_device::newest(&mut dates, members.device_of(at).iter().copied(), times);
        }
    }
    let seen = || DeviceId::all(members.count).zip(members.last_activity());
    let speaks = |device: DeviceId, date: Option<Millis>, seen: Option<Millis>| {
        let (Some(date), Some(seen)) = (date, seen) else { return false };
        let age = members.as_of.at().days_since(date);
        let days = i64::from(members.days(Threshold::Inactive, device));
        (0..=days).contains(&age) && date.days_since(seen) > LATE
    };
    let unused = seen().filter(|(device, seen)| speaks(*device, proof.named_on(*device), *seen));
    let mut hints: BTreeMap<DeviceId, Hint> = unused.map(|(device, _)| (device, Hint::Unused)).collect();
    hints.extend(undated(store, members).into_iter().map(|device| (device, Hint::NoDate)));
    let dated = seen().zip(dates.iter()).filter(|((device, seen), date)| speaks(*device, **date, *seen));
    hints.extend(dated.map(|((device, _), _)| (device, Hint::Date)));
    hints
}

/// Devices that have several records in a console that gives signs of activity, one of them without any date. Where objects live side
/// by side or a device has a row for each account, such a record means nothing.
fn undated(store: &RecordStore, members: &Members) -> Vec<DeviceId> {
    let mut found = Vec::new();
    for (at, records) in store.by_console.iter().enumerate() {
        let console = records.console;
        if !console.gives_signals() || console.joins_side_by_side() || console.lists_accounts() {
            continue;
        }
        let Some(seen) = records.times("last_seen").filter(|seen| seen.null_count() > 0) else { continue };
        let enrolled = records.times("enrolled");
        let dated = |line: usize| enrolled.is_some_and(|enrolled| enrolled.get(line).is_some());
        let blank = seen.iter().enumerate().map(|(line, seen)| seen.is_none() && !dated(line));
        let device_of = || members.device_of(at).iter().copied();
        let mut records = ByDevice::filled((0_u32, false), members.count);
        by_device::scatter(&mut records, device_of(), blank, |(count, any), blank| {
            *count += 1;
            *any |= blank;
        });
        found.extend(records.numbered().filter(|(_, (count, any))| *count > 1 && *any).map(|(device, _)| device));
    }
    found
}
