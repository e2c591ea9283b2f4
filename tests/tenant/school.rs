//! Schools after the summer: pupils' Chromebooks that lay in carts, shared iPads, computer rooms, teachers' devices.
//! `sample-data/school/STORY.md` tells it.

use super::lists::Lists;
use super::model::{DAY, Join, Kind, Registered};

/// 2026-09-07, 07:30 UTC, a Monday.
const AS_OF: i64 = 1_788_766_200;
const CARTS: [&str; 3] = ["/Students/Year 7", "/Students/Year 8", "/Students/Year 9"];
const SERVER: &str = "Intune";

/// The files: name and content.
#[must_use]
pub(crate) fn school() -> Vec<(String, Vec<u8>)> {
    let mut lists = Lists::new(AS_OF, "lakeside.example", 11, 40_000);
    chromebooks(&mut lists);
    ipads(&mut lists);
    macs(&mut lists);
    windows(&mut lists);
    let graph = lists.graph();
    vec![
        ("managedDevices.json".to_owned(), graph),
        ("exportDevice_2026-09-07.csv".to_owned(), lists.entra.body),
        ("AutopilotDevices.csv".to_owned(), lists.autopilot.body),
        (format!("devices_{}.csv", AS_OF / DAY * DAY * 1_000), lists.abm.body),
        ("chromeos.csv".to_owned(), lists.chrome.body),
    ]
}

fn chromebooks(lists: &mut Lists) {
    let supported = AS_OF / DAY * DAY + 1_200 * DAY;
    let ended = AS_OF / DAY * DAY - 99 * DAY;
    let mut one = |number: usize, person: Option<u64>, status, seen: Option<(i64, i64)>, expiry, unit| {
        let thing = lists.thing(&format!("CB-{number:04}"), Kind::Chromebook, person);
        let seen = seen.map(|(from, to)| lists.between(from, to));
        lists.chrome(&thing, status, seen, expiry, unit);
    };
    // Locked away in their carts in the last week of May.
    for (at, number) in (101..=148).enumerate() {
        one(number, None, "ACTIVE", Some((101, 105)), supported, CARTS[at / 16]);
    }
    // Lent out for the summer school.
    for number in 149..=154 {
        one(number, None, "ACTIVE", Some((0, 9)), supported, "/Students/Summer school");
    }
    for (person, number) in (1..).zip(201..=212) {
        one(number, Some(person), "ACTIVE", Some((0, 12)), supported, "/Staff");
    }
    // Not used since the winter.
    one(213, Some(13), "ACTIVE", Some((220, 230)), supported, "/Staff");
    one(214, Some(14), "ACTIVE", Some((290, 300)), supported, "/Staff");
    for number in 301..=304 {
        one(number, None, "DEPROVISIONED", Some((500, 700)), ended, "/Retired");
    }
    for number in 305..=306 {
        one(number, None, "ACTIVE", Some((1, 6)), ended, "/Library");
    }
    // Reported as stolen.
    one(307, None, "DISABLED", Some((130, 131)), supported, "/Students/Year 8");
}

fn ipads(lists: &mut Lists) {
    let mut enrolled = |number: usize, seen: i64, released: Option<i64>| {
        let thing = lists.thing(&format!("IPD-{number:02}"), Kind::Ipad, None);
        let seen = lists.ago(seen);
        let id = lists.random.guid();
        let record = lists.intune(&thing, seen, Some(id), Join::Registered);
        lists.add_graph(&record, &thing.hardware, "appleBulkWithoutUser");
        let entra = lists.entra(&thing, id, Join::Registered, Some(seen - 4_000));
        lists.add_entra(&entra, &thing.hardware);
        lists.abm(&thing.hardware, 900, released.is_none().then_some(SERVER), released);
    };
    // Shared in classrooms; they charge in their carts and check in.
    for number in 1..=20 {
        enrolled(number, i64::try_from(number).unwrap_or(0) % 9, None);
    }
    enrolled(21, 205, None);
    enrolled(22, 260, None);
    enrolled(23, 3, Some(60));
    // Bought and never taken out of the box; on no server; sold.
    for (number, server, released) in [
        (24, Some(SERVER), None),
        (25, Some(SERVER), None),
        (26, None, None),
        (27, None, Some(40)),
        (28, None, Some(41)),
    ] {
        let thing = lists.thing(&format!("IPD-{number}"), Kind::Ipad, None);
        lists.abm(&thing.hardware, 400, server, released);
    }
}

fn macs(lists: &mut Lists) {
    for (person, number) in (31..).zip(1..=6) {
        let thing = lists.thing(&format!("MAC-{number:02}"), Kind::Mac, Some(person));
        let seen = lists.ago(number);
        let id = lists.random.guid();
        let record = lists.intune(&thing, seen, Some(id), Join::Registered);
        lists.add_graph(&record, &thing.hardware, "appleBulkWithUser");
        let entra = lists.entra(&thing, id, Join::Registered, Some(seen - 4_000));
        lists.add_entra(&entra, &thing.hardware);
        lists.abm(&thing.hardware, 800, Some(SERVER), None);
    }
}

fn windows(lists: &mut Lists) {
    // Two computer rooms. The computers enrol by their own hardware and belong to nobody.
    for number in 1..=12_i64 {
        let thing = lists.thing(&format!("LAB-{number:02}"), Kind::Desktop, None);
        // One stopped working in spring.
        let seen = if number == 12 { lists.ago(150) } else { lists.between(1, 10) };
        let id = lists.random.guid();
        let record = lists.intune(&thing, seen, Some(id), Join::Joined);
        lists.add_graph(&record, &thing.hardware, "windowsAzureADJoinUsingDeviceAuth");
        let mut entra = lists.entra(&thing, id, Join::Joined, Some(seen - 4_000));
        entra.labels = "MultiUser";
        lists.add_entra(&entra, &thing.hardware);
        lists.autopilot(&thing, "Room");
    }
    // Teachers' laptops. The first one checks in exactly at as-of.
    for (person, number) in (51..).zip(1..=8_i64) {
        let thing = lists.thing(&format!("TCH-{number:02}"), Kind::Laptop, Some(person));
        let seen = if number == 1 { AS_OF } else { lists.ago(number) };
        let id = lists.random.guid();
        let record = lists.intune(&thing, seen, Some(id), Join::Joined);
        lists.add_graph(&record, &thing.hardware, "windowsAzureADJoin");
        let entra = lists.entra(&thing, id, Join::Joined, Some(seen - 4_000));
        lists.add_entra(&entra, &thing.hardware);
    }
    // Gone from Intune, still in Entra.
    let thing = lists.thing("TCH-09", Kind::Laptop, Some(59));
    let id = lists.random.guid();
    let seen = lists.ago(33);
    let entra = lists.entra(&thing, id, Join::Joined, Some(seen));
    lists.add_entra(&entra, &thing.hardware);
    // Set up again in August; the records of before stayed.
    let thing = lists.thing("TCH-10", Kind::Laptop, Some(60));
    for (seen, since) in [(40, 500), (2, 12)] {
        let id = lists.random.guid();
        let seen = lists.ago(seen);
        let mut record = lists.intune(&thing, seen, Some(id), Join::Joined);
        record.enrolled = Some(lists.ago(since));
        lists.add_graph(&record, &thing.hardware, "windowsAzureADJoin");
        let mut entra = lists.entra(&thing, id, Join::Joined, Some(seen - 4_000));
        entra.registered = Registered::At(lists.ago(since));
        lists.add_entra(&entra, &thing.hardware);
    }
}
