//! Consoles are data: one that nobody has heard of is read, linked, judged and planned for from files alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::common::Place;

const CONSOLE: &str = "\
console: acme-care
title: Acme Care
order: 900
platforms: [windows, macos, other]
signals: true
identifiers:
  - {column: serial, names: serial}
precedence: {name: 90, serial: 90}
states:
  - {state: managed, when: {state: [kept]}}
  - {state: released, when: {state: [gone]}}
columns:
  - {name: last_seen, newest: last_seen, meaning: last report}
";

const FORMAT: &str = "\
id: acme-care/list
console: acme-care
title: Acme Care, list
source: https://care.example/export
match:
  required: [Care No, Hardware Serial, Last Report]
columns:
  native_id: Care No
  name: Machine
  serial: Hardware Serial
  last_seen: Last Report
  state: Care State
";

const RULE: &str = "\
id: not-cared-for
title: In Intune and not in Acme Care
severity: medium
needs: [acme-care]
absence: [acme-care]
when: intune_count > 0 AND acme_care_id IS NULL AND acme_care_absent
objects:
  - {console: intune}
evidence: [acme_care_last_seen, consoles]
plan: review
why: Nobody repairs it.
summary: '{devices} {are} not cared for.'
tests:
  - {name: lacks, given: {intune_count: 1, acme_care_id: null, acme_care_absent: true}, expect: match}
  - {name: has, given: {intune_count: 1, acme_care_id: '7', acme_care_absent: false}, expect: pass}
  - {name: open, given: {intune_count: 1, acme_care_id: null, acme_care_absent: null}, expect: unknown}
";

const SURPLUS: &str = "\
id: cared-for-in-vain
title: In Acme Care and nowhere else
severity: low
needs: [acme-care, intune]
absence: [intune]
when: acme_care_count > 0 AND intune_absent
objects:
  - {console: acme-care}
evidence: [acme_care_state, acme_care_days]
plan: objects
why: It is paid for.
summary: '{devices} {are} cared for in vain.'
tests:
  - {name: alone, given: {acme_care_count: 1, intune_absent: true}, expect: match}
  - {name: held, given: {acme_care_count: 1, intune_absent: false}, expect: pass}
  - {name: open, given: {acme_care_count: 1, intune_absent: null}, expect: unknown}
";

const STEPS: &str = "\
define:
  - step: acme-cancel
    console: acme-care
    role: Contract manager
    states: [managed]
    action: 'Cancel the contract: Acme Care > Machines > the machine > Cancel.'
    condition: The machine is not in repair.
    why: It costs money.
";

const PLAYBOOK: &str = "\
playbook: acme
about: Machines that only Acme Care has.
order: 5
applies: {all: [in-acme-care, goes-acme-care]}
steps:
  - step: export-list
  - step: acme-cancel
  - step: verify-in-next-export
tests:
  - name: the contract is cancelled
    given: { platform: windows, activity: stale }
    records: [{ console: acme-care, id: '42', state: managed }]
    findings: [{ plan: objects, objects: ['42'] }]
    conditions: { acme-cancel: not in repair }
    wipes: []
";

const INTUNE: &str = "\
Device ID,Device name,Serial number,OS,Ownership,Managed by,Last check-in,Enrollment date,Azure AD Device ID,Compliance,Device state,Primary user UPN
7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01,PC-1,5CG1000AAA,Windows,Corporate,Intune,2026-03-01 08:00:00,2025-01-01 08:00:00,8f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01,Compliant,Managed,a@x.example
7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b02,PC-2,5CG1000AAB,Windows,Corporate,Intune,2026-03-02 08:00:00,2025-01-01 08:00:00,8f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b02,Compliant,Managed,b@x.example
";

const CARE: &str = "\
Care No,Machine,Hardware Serial,Last Report,Care State
41,PC-1,5CG1000AAA,2026-03-04,kept
42,PC-9,5CG1000AAZ,2026-03-03,kept
43,PC-8,5CG1000AAY,2026-03-03,gone
";

/// A tenant with Intune and a console of one's own, and the folder that describes it.
pub(crate) fn place() -> Place {
    let place = Place::new();
    place.write("mine/consoles/acme-care.yaml", CONSOLE);
    place.write("mine/formats/acme-care/list.yaml", FORMAT);
    place.write("mine/findings/own/not-cared-for.yaml", RULE);
    place.write("mine/findings/own/cared-for-in-vain.yaml", SURPLUS);
    place.write("mine/playbooks/acme-steps.yaml", STEPS);
    place.write("mine/playbooks/acme.yaml", PLAYBOOK);
    place.write("in/intune.csv", INTUNE);
    place.write("in/care.csv", CARE);
    place
}

fn lines(place: &Place, file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(place.path(file)).unwrap();
    let header = reader.headers().unwrap().clone();
    let line = |record: csv::StringRecord| header.iter().map(Into::into).zip(record.iter().map(Into::into)).collect();
    reader.records().map(|record| line(record.unwrap())).collect()
}

#[test]
fn a_console_of_ones_own_needs_no_code() {
    let place = place();
    let run = place.run(&["analyze", "in", "--rules", "mine", "--out", "report", "--as-of", "2026-03-05"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let devices = lines(&place, "report/devices.csv");
    let device = |name: &str| devices.iter().find(|line| line["name"] == name).unwrap();
    assert_eq!(devices.len(), 4);
    let both = device("PC-1");
    assert_eq!((both["consoles"].as_str(), both["acme_care_id"].as_str()), ("intune|acme-care", "41"));
    assert_eq!(both["last_activity_console"], "acme-care", "its report is a sign of activity");
    assert!(both["acme_care_last_seen"].starts_with("2026-03-04"));
    assert!(!both.contains_key("jamf_id"), "consoles that are not loaded have no columns");
    let found = |rule: &str| -> Vec<String> {
        let own = lines(&place, "report/findings.csv").into_iter().filter(|line| line["rule"] == rule);
        own.map(|line| format!("{} {}", line["device_name"], line["objects"])).collect()
    };
    assert_eq!(found("not-cared-for"), ["PC-2 intune:7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b02"]);
    assert_eq!(found("cared-for-in-vain"), ["PC-8 acme-care:43", "PC-9 acme-care:42"]);
    let plan = lines(&place, "report/plan.csv");
    let steps: Vec<_> = plan.iter().filter(|line| line["console"] == "acme-care").collect();
    let told: Vec<_> = steps.iter().map(|line| (line["step"].as_str(), line["object_id"].as_str())).collect();
    assert_eq!(told, [("acme-cancel", "42")], "the state of the other allows no such step");
    // A copy has the console under its own name, by which its files are loaded.
    let copied = place.run(&["redact", "report", "--out", "copy", "--new-key", "key"]);
    assert_eq!((copied.code, copied.stderr.as_str()), (0, ""), "{}", copied.stdout);
    assert_eq!(place.run(&["verify", "copy"]).code, 0);
    let devices = lines(&place, "copy/devices.csv");
    assert!(devices.iter().any(|line| line["consoles"] == "intune|acme-care" && line["name"].starts_with("device-")));
}

/// Columns of a console's own, in the words of a rule's own columns.
const OWN_COLUMNS: &str = "  - {name: any_kept, any: state = 'kept', meaning: whether one of its rows is kept}
  - {name: old_count, count: state = 'gone', where: days > 1, meaning: rows that are gone}
  - {name: all_named, all_filled: name, meaning: whether every row has a name}
";

const KEPT: &str = "\
id: kept-in-vain
title: Kept and nowhere else
severity: low
needs: [acme-care, intune]
absence: [intune]
when: acme_care_any_kept AND acme_care_old_count = 0 AND acme_care_all_named AND intune_absent
objects:
  - {console: acme-care}
evidence: [acme_care_any_kept, acme_care_old_count]
plan: review
why: It is paid for.
summary: '{devices} {are} kept in vain.'
tests:
  - name: one of two rows is kept
    records:
      - {console: acme-care, native_id: '1', name: A, state: kept}
      - {console: acme-care, native_id: '2', name: A, state: gone, last_seen: '2026-01-01'}
    given: {intune_absent: true}
    expect: match
  - name: gone for long
    records:
      - {console: acme-care, native_id: '1', name: A, state: kept}
      - {console: acme-care, native_id: '2', name: A, state: gone, last_seen: '2025-11-01'}
    given: {intune_absent: true}
    expect: pass
  - name: nothing says what the row is
    records:
      - {console: acme-care, native_id: '1', name: A}
    given: {intune_absent: true}
    expect: unknown
";

#[test]
fn a_column_of_a_console_is_a_line_of_its_file() {
    let place = place();
    place.write("mine/consoles/acme-care.yaml", format!("{CONSOLE}{OWN_COLUMNS}"));
    place.write("mine/findings/own/kept-in-vain.yaml", KEPT);
    let checked = place.run(&["rules", "check", "mine"]);
    assert_eq!(checked.code, 0, "{}", checked.complaint());
    let fields = place.run(&["fields", "--rules", "mine"]).stdout;
    assert!(fields.contains("acme_care_any_kept") && fields.contains("rows that are gone"), "{fields}");

    place.write("mine/consoles/acme-care.yaml", format!("{CONSOLE}  - {{name: odd, any: stat = 'x', meaning: odd}}\n"));
    let complaint = place.run(&["rules", "check", "mine"]).complaint();
    assert!(complaint.contains("`odd`: `stat` is no column") && complaint.contains("`state`"), "{complaint}");
}

/// What a whole folder of one's own says: nothing of it is wrong.
#[test]
fn a_folder_of_ones_own_is_checked_as_a_whole() {
    let run = place().run(&["rules", "check", "mine"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn mistakes_in_a_console_are_said_with_what_is_right() {
    let place = place();
    let wrong = "console: acme-care\ntitle: Acme\norder: 5\nplatforms: [windwos]\nidentifiers:\n  - {column: serail, names: serial}\n  - {column: entra_id, names: entra-id, of: entre}\nstates:\n  - {state: manged, when: {state: kept}}\n";
    place.write("mine/consoles/acme-care.yaml", wrong);
    insta::assert_snapshot!(place.run(&["rules", "check", "mine"]).complaint());
}

/// Dates that people write are no activity: they neither move the time of judgement nor count as seen.
#[test]
fn dates_of_a_console_without_signals_are_no_activity() {
    let place = place();
    place.write("mine/consoles/acme-care.yaml", CONSOLE.replace("signals: true\n", ""));
    let judged = place.run(&["analyze", "in", "--rules", "mine", "--out", "report", "--force"]);
    assert!(judged.stdout.contains("judged at 2026-03-02T08:00:00Z"), "{}", judged.stdout);
    let inspect = place.run(&["inspect", "in/care.csv", "--rules", "mine"]);
    assert!(
        inspect.stdout.contains("no sign of activity") && !inspect.stdout.contains("newest activity"),
        "{}",
        inspect.stdout
    );
    let explain = place.run(&["explain", "PC-9", "report"]);
    assert!(
        explain.stdout.contains("dated 2026-03-03T00:00:00Z, which is no sign of activity there"),
        "{}",
        explain.stdout
    );
}

/// A misspelt word is never what a list says, so that nothing would ever be found to be gone, and nobody would notice.
#[test]
fn a_misspelt_word_of_a_state_is_refused() {
    let place = place();
    let complaint = |states: &str| {
        let wrong = CONSOLE.replace("  - {state: released, when: {state: [gone]}}\n", states);
        place.write("mine/consoles/acme-care.yaml", &wrong);
        place.run(&["rules", "check", "mine"]).complaint()
    };
    let gone = complaint("  - {state: released, when: {state: [sold, gone]}}\ngone: {state: [sold, gonne]}\n");
    assert!(gone.contains("`gonne` is no word that a state has for `state`"), "{gone}");
    assert!(gone.contains("the nearest is `gone`"), "{gone}");
    let capital = complaint("  - {state: released, when: {state: [Gone Away]}}\n");
    assert!(
        capital.contains("`Gone Away` is never what a list says") && capital.contains("write `goneaway`"),
        "{capital}"
    );
    let platform = complaint("  - {state: released, when: {platform: widnows}}\n");
    assert!(platform.contains("`widnows` is no word of `platform`") && platform.contains("`windows`"), "{platform}");
    let right = "  - {state: released, when: {state: [sold, gone]}}\ngone: {state: [sold]}\n";
    place.write(
        "mine/consoles/acme-care.yaml",
        CONSOLE.replace("  - {state: released, when: {state: [gone]}}\n", right),
    );
    assert_eq!(place.run(&["rules", "check", "mine"]).code, 0);
}

const JAMF: &str = "\
Computer Name,Serial Number,Jamf Pro Computer ID,Last Check-in,Managed
MAC-1,C02ZK2ABMD6T,41,2026-03-03 09:15:00,Managed
MAC-2,C02ZK2ABMD7U,42,2024-11-02 10:00:00,Managed
";

const REGISTER: &str = "\
Asset Number,Name,Serial Number,Category,Asset Status,Disposal Date
A-1,MAC-1,C02ZK2ABMD6T,Laptop,In use,
A-2,MAC-2,C02ZK2ABMD7U,Laptop,In use,
A-3,PC-1,5CG1000AAA,Laptop,Disposed,2025-06-01
A-4,PC-7,5CG1000AAX,Laptop,In use,
A-5,SCREEN,CN0000000X,Monitor,In use,
";

#[test]
fn jamf_and_a_register_are_compared_with_the_rest() {
    let place = Place::new();
    let mac = "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b03,MAC-1,C02ZK2ABMD6T,macOS,Corporate,Intune,2026-03-01 08:00:00,2025-01-01 08:00:00,8f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b03,Compliant,Managed,c@x.example\n";
    place.write("in/intune.csv", format!("{INTUNE}{mac}"));
    place.write("in/jamf.csv", JAMF);
    place.write("in/register.csv", REGISTER);
    let run = place.run(&["analyze", "in", "--out", "report", "--as-of", "2026-03-05"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let own = ["managed-twice", "not-in-register", "register-only", "register-retired-but-active"];
    let found = lines(&place, "report/findings.csv").into_iter().filter(|line| own.contains(&line["rule"].as_str()));
    let found: Vec<String> = found.map(|line| format!("{} {}", line["rule"], line["device_name"])).collect();
    let expected =
        ["managed-twice MAC-1", "not-in-register PC-2", "register-only PC-7", "register-retired-but-active PC-1"];
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(found), expected.map(String::from));
}

const WORKSPACE_ONE: &str = "\
Friendly Name,Device ID,Serial Number,Platform,OS Version,Model,Ownership,Organization Group,Email Address,Last Seen,Enrollment Status
PC-1,5614,5CG1000AAA,Windows Desktop,10.0,EliteBook,Corporate - Dedicated,Northwind,a@x.example,2026-03-03 04:35:20,Enrolled
PC-5,5615,5CG1000AAE,Windows Desktop,10.0,EliteBook,Corporate - Dedicated,Northwind,b@x.example,2025-03-03 04:35:20,Enrolled
PC-6,5616,5CG1000AAF,Windows Desktop,10.0,EliteBook,Corporate - Dedicated,Northwind,c@x.example,2025-03-03 04:35:20,Lost In Space
";

const KANDJI: &str = r#"[
{"device_id":"fc60decb-30cb-4db1-b3ec-2fa8ea1b8301","device_name":"MAC-1","serial_number":"C02ZK2ABMD6T","platform":"Mac","last_check_in":"2026-03-02T17:46:31Z","is_removed":false},
{"device_id":"fc60decb-30cb-4db1-b3ec-2fa8ea1b8302","device_name":"MAC-2","serial_number":"C02ZK2ABMD7U","platform":"Mac","last_check_in":"2025-01-02T17:46:31Z","is_removed":false}
]"#;

const FLEET: &str = r#"{"hosts":[
{"id":7,"hostname":"mac-1","computer_name":"MAC-1","platform":"darwin","osquery_version":"5.15.0","hardware_serial":"C02ZK2ABMD6T","seen_time":"2026-03-02T21:14:58Z","mdm":{"enrollment_status":"On (manual)"}},
{"id":8,"hostname":"build-8","computer_name":"build-8","platform":"ubuntu","osquery_version":"5.9.1","hardware_serial":"PF3XK2AB","seen_time":"2024-12-02T21:14:58Z","mdm":{"enrollment_status":"Off"}}
]}"#;

/// Three more systems that manage devices, none of which any code knows.
#[test]
fn other_systems_are_compared_and_planned_for() {
    let place = Place::new();
    place.write("in/intune.csv", INTUNE);
    place.write("in/ws1.csv", WORKSPACE_ONE);
    place.write("in/kandji.json", KANDJI);
    place.write("in/fleet.json", FLEET);
    let run = place.run(&["analyze", "in", "--out", "report", "--as-of", "2026-03-05"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let findings = lines(&place, "report/findings.csv");
    let found = |rule: &str| -> Vec<(String, String)> {
        let own = findings.iter().filter(|line| line["rule"] == rule);
        let mut own: Vec<_> = own.map(|line| (line["device_name"].clone(), line["objects"].clone())).collect();
        own.sort();
        own
    };
    let own = |name: &str, objects: &str| (name.to_string(), objects.to_string());
    assert_eq!(
        found("managed-twice"),
        [
            own("MAC-1", "kandji:fc60decb-30cb-4db1-b3ec-2fa8ea1b8301|fleet:7"),
            own("PC-1", "intune:7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01|workspace-one:5614"),
        ]
    );
    let stale: Vec<String> = found("stale-everywhere").into_iter().map(|(name, _)| name).collect();
    assert_eq!(stale, ["MAC-2", "PC-5", "PC-6", "build-8"]);
    let plan = lines(&place, "report/plan.csv");
    let steps = |name: &str| -> Vec<&str> {
        let own = plan.iter().filter(|line| line["device_name"] == name && !line["console"].is_empty());
        own.map(|line| line["step"].as_str()).collect()
    };
    assert_eq!(steps("PC-5"), ["workspace-one-wipe", "workspace-one-delete"]);
    assert!(steps("PC-6").iter().all(|step| !step.starts_with("workspace-one")), "nobody knows what its state means");
    let kept = ["kandji-back-up-keys", "kandji-delete"];
    assert_eq!(steps("MAC-2"), kept, "nobody says whose it is, so nothing is erased");
    assert_eq!(steps("build-8"), ["fleet-delete"], "only the agent runs on it");
    let wiped: Vec<&str> = plan.iter().filter(|l| l["wipes"] == "true").map(|l| l["device_name"].as_str()).collect();
    assert_eq!(wiped, ["PC-5"]);
}

/// Whoever keeps a register has words of his own. A device that the register sets aside, or calls lost, is not removed before
/// somebody decides.
#[test]
fn what_the_register_sets_aside_is_settled_first() {
    let place = Place::new();
    let words =
        ["Lost", "In stock", "In repair", "Legal hold", "Parental leave", "Quarantine", "Awaiting return", "Retired"];
    let (mut intune, mut register) = (
        "Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,Serial number,Manufacturer,Compliance,Managed by,\
         Ownership,Device state,OS,JoinType,Primary user UPN\n"
            .to_string(),
        "Asset Tag,Serial Number,Asset Status,Name,Manufacturer,Model,Assigned To,Category,Disposal Date\n".to_string(),
    );
    for n in 0..20_usize {
        let (word, seen) = words.get(n).map_or(("In use", "2026-02-27"), |word| (*word, "2025-06-01"));
        writeln!(
            intune,
            "d0000000-0000-4000-8000-{n:012},PC-{n},2024-01-05 09:00:00,{seen} 08:00:00,,REGSER{n:04},Dell Inc.,Compliant,Intune,Corporate,\
             Managed,Windows,Azure AD joined,u{n}@contoso.example"
        )
        .unwrap();
        writeln!(register, "T{n},REGSER{n:04},{word},PC-{n},Dell Inc.,Latitude 5440,u{n}@contoso.example,Laptop,")
            .unwrap();
    }
    place.write("in/intune.csv", intune);
    place.write("in/register.csv", register);
    let report = place.tables(&["--as-of", "2026-03-01"]);
    let wipes = |n: usize| {
        let own = report.lines_where("plan.csv", "device_name", &format!("PC-{n}"));
        own.iter().any(|step| step["step"] == "intune-wipe")
    };
    let settles = |step: &str| report.lines_where("plan.csv", "step", step).len();
    assert_eq!((settles("settle-lost"), settles("settle-spare")), (1, 6));
    assert_eq!((0..20).filter(|n| wipes(*n)).collect::<Vec<_>>(), [7], "only the retired one leaves");
}
