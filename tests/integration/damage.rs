//! Files as they really arrive: torn, filtered, saved again by a spreadsheet, hostile. Nothing is dropped without a
//! word, and nothing is concluded from what a damaged file lacks.

use std::collections::BTreeSet;

use encoding_rs::WINDOWS_1252;

use crate::common::{Place, Report, Sheet, has_ending};
use crate::generator::{Options, Tenant};

const INTUNE: usize = 0;
const ENTRA: usize = 1;
const AUTOPILOT: usize = 2;
const DEFENDER: usize = 3;
const ABM: usize = 4;
const CHROME: usize = 5;

/// What the reasons in `rules.csv` call the consoles.
const TITLES: [&str; 6] = [
    "Intune",
    "Entra ID",
    "Windows Autopilot",
    "Defender for Endpoint",
    "Apple Business Manager",
    "Google Admin (ChromeOS)",
];

/// Rules that conclude something from the absence of an Intune record.
const FROM_ABSENCE: [&str; 2] = ["autopilot-ghost", "left-intune-still-in-entra"];

const SMALL: Options = Options { devices: 400, seed: 5, zip_intune: false };

fn small() -> (Place, Tenant) {
    Place::with_tenant(&SMALL)
}

/// Writes an export anew, after a change to its cells.
fn change(place: &Place, tenant: &Tenant, file: usize, change: impl FnOnce(&mut Sheet)) {
    let (name, content) = &tenant.files[file];
    let mut sheet = Sheet::parse(content);
    change(&mut sheet);
    place.write(&format!("in/{name}"), sheet.bytes());
}

/// Every input row has one line in `records.csv`, and the manifest counts them alike.
fn assert_rows(report: &Report, expected: usize) {
    assert_eq!(report.lines("records.csv").len(), expected);
    let totals = &report.manifest()["control_totals"];
    assert_eq!(totals["input_rows"], expected);
    assert_eq!(totals["lines_in_records_csv"], expected);
    let number = |name: &str| totals[name].as_u64().unwrap();
    assert_eq!(
        number("records_in_devices") + number("records_without_device") + number("rows_set_aside"),
        expected as u64
    );
}

fn rows(tenant: &Tenant) -> usize {
    tenant.files.iter().map(|(_, content)| Sheet::parse(content).rows.len()).sum()
}

fn has_notice(report: &Report, code: &str, export: &str, row: &str, text: &str) -> bool {
    report
        .lines_where("notices.csv", "code", code)
        .iter()
        .any(|notice| notice["export"].contains(export) && notice["row"] == row && notice["message"].contains(text))
}

#[test]
fn every_row_of_a_sound_tenant_has_a_line() {
    let (place, tenant) = small();
    assert_rows(&place.tables(&[]), rows(&tenant));
}

#[test]
fn a_ragged_row_is_set_aside_and_listed() {
    let (place, tenant) = small();
    let name = &tenant.files[ENTRA].0;
    change(&place, &tenant, ENTRA, |sheet| {
        sheet.rows[9].truncate(4);
        sheet.rows[20].push("one more".into());
    });
    let report = place.tables(&[]);
    assert_rows(&report, rows(&tenant));
    for (row, reason) in [("10", "has 4 cells where the header has 17"), ("21", "has 18 cells where the header has 17")]
    {
        let lines = report.lines_where("records.csv", "export", name);
        let line = lines.iter().find(|line| line["row"] == row).unwrap();
        assert_eq!(line["device_key"], "");
        assert_eq!(line["refused"], format!("set aside: the row {reason}"));
        assert!(has_notice(&report, "bad-row", name, row, reason));
    }
    // A torn row is no torn file: the rest of it may still be relied on.
    assert!(FROM_ABSENCE.iter().all(|rule| report.rule(rule)["outcome"] == "ran"));
}

#[test]
fn an_open_quote_costs_its_own_row() {
    let (place, tenant) = small();
    let (name, content) = &tenant.files[CHROME];
    let text = String::from_utf8(content.clone()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[3] = lines[3].replacen(',', ",\"", 1);
    place.write(&format!("in/{name}"), lines.join("\n") + "\n");
    let report = place.tables(&[]);
    assert_rows(&report, rows(&tenant));
    let aside: Vec<String> = report
        .lines_where("records.csv", "export", name)
        .iter()
        .filter(|line| line["refused"].starts_with("set aside"))
        .map(|line| line["row"].clone())
        .collect();
    assert_eq!(aside, ["3"]);
}

#[test]
fn a_file_that_was_cut_proves_no_absence() {
    let (place, tenant) = small();
    let (name, content) = &tenant.files[INTUNE];
    // In the middle of a line: its first cells are there, the rest is not.
    let last_line = content[..content.len() - 2].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    place.write(&format!("in/{name}"), &content[..last_line + 60]);
    let report = place.tables(&[]);
    assert_rows(&report, rows(&tenant));
    assert!(has_notice(&report, "incomplete-export", name, "", "cut off"));
    for rule in FROM_ABSENCE {
        let line = report.rule(rule);
        assert_eq!((line["outcome"].as_str(), line["matched"].as_str()), ("did-not-run", "0"));
        assert_eq!(line["reason"], "the Intune export is cut off");
    }
    assert_eq!(report.rule("chrome-past-aue")["outcome"], "ran");
}

#[test]
fn a_filtered_export_proves_no_absence() {
    let (place, tenant) = small();
    change(&place, &tenant, INTUNE, |sheet| {
        let mut number = 0;
        sheet.rows.retain(|_| {
            number += 1;
            number % 10 == 0
        });
    });
    let report = place.tables(&[]);
    assert!(has_notice(&report, "source-too-small", "", "", "Intune export holds"));
    for rule in FROM_ABSENCE {
        let line = report.rule(rule);
        assert_eq!((line["outcome"].as_str(), line["matched"].as_str()), ("did-not-run", "0"));
        assert!(line["reason"].contains("the Intune export holds"), "{}", line["reason"]);
    }
    // What Intune would have said of most devices is not known, so nobody is stale everywhere without it.
    let of_others = report.lines_where("findings.csv", "rule", "stale-everywhere");
    let without_intune: Vec<&str> = of_others
        .iter()
        .filter(|line| ["windows", "macos", "ios", "android"].contains(&line["platform"].as_str()))
        .filter(|line| !line["objects"].contains("intune:"))
        .map(|line| line["device_name"].as_str())
        .collect();
    assert_eq!(without_intune, Vec::<&str>::new());
}

#[test]
fn a_console_that_is_missing_stops_the_rules_that_need_it() {
    let needed: [&[&str]; 6] = [
        &[
            "abm-released-still-managed",
            "autopilot-ghost",
            "compliant-but-stale",
            "left-intune-still-in-entra",
            "stale-in-intune",
        ],
        &["duplicate-entra", "left-intune-still-in-entra"],
        &["autopilot-ghost"],
        &[],
        &["abm-released-still-managed"],
        &["chrome-past-aue"],
    ];
    for (file, needed) in needed.iter().enumerate() {
        let (place, tenant) = small();
        std::fs::remove_file(place.path("in").join(&tenant.files[file].0)).unwrap();
        let report = place.tables(&[]);
        let expected = format!("no {} export was supplied", TITLES[file]);
        let stopped: BTreeSet<String> = report
            .lines("rules.csv")
            .into_iter()
            .filter(|line| line["reason"] == expected)
            .map(|line| {
                assert_eq!((line["outcome"].as_str(), line["matched"].as_str()), ("did-not-run", "0"));
                line["rule"].clone()
            })
            .collect();
        for rule in *needed {
            assert!(stopped.contains(*rule), "`{rule}` without {}: {stopped:?}", TITLES[file]);
        }
        assert!(report.lines("findings.csv").iter().all(|finding| !stopped.contains(&finding["rule"])));
    }
}

#[test]
fn a_header_alone_counts_as_missing() {
    let (place, tenant) = small();
    change(&place, &tenant, INTUNE, |sheet| sheet.rows.clear());
    let report = place.tables(&[]);
    assert!(has_notice(&report, "source-too-small", &tenant.files[INTUNE].0, "", "no rows"));
    assert_eq!(report.rule("left-intune-still-in-entra")["reason"], "the Intune export has no rows");
}

#[test]
fn a_column_that_is_gone_stops_the_rules_that_need_it() {
    let (place, tenant) = small();
    change(&place, &tenant, INTUNE, |sheet| {
        let at = sheet.column("Serial number");
        sheet.header.remove(at);
        for row in &mut sheet.rows {
            row.remove(at);
        }
    });
    let report = place.tables(&[]);
    let line = report.rule("abm-released-still-managed");
    assert_eq!(line["outcome"], "did-not-run");
    assert_eq!(line["reason"], "the Intune export has no column for `serial`, or nothing in it");
    assert!(has_notice(&report, "missing-column", &tenant.files[INTUNE].0, "", "`Serial number` is missing"));
}

/// A way to save a table.
type Save<'a> = &'a dyn Fn(&Sheet) -> Vec<u8>;

/// The same cells in another dress give the same answers.
#[test]
fn files_saved_again_say_the_same() {
    let (place, tenant) = small();
    let plain = place.tables(&[]).conclusions();
    let utf16 = |sheet: &Sheet| {
        let text = String::from_utf8(sheet.bytes_with(b'\t')).unwrap();
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let excel = |sheet: &Sheet| [b"sep=;\r\n".to_vec(), sheet.bytes_with(b';')].concat();
    let saves: [(&str, Save); 4] = [
        ("with semicolons", &|sheet| sheet.bytes_with(b';')),
        ("with a separator line", &excel),
        ("in UTF-16 with tabs", &utf16),
        ("with bare line feeds", &|sheet| String::from_utf8(sheet.bytes()).unwrap().replace("\r\n", "\n").into_bytes()),
    ];
    for (number, (dress, save)) in saves.iter().enumerate() {
        for (name, content) in &tenant.files {
            place.write(&format!("in/{name}"), save(&Sheet::parse(content)));
        }
        let again = place.tables_into(&format!("out-{number}"), &[]).conclusions();
        assert!(again == plain, "saved {dress}");
    }
}

#[test]
fn a_file_in_a_windows_code_page_is_read_with_a_remark() {
    let (place, tenant) = small();
    let (name, content) = &tenant.files[ENTRA];
    let mut sheet = Sheet::parse(content);
    let at = sheet.column("displayName");
    sheet.rows[0][at] = "Jérôme – Gerät".into();
    let text = String::from_utf8(sheet.bytes()).unwrap().replace(|sign: char| sign > '\u{2fff}', "?");
    place.write(&format!("in/{name}"), WINDOWS_1252.encode(&text).0.as_ref());
    let report = place.tables(&[]);
    let lines = report.lines_where("records.csv", "export", name);
    assert_eq!(lines.iter().find(|line| line["row"] == "1").unwrap()["name"], "Jérôme – Gerät");
    assert!(has_notice(&report, "legacy-encoding", name, "", "Windows-1252"));
}

#[test]
fn rows_that_stand_twice_change_nothing() {
    let (place, tenant) = small();
    let once = place.analyze(&[]);
    for file in [INTUNE, ENTRA, DEFENDER] {
        change(&place, &tenant, file, |sheet| {
            let again = sheet.rows.clone();
            sheet.rows.extend(again);
        });
    }
    let twice = place.analyze_into("twice", &[], &[]);
    let more: usize =
        [INTUNE, ENTRA, DEFENDER].iter().map(|file| Sheet::parse(&tenant.files[*file].1).rows.len()).sum();
    assert_rows(&twice, rows(&tenant) + more);
    let all = |report: &Report, file: &str, column: &str| -> BTreeSet<String> {
        report.lines(file).iter().map(|line| line[column].clone()).collect()
    };
    for (file, column) in [("devices.csv", "device_key"), ("findings.csv", "finding_id"), ("plan.csv", "object_id")] {
        let (before, after) = (all(&once, file, column), all(&twice, file, column));
        let changed: Vec<&String> = before.symmetric_difference(&after).collect();
        assert!(changed.is_empty(), "{file}: {} changes, first {:?}", changed.len(), changed.first());
    }
    for console in ["Intune", "Entra ID", "Defender"] {
        assert!(has_notice(&twice, "duplicate-rows", "", "", console), "{console}");
    }
}

/// Every cell of every CSV file of the report.
fn cells(report: &Report) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    for (name, content) in report.files() {
        if has_ending(&name, "csv") {
            let sheet = Sheet::parse(&content);
            assert!(sheet.rows.iter().all(|row| row.len() == sheet.header.len()), "{name} is ragged");
            cells.extend(sheet.rows.into_iter().flatten().map(|cell| (name.clone(), cell)));
        }
    }
    cells
}

const HOSTILE: &[&str] = &[
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "'=1+1",
    "＝1+1",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "\u{202e}gpj.exe",
    "a\r\nb",
    "\u{1b}[31mred",
    "{{ 7*7 }}",
    "C:\\..\\..\\evil",
];

#[test]
fn names_that_attack_stay_text() {
    let (place, tenant) = small();
    for file in [INTUNE, ENTRA, DEFENDER] {
        change(&place, &tenant, file, |sheet| {
            let columns =
                ["Device name", "displayName", "Device Name", "Model", "model", "userNames", "Primary user UPN"];
            let places: Vec<usize> = sheet
                .header
                .iter()
                .enumerate()
                .filter(|(_, h)| columns.contains(&h.as_str()))
                .map(|(at, _)| at)
                .collect();
            for (number, row) in sheet.rows.iter_mut().enumerate() {
                for at in &places {
                    row[*at] = HOSTILE[number % HOSTILE.len()].into();
                }
            }
        });
    }
    let report = place.analyze(&[]);
    assert_rows(&report, rows(&tenant));
    let mut neutralised = 0;
    for (name, cell) in cells(&report) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']), "{name}: {cell:?}");
        neutralised += usize::from(cell.starts_with('\''));
    }
    assert!(neutralised > 100);
    let page = String::from_utf8(report.files()["report.html"].clone()).unwrap();
    for markup in ["</script><script>alert(2)", "<img src=x", "<script>alert(1)"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert_eq!(place.listing().iter().filter(|name| name.contains("evil")).count(), 0);
}

#[test]
fn secrets_are_named_and_never_kept() {
    let (place, tenant) = small();
    let secret = "483920-117263-559182-004417-620931";
    let columns: [(usize, &str); 3] = [(INTUNE, "Recovery Key"), (ENTRA, "Password"), (AUTOPILOT, "Hardware Hash")];
    for (file, column) in columns {
        change(&place, &tenant, file, |sheet| {
            sheet.header.push(column.into());
            for row in &mut sheet.rows {
                row.push(secret.into());
            }
        });
    }
    let report = place.analyze(&[]);
    for (file, column) in columns {
        let notices = report.lines_where("notices.csv", "code", "secret-column");
        let named = notices.iter().any(|n| n["export"] == tenant.files[file].0 && n["column"] == column);
        assert!(named, "`{column}`: {notices:?}");
    }
    for (name, content) in report.files() {
        let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{name} holds a secret");
    }
}

#[test]
fn columns_that_nobody_knows_are_named_and_never_kept() {
    let (place, tenant) = small();
    change(&place, &tenant, ABM, |sheet| {
        sheet.header.push("Favourite Colour".into());
        for row in &mut sheet.rows {
            row.push("ultraviolet".into());
        }
    });
    let report = place.analyze(&[]);
    assert!(has_notice(&report, "unknown-column", &tenant.files[ABM].0, "", "`Favourite Colour`"));
    for (name, content) in report.files() {
        assert!(!String::from_utf8_lossy(&content).contains("ultraviolet"), "{name}");
    }
}

fn finding_ids(report: &Report) -> BTreeSet<String> {
    report.lines("findings.csv").into_iter().map(|line| line["finding_id"].clone()).collect()
}

/// Rewrites the check-ins of Intune, `2026-11-20 08:00:00.0000000` as its parts year, month, day, hour, minute.
fn with_check_ins(place: &Place, tenant: &Tenant, write: impl Fn(usize, [&str; 5]) -> Option<String>) {
    change(place, tenant, INTUNE, |sheet| {
        let at = sheet.column("Last check-in");
        for (number, row) in sheet.rows.iter_mut().enumerate() {
            let parts: Vec<&str> = row[at].split(['-', ' ', ':', '.']).collect();
            let [year, month, day, hour, minute, ..] = parts[..] else { continue };
            if ["0001", "9999"].contains(&year) {
                continue;
            }
            if let Some(text) = write(number, [year, month, day, hour, minute]) {
                row[at] = text;
            }
        }
    });
}

/// Another way to write a check-in.
type Write = fn([&str; 5]) -> String;

#[test]
fn dates_as_spreadsheets_write_them_say_the_same() {
    let (place, tenant) = small();
    let plain = finding_ids(&place.tables(&[]));
    let ways: [(&str, Write); 4] = [
        ("day first", |[y, m, d, h, n]| format!("{d}/{m}/{y} {h}:{n}")),
        ("month first", |[y, m, d, h, n]| format!("{m}/{d}/{y} {h}:{n}")),
        ("with dots", |[y, m, d, h, n]| format!("{d}.{m}.{y} {h}:{n}:00")),
        ("with a T and a zone", |[y, m, d, h, n]| format!("{y}-{m}-{d}T{h}:{n}:00Z")),
    ];
    for (number, (way, write)) in ways.into_iter().enumerate() {
        with_check_ins(&place, &tenant, |_, parts| Some(write(parts)));
        // The last minute is cut off the newest check-in, so the time of judgement is given.
        let report = place.tables_into(&format!("out-{number}"), &["--as-of", "2026-11-20T08:00:00Z"]);
        assert_eq!(finding_ids(&report), plain, "{way}");
    }
}

/// Dates that nobody can read may hide that a device is alive.
#[test]
fn dates_that_cannot_be_read_make_nobody_silent() {
    let (place, tenant) = small();
    let plain = place.tables(&[]).lines_where("findings.csv", "rule", "stale-everywhere");
    with_check_ins(&place, &tenant, |_, [y, m, d, ..]| Some(format!("{d} of {m}, {y}")));
    let report = place.tables_into("again", &[]);
    assert!(has_notice(&report, "unreadable-value", &tenant.files[INTUNE].0, "1", "count as unknown"));
    let known: BTreeSet<&str> = plain.iter().map(|line| line["device_key"].as_str()).collect();
    let lines = report.lines_where("findings.csv", "rule", "stale-everywhere");
    let new: Vec<&str> =
        lines.iter().filter(|l| !known.contains(l["device_key"].as_str())).map(|l| l["device_name"].as_str()).collect();
    assert_eq!(new, Vec::<&str>::new(), "called stale because Intune's dates are damaged");
}

#[test]
fn clocks_that_run_ahead_do_not_move_the_time_of_judgement() {
    for ahead in [1, 2, 3] {
        let (place, tenant) = small();
        let plain = finding_ids(&place.tables(&[]));
        with_check_ins(&place, &tenant, |number, _| {
            (number % 100 == 7 && number / 100 < ahead).then(|| format!("2031-01-01 0{}:00:00.0000000", number / 100))
        });
        let report = place.tables_into("again", &[]);
        assert_eq!(report.manifest()["as_of"], "2026-11-20T08:00:00Z", "{ahead} devices in 2031");
        let notices = report.lines_where("notices.csv", "code", "lone-date");
        assert!(!notices.is_empty());
        let new: Vec<String> = finding_ids(&report).difference(&plain).cloned().collect();
        assert_eq!(new, Vec::<String>::new());
    }
}

#[test]
fn what_people_add_by_hand_is_set_aside() {
    let (place, tenant) = small();
    let plain = finding_ids(&place.tables(&[]));
    let (name, content) = &tenant.files[ENTRA];
    let blank = ",".repeat(16);
    let more = format!("{blank}\r\n{blank}\r\nTotal: 354\r\n");
    place.write(&format!("in/{name}"), [content.as_slice(), more.as_bytes()].concat());
    let report = place.tables_into("again", &[]);
    assert_rows(&report, rows(&tenant) + 3);
    assert_eq!(finding_ids(&report), plain);
    assert_eq!(report.lines_where("notices.csv", "code", "bad-row").len(), 3);
}

#[test]
fn identifiers_in_another_spelling_are_the_same() {
    let (place, tenant) = small();
    let plain = place.tables(&[]).conclusions();
    change(&place, &tenant, ENTRA, |sheet| {
        for column in ["deviceId", "objectId"] {
            let at = sheet.column(column);
            for row in &mut sheet.rows {
                row[at] = format!("{{{}}}", row[at].to_uppercase());
            }
        }
    });
    change(&place, &tenant, AUTOPILOT, |sheet| {
        let at = sheet.column("Serial number");
        for row in &mut sheet.rows {
            row[at] = format!("=\"{}\"", row[at]);
        }
    });
    let again = place.tables_into("again", &[]).conclusions();
    // What is shown is the console's own spelling.
    let compared =
        |said: &crate::common::Conclusions| format!("{:?}", said.findings).to_lowercase().replace(['{', '}'], "");
    assert_eq!(compared(&again), compared(&plain));
    let keys = |records: &[[String; 5]]| records.iter().map(|record| record[2].clone()).collect::<BTreeSet<_>>();
    assert_eq!(keys(&again.records), keys(&plain.records));
}

#[test]
fn a_damaged_row_never_counts_as_a_missing_one() {
    let (place, tenant) = small();
    let before = finding_ids(&place.tables_into("before", &[]));
    // Some rows of Intune, Entra and Defender lose their last cells.
    for file in [0, 1, 3] {
        change(&place, &tenant, file, |sheet| {
            let kept = sheet.rows[0].len() - 4;
            for row in sheet.rows.iter_mut().step_by(29) {
                row.truncate(kept);
            }
        });
    }
    let after = place.tables_into("after", &[]);
    assert!(after.lines("notices.csv").iter().filter(|n| n["code"] == "bad-row").count() > 20);
    let new: Vec<String> = finding_ids(&after).difference(&before).cloned().collect();
    assert!(new.is_empty(), "{new:#?}");
}
