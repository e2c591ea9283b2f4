//! Dates that are later than anything saw a device, and records without any.
//!
//! A computer sets its password in the directory anew every thirty days, unless an administrator does; a logon is written up to
//! fourteen days late, and the logon that one domain controller keeps may be years old
//! (<https://learn.microsoft.com/windows/win32/adschema/a-lastlogontimestamp>). A management certificate that ends later than it
//! could, had it been made when the device was last seen, was renewed since.

use std::collections::BTreeMap;

use polars::prelude::Int64Chunked;

use super::{Hint, LATE, Named, Tables};
use crate::console::Console;
use crate::frame::by_device;
use crate::identity::{Members, RecordStore, Threshold};
use crate::ids::{ByDevice, DeviceId};
use crate::time::{DAY, Millis};

/// The dates of such hints: a password or a key that was set or kept, a contact with the enrolment service, an enrolment.
const DATES: [&str; 4] = ["password_set", "backed_up", "contacted", ENROLLED];
const ENROLLED: &str = "enrolled";
/// A console has not seen a device so many days before it enrolled it: a clock that was reset says so.
const LONG_BEFORE: i64 = 366;
/// Those of columns that no format reads, in either order of day and month.
const NOTICED: [&str; 2] = ["noticed", "noticed_or"];
/// Until when somebody has a device.
const DUE: &str = "due";
/// Whenever it was: a device that was assigned to a management server after its manager last heard of it may be with another.
const ASSIGNED: &str = "assigned";
/// A device that nothing ever saw may be on its way in for so many days after it was enrolled.
const ARRIVING: i64 = 14;

type Newest = ByDevice<Option<Millis>>;

/// Devices with a date that is later than anything saw them and within the time in which they would not be stale, and those with a
/// record that has none.
pub(super) fn hints(
    store: &RecordStore,
    members: &Members,
    named: &ByDevice<Named>,
    beside: &Tables,
) -> BTreeMap<DeviceId, Hint> {
    let as_of = members.as_of.at();
    let none = || Newest::filled(None, members.count);
    let (mut dates, mut assigned, mut noticed, mut arrived) = (none(), none(), Vec::new(), none());
    for (at, records) in store.by_console.iter().enumerate() {
        let add = |all: &mut Newest, column: &str, before: i64| {
            let times = records.times(column).into_iter().flat_map(Int64Chunked::iter);
            // What lies ahead says nothing, and must not hide what does.
            let may_lie_ahead = NOTICED.contains(&column) || before > 0;
            let is_past = |time: &i64| {
                let day = Millis::new(*time);
                if may_lie_ahead { members.as_of.may_be_past(day) } else { members.as_of.is_past(day) }
            };
            let times = times.map(|time| time.map(|time| time - before).filter(is_past));
            by_device::newest(all, members.device_of(at).iter().copied(), times);
        };
        // A row of a register is written by people, all of them on the day on which it was set up.
        let is_register = !records.console.keeps().is_empty();
        for column in DATES.into_iter().filter(|column| !(is_register && *column == ENROLLED)) {
            add(&mut dates, column, 0);
        }
        if let Some(days) = records.console.certificate_days() {
            add(&mut dates, "certificate_expires", i64::from(days) * DAY);
        }
        add(&mut assigned, ASSIGNED, 0);
        if records.console.gives_signals() {
            add(&mut arrived, ENROLLED, 0);
        }
        if NOTICED.iter().chain([&DUE]).any(|column| records.times(column).is_some()) {
            let mut own = none();
            for column in NOTICED {
                add(&mut own, column, 0);
            }
            // What somebody has until a day that lies ahead is in use today.
            let due = records.times(DUE).into_iter().flat_map(Int64Chunked::iter);
            let ahead = due.map(|day| day.filter(|day| *day >= as_of.number()).map(|_| as_of.number()));
            by_device::newest(&mut own, members.device_of(at).iter().copied(), ahead);
            noticed.push((records.console, own));
        }
    }
    let seen = || DeviceId::all(members.count).zip(members.last_activity());
    let later = |date: Option<Millis>, seen: Option<Millis>| {
        let age = as_of.days_since(date?);
        let is_later = seen.is_none_or(|seen| date.is_some_and(|date| date.days_since(seen) > LATE));
        is_later.then_some(age)
    };
    let speaks = |device: DeviceId, date: Option<Millis>, seen: Option<Millis>| {
        let days = i64::from(members.days(Threshold::Inactive, device));
        later(date, seen).is_some_and(|age| age <= days)
    };
    let by_clocks = seen().filter(|(device, seen)| {
        let days = i64::from(members.days(Threshold::Inactive, *device));
        let age = members.as_of.otherwise.zip(*seen).map(|(time, seen)| Millis::new(time).days_since(seen));
        age.is_some_and(|age| age < days)
    });
    let by_clocks = by_clocks.map(|(device, _)| (device, Hint::Clock));
    let unused = seen().filter_map(|(device, seen)| {
        let (on, table) = named.get(device).on?;
        let is_earlier = beside.tables.get(usize::from(table)).is_some_and(|table| table.is_earlier);
        let hint = if is_earlier { Hint::Earlier } else { Hint::Unused(table) };
        speaks(device, Some(on), seen).then_some((device, hint))
    });
    let mut hints: BTreeMap<DeviceId, Hint> = by_clocks.chain(unused).collect();
    // What was never seen is not stale: only a table that saw it, and an enrolment that is under way, say something of it.
    let known = || seen().filter(|(_, seen)| seen.is_some());
    for (console, own) in &noticed {
        let own = known().filter(|(device, seen)| speaks(*device, *own.get(*device), *seen));
        hints.extend(own.map(|(device, _)| (device, Hint::Noticed(*console))));
    }
    hints.extend(undated(store, members).into_iter().map(|device| (device, Hint::NoDate)));
    let dated = known().filter(|(device, seen)| speaks(*device, *dates.get(*device), *seen));
    hints.extend(dated.map(|(device, _)| (device, Hint::Date)));
    hints.extend(impossible(store, members).map(|(device, console)| (device, Hint::Impossible(console))));
    // It is assigned at once, whatever is written late.
    let after = |assigned: Option<Millis>, seen: Option<Millis>| assigned.zip(seen).is_some_and(|(at, seen)| at > seen);
    let assigned = known().filter(|(device, seen)| after(*assigned.get(*device), *seen));
    hints.extend(assigned.map(|(device, _)| (device, Hint::Date)));
    let never = seen().filter(|(_, seen)| seen.is_none());
    let arriving = never.filter(|(device, _)| later(*arrived.get(*device), None).is_some_and(|age| age <= ARRIVING));
    hints.extend(arriving.map(|(device, _)| (device, Hint::Date)));
    hints
}

/// Devices with a record that was seen long before it was made.
fn impossible(store: &RecordStore, members: &Members) -> impl Iterator<Item = (DeviceId, Console)> {
    let mut found = Vec::new();
    for (at, records) in store.by_console.iter().enumerate().filter(|(_, records)| records.console.gives_signals()) {
        let (Some(seen), Some(made)) = (records.times("last_seen"), records.times(ENROLLED)) else { continue };
        let is_late = |(seen, made): (Option<i64>, Option<i64>)| {
            seen.zip(made).is_some_and(|(seen, made)| Millis::new(made).days_since(Millis::new(seen)) > LONG_BEFORE)
        };
        let late = members.device_of(at).iter().zip(seen.iter().zip(made.iter()));
        let late = late.filter(|(device, dates)| device.is_some() && is_late(*dates));
        found.extend(late.map(|(device, _)| (*device, records.console)));
    }
    found.into_iter()
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
