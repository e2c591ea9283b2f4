//! Identifiers as people bring them: error cells, invisible signs, numbers; and that what a console writes is what is shown.

use super::build::{ABM, AUTOPILOT, AUTOPILOT_PORTAL, Export, GOOGLE, INTUNE, id};
use super::found::find;

const DAMAGE: [&str; 24] = [
    "#ERROR!",
    "#BUSY!",
    "#FIELD!",
    "#SPILL!",
    "#CALC!",
    "#N/A",
    "Loading...",
    "<NA>",
    "nan",
    "NaN",
    "[object Object]",
    "undefined",
    "System.String[]",
    "System.Int32",
    "b'5CG1234ABC'",
    "['5CG1234ABC']",
    "{'serial': '5CG1234ABC'}",
    "@{Serial:5CG1234ABC}",
    "1.23E+14",
    "12345678.0",
    "12345678,0",
    "TRUE",
    "2024-03-01",
    "see ticket 12345",
];

#[test]
fn what_stands_in_the_place_of_a_serial_joins_nothing_in_any_console() {
    let each = |text: &str| {
        DAMAGE
            .iter()
            .enumerate()
            .map(|(at, cell)| text.replace('N', &at.to_string()).replace('?', cell))
            .collect::<Vec<_>>()
    };
    let found = find(&[
        INTUNE.rows(&each("id=iN; name=A; os=iOS; serial=?; seen=2026-11-19 08:00:00.0000000")),
        ABM.rows(&[each("serial=?; released=2025-02-01T08:00:00Z"), each("serial=?")].concat()),
        AUTOPILOT_PORTAL.rows(&[each("serial=?; maker=HP"), each("serial=?; maker=HP; model=2")].concat()),
        GOOGLE.rows(&each("id=rN; serial=?")),
    ]);
    assert_eq!(found.devices().len(), DAMAGE.len() * 6, "each row is a device");
    for (console, rows) in [("intune", 1), ("abm", 2), ("autopilot", 2), ("google", 1)] {
        let said = found.report.lines_where("notices.csv", "code", "damaged-identifier");
        let said = said.iter().filter(|line| line["export"].starts_with(console));
        let counted: usize =
            said.map(|line| line["message"].split(' ').next().unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(counted, DAMAGE.len() * rows, "{console}");
    }
    for (row, text) in (1..).zip(DAMAGE) {
        let row = format!("intune:{row}");
        assert_eq!(found.cell(&row, "serial"), "", "{text}");
        // With the sign before it that keeps spreadsheets from running it.
        assert_eq!(found.record_cell(&row, "serial").trim_start_matches('\''), text, "what stands there is shown");
        assert_eq!(found.steps(&row), Vec::<String>::new(), "{text}: used yesterday");
    }
}

/// Not even the lists can be told apart by rows that hold no serial number: what they lack is not known.
#[test]
fn a_list_with_damaged_serials_proves_no_absence() {
    let findings = |damaged: &str| {
        let found = find(&[
            ABM.rows(&[
                "serial=F2LXK0AAN72J; added=2024-01-07T08:00:00Z",
                "serial=F2LXK0AAN111",
                "serial=F2LXK0AAN333",
            ]),
            INTUNE.rows(&[
                "id=i1; name=A; os=iOS; serial=F2LXK0AAN111; maker=Apple",
                "id=i3; name=C; os=iOS; serial=F2LXK0AAN333; maker=Apple",
                damaged,
            ]),
        ]);
        found.findings("abm:1").into_iter().filter(|f| f.starts_with("abm-assigned-not-enrolled")).count()
    };
    assert_eq!(findings("id=i2; name=B; os=iOS; serial=F2LXK0AAN222"), 1);
    assert_eq!(findings("id=i2; name=B; os=iOS; serial=#ERROR!"), 0, "it may be the one");
    assert_eq!(findings("id=i2; name=B; os=iOS; serial=12345678.0"), 0);
    assert_eq!(findings("id=i2; name=B; os=Windows; serial=#ERROR!"), 1, "a PC is none of Apple's");
}

#[test]
fn invisible_signs_are_no_part_of_an_identifier() {
    const SIGNS: [&str; 14] = [
        "\u{200b}", "\u{200e}", "\u{202a}", "\u{202e}", "\u{2060}", "\u{2066}", "\u{ad}", "\u{feff}", "\u{180e}",
        "\u{fe0f}", "\u{a0}", "\u{2009}", "\u{3000}", "\t",
    ];
    let (mut intune, mut abm) = (Vec::new(), Vec::new());
    for (at, sign) in SIGNS.iter().enumerate() {
        let inside = |text: String, place: usize| {
            let (before, after) = text.split_at(place);
            format!("{before}{sign}{after}")
        };
        intune.push(format!("id=i{}; name=PAD; os=iOS; serial=F2LXK0A{at:02}72J", 2 * at));
        intune.push(format!(
            "id=i{}; name=PHONE; os=iOS; serial=F2LXK0B{at:02}111; imei=490154203237{at:02}",
            2 * at + 1
        ));
        abm.push(format!("serial={}", inside(format!("F2LXK0A{at:02}72J"), at % 11 + 1)));
        let imei = inside(format!("490154203237{at:02}"), at % 13 + 1);
        abm.push(format!("serial={sign}F2LXK0C{at:02}222{sign}; imei={imei}"));
    }
    let found = find(&[INTUNE.rows(&intune), ABM.rows(&abm)]);
    for (at, sign) in SIGNS.iter().enumerate() {
        let (pad, phone) = (2 * at + 1, 2 * at + 2);
        assert_eq!(found.key(&format!("abm:{pad}")), found.key(&format!("intune:{pad}")), "{sign:?}");
        let refused = found.refused(&format!("intune:{phone}")).to_owned();
        assert!(refused.contains("imei"), "{sign:?}: one radio, two serial numbers: {refused}");
        let shown = found.record_cell(&format!("abm:{pad}"), "serial");
        assert!(shown.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' '), "{sign:?}: {shown}");
    }
}

const VM: &str = "VMware-56 4d 0a 1b 2c 3d 4e 5f-60 71 82 93 a4 b5 c6 d7";

#[test]
fn the_consoles_own_text_is_shown_and_acted_upon() {
    let found = find(&[
        INTUNE.rows(&[format!(
            "id={{0000000{}-0000-4000-8000-00000000000A}}; name=VM-1; serial={}",
            1,
            VM.to_uppercase()
        )]),
        AUTOPILOT_PORTAL.rows(&[format!("serial={VM}; maker=VMware, Inc.")]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1 intune:1"]);
    assert_eq!(found.key("intune:1"), "serial:VMWARE-564D0A1B2C3D4E5F-60718293A4B5C6D7");
    assert_eq!(found.cell("intune:1", "serial"), VM.to_uppercase(), "as Intune writes it, which knows best");
    assert_eq!(found.record_cell("autopilot:1", "serial"), VM);
    assert_eq!(found.record_cell("autopilot:1", "native_id"), VM);
    assert_eq!(found.record_cell("intune:1", "native_id"), "{00000001-0000-4000-8000-00000000000A}");
    let steps = found.report.lines_where("plan.csv", "step", "autopilot-delete");
    assert_eq!(steps.iter().map(|step| step["object_id"].as_str()).collect::<Vec<_>>(), [VM]);
    let objects: String = found.report.lines("findings.csv").iter().map(|f| f["objects"].clone()).collect();
    assert!(objects.contains(&format!("autopilot:{VM}")), "{objects}");
    for query in [VM, "vmware-564d0a1b2c3d4e5f-60718293a4b5c6d7", "00000001-0000-4000-8000-00000000000a"] {
        let said = found.place.run(&["explain", query, "in", "--as-of", "2026-11-20"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(said.stdout.contains("serial:VMWARE-564D"), "{}", said.stdout);
        assert!(said.stdout.contains(VM), "{}", said.stdout);
    }
}

#[test]
fn a_radio_number_is_shown_with_its_check_digit() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PHONE; os=iOS; imei=49-015420-323751-8"]),
        ABM.rows(&["serial=F2LXK0AAN72J; imei=49015420323751"]),
    ]);
    let said = found.place.run(&["explain", "490154203237518", "in", "--as-of", "2026-11-20"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("49-015420-323751-8"), "{}", said.stdout);
}

/// Each row's own key, by what the row says.
fn keys(exports: &[Export], rows: &[&str]) -> Vec<(String, String)> {
    let found = find(exports);
    let mut keys: Vec<(String, String)> = Vec::new();
    for line in found.report.lines("records.csv") {
        let row: usize = line["row"].parse().unwrap();
        if line["console"] == "autopilot" {
            keys.push((rows[row - 1].to_owned(), line["device_key"].clone()));
        }
    }
    keys.sort();
    keys
}

#[test]
fn keys_of_rows_without_an_identifier_do_not_move() {
    let rows = [
        "serial=Default string; maker=HP; model=A",
        "serial=Default string; maker=HP; model=B",
        "serial=Default string; maker=HP; model=B; tag=shared",
        "serial=Default string; maker=Dell; model=B",
        "serial=; maker=HP; model=A",
        "serial=#ERROR!; maker=HP; model=A",
        "serial=To be filled by O.E.M.; maker=HP; model=A",
    ];
    let seen = || INTUNE.rows(&["id=i999; name=SEEN"]);
    let first = keys(&[seen(), AUTOPILOT_PORTAL.rows(&rows)], &rows);
    assert!(first.iter().all(|(_, key)| key.starts_with("row:autopilot:")), "{first:?}");
    let mut turned = rows;
    turned.rotate_left(2);
    turned.swap(0, 3);
    assert_eq!(keys(&[seen(), AUTOPILOT_PORTAL.rows(&turned)], &turned), first);
    turned.reverse();
    let mut export = AUTOPILOT_PORTAL.rows(&turned);
    export.name = format!("z-{}", export.name);
    assert_eq!(keys(&[export, seen()], &turned), first, "nor with the name of the file");
    // A further row moves nobody's key.
    let more = [&rows[..], &["serial=Default string; maker=HP; model=0"]].concat();
    let more = keys(&[seen(), AUTOPILOT_PORTAL.rows(&more)], &more);
    assert!(first.iter().all(|key| more.contains(key)), "{first:?} {more:?}");
    // Rows that say the same are numbered.
    let twins = ["serial=Default string; maker=HP", "serial=Default string; maker=HP"];
    let twins = keys(&[seen(), AUTOPILOT_PORTAL.rows(&twins)], &twins);
    assert_ne!(twins[0].1, twins[1].1);
    assert!(twins.iter().any(|(_, key)| key.ends_with("#2")), "{twins:?}");
}

#[test]
fn secrets_are_kept_in_no_column() {
    let hash = "T0FoAQEAHAAAAAoAvAAlSAAACgDHAldYBwAAAAAAAAEAAgECAAAEAAgA1kAAABAAZGVsbC1sYXRpdHVkZQ5wPq8Lk2Zx7vQ1Yf0R"
        .repeat(4);
    let keys: [&str; 7] = [
        "000011 720885 111111 000000 222222 333333 444444 555555",
        "000011–720885–111111–000000–222222–333333–444444–555555",
        "ab12-cd34-ef56-gh78-ij90-klmn",
        "FileVault AB12-CD34-EF56-GH78-IJ90-KLMN of the old Mac",
        "key 000011-720885-111111-000000-222222-333333-444444-555555 (bitlocker)",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        &hash,
    ];
    let columns =
        [("name", "Device name"), ("maker", "Manufacturer"), ("serial", "Serial number"), ("id", "Device ID")];
    let row = |(number, key): (usize, &str), column: &str| {
        let id = if column == "id" { String::from("name=LT-1") } else { format!("id=i{number}") };
        format!("{id}; {column}={key}")
    };
    let all = || columns.iter().flat_map(|(column, _)| keys.iter().map(move |key| (*key, *column)));
    let mut rows: Vec<String> = all().enumerate().map(|(at, (key, column))| row((at, key), column)).collect();
    rows.push("id=i99; name=SEEN".into());
    let found = find(&[INTUNE.rows(&rows)]);
    let said = found.report.lines_where("notices.csv", "code", "secret-column");
    let mut said: Vec<String> =
        said.iter().map(|line| format!("{} {}", line["column"], line["message"].split_at(2).0)).collect();
    said.sort();
    let mut expected: Vec<String> = columns.iter().map(|(_, header)| format!("{header} {} ", keys.len())).collect();
    expected.sort();
    assert_eq!(said, expected);
    let explained = found.place.run(&["explain", "intune.csv:15", "in", "--as-of", "2026-11-20"]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    let mut files = found.place.analyze_into("whole", &["--as-of", "2026-11-20"], &[]).files();
    files.insert("explained".into(), explained.stdout.into_bytes());
    for key in keys {
        let telling: String = key.chars().skip(9).take(12).collect();
        for (file, bytes) in &files {
            assert!(!String::from_utf8_lossy(bytes).contains(&telling), "{key} stands in {file}");
        }
    }
}

/// A number of JSON has no zeros in front, so it is as little a serial number as that of a workbook.
#[test]
fn a_serial_that_json_has_as_a_number_is_not_used() {
    let list = |serial: &str| {
        let row = |number: u32, serial: &str| {
            serde_json::json!({
                "id": id(&format!("i{number}")), "deviceName": format!("PC-{number}"), "serialNumber": "SERIAL",
                "azureADDeviceId": id(&format!("e{number}")), "operatingSystem": "Windows", "managementAgent": "mdm",
                "lastSyncDateTime": "2026-01-10T08:00:00Z", "complianceState": "compliant",
            })
            .to_string()
            .replace("\"SERIAL\"", serial)
        };
        let content = format!("{{\"value\":[{},{}]}}", row(1, serial), row(2, "\"5CG0001AB\"")).into_bytes();
        Export { name: "intune.json".into(), content, rows: 2 }
    };
    let autopilot = || AUTOPILOT.rows(&["id=a1; serial=71345678901; maker=Microsoft"]);
    assert_eq!(find(&[list("\"71345678901\""), autopilot()]).devices(), ["autopilot:1 intune:1", "intune:2"]);
    let found = find(&[list("71345678901"), autopilot()]);
    assert_eq!(found.devices(), ["autopilot:1", "intune:1", "intune:2"]);
    let said = found.notices("damaged-identifier");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("1 cell is a number and not text"), "{said:?}");
    assert_eq!(found.record_cell("intune:1", "serial"), "71345678901");
}
