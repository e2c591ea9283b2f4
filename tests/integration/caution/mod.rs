//! Odd exports that once led to a step for the wrong device, or showed what must not be seen.

mod ages;
mod kept;
mod margin;
mod twins;

use std::fmt::Write as _;

use crate::common::{Place, Report};

const INTUNE: &str = "id,deviceName,serialNumber,azureADDeviceId,operatingSystem,manufacturer,managementState,complianceState,\
                      enrolledDateTime,lastSyncDateTime\n";
const ENTRA: &str = "id,deviceId,displayName,accountEnabled,operatingSystem,trustType,mdmAppId,physicalIds,\
                     approximateLastSignInDateTime\n";

fn guid(kind: u8, number: usize) -> String {
    format!("{kind:02}000000-0000-4000-8000-{number:012}")
}

/// One Intune and one Entra row of a device; `seen` is the day of both.
fn pair(number: usize, name: &str, serial: &str, seen: &str) -> (String, String) {
    let (own, device, object) = (guid(1, number), guid(2, number), guid(3, number));
    (
        format!(
            "{own},{name},{serial},{device},Windows,LENOVO,managed,compliant,2024-01-01T08:00:00Z,{seen}T08:00:00Z\n"
        ),
        format!(
            "{object},{device},{name},True,Windows,AzureAd,0000000a-0000-0000-c000-000000000000,[HWID]:h:{number},{seen}T08:00:00Z\n"
        ),
    )
}

fn tenant(pairs: impl Iterator<Item = (String, String)>) -> Place {
    let place = Place::new();
    let (mut intune, mut entra) = (INTUNE.to_string(), ENTRA.to_string());
    for (own, object) in pairs {
        intune += &own;
        entra += &object;
    }
    place.write("in/intune.csv", intune);
    place.write("in/entra.csv", entra);
    place
}

/// Gives the list of Intune one more column: its cell in the rows of devices, by their place.
fn add_column<'c>(place: &Place, name: &str, cell: impl Fn(usize) -> &'c str) {
    let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
    let cells = intune.lines().enumerate().map(|(at, line)| match at.checked_sub(1) {
        None => format!("{line},{name}\n"),
        Some(row) => format!("{line},{}\n", cell(row)),
    });
    place.write("in/intune.csv", cells.collect::<String>());
}

fn steps(report: &Report, name: &str) -> Vec<String> {
    report.lines("plan.csv").into_iter().filter(|l| l["device_name"] == name).map(|l| l["step"].clone()).collect()
}

/// A report, and the place that it is in for as long as it is read.
struct Judged {
    report: Report,
    place: Place,
}

impl std::ops::Deref for Judged {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.report
    }
}

fn judged(place: Place) -> Judged {
    Judged { report: place.tables(&[]), place }
}

/// Rules that ask about a device, and what each does not know.
fn asked(report: &Report, name: &str) -> Vec<(String, String)> {
    let lines = report.lines_where("questions.csv", "device_name", name).into_iter();
    lines.map(|line| (line["rule"].clone(), line["unknown"].clone())).collect()
}

/// Nothing takes a device out of service, and one question says why in these words.
fn is_held(report: &Report, name: &str, why: &str) {
    let steps = steps(report, name);
    let ends = ["delete", "disable", "wipe", "retire", "release", "deprovision", "unassign", "unmanage", "offboard"];
    assert!(!steps.iter().any(|step| ends.iter().any(|end| step.contains(end))), "{name}: {steps:?}");
    let asked = asked(report, name);
    assert!(asked.iter().any(|(rule, unknown)| rule == "stale-everywhere" && unknown.contains(why)), "{asked:?}");
}

fn said(report: &Report, code: &str, text: &str) -> bool {
    report.lines("notices.csv").iter().any(|n| n["code"] == code && n["message"].contains(text))
}

/// An Autopilot row that lost its zeros may be the device's: its Entra object must not be touched.
#[test]
fn a_weak_autopilot_row_forbids_what_a_whole_one_does() {
    let place = tenant(
        [("PC-1", "004000001", "2026-01-01"), ("PC-2", "004000002", "2026-11-19")]
            .into_iter()
            .enumerate()
            .map(|(n, (name, serial, seen))| pair(n, name, serial, seen)),
    );
    let autopilot = "Serial number,Manufacturer,Model,Group tag,Profile status\n4000001,LENOVO,M,,Assigned\n4000002,LENOVO,M,,Assigned\n";
    place.write("in/autopilot.csv", autopilot);
    let report = place.tables(&[]);
    let weak: Vec<_> = report.lines_where("records.csv", "tier", "weak");
    assert_eq!(weak.len(), 2);
    let steps = steps(&report, "PC-1");
    assert!(steps.iter().all(|s| !s.starts_with("entra-") && !s.starts_with("intune-")), "{steps:?}");
}

/// A few clocks that run ahead do not make everything else old.
#[test]
fn wrong_clocks_do_not_age_a_tenant() {
    let seen = |n: usize| if n < 3 { format!("2027-10-{:02}", n + 1) } else { format!("2026-11-{:02}", n % 19 + 1) };
    let place = tenant((0..60).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), &seen(n))));
    let report = place.tables(&[]);
    assert!(report.lines("findings.csv").is_empty(), "{:?}", report.lines("findings.csv").len());
    assert!(said(&report, "lone-date", "does not move the as-of time"));
    // In a very small tenant nobody can tell, and it is said.
    let place = tenant((0..6).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), &seen(n + 2))));
    assert!(said(&place.tables(&[]), "lone-date", "the time of judgement rests on"));
}

/// A device that came after a list was made is not missing from it, and one that the list shows silent is not known to be.
#[test]
fn a_list_that_was_made_before_the_others_proves_nothing_of_later() {
    let seen = |n: usize, late: bool| if late { "2026-11-19".to_string() } else { format!("2026-03-{:02}", n % 9 + 1) };
    let place = Place::new();
    let (mut intune, mut entra) = (INTUNE.to_string(), ENTRA.to_string());
    for n in 0..12 {
        let name = format!("PC-{n}");
        intune += &pair(n, &name, &format!("PF{n:06}"), &seen(n, false)).0;
        entra += &pair(n, &name, &format!("PF{n:06}"), &seen(n, n > 0)).1;
    }
    entra += &pair(50, "PC-NEW", "", "2026-11-19").1;
    entra += &pair(51, "PC-GONE", "", "2026-02-01").1;
    place.write("in/intune.csv", intune);
    place.write("in/entra.csv", entra);
    let of = |report: &Report, file: &str, name: &str| -> Vec<String> {
        report.lines_where(file, "device_name", name).into_iter().map(|line| line["rule"].clone()).collect()
    };
    let older = place.tables(&[]);
    assert_eq!(of(&older, "findings.csv", "PC-NEW"), Vec::<String>::new());
    let asked = older.lines_where("questions.csv", "device_name", "PC-NEW");
    assert!(asked.iter().any(|line| line["rule"] == "left-intune-still-in-entra"), "{asked:?}");
    assert!(asked.iter().any(|line| line["settled_by"].contains("an export of Intune made today")), "{asked:?}");
    // It may have come back since.
    assert!(!of(&older, "findings.csv", "PC-0").contains(&"stale-everywhere".to_string()));
    assert!(steps(&older, "PC-NEW").is_empty(), "{:?}", steps(&older, "PC-NEW"));
    // Entra ID saw this one yesterday, and so may Intune have.
    for rule in ["stale-in-intune", "compliant-but-stale"] {
        assert!(older.lines_where("findings.csv", "rule", rule).is_empty(), "{rule}");
    }
    let asked = older.lines_where("questions.csv", "rule", "stale-in-intune");
    assert!(asked.iter().any(|line| line["device_name"] == "PC-5"), "{asked:?}");
    assert!(
        asked.iter().all(|line| line["unknown"].contains("has seen the device since its list was made")),
        "{asked:?}"
    );
    // Nobody saw this one after the list was made: that it was not there then says that it had left.
    let gone = of(&older, "questions.csv", "PC-GONE");
    assert!(!gone.contains(&"left-intune-still-in-entra".to_string()), "{gone:?}");
    // By the count that the console shows, the list is one of today.
    let today = place.tables(&["--expect", "intune=12", "--force"]);
    assert!(!of(&today, "findings.csv", "PC-NEW").is_empty());
}

/// A computer sets its password anew every thirty days while it meets its domain, whatever the last logon of the list says.
#[test]
fn a_computer_that_set_its_password_lately_is_not_surely_stale() {
    let place = Place::new();
    let row = |name: &str, n: usize, seen: &str, set: &str| {
        format!(
            "\"CN={name},OU=PCs,DC=corp,DC=example\",{name}.corp.example,True,{seen},{name},{},Windows 11 Enterprise,{set},2024-01-01\n",
            guid(2, n)
        )
    };
    let mut ad = "DistinguishedName,DNSHostName,Enabled,LastLogonDate,Name,ObjectGUID,OperatingSystem,PasswordLastSet,whenCreated\n".to_string();
    ad += &row("PC-NOW", 1, "2026-11-19T08:00:00Z", "2026-11-01T08:00:00Z");
    ad += &row("PC-OLD", 2, "2026-03-01T08:00:00Z", "2026-03-08T08:00:00Z");
    ad += &row("PC-SET", 3, "2026-03-01T08:00:00Z", "2026-11-08T08:00:00Z");
    place.write("in/ad.csv", ad);
    let report = place.tables(&[]);
    let stale = |file: &str| -> Vec<String> {
        let own = report.lines_where(file, "rule", "stale-everywhere").into_iter();
        own.map(|line| line["device_name"].clone()).collect()
    };
    assert_eq!((stale("findings.csv"), stale("questions.csv")), (vec!["PC-OLD".to_owned()], vec!["PC-SET".to_owned()]));
    let asked = report.lines_where("questions.csv", "rule", "stale-everywhere");
    assert_eq!(
        asked[0]["settled_by"],
        "a look at the device; for a computer in a domain, the last logon that every domain controller keeps"
    );
}

/// A PC that was joined again without its management is known to Entra ID by its name alone.
#[test]
fn a_device_whose_name_another_in_use_bears_since_is_not_surely_stale() {
    let with = |registered: &str, seen: &str| {
        let place = tenant(
            [("PC-1", "PF000001", "2026-03-01"), ("PC-2", "PF000002", "2026-11-19")]
                .into_iter()
                .enumerate()
                .map(|(n, (name, serial, seen))| pair(n, name, serial, seen)),
        );
        let entra = std::fs::read_to_string(place.path("in/entra.csv")).unwrap();
        let (header, rows) = entra.split_once('\n').unwrap();
        let rows = rows.lines().map(|row| row.to_string() + ",2024-01-01T08:00:00Z\n").collect::<String>();
        let (object, device) = (guid(3, 9), guid(2, 9));
        let again = format!("{object},{device},PC-1,True,Windows,AzureAd,,,{seen}T08:00:00Z,{registered}T08:00:00Z\n");
        place.write("in/entra.csv", format!("{header},registrationDateTime\n{rows}{again}"));
        let report = place.tables(&[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!(with("2026-03-11", "2026-11-18"), [0, 1]);
    assert_eq!(with("2025-03-11", "2026-11-18"), [0, 1], "it is older, and may be the same all the same");
    assert_eq!(with("2026-03-11", "2026-04-01"), [2, 0], "it is stale too");
}

/// What one domain controller saw says when a computer was there, and not that it was nowhere else since.
#[test]
fn the_logon_of_one_domain_controller_makes_no_computer_stale() {
    let with = |header: &str| {
        let place = Place::new();
        let row = |n: usize, seen: &str| {
            let own = guid(2, n);
            format!(
                "\"CN=PC-{n},DC=corp,DC=example\",PC-{n}.corp.example,True,PC-{n},{own},Windows 11 Enterprise,{seen}T08:00:00Z\n"
            )
        };
        let header = format!("DistinguishedName,DNSHostName,Enabled,Name,ObjectGUID,OperatingSystem,{header}\n");
        place.write("in/ad.csv", header + &row(1, "2026-03-01") + &row(2, "2026-11-19"));
        let report = place.tables(&[]);
        let notices = report.lines_where("notices.csv", "code", "missing-column");
        let said = notices.iter().any(|n| n["message"].contains("what one domain controller saw"));
        let found =
            ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len());
        (found, said)
    };
    assert_eq!(with("LastLogonDate"), ([1, 0], false));
    assert_eq!(with("lastLogon"), ([0, 1], true));
}

/// Nor does one that could not be read.
#[test]
fn a_logon_of_one_domain_controller_that_cannot_be_read_stays_open() {
    let stale = |logon: &str| {
        let place =
            tenant([pair(1, "PC-1", "PF000001", "2026-03-01"), pair(2, "PC-2", "PF000002", "2026-11-19")].into_iter());
        let entra = std::fs::read_to_string(place.path("in/entra.csv")).unwrap();
        place.write("in/entra.csv", entra.replace("AzureAd", "ServerAd"));
        let own = guid(2, 1);
        place.write(
            "in/ad.csv",
            format!(
                "DistinguishedName,DNSHostName,Enabled,Name,ObjectGUID,OperatingSystem,{logon}\n\
                 \"CN=PC-1,DC=corp,DC=example\",PC-1.corp.example,True,PC-1,{own},Windows 11 Enterprise,soon\n"
            ),
        );
        let report = place.tables(&[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!((stale("LastLogonDate"), stale("lastLogon")), ([0, 1], [0, 1]));
}

/// A device that may be in use is not removed by another rule either.
#[test]
fn what_may_be_in_use_is_planned_as_if_it_were() {
    let left = |backed_up: &str| {
        let mut pairs = vec![pair(1, "PC-1", "PF000001", "2026-03-01")];
        pairs.extend((2..9).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19")));
        let place = tenant(pairs.into_iter());
        let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
        place.write(
            "in/intune.csv",
            intune.lines().filter(|line| !line.contains("PC-1,")).collect::<Vec<_>>().join("\n"),
        );
        let device = guid(2, 1);
        place.write(
            "in/laps.csv",
            format!("deviceId,deviceName,lastBackupDateTime,refreshDateTime\n{device},PC-1,{backed_up}T08:00:00Z,2026-12-01T08:00:00Z\n"),
        );
        let report = place.tables(&[]);
        assert_eq!(report.lines_where("findings.csv", "rule", "left-intune-still-in-entra").len(), 1);
        steps(&report, "PC-1")
    };
    let removes = |steps: &[String]| steps.iter().any(|step| step == "entra-disable" || step == "entra-delete");
    assert!(removes(&left("2026-02-01")), "{:?}", left("2026-02-01"));
    assert!(!removes(&left("2026-11-17")), "{:?}", left("2026-11-17"));
}

/// Somebody enrolled it anew as a second record, and it has not checked in there yet.
#[test]
fn a_device_that_was_enrolled_anew_is_not_surely_stale() {
    let again = |enrolled: &str| {
        let place = tenant(
            [("PC-1", "PF000001", "2026-03-01"), ("PC-2", "PF000002", "2026-11-19")]
                .into_iter()
                .enumerate()
                .map(|(n, (name, serial, seen))| pair(n, name, serial, seen)),
        );
        let first = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
        let second = format!("{},PC-1,PF000001,,Windows,LENOVO,managed,compliant,{enrolled},\n", guid(1, 9));
        place.write("in/intune.csv", first + &second);
        let report = place.tables(&[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!(again("2026-11-18T08:00:00Z"), [0, 1]);
    assert_eq!(again("2026-02-01T08:00:00Z"), [1, 0]);
    assert_eq!(again(""), [0, 1], "a record without any date may be of yesterday");
}

/// Intune's certificate is made for a year: one that ends later than the last check-in explains was renewed by the device.
#[test]
fn a_device_that_renewed_its_certificate_is_not_surely_stale() {
    let with = |ends: &str| {
        let place = Place::new();
        let header = INTUNE.replace("lastSyncDateTime", "lastSyncDateTime,managementCertificateExpirationDate");
        let row = |n: usize, seen: &str, ends: &str| {
            let own = guid(1, n);
            format!(
                "{own},PC-{n},PF{n:06},,Windows,LENOVO,managed,compliant,2024-01-01,{seen}T08:00:00Z,{ends}T08:00:00Z\n"
            )
        };
        place.write("in/intune.csv", header + &row(1, "2026-03-01", ends) + &row(2, "2026-11-19", "2027-06-01"));
        let report = place.tables(&[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!(with("2027-11-10"), [0, 1], "made on 10 November 2026");
    assert_eq!(with("2027-01-10"), [1, 0]);
}

/// Fifteen devices of which ten stand twice are not twenty-five.
#[test]
fn rows_that_stand_twice_do_not_fill_the_count_that_somebody_expects() {
    let place = Place::new();
    let header = INTUNE.replace("id,deviceName", "deviceName");
    let row = |n: usize| {
        let own = pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19").0;
        own.split_once(',').unwrap().1.to_string()
    };
    let rows = (0..15).chain(0..10).map(row);
    place.write("in/intune.csv", header + &rows.collect::<String>());
    let mut entra = ENTRA.to_string();
    for n in 0..25 {
        entra += &pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19").1;
    }
    place.write("in/entra.csv", entra);
    let report = place.tables(&["--expect", "intune=25"]);
    assert!(said(&report, "control-total", "25 devices expected of Intune, and the exports have 15"));
    assert!(report.lines_where("findings.csv", "rule", "left-intune-still-in-entra").is_empty());
    let asked = report.lines("questions.csv");
    assert!(asked.iter().any(|line| line["rule"] == "duplicate-intune"));
    for line in asked {
        assert!(!line["unknown"].is_empty() && !line["settled_by"].is_empty(), "{line:?}");
    }
}

/// What stands below a second header was not read, so that nothing is missing for not being above it.
#[test]
fn a_list_that_goes_on_below_another_header_proves_no_absence() {
    let pairs: Vec<_> = (0..8).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19")).collect();
    let place = tenant(pairs.into_iter());
    let mut intune = INTUNE.to_string();
    for n in 0..7 {
        intune += &pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19").0;
    }
    intune += "deviceName,id,azureADDeviceId,serialNumber,operatingSystem,manufacturer,complianceState,managementState,\
               lastSyncDateTime,enrolledDateTime\n";
    let (own, device) = (guid(1, 7), guid(2, 7));
    writeln!(
        intune,
        "PC-7,{own},{device},PF000007,Windows,LENOVO,compliant,managed,2026-11-19T08:00:00Z,2024-01-01T08:00:00Z"
    )
    .unwrap();
    place.write("in/intune.csv", intune);
    let report = place.tables(&[]);
    assert!(said(&report, "unknown-format", "another table begins here"));
    assert!(report.lines_where("findings.csv", "device_name", "PC-7").is_empty());
}

/// Of two objects of one device the surplus one that somebody signs in with stays.
#[test]
fn a_surplus_object_in_use_is_left_alone() {
    let place =
        tenant([pair(1, "PC-1", "PF000001", "2026-11-19"), pair(2, "PC-2", "PF000001", "2026-11-18")].into_iter());
    let report = place.tables(&[]);
    assert!(
        report.lines("plan.csv").iter().all(|s| !s["step"].starts_with("entra-")),
        "{:?}",
        report.lines("plan.csv")
    );
}

/// Days up to 12 became real dates of another month, later ones stayed text. However the spreadsheet's country writes the real
/// ones, they are unknown.
#[test]
fn dates_that_a_spreadsheet_swapped_are_unknown() {
    let real: [fn(usize) -> String; 4] = [
        |day| format!("2026-{day:02}-11T08:00:00"),
        |day| format!("11.{day:02}.2026 08:00"),
        |day| format!("2026/{day:02}/11 08:00"),
        |day| format!("11. {day}. 2026 8:00"),
    ];
    for real in real {
        let place = Place::new();
        let mut list = INTUNE.to_string();
        for n in 0..20_usize {
            let day = n + 1;
            let date = if day <= 12 { real(day) } else { format!("11/{day}/2026 8:00:00 AM") };
            writeln!(list, "{},PC-{n},PF{n:06},,Windows,LENOVO,managed,compliant,,{date}", guid(1, n)).unwrap();
        }
        place.write("in/intune.csv", list);
        let report = place.tables(&[]);
        assert!(said(&report, "ambiguous-dates", "a spreadsheet took the day for the month"));
        assert_eq!(report.lines_where("devices.csv", "activity", "unknown").len(), 12, "{}", real(5));
        assert!(report.lines("plan.csv").is_empty());
    }
}

/// A list of a few devices may show the exchange in one of its columns alone.
#[test]
fn dates_swapped_in_one_column_are_doubted_in_all() {
    let place = Place::new();
    let row = |n: usize, enrolled: &str, seen: &str| {
        format!("{},PC-{n},PF{n:06},,Windows,LENOVO,managed,compliant,{enrolled},{seen}\n", guid(1, n))
    };
    place.write(
        "in/intune.csv",
        INTUNE.to_string()
            + &row(1, "10/16/2024 8:00:00 AM", "11.01.2026 08:00")
            + &row(2, "06.10.2024 08:00", "11.03.2026 08:00")
            + &row(3, "7/21/2024 8:00:00 AM", "11.11.2026 08:00"),
    );
    let report = place.tables(&["--as-of", "2026-11-20T08:00:00Z"]);
    assert!(said(&report, "ambiguous-dates", "in another column of the list"));
    assert_eq!(report.lines_where("devices.csv", "activity", "unknown").len(), 3);
    assert!(report.lines("plan.csv").is_empty());
}

/// A column that was moved by itself puts ids beside the wrong devices.
#[test]
fn ids_beside_the_wrong_names_are_doubted() {
    let place = Place::new();
    let (mut intune, mut entra) = (INTUNE.to_string(), ENTRA.to_string());
    for n in 0..30 {
        let seen = if n % 3 == 0 { "2026-01-10" } else { "2026-11-19" };
        intune +=
            &pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), seen).0.replace(&guid(2, n), &guid(2, (n + 1) % 30));
        entra += &pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), seen).1;
    }
    place.write("in/intune.csv", intune);
    place.write("in/entra.csv", entra);
    let report = place.tables(&[]);
    assert!(said(&report, "identity-conflict", "have one name in Intune and another in Entra ID"));
    let touched: Vec<_> = report.lines("plan.csv").into_iter().filter(|s| !s["object_id"].is_empty()).collect();
    assert!(touched.is_empty(), "{touched:?}");
}

/// One object in two lists, in one by its id and in another by its serial number, is asked for once.
#[test]
fn an_object_of_two_lists_has_one_step() {
    let place =
        tenant([pair(1, "PC-1", "PF000001", "2026-01-10"), pair(2, "PC-2", "PF000002", "2026-11-19")].into_iter());
    place.write(
        "in/graph.csv",
        format!(
            "id,serialNumber,manufacturer,model,groupTag,enrollmentState,lastContactedDateTime,azureActiveDirectoryDeviceId,managedDeviceId\n\
             {},PF000001,LENOVO,M,,enrolled,2026-01-10T08:00:00Z,{},{}\n",
            guid(7, 1),
            guid(2, 1),
            guid(1, 1)
        ),
    );
    place.write(
        "in/portal.csv",
        "Serial number,Manufacturer,Model,Group tag,Profile status\nPF000001,LENOVO,M,,Assigned\n",
    );
    let report = place.tables(&[]);
    let deletes: Vec<String> = steps(&report, "PC-1").into_iter().filter(|s| s == "autopilot-delete").collect();
    assert_eq!(deletes.len(), 1, "{:?}", steps(&report, "PC-1"));
}

/// The serial number stands in for an id that is missing. Where the id is there, nothing is wrong with the other as an id.
#[test]
fn what_stands_in_for_an_id_is_looked_at_only_where_there_is_none() {
    let row = |id: &str, serial: &str| format!("{id},{serial},LENOVO,M,,enrolled,2026-01-10T08:00:00Z,,\n");
    let header = "id,serialNumber,manufacturer,model,groupTag,enrollmentState,lastContactedDateTime,azureActiveDirectoryDeviceId,managedDeviceId\n";
    let of = |rows: [String; 2]| {
        let place = Place::new();
        place.write("in/graph.csv", format!("{header}{}", rows.concat()));
        let report = place.tables(&["--as-of", "2026-11-20"]);
        (
            report.lines_where("notices.csv", "code", "damaged-identifier").len(),
            report.lines("records.csv")[0]["serial"].clone(),
        )
    };
    assert_eq!(of([row(&guid(7, 1), "PFRFDGMW"), row(&guid(7, 2), "PF000002")]), (0, "PFRFDGMW".into()));
    assert_eq!(of([row("", "PFRFDGMW"), row(&guid(7, 2), "PF000002")]).0, 1);
}

/// The first line of a list without a header is data, and may be a key.
#[test]
fn a_list_of_keys_is_never_shown() {
    const KEY: &str = "123453-234564-345675-456786-567897-678908-789019-890120";
    let place = tenant([pair(1, "PC-1", "PF000001", "2026-11-19")].into_iter());
    place.write("in/keys.csv", format!("PC-1,{KEY},Hunter2!Secret\nPC-2,{KEY},Other3!\n"));
    let report = place.analyze(&[]);
    assert!(said(&report, "secret-column", "recovery keys"));
    let inspected = place.run(&["inspect", "in"]).stdout;
    for (name, content) in report.files() {
        let text = String::from_utf8_lossy(&content).into_owned();
        assert!(!text.contains("123453-") && !text.contains("Hunter2"), "{name}");
    }
    assert!(!inspected.contains("123453-") && !inspected.contains("Hunter2"), "{inspected}");
}

/// A list of Intune without its personal devices proves nothing about them.
#[test]
fn a_list_filtered_by_owner_proves_no_absence() {
    let place = Place::new();
    let (mut intune, mut entra) = (INTUNE.to_string(), ENTRA.to_string());
    for n in 0..100 {
        let (own, object) = pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19");
        if n % 10 == 0 {
            entra += &object.replace("AzureAd", "Workplace");
        } else {
            intune += &own;
            entra += &object;
        }
    }
    place.write("in/intune.csv", intune);
    place.write("in/entra.csv", entra);
    let report = place.tables(&[]);
    assert!(said(&report, "source-too-small", "holds none of 10 live devices of join type registered"));
    assert_eq!(report.lines_where("rules.csv", "rule", "left-intune-still-in-entra")[0]["outcome"], "did-not-run");
    assert!(report.lines("plan.csv").is_empty());
}

/// What one sheet shows of the spreadsheet that wrote it holds for its neighbour, whichever is read first.
#[test]
fn dates_swapped_in_one_list_are_doubted_in_its_neighbour() {
    let place = Place::new();
    let seen = |n: usize| if n < 13 { format!("2026-{n:02}-11 08:00") } else { format!("11/{n}/2026 8:00:00 AM") };
    let mut entra = ENTRA.to_string();
    for n in 1..19 {
        entra += &pair(n, &format!("PC-{n}"), "", &seen(n)).1.replace("T08:00:00Z\n", "\n");
    }
    let ad = |days: &dyn Fn(usize) -> String| {
        let row = |n: usize| format!("\"CN=AD-{n},OU=PCs,DC=corp\",True,{},AD-{n},Windows 11\n", days(n));
        "DistinguishedName,Enabled,LastLogonDate,Name,OperatingSystem\n".to_string()
            + &[1, 2, 3, 5, 6, 7, 11].map(row).concat()
    };
    place.write("in/entra.csv", &entra);
    let rules = |days: &dyn Fn(usize) -> String| {
        place.write("in/ad.csv", ad(days));
        let report = place.tables(&["--as-of", "2026-11-20T08:00:00Z", "--force"]);
        let stale = report.lines_where("findings.csv", "rule", "stale-everywhere");
        let of = stale.iter().filter(|line| line["device_name"].starts_with("AD-")).count();
        (of, said(&report, "ambiguous-dates", "in another list with dates of this kind"))
    };
    assert_eq!(rules(&|n| format!("2026-{n:02}-11 08:00")), (0, true));
    let (stale, told) = rules(&|n| format!("2026-{n:02}-{} 08:00", 13 + n % 6));
    assert!(stale > 0 && !told, "later days: {stale}");
    let (stale, told) = rules(&|n| format!("11.{n:02}.2026 08:00"));
    assert!(stale > 0 && !told, "another program wrote it: {stale}");
}

/// An earlier report of another tenant would have its ledger carried on.
#[test]
fn a_baseline_of_another_tenant_is_refused() {
    let of = |first: usize| {
        tenant((first..first + 6).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19")))
    };
    let (place, other) = (of(0), of(50));
    place.analyze_into("before", &[], &[]);
    for name in ["intune.csv", "entra.csv"] {
        place.write(&format!("in/{name}"), std::fs::read(other.path(&format!("in/{name}"))).unwrap());
    }
    let run = place.run(&["analyze", "in", "--quiet", "--baseline", "before", "--out", "after"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("has no device in common with these lists"), "{}", run.stderr);
    assert!(run.stderr.contains("leave `--baseline` out"), "{}", run.stderr);
}

/// Two clocks that are months ahead would make everything else stale at once.
#[test]
fn what_only_a_few_wrong_clocks_make_stale_is_asked() {
    let seen = |n: usize| if n < 2 { "2027-03-20" } else { "2026-11-19" };
    let place = tenant((0..30).map(|n| pair(n, &format!("PC-{n:02}"), &format!("PF{n:06}"), seen(n))));
    let report = place.tables(&[]);
    assert!(report.lines_where("findings.csv", "rule", "stale-everywhere").is_empty());
    is_held(&report, "PC-07", "the time of judgement rests on a few dates months after all others");
    let report = place.tables(&["--as-of", "2027-03-20T09:00:00Z", "--force"]);
    assert_eq!(report.lines_where("findings.csv", "rule", "stale-everywhere").len(), 28, "somebody says so");
}

/// A last line that counts the others is no device.
#[test]
fn a_total_does_not_fill_the_count_that_somebody_expects() {
    let pairs: Vec<_> = (0..9).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19")).collect();
    let place = tenant(pairs.into_iter());
    let mut intune = INTUNE.to_string();
    for n in 0..8 {
        intune += &pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19").0;
    }
    place.write("in/intune.csv", intune.clone() + "Total,8\n");
    let report = place.tables(&["--expect", "intune=9"]);
    assert!(said(&report, "control-total", "9 devices expected of Intune, and the exports have 8"));
    place.write("in/intune.csv", intune + "torn,8\n");
    let report = place.tables(&["--expect", "intune=9", "--force"]);
    assert!(!said(&report, "control-total", "expected"), "a torn row is one that nobody can read");
}
