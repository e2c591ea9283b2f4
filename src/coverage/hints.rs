//! What is no sign of activity and yet speaks against a device being stale.
//!
//! Somebody or the device itself did something with it. A computer sets its password in the directory anew every thirty days, unless
//! an administrator does; a logon is written up to fourteen days late, and the logon that one domain controller keeps may be
//! years old (<https://learn.microsoft.com/windows/win32/adschema/a-lastlogontimestamp>). A management certificate that ends later than
//! it could, had it been made when the device was last seen, was renewed since.

use std::collections::BTreeMap;

use polars::prelude::Int64Chunked;
use rayon::prelude::*;

use super::beside::Named;
use super::candidates::host;
use crate::frame::by_device;
use crate::identity::{ConsoleRecords, Members, RecordStore, Threshold};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::{Activity, Platform};
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
    /// A device in use bears its name, which was made after anything saw it, and no serial number tells the two apart.
    Successor,
}

/// The dates of such hints: a password or a key that was set or kept, a contact with the enrolment service, an enrolment.
const HINTS: [&str; 4] = ["password_set", "backed_up", "contacted", "enrolled"];
/// Whenever it was: a device that was assigned to a management server after its manager last heard of it may be with another.
const ASSIGNED: &str = "assigned";
/// Names of stale devices are told apart by so many places.
const PLACES: u64 = 1 << 20;
/// A logon may be so many days older than the contact that it stands for.
const LATE: i64 = 14;

/// Devices with such a hint, later than anything saw them and within the time in which they would not be stale.
pub(super) fn hints(store: &RecordStore, members: &Members, named: &ByDevice<Named>) -> BTreeMap<DeviceId, Hint> {
    let side_by_side = || rayon::join(|| undated(store, members), || succeeded(store, members));
    let (dates, (undated, succeeded)) = rayon::join(|| Dates::new(store, members), side_by_side);
    let Dates { dates, assigned } = dates;
    let seen = || DeviceId::all(members.count).zip(members.last_activity());
    let later = |date: Option<Millis>, seen: Option<Millis>| {
        let (Some(date), Some(seen)) = (date, seen) else { return None };
        let age = members.as_of.at().days_since(date);
        (age >= 0 && date.days_since(seen) > LATE).then_some(age)
    };
    let speaks = |device: DeviceId, date: Option<Millis>, seen: Option<Millis>| {
        let days = i64::from(members.days(Threshold::Inactive, device));
        later(date, seen).is_some_and(|age| age <= days)
    };
    let unused = seen().filter(|(device, seen)| speaks(*device, named.get(*device).on, *seen));
    let mut hints: BTreeMap<DeviceId, Hint> = unused.map(|(device, _)| (device, Hint::Unused)).collect();
    hints.extend(undated.into_iter().map(|device| (device, Hint::NoDate)));
    let dated = seen().zip(dates.iter()).filter(|((device, seen), date)| speaks(*device, **date, *seen));
    hints.extend(dated.map(|((device, _), _)| (device, Hint::Date)));
    let assigned = seen().zip(assigned.iter()).filter(|((_, seen), date)| later(**date, *seen).is_some());
    hints.extend(assigned.map(|((device, _), _)| (device, Hint::Date)));
    hints.extend(succeeded.into_iter().map(|device| (device, Hint::Successor)));
    hints
}

/// The newest dates of each device that speak against it, and when it was assigned last.
struct Dates {
    dates: ByDevice<Option<Millis>>,
    assigned: ByDevice<Option<Millis>>,
}

impl Dates {
    fn new(store: &RecordStore, members: &Members) -> Self {
        let none = || ByDevice::<Option<Millis>>::filled(None, members.count);
        let (mut dates, mut assigned) = (none(), none());
        for (at, records) in store.by_console.iter().enumerate() {
            let add = |all: &mut ByDevice<Option<Millis>>, column: &str, before: i64| {
                let times = records.times(column).into_iter().flat_map(Int64Chunked::iter);
                let times = times.map(|time| time.map(|time| time - before));
                by_device::newest(all, members.device_of(at).iter().copied(), times);
            };
            for column in HINTS {
                add(&mut dates, column, 0);
            }
            if let Some(days) = records.console.certificate_days() {
                add(&mut dates, "certificate_expires", i64::from(days) * DAY);
            }
            add(&mut assigned, ASSIGNED, 0);
        }
        Self { dates, assigned }
    }
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

/// Devices whose name another one bears that was made when they were last seen or later, and is in use: a machine that was joined
/// again without its management is known by its name alone. Only where machines give their names themselves, and no serial numbers
/// tell the two apart.
fn succeeded(store: &RecordStore, members: &Members) -> Vec<DeviceId> {
    let mut made: ByDevice<Option<Millis>> = ByDevice::filled(None, members.count);
    for (at, records) in store.by_console.iter().enumerate() {
        if let Some(times) = records.times("enrolled") {
            by_device::oldest(&mut made, members.device_of(at).iter().copied(), times.iter());
        }
    }
    let takes: Vec<bool> = Platform::ALL
        .iter()
        .map(|own| members.registry.all().iter().any(|console| console.takes_host_name(*own)))
        .collect();
    let activities: ByDevice<Activity> = ByDevice::of(members.activities().collect());
    let named = |of: Activity, keep: &(dyn Fn(u64) -> bool + Sync)| -> Vec<(u64, DeviceId)> {
        let of_console = |(at, records): (usize, &ConsoleRecords)| {
            let Some(names) = records.text("name") else { return Vec::new() };
            let own = members.device_of(at).iter().copied().zip(names.iter());
            let own = own.filter(|(device, _)| device.is_some() && *activities.get(*device) == of);
            let named = own.filter_map(|(device, name)| {
                let takes = takes.get(*members.platform.get(device) as usize) == Some(&true);
                let name = name.filter(|_| takes).map(host).filter(|name| *name != 0 && keep(*name))?;
                Some((name, device))
            });
            named.collect()
        };
        store.by_console.par_iter().enumerate().map(of_console).collect::<Vec<_>>().concat()
    };
    let mut stale = named(Activity::Stale, &|_| true);
    stale.sort_unstable();
    stale.dedup();
    // Hardly any name in use is that of a stale device: a place among these tells it without a search.
    let place = |name: u64| usize::try_from(name % PLACES).unwrap_or_default();
    let mut taken = vec![false; place(PLACES - 1) + 1];
    for (name, _) in &stale {
        if let Some(slot) = taken.get_mut(place(*name)) {
            *slot = true;
        }
    }
    let active = named(Activity::Active, &|name| taken.get(place(name)) == Some(&true));
    let seen: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
    let has_serial = |device: DeviceId| members.handles.get(device).serial;
    let succeeds = |old: DeviceId, new: DeviceId| {
        let since = made.get(new).zip(*seen.get(old)).is_some_and(|(made, seen)| made.days_since(seen) >= -LATE);
        since && *members.platform.get(old) == *members.platform.get(new) && !(has_serial(old) && has_serial(new))
    };
    let mut succeeded = Vec::new();
    for (name, device) in active {
        let from = stale.partition_point(|(own, _)| *own < name);
        let of_name = stale.iter().skip(from).take_while(|(own, _)| *own == name);
        succeeded.extend(of_name.filter(|(_, old)| succeeds(*old, device)).map(|(_, old)| *old));
    }
    succeeded
}
