//! A company between two worlds: from the domain to Entra ID, from Jamf Pro to Intune.
//! `sample-data/migration/STORY.md` tells it.

use super::lists::Lists;
use super::model::{DAY, Join, Kind, Registered};

/// 2026-10-15, 06:00 UTC, a Thursday.
const AS_OF: i64 = 1_792_044_000;
const CLIENTS: &str = "OU=Clients";
const WINDOWS_11: &str = "Windows 11 Enterprise";
const JAMF: &str = "Jamf Pro";
const INTUNE: &str = "Intune";

/// The files: name and content.
#[must_use]
pub(crate) fn migration() -> Vec<(String, Vec<u8>)> {
    let mut lists = Lists::new(AS_OF, "halden.example", 23, 60_000);
    hybrid(&mut lists);
    migrated(&mut lists);
    domain(&mut lists);
    macs(&mut lists);
    phones(&mut lists);
    vec![
        ("DevicesWithInventory_7b9d0c52-41f6-4a0b-8d3e-2c5a9f1e6d70.csv".to_owned(), lists.intune.body),
        ("exportDevice_2026-10-15.csv".to_owned(), lists.entra.body),
        ("AutopilotDevices.csv".to_owned(), lists.autopilot.body),
        (format!("devices_{}.csv", AS_OF / DAY * DAY * 1_000), lists.abm.body),
        ("computers.csv".to_owned(), lists.ad.body),
        ("jamf-computers.csv".to_owned(), lists.jamf.body),
        ("jamf-mobile-devices.csv".to_owned(), lists.jamf_mobile.body),
    ]
}

/// A hybrid device: computer account, Entra record with the same id, Intune.
fn hybrid_device(lists: &mut Lists, number: u64, seen: i64, computer: Option<bool>, managed: bool) {
    let name = format!("HI-PC-{number:03}");
    let thing = lists.thing(&name, Kind::Laptop, Some(number));
    let id = lists.random.guid();
    if let Some(enabled) = computer {
        lists.ad(&name, id, enabled, Some(seen - DAY), CLIENTS, WINDOWS_11);
    }
    let mut entra = lists.entra(&thing, id, Join::Hybrid, Some(seen - 5_000));
    if managed {
        let record = lists.intune(&thing, seen, Some(id), Join::Hybrid);
        lists.add_intune(&record, &thing.hardware);
    } else {
        entra.mdm = "";
    }
    lists.add_entra(&entra, &thing.hardware);
}

fn hybrid(lists: &mut Lists) {
    for number in 1..=18 {
        let seen = if number == 1 { AS_OF } else { lists.between(1, 12) };
        hybrid_device(lists, number, seen, Some(true), true);
    }
    for number in 19..=20 {
        let seen = lists.between(150, 300);
        hybrid_device(lists, number, seen, Some(true), true);
    }
    // The computer account is gone or disabled, and the record in the cloud still lets the device in.
    for (number, computer) in [(21, None), (22, None), (23, Some(false))] {
        let seen = lists.between(2, 9);
        hybrid_device(lists, number, seen, computer, true);
    }
    // Synchronised and never registered.
    for number in 24..=25_u64 {
        let name = format!("HI-PC-{number:03}");
        let thing = lists.thing(&name, Kind::Laptop, Some(number));
        let id = lists.random.guid();
        let seen = lists.ago(3);
        lists.ad(&name, id, true, Some(seen), CLIENTS, WINDOWS_11);
        let mut entra = lists.entra(&thing, id, Join::Hybrid, None);
        entra.mdm = "";
        entra.registered = Registered::Pending;
        lists.add_entra(&entra, &thing.hardware);
    }
}

fn migrated(lists: &mut Lists) {
    for number in 101..=118 {
        let thing = lists.thing(&format!("HI-PC-{number}"), Kind::Laptop, Some(number));
        let seen = lists.between(0, 11);
        lists.enrol(&thing, Join::Joined, seen);
        lists.autopilot(&thing, "Cloud");
    }
    // Set up again as Entra joined under the same name; the hybrid records and the computer account stayed.
    for number in 121..=124 {
        let name = format!("HI-PC-{number}");
        let thing = lists.thing(&name, Kind::Laptop, Some(number));
        let (old, new) = (lists.random.guid(), lists.random.guid());
        let (then, now) = (lists.between(40, 60), lists.between(1, 8));
        lists.ad(&name, old, true, Some(then), CLIENTS, WINDOWS_11);
        for (id, seen, join, since) in [(old, then, Join::Hybrid, 700), (new, now, Join::Joined, 30)] {
            let mut record = lists.intune(&thing, seen, Some(id), join);
            record.enrolled = Some(lists.ago(since));
            lists.add_intune(&record, &thing.hardware);
            let mut entra = lists.entra(&thing, id, join, Some(seen - 5_000));
            entra.registered = Registered::At(lists.ago(since));
            lists.add_entra(&entra, &thing.hardware);
        }
        lists.autopilot(&thing, "Cloud");
    }
    // The same half a year ago under a new name, and no identifier leads from the old records to the new ones.
    for number in 131..=133 {
        let old_name = format!("HI-PC-{number}");
        let thing = lists.thing(&old_name, Kind::Laptop, Some(number));
        let old = lists.random.guid();
        let then = lists.between(180, 200);
        lists.ad(&old_name, old, true, Some(then), CLIENTS, WINDOWS_11);
        let mut entra = lists.entra(&thing, old, Join::Hybrid, Some(then - 5_000));
        entra.mdm = "";
        lists.add_entra(&entra, &thing.hardware);
        let new = Lists::renamed(&thing, &format!("HI-{}", thing.hardware.serial));
        let now = lists.between(1, 8);
        lists.enrol(&new, Join::Joined, now);
        lists.autopilot(&new, "Cloud");
    }
}

/// Computers that only the domain knows.
fn domain(lists: &mut Lists) {
    for number in 201..=203 {
        let id = lists.random.guid();
        let seen = lists.between(2, 9);
        lists.ad(&format!("HI-FAB-{number}"), id, true, Some(seen), "OU=Factory", "Windows 10 Enterprise LTSC");
    }
    for number in 204..=206 {
        let id = lists.random.guid();
        let seen = lists.between(250, 600);
        lists.ad(&format!("HI-FAB-{number}"), id, true, Some(seen), "OU=Factory", "Windows 10 Enterprise LTSC");
    }
    let id = lists.random.guid();
    let seen = lists.ago(700);
    lists.ad("HI-FAB-207", id, false, Some(seen), "OU=Retired", "Windows 7 Professional");
    let id = lists.random.guid();
    let seen = lists.ago(1);
    lists.ad("HI-DC-01", id, true, Some(seen), "OU=Domain Controllers", "Windows Server 2022 Standard");
}

fn macs(lists: &mut Lists) {
    let mut one = |number: u64, jamf: Option<(bool, i64)>, intune: Option<i64>, server| {
        let thing = lists.thing(&format!("HI-MAC-{number:02}"), Kind::Mac, Some(200 + number));
        if let Some((managed, seen)) = jamf {
            let seen = lists.ago(seen);
            lists.jamf(&thing, managed, seen);
        }
        if let Some(seen) = intune {
            let seen = lists.ago(seen);
            lists.enrol(&thing, Join::Registered, seen);
        }
        lists.abm(&thing.hardware, 700, Some(server), None);
    };
    for (number, seen) in (1..=10).zip((0..6).cycle()) {
        one(number, Some((true, seen)), None, JAMF);
    }
    for (number, seen) in (11..=17).zip((0..6).cycle()) {
        one(number, None, Some(seen), INTUNE);
    }
    // Moved, and Jamf Pro has let go of them.
    one(18, Some((false, 45)), Some(2), INTUNE);
    one(19, Some((false, 52)), Some(4), INTUNE);
    // In the middle of the move: both manage them.
    for number in 20..=22 {
        one(number, Some((true, 1)), Some(2), INTUNE);
    }
    // Moved, and nobody took them out of Jamf Pro.
    one(23, Some((true, 140)), Some(3), INTUNE);
    // Not seen by either for long.
    one(24, Some((true, 190)), None, JAMF);
    one(25, Some((true, 230)), None, JAMF);
}

fn phones(lists: &mut Lists) {
    let mut one = |number: u64, jamf: Option<i64>, intune: Option<i64>, server| {
        let thing = lists.thing(&format!("HI-IPH-{number:02}"), Kind::Iphone, Some(250 + number));
        if let Some(seen) = jamf {
            let seen = lists.ago(seen);
            lists.jamf_mobile(&thing, true, seen);
        }
        if let Some(seen) = intune {
            let seen = lists.ago(seen);
            lists.enrol(&thing, Join::Registered, seen);
        }
        lists.abm(&thing.hardware, 500, Some(server), None);
    };
    for (number, seen) in (1..=8).zip((0..5).cycle()) {
        one(number, Some(seen), None, JAMF);
    }
    for (number, seen) in (9..=15).zip((0..5).cycle()) {
        one(number, None, Some(seen), INTUNE);
    }
    one(16, Some(1), Some(1), INTUNE);
    one(17, Some(170), None, JAMF);
    // Assigned to Intune when the move began, and never enrolled.
    one(18, None, None, INTUNE);
}
