use std::collections::BTreeSet;
use std::sync::LazyLock;

use polars::prelude::{
    BooleanChunked, Column, DataFrame, Int64Chunked, IntoColumn, NewChunkedArray, StringChunked, UInt32Chunked,
};

use crate::console::Console;
use crate::coverage::{Absence, Basis, Coverage, Doubt, Tables};
use crate::formats::{Formats, Records};
use crate::identity::{self, AsOf, Links, Markers, Members, RecordStore, Thresholds};
use crate::ids::DeviceId;
use crate::time::DAY;

const AS_OF: i64 = 1_795_161_600_000;

static FORMATS: LazyLock<Formats> = LazyLock::new(|| Formats::load(&crate::assets::rules(None).unwrap()).unwrap());

/// A list as text: a line of columns, then a line a record, cells by `|`; `days` is the age of the last activity.
fn list(console: Console, text: &str) -> (String, Records) {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let names: Vec<&str> = lines.next().unwrap().split('|').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('|').collect()).collect();
    let mut columns =
        vec![UInt32Chunked::from_iter_values("row".into(), 1..=u32::try_from(rows.len()).unwrap()).into_column()];
    columns.extend((0..).zip(&names).map(|(at, name)| column(name, rows.iter().map(|row| row[at]))));
    (console.to_string(), Records::plain(console, DataFrame::new(rows.len(), columns).unwrap()))
}

fn column<'a>(name: &str, cells: impl Iterator<Item = &'a str>) -> Column {
    let filled = cells.map(|cell| Some(cell).filter(|cell| !cell.is_empty()));
    match name {
        "days" => {
            let times: Vec<Option<i64>> =
                filled.map(|cell| Some(AS_OF - cell?.parse::<i64>().unwrap() * DAY)).collect();
            Int64Chunked::from_slice_options("last_seen".into(), &times).into_column()
        }
        "serial_unread" => {
            BooleanChunked::from_iter_options(name.into(), filled.map(|cell| Some(cell.is_some()))).into_column()
        }
        _ => StringChunked::from_iter_options(name.into(), filled).into_column(),
    }
}

struct Run {
    store: RecordStore,
    members: Members,
    coverage: Coverage,
}

impl Run {
    fn new(mut lists: Vec<(String, Records)>) -> Self {
        lists.sort_by(|a, b| a.0.cmp(&b.0));
        // By the user's own count every list is whole.
        let proven: Vec<Console> = lists.iter().map(|(_, records)| records.console).collect();
        let (store, links, _): (RecordStore, Links, _) =
            identity::identify(lists, &proven, FORMATS.vocabulary()).unwrap();
        let as_of = AsOf { millis: AS_OF, given: true, otherwise: None };
        let members = Members::new(&store, &links, as_of, Thresholds::default(), &Markers::default()).unwrap();
        let (coverage, _) = Coverage::new(&store, &links, &members, &Tables::default(), FORMATS.vocabulary());
        Self { store, members, coverage }
    }

    /// The device of a record, by the console's own id.
    fn device(&self, id: &str) -> DeviceId {
        let own = self.store.by_console.iter().enumerate().find_map(|(at, records)| {
            let line = records.text("native_id")?.iter().position(|cell| cell == Some(id))?;
            self.members.device_of(at).get(line).copied()
        });
        own.unwrap()
    }

    fn absence(&self, id: &str, console: Console) -> Absence {
        self.coverage.verdict(&self.members, self.device(id), console).unwrap().absence
    }

    /// What excluded the others.
    fn compared(&self, id: &str, console: Console) -> Vec<&'static str> {
        self.coverage.verdict(&self.members, self.device(id), console).unwrap().compared.words().collect()
    }

    fn is_seen_whole(&self, id: &str) -> bool {
        self.coverage.sight.iter().nth(self.device(id).index()).unwrap()
    }

    /// Ids of the candidates, with what they have in common with the device.
    fn candidates(&self, id: &str, console: Console) -> BTreeSet<(String, String)> {
        let found = self.coverage.candidates(console, false, &[self.device(id)], 9).remove(0).0;
        let ids = self.store.of(console).unwrap().text("native_id").unwrap();
        let one = |candidate: &crate::coverage::Candidate| {
            let line = self.members.live_line(console, candidate.device).unwrap() as usize;
            (ids.get(line).unwrap().to_string(), candidate.same.words().collect::<Vec<_>>().join(", "))
        };
        found.iter().map(one).collect()
    }
}

const NAME: Absence = Absence::Absent(Basis::Name);
const EXCLUDED: Absence = Absence::Absent(Basis::Exclusion);
const IDENTIFIED: Absence = Absence::Absent(Basis::Identifier);
const OPEN: Absence = Absence::Open(Doubt::Candidates);

fn phones(google: &str) -> Run {
    Run::new(vec![
        list(
            Console::Intune,
            "native_id|entra_id|platform|manufacturer|model|primary_user|days
             i-1|e-1|android|samsung|SM-A536B|ada.baker@contoso.example|200
             i-2|e-2|android|samsung|SM-S911B|ben.castro@contoso.example|3",
        ),
        list(
            Console::Entra,
            "native_id|entra_id|platform|primary_user|days
             o-1|e-1|android|ada.baker@contoso.example|210
             o-2|e-2|android|ben.castro@contoso.example|4",
        ),
        list(
            Console::GoogleMobile,
            &format!("native_id|serial|platform|manufacturer|model|primary_user|days\n{google}"),
        ),
    ])
}

#[test]
fn a_phone_is_not_one_of_another_model_or_user() {
    let run = phones(
        "g-1||android|Samsung|SM-S911B|dario.dunn@contoso.example|2
         g-2||ios|Apple|iPhone 13|ada.baker@contoso.example|1",
    );
    assert_eq!(run.absence("i-1", Console::GoogleMobile), EXCLUDED);
    assert_eq!(run.compared("i-1", Console::GoogleMobile), ["manufacturer", "model", "user"]);
    assert!(run.is_seen_whole("i-1"), "no record of Google in use may be it");
}

#[test]
fn a_record_with_its_user_and_its_model_may_be_the_phone() {
    let run = phones("g-1||android|Samsung|SM-A536B|ada.baker@contoso.example|2");
    assert_eq!(run.absence("i-1", Console::GoogleMobile), OPEN);
    assert!(!run.is_seen_whole("i-1"));
    let same = "manufacturer, model, user".to_string();
    assert_eq!(run.candidates("i-1", Console::GoogleMobile), BTreeSet::from([("g-1".to_string(), same)]));
}

#[test]
fn what_is_not_said_excludes_nothing() {
    for google in [
        "g-1||android|Samsung||ada.baker@contoso.example|2",
        "g-1||android||||2",
        "g-1||android|Samsung|Galaxy Tab|abaker@contoso.example|2",
        "g-1||android|Samsung|SM-A536B|ada@gmail.example|2",
    ] {
        assert_eq!(phones(google).absence("i-1", Console::GoogleMobile), OPEN, "{google}");
    }
}

#[test]
fn a_record_that_is_itself_stale_keeps_no_device_from_being_stale() {
    let run = phones("g-1||android|Samsung|SM-A536B|ada.baker@contoso.example|150");
    assert_eq!(run.absence("i-1", Console::GoogleMobile), OPEN);
    assert!(run.is_seen_whole("i-1"), "if it is the device, the device is stale all the same");
}

#[test]
fn an_account_with_many_devices_enrols_them_for_others() {
    let rows = |from: usize| {
        let one = |n: usize| format!("i-{n}|e-{n}|android|samsung|SM-A536B|setup.team@contoso.example|200\n");
        (from..from + 20).map(one).collect::<String>()
    };
    let run = Run::new(vec![
        list(
            Console::Intune,
            &format!("native_id|entra_id|platform|manufacturer|model|primary_user|days\n{}", rows(1)),
        ),
        list(
            Console::GoogleMobile,
            "native_id|serial|platform|manufacturer|model|primary_user|days
             g-1||android|Samsung|SM-A536B|ada.baker@contoso.example|2",
        ),
    ]);
    assert_eq!(run.absence("i-1", Console::GoogleMobile), OPEN);
}

fn machines(defender: &str) -> Run {
    Run::new(vec![
        list(
            Console::Intune,
            "native_id|entra_id|serial|platform|name|days
             i-1|e-1|S1N2M3|windows|LT-1|3",
        ),
        list(
            Console::Entra,
            "native_id|entra_id|platform|name|days
             o-1|e-1|windows|LT-1|3
             o-2|e-2|windows|LT-2|200",
        ),
        list(Console::Defender, &format!("native_id|entra_id|platform|name|days\n{defender}")),
    ])
}

#[test]
fn a_machine_whose_name_no_other_list_has_is_in_none() {
    let run = machines("d-9||windows|LT-9.corp.example|1");
    assert_eq!(run.absence("d-9", Console::Intune), NAME);
    assert_eq!(run.absence("d-9", Console::Entra), NAME);
    // A console that knows the device by an identifier is asked by both.
    assert_eq!(run.absence("o-2", Console::Defender), EXCLUDED);
    assert_eq!(run.absence("o-2", Console::Intune), IDENTIFIED);
    assert!(run.is_seen_whole("o-2"));
}

#[test]
fn a_second_record_of_a_name_may_be_the_machine() {
    let run = machines("d-1|e-1|windows|LT-1|1\nd-2||windows|lt-1|1");
    assert_eq!(run.absence("d-2", Console::Intune), OPEN, "it may be the machine that has a record there");
    let long = machines("d-9||windows|LT-1|1\nd-8||windows|LT-1|1");
    assert_eq!(long.absence("d-9", Console::Intune), OPEN, "two of a name are joined to nothing");
}

#[test]
fn a_name_that_is_no_host_name_excludes_nothing() {
    for name in ["Dépôt 4", "depot 4, shelf b", "10.0.0.7", ""] {
        let run = machines(&format!("d-9||windows|{name}|1"));
        assert_eq!(run.absence("d-9", Console::Intune), OPEN, "{name}");
    }
}

#[test]
fn a_list_of_serial_numbers_whose_rows_are_held_by_others_has_no_candidates() {
    let autopilot = |more: &str| {
        Run::new(vec![
            list(
                Console::Intune,
                "native_id|entra_id|serial|platform|name|days
                 i-1|e-1|S1N2M3|windows|LT-1|3",
            ),
            list(
                Console::Entra,
                "native_id|entra_id|platform|name|days
                 o-1|e-1|windows|LT-1|3
                 o-2|e-2|windows|LT-2|200",
            ),
            list(
                Console::Autopilot,
                &format!(
                    "native_id|serial|platform|manufacturer|model\nS1N2M3|S1N2M3|windows|Dell Inc.|Latitude 5440{more}"
                ),
            ),
        ])
    };
    assert_eq!(autopilot("").absence("o-2", Console::Autopilot), IDENTIFIED, "its machine has another Entra device id");
    let stock = autopilot("\nS4N5M6|S4N5M6|windows|Dell Inc.|Latitude 5440");
    assert_eq!(stock.absence("o-2", Console::Autopilot), OPEN, "Entra ID says neither serial number nor model");
    assert_eq!(stock.absence("S4N5M6", Console::Intune), IDENTIFIED);
}

#[test]
fn a_serial_number_that_could_not_be_read_excludes_nothing() {
    let of = |console: Console, platform: &str, cell: &str, unread: &str| {
        let header = "native_id|serial|serial_written|serial_unread|platform|model";
        Run::new(vec![
            list(Console::Intune, &format!("{header}\ni-1||{cell}|{unread}|{platform}|One 13")),
            list(console, &format!("native_id|serial|platform|model\nA1B2C3D4|A1B2C3D4|{platform}|One 13")),
        ])
        .absence("A1B2C3D4", Console::Intune)
    };
    let run = |cell: &str, unread: &str| of(Console::Abm, "ios", cell, unread);
    assert_eq!(run("1.2E+11", "yes"), OPEN);
    assert_eq!(run("", ""), OPEN);
    assert_eq!(run("Default string", ""), OPEN, "every device of Apple has a number");
    let board = of(Console::Autopilot, "windows", "Default string", "");
    assert_eq!(board, IDENTIFIED, "a board without a number is none with one");
}

#[test]
fn twenty_thousand_devices_of_one_model_and_one_user_cost_a_look_each() {
    let rows = |prefix: &str, user: &str, days: u32| -> String {
        let one = |n: u32| format!("{prefix}-{n}||android|samsung|SM-A536B|{user}|{days}\n");
        (0..20_000).map(one).collect::<Vec<_>>().concat()
    };
    let header = "native_id|serial|platform|manufacturer|model|primary_user|days\n";
    let started = std::time::Instant::now();
    let run = Run::new(vec![
        list(Console::Intune, &format!("{header}{}", rows("i", "ada.baker@contoso.example", 200))),
        list(Console::GoogleMobile, &format!("{header}{}", rows("g", "ada.baker@contoso.example", 2))),
    ]);
    assert_eq!(run.absence("i-0", Console::GoogleMobile), OPEN);
    let asked: Vec<DeviceId> =
        DeviceId::all(run.members.count).filter(|d| run.members.is_held(*d, Console::Intune)).collect();
    let found = run.coverage.candidates(Console::GoogleMobile, true, &asked, 3);
    assert!(found.iter().all(|(first, all)| first.len() == 3 && *all == 20_000));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

/// Whose an identifier is that several devices claim, nothing else that they say can tell.
#[test]
fn what_shares_an_identifier_is_never_told_apart() {
    let run = Run::new(vec![
        list(
            Console::Intune,
            "native_id|entra_id|serial|name|platform|manufacturer|model|days
             i-1|0e0e0e0e-0000-4000-8000-000000000001|5CD0000001|LAB-1|windows|Dell Inc.|Latitude 5440|1
             i-2|0e0e0e0e-0000-4000-8000-000000000001|5CD0000002|LAB-2|windows|Dell Inc.|Latitude 5440|1
             i-3|0e0e0e0e-0000-4000-8000-000000000002|5CD0000003|WS-3|windows|Dell Inc.|Latitude 5440|1",
        ),
        list(
            Console::Entra,
            "native_id|entra_id|name|platform|model|days
             o-1|0e0e0e0e-0000-4000-8000-000000000001|LAB-9|windows|OptiPlex 7010|4
             o-2|0e0e0e0e-0000-4000-8000-000000000002|WS-3|windows|Latitude 5440|4
             o-3|0e0e0e0e-0000-4000-8000-000000000003|WS-4|windows|Latitude 5440|4",
        ),
    ]);
    assert_eq!(run.absence("o-1", Console::Intune), OPEN);
    let named = |id: &str| (id.to_owned(), "identifier".to_owned());
    assert_eq!(run.candidates("o-1", Console::Intune), BTreeSet::from([named("i-1"), named("i-2")]));
    assert_eq!(run.absence("o-3", Console::Intune), IDENTIFIED);
}

/// Copies of a machine share the id that their master has.
#[test]
fn the_master_of_copies_may_be_each_of_them() {
    let run = Run::new(vec![
        list(
            Console::Defender,
            "native_id|entra_id|name|platform|days
             d-1|0e0e0e0e-0000-4000-8000-000000000001|vdi-1|windows|1
             d-2|0e0e0e0e-0000-4000-8000-000000000001|vdi-2|windows|1
             d-3|0e0e0e0e-0000-4000-8000-000000000001|vdi-3|windows|1
             d-4|0e0e0e0e-0000-4000-8000-000000000001|vdi-9|windows|300",
        ),
        list(
            Console::Entra,
            "native_id|entra_id|name|platform|days\n o-1|0e0e0e0e-0000-4000-8000-000000000001|MASTER|windows|2",
        ),
    ]);
    assert_eq!(run.absence("d-1", Console::Entra), OPEN);
    assert!(!run.is_seen_whole("d-4"), "the master is in use");
}

fn jamf() -> Console {
    FORMATS.consoles().named("jamf").unwrap()
}

/// Macs of two consoles that have no identifier in common: those of Jamf, and what is said of the first one in Entra ID.
fn macs(computers: &str, entra: &str) -> Run {
    Run::new(vec![
        list(jamf(), &format!("native_id|serial|name|platform|model|primary_user|days\n{computers}")),
        list(Console::Entra, &format!("native_id|entra_id|name|platform|primary_user|days\n{entra}")),
    ])
}

const MACS: &str = "j-1|C02X000001|Mac-1|macos|Mac14,9|ada.baker@contoso.example|200
                    j-2|C02X000002|Mac-2|macos|Mac14,9|ben.castro@contoso.example|2
                    j-3|C02X000003|Mac-3|macos|Mac14,9|cara.dunn@contoso.example|3";
const OBJECTS: &str = "o-1|e-1|Mac-1|macos|ada.baker@contoso.example|210
                       o-2|e-2|Mac-2|macos|ben.castro@contoso.example|4
                       o-3|e-3|Mac-3|macos|cara.dunn@contoso.example|4";

#[test]
fn a_record_that_has_its_own_twin_may_be_no_other_device() {
    let run = macs(MACS, OBJECTS);
    assert!(run.is_seen_whole("o-1") && run.is_seen_whole("j-1"));
    assert_eq!(run.compared("o-1", jamf()), [""; 0]);
    let twin = BTreeSet::from([("j-1".to_string(), "name".to_string())]);
    assert_eq!(run.candidates("o-1", jamf()), twin, "its own twin may be it");
    // In one list only, with another name and another user than all that have a twin.
    let alone = macs(MACS, &format!("{OBJECTS}\no-9|e-9|Mac-9|macos|dario.evans@contoso.example|210"));
    assert!(alone.is_seen_whole("o-9"));
    assert_eq!(alone.absence("o-9", jamf()), EXCLUDED);
}

#[test]
fn the_twin_of_a_device_in_use_is_in_use() {
    let run = macs(&MACS.replace("|200", "|2"), OBJECTS);
    assert!(!run.is_seen_whole("o-1"), "its twin is in use");
    let run = macs(MACS, &OBJECTS.replace("|210", "|2"));
    assert!(!run.is_seen_whole("j-1"));
}

#[test]
fn what_has_no_twin_or_something_in_common_may_be_the_device() {
    for (more, why) in [
        ("j-9|C02X000009|Mac-9|macos|Mac14,9||2", "nobody knows whose"),
        ("j-9|C02X000009||macos|Mac14,9|dario.evans@contoso.example|2", "without a name"),
        ("j-9|C02X000009|Mac-1|macos|Mac14,9|dario.evans@contoso.example|2", "of its name"),
        ("j-9|C02X000009|Mac-9|macos|Mac14,9|ada.baker@contoso.example|2", "of its user"),
        ("j-9|C02X000009|Mac-1|macos|Mac14,9|ada.baker@contoso.example|2", "two of one name and user"),
    ] {
        let run = macs(&format!("{MACS}\n{more}"), OBJECTS);
        assert!(!run.is_seen_whole("o-1"), "{why}");
    }
    // Somebody has an old Mac and a new one, and both lists know both.
    let new = "Mac-9|macos|Mac14,9|ada.baker@contoso.example|2";
    let both = macs(
        &format!("{MACS}\nj-9|C02X000009|{new}"),
        &format!("{OBJECTS}\no-9|e-9|Mac-9|macos|ada.baker@contoso.example|2"),
    );
    assert!(both.is_seen_whole("o-1") && both.is_seen_whole("j-1"));
    // The old one is in one list only: the new one may be it.
    let without = macs(
        &MACS.replace("j-1|C02X000001|Mac-1", "j-1|C02X000001|Mac-7").replace("ada.baker@contoso.example|200", "|200"),
        &format!("{OBJECTS}\no-9|e-9|Mac-2|macos|ada.baker@contoso.example|2"),
    );
    assert!(!without.is_seen_whole("j-1"));
}

/// Macs of Jamf and Entra ID and what a sensor says of them, which knows no users. What three consoles know by a name is not joined by it.
fn sensed(computers: &str, sensor: &str) -> Run {
    let objects = OBJECTS
        .replace("|Mac-", "|Mac-0")
        .replace("|Mac-01", if computers.contains("Mac-01") { "|Mac-01" } else { "|Mac" });
    Run::new(vec![
        list(jamf(), &format!("native_id|serial|name|platform|model|primary_user|days\n{computers}")),
        list(Console::Entra, &format!("native_id|entra_id|name|platform|primary_user|days\n{objects}")),
        list(Console::Defender, &format!("native_id|name|platform|days\n{sensor}")),
    ])
}

const NUMBERED: &str = "j-1|C02X000001|Mac-01|macos|Mac14,9|ada.baker@contoso.example|200
                        j-2|C02X000002|Mac-02|macos|Mac14,9|ben.castro@contoso.example|2
                        j-3|C02X000003|Mac-03|macos|Mac14,9|cara.dunn@contoso.example|3";
const ROWS: &str = "d-1|mac-01.local|macos|205
                    d-2|mac-02.local|macos|4
                    d-3|mac-03.local|macos|4";

#[test]
fn records_of_one_name_that_were_last_seen_in_the_same_days_are_twins() {
    let run = sensed(NUMBERED, ROWS);
    assert!(run.is_seen_whole("j-1") && run.is_seen_whole("d-1"));
    let is_open = |computers: &str, sensor: &str, why: &str| {
        let run = sensed(computers, sensor);
        assert!(!run.is_seen_whole("j-1"), "{why}");
    };
    is_open(NUMBERED, &ROWS.replace("|205", "|160"), "the sensor saw it long after the console did");
    is_open(NUMBERED, &ROWS.replace("|205", "|2"), "the sensor sees it");
    is_open(NUMBERED, &ROWS.replace("d-1|mac-01", "d-1|mac-11"), "the sensor has none of its name");
    is_open(
        NUMBERED,
        &ROWS.replace("d-2|mac-02", "d-2|mac-12"),
        "the sensor has one in use that no computer bears the name of",
    );
    is_open(NUMBERED, &format!("{ROWS}\nd-9|mac-01|macos|205"), "the sensor has two of its name");
    is_open(&NUMBERED.replace("Mac-01", "Mac"), &ROWS.replace("mac-01", "mac"), "machines come with such a name");
}
