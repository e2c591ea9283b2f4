//! What the program says when it cannot go on, and that it then leaves nothing behind.

use std::io::Write as _;

use insta::assert_snapshot;

use crate::common::{Place, Report, files_below};
use crate::generator::zip_stored;

const ENTRA: &str = "displayName,accountEnabled,operatingSystem,joinType (trustType),registrationTime,\
                     approximateLastSignInDateTime,deviceId,objectId\n";

/// Runs what must fail, and sees to it that no file came, went or changed.
fn complaint(place: &Place, arguments: &[&str]) -> String {
    let before = files_below(&place.path(""));
    let run = place.run(arguments);
    assert_ne!(run.code, 0);
    assert_eq!(run.stdout, "");
    assert!(files_below(&place.path("")) == before, "a failure leaves something: {:?}", place.listing());
    run.complaint()
}

/// What is said of one input file.
fn about(name: &str, content: impl AsRef<[u8]>) -> String {
    let place = Place::new();
    place.write(&format!("in/{name}"), content);
    complaint(&place, &["analyze", "in"])
}

#[test]
fn no_such_path() {
    assert_snapshot!(complaint(&Place::new(), &["analyze", "exprots"]), @"
    exit 2
    error: `exprots` does not exist
    help: name the files or folders that hold the exports
    ");
}

#[test]
fn no_input_named() {
    assert_snapshot!(complaint(&Place::new(), &["analyze"]), @"
    exit 2
    error: the following required arguments were not provided:
      <EXPORTS>...

    Usage: lastseen analyze <EXPORTS>...

    For more information, try '--help'.
    ");
}

#[test]
fn empty_folder() {
    let place = Place::new();
    std::fs::create_dir(place.path("in")).unwrap();
    assert_snapshot!(complaint(&place, &["analyze", "in"]), @"
    exit 3
    error: no export was found: no CSV, TSV, TXT or ZIP file is there
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn pdf_with_another_ending() {
    assert_snapshot!(about("devices.csv", "%PDF-1.7\n1 0 obj\n"), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: a PDF document, not a device list; export the list again as CSV
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn unknown_table() {
    assert_snapshot!(about("people.csv", "Name,Mail,Department\nA,a@contoso.example,Sales\n"), @"
    exit 3
    error: `people.csv` is no known export
      `people.csv`: no known format has these columns: `Name`, `Mail`, `Department`; the file was not used
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn unknown_table_with_hostile_header() {
    assert_snapshot!(about("people.csv", "\x1b[2JName,<script>,=1+1\na,b,c\n"), @"
    exit 3
    error: `people.csv` is no known export
      `people.csv`: no known format has these columns: `�[2JName`, `<script>`, `=1+1`; the file was not used
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn header_without_rows() {
    assert_snapshot!(about("exportDevice.csv", ENTRA), @"
    exit 3
    error: the exports have headers and no rows
      `exportDevice.csv`: the export has a header and no rows; it counts as not supplied
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn rows_without_any_date() {
    let row = "PC-1,True,Windows,AzureAd,,,8f14e45f-ceea-467f-a8d1-2f0b5cfd1a01,8f14e45f-ceea-467f-a8d1-2f0b5cfd1a02\n";
    assert_snapshot!(about("exportDevice.csv", ENTRA.to_owned() + row), @"
    exit 3
    error: no export has a sign of life, so there is no time to judge at
    help: give the time with `--as-of`, or add an export of Intune, Entra ID, Defender or Google
    ");
}

#[test]
fn empty_file() {
    assert_snapshot!(about("devices.csv", ""), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: the file is empty
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn json_file() {
    assert_snapshot!(about("devices.json", "{\"value\": []}"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: JSON, which is not read yet; export the list as CSV
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn web_page_in_place_of_a_table() {
    assert_snapshot!(about("devices.csv", "<!DOCTYPE html><html><body>Sign in</body></html>"), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: a web page or XML, not a device list
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn folder_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("in/devices.csv", ENTRA);
    let locked = place.path("in");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    // The administrator of the machine reads everything; then there is nothing to test.
    let said = std::fs::read_dir(&locked).is_err().then(|| place.run(&["analyze", "in"]).complaint());
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
    let Some(said) = said else {
        eprintln!("passed over: this user may read every folder");
        return;
    };
    assert_snapshot!(said, @r"
    exit 3
    error: `in` cannot be read
      caused by: Permission denied (os error 13)
    help: check the spelling and that you may read the file or folder
    ");
}

#[test]
fn archive_that_is_broken() {
    let whole = zip_stored("devices.csv", ENTRA.as_bytes());
    assert_snapshot!(about("devices.zip", &whole[..whole.len() / 2]), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip`: the archive is damaged or cut off
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn archive_with_a_password() {
    let mut bytes = zip_stored("devices.csv", ENTRA.as_bytes());
    // The lowest bit of the flags says "encrypted", in the entry and in the directory.
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = bytes.windows(4).position(|window| window == mark).unwrap();
        bytes[at + flags] |= 1;
    }
    assert_snapshot!(about("devices.zip", bytes), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip!devices.csv`: the member cannot be unpacked: it is encrypted or uses an unknown method
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn archive_that_unpacks_without_end() {
    assert_snapshot!(about("devices.zip", packed("devices.csv", &vec![b'a'; 8 << 20])), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip!devices.csv`: the member unpacks to more than 3263200 bytes and was not read
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

#[test]
fn workbook() {
    assert_snapshot!(about("devices.xlsx", packed("[Content_Types].xml", b"<Types/>")), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: an Excel workbook; save its sheet as CSV (UTF-8) and give that file
    help: export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder
    ");
}

fn packed(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file(name, options).unwrap();
    archive.write_all(content).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn output_folder_of_somebody_else() {
    let place = Place::with_sample();
    place.write("out/thesis.txt", "mine");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out"]), @"
    exit 2
    error: `out` exists and is no report
    help: choose another place with `--out`
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out", "--force"]), @"
    exit 2
    error: `out` exists and is no report
    help: choose another place with `--out`
    ");
}

#[test]
fn output_that_is_a_file() {
    let place = Place::with_sample();
    place.write("out", "mine");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out", "--force"]), @"
    exit 2
    error: `out` is not a folder
    help: choose another place with `--out`
    ");
}

#[test]
fn output_below_a_file() {
    let place = Place::with_sample();
    place.write("file", "mine");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "file/out"]), @"
    exit 2
    error: `file` is not a folder
    help: choose another place with `--out`
    ");
}

#[test]
fn earlier_report_is_replaced_only_when_asked() {
    let place = Place::with_sample();
    let first = place.analyze(&[]).files();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out"]), @"
    exit 2
    error: `out` holds a report already
    help: replace it with `--force`, or choose another place with `--out`
    ");
    place.write("out/suggestions/of-last-year.csv", "old");
    assert!(place.analyze(&["--force"]).files() == first, "the old report must be gone as a whole");
    let beside: Vec<String> = place.listing().into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(beside, Vec::<String>::new());
}

#[test]
fn time_that_is_none() {
    let place = Place::with_sample();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--as-of", "yesterday"]), @"
    exit 2
    error: invalid value 'yesterday' for '--as-of <TIME>': write it as `2026-11-20` or `2026-11-20T08:00:00Z`

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--as-of", "11/20/2026"]), @"
    exit 2
    error: invalid value '11/20/2026' for '--as-of <TIME>': write it as `2026-11-20` or `2026-11-20T08:00:00Z`

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--as-of", "2026-02-30"]), @"
    exit 2
    error: invalid value '2026-02-30' for '--as-of <TIME>': write it as `2026-11-20` or `2026-11-20T08:00:00Z`

    For more information, try '--help'.
    ");
}

#[test]
fn threshold_that_is_none() {
    let place = Place::with_sample();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive=7"]), @"
    exit 2
    error: an inactivity threshold of 7 days is below 21
    help: Entra's activity stamp only moves once it is 14 ± 5 days old, so live devices would be called silent; `--allow-short-thresholds` accepts it for non-persistent desktops
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactiv=60"]), @"
    exit 2
    error: invalid value 'inactiv=60' for '--threshold <NAME=DAYS>': `inactiv` is no threshold; the nearest is `inactive`

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive.amiga=60"]), @"
    exit 2
    error: invalid value 'inactive.amiga=60' for '--threshold <NAME=DAYS>': `amiga` is no platform; use one of: windows, macos, ios, android, chromeos, linux, other

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive=soon"]), @"
    exit 2
    error: invalid value 'inactive=soon' for '--threshold <NAME=DAYS>': `soon` is no number of days

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive"]), @"
    exit 2
    error: invalid value 'inactive' for '--threshold <NAME=DAYS>': write it as `inactive=60` or `inactive.ios=60`

    For more information, try '--help'.
    ");
}

#[test]
fn severity_that_is_none() {
    assert_snapshot!(complaint(&Place::with_sample(), &["analyze", "in", "--fail-on", "serious"]), @"
    exit 2
    error: invalid value 'serious' for '--fail-on <SEVERITY>': use one of: info, low, medium, high, critical

    For more information, try '--help'.
    ");
}

#[test]
fn options_that_are_none() {
    let place = Place::with_sample();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--date-order", "ymd"]), @"
    exit 2
    error: invalid value 'ymd' for '--date-order <ORDER>'
      [possible values: dmy, mdy]

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analize", "in"]), @"
    exit 2
    error: unrecognized subcommand 'analize'

      tip: a similar subcommand exists: 'analyze'

    Usage: lastseen <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--outt", "x"]), @"
    exit 2
    error: unexpected argument '--outt' found

      tip: a similar argument exists: '--out'

    Usage: lastseen analyze --out <DIR> <EXPORTS>...

    For more information, try '--help'.
    ");
}

/// What is said of a rule, given as changes to one that is right.
fn about_rule(changes: &[(&str, &str)]) -> String {
    let mut text = String::from(
        "id: probe\n\
         title: Probe\n\
         severity: low\n\
         when: intune_count > 0 AND intune_days > inactive_days\n\
         objects:\n  - {console: intune}\n\
         evidence: [intune_days]\n\
         plan: review\n\
         why: To see.\n\
         summary: \"{devices} {are} seen.\"\n\
         tests: []\n",
    );
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let place = Place::with_sample();
    place.write("mine/findings/own/probe.yaml", text);
    if changes.is_empty() {
        let report = place.analyze(&["--rules", "mine"]);
        return report.rule("probe")["outcome"].clone();
    }
    complaint(&place, &["analyze", "in", "--rules", "mine"])
}

const WHEN: &str = "intune_count > 0 AND intune_days > inactive_days";

#[test]
fn rule_that_is_right() {
    assert_eq!(about_rule(&[]), "ran");
}

#[test]
fn rule_with_an_unknown_column() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_dys > 3")]), @"
    exit 5
    error: `findings/own/probe.yaml`, when: `intune_dys` is no column
    help: the nearest column is `intune_days`
    ");
    assert_snapshot!(about_rule(&[("[intune_days]", "[intune_day]")]), @"
    exit 5
    error: `findings/own/probe.yaml`, evidence: `intune_day` is no column of the device table
    help: the nearest column is `intune_days`
    ");
}

#[test]
fn rule_with_text_in_double_quotes() {
    assert_snapshot!(about_rule(&[(WHEN, "'intune_compliance = \"compliant\"'")]), @"
    exit 5
    error: `findings/own/probe.yaml`, when: `compliant` is no column
    help: text stands in single quotes: 'compliant'
    ");
}

#[test]
fn rule_over_more_than_one_device() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_days > AVG(intune_days)")]), @"
    exit 5
    error: `findings/own/probe.yaml`, when: `avg` is not allowed in a condition
    help: a condition speaks of one device at a time; `lastseen fields` lists what it may use
    ");
    assert_snapshot!(about_rule(&[(WHEN, "intune_days > (SELECT 3)")]), @"
    exit 5
    error: `findings/own/probe.yaml`, when: `select` is not allowed in a condition
    help: a condition speaks of one device at a time; `lastseen fields` lists what it may use
    ");
}

#[test]
fn rule_without_a_column() {
    assert_snapshot!(about_rule(&[(WHEN, "1 = 1")]), @"
    exit 5
    error: `findings/own/probe.yaml`, when: looks at no column, so it says the same of every device
    ");
}

#[test]
fn rule_that_gives_no_yes_or_no() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_days + 1")]), @"
    exit 5
    error: `findings/own/probe.yaml`, when: cannot be evaluated: gives a number, not true or false
    ");
}

#[test]
fn rule_with_bad_syntax() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_days >> ) 3")]), @"
    exit 5
    error: `findings/own/probe.yaml`, when: cannot be read as a condition: unable to parse 'intune_days >> ) 3' as Expr
    ");
}

/// The engine panics on this text. People must hear what is wrong with it, and nothing of the engine's inside.
#[test]
fn rule_with_a_bad_interval() {
    let said = about_rule(&[(WHEN, "intune_last_seen < as_of - INTERVAL 'ninety days'")]);
    let first = "exit 5\nerror: `findings/own/probe.yaml`, when: cannot be read as a condition: ";
    assert!(said.starts_with(first), "{said}");
    assert!(!said.contains("unwrap") && !said.contains(".rs:"), "{said}");
}

#[test]
fn rule_with_a_bad_key() {
    assert_snapshot!(about_rule(&[("severity:", "sverity:")]), @"
    exit 5
    error: `findings/own/probe.yaml`: unknown field `sverity`, expected one of `id`, `title`, `severity`, `severity_when`, `needs`, `absence`, `when`, `objects`, `evidence`, `plan`, `why`, `summary`, `factors`, `controls`, `references`, `tests` at line 3 column 1
    ");
    assert_snapshot!(about_rule(&[("plan: review", "plan: destroy")]), @"
    exit 5
    error: `findings/own/probe.yaml`: plan: unknown variant `destroy`, expected one of `remove`, `objects`, `reconnect`, `review` at line 8 column 7
    ");
    assert_snapshot!(about_rule(&[("severity: low", "severity: mild")]), @"
    exit 5
    error: `findings/own/probe.yaml`, severity: `mild` is no severity
    help: info, low, medium, high, critical
    ");
    assert_snapshot!(about_rule(&[("console: intune", "console: intun")]), @"
    exit 5
    error: `findings/own/probe.yaml`, objects: `intun` is no console
    help: intune, entra, autopilot, defender, abm, ade, chrome, google-mobile, ad, bitlocker, laps
    ");
    assert_snapshot!(about_rule(&[("id: probe", "id: prob")]), @"
    exit 5
    error: `findings/own/probe.yaml`, id: `prob` does not match the file name
    help: write `probe`
    ");
}

#[test]
fn rule_that_is_no_yaml() {
    assert_snapshot!(about_rule(&[("title: Probe", "title: [Probe")]), @"
    exit 5
    error: `findings/own/probe.yaml`: title: invalid type: sequence, expected a string at line 2 column 8
    ");
}

#[test]
fn several_problems_at_once() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_dys > 3"), ("severity: low", "severity: mild")]), @"
    exit 5
    error: 2 problems in rules, formats or settings
      `findings/own/probe.yaml`, severity: `mild` is no severity
        help: info, low, medium, high, critical
      `findings/own/probe.yaml`, when: `intune_dys` is no column
        help: the nearest column is `intune_days`
    ");
}

#[test]
fn folder_of_rules_that_is_not_there() {
    assert_snapshot!(complaint(&Place::with_sample(), &["analyze", "in", "--rules", "mine"]), @"
    exit 2
    error: `mine` is no folder
    help: name the folder that holds your own files
    ");
}

#[test]
fn format_that_is_wrong() {
    let place = Place::with_sample();
    place.write(
        "mine/formats/intune/own.yaml",
        "id: intune/own\nconsole: intune\ntitle: Own\nsource: here\nmatch: {required: [Id]}\ncolumns: {serail: Serial}\n",
    );
    assert_snapshot!(complaint(&place, &["analyze", "in", "--rules", "mine"]), @"
    exit 5
    error: `formats/intune/own.yaml`, serail: `serail` is no canonical column
    help: the nearest column is `serial`
    ");
}

#[test]
fn template_that_is_broken() {
    let place = Place::with_sample();
    place.write("mine/report.html", "<html>{% if %}</html>");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--templates", "mine"]), @"
    exit 5
    error: `report.html`, line 1: unexpected end of block
    ");
    place.write("mine/report.html", "<html>{{ nobody.knows.this }}</html>");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--templates", "mine"]), @"
    exit 5
    error: `report.html`, line 1: `nobody` is undefined
    ");
}

#[test]
fn remarks_under_strict() {
    assert_snapshot!(complaint(&Place::with_sample(), &["analyze", "in", "--strict"]), @"
    exit 4
    error: `--strict` does not accept a remark about the input
      serial `240000383` is used by several manufacturers (dell, lenovo) and joins nothing
    help: mend the exports, or run without `--strict` to have the remarks in the report
    ");
}

#[test]
fn findings_at_or_above_a_severity() {
    let place = Place::with_sample();
    let run = place.run(&["analyze", "in", "--quiet", "--fail-on", "high"]);
    assert_eq!((run.code, run.stderr.as_str()), (10, ""));
    assert!(place.path("lastseen-report/report.html").is_file(), "the report is written all the same");
    let run = place.run(&["analyze", "in", "--quiet", "--fail-on", "critical", "--force"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_no_reason_to_fail() {
    let place = Place::with_sample();
    let plain = place.analyze(&[]).conclusions();
    std::os::unix::fs::symlink("../in", place.path("in/back")).unwrap();
    let run = place.run(&["analyze", "in", "--quiet", "--out", "again"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(Report { root: place.path("again") }.conclusions() == plain, "no file is read twice");
}

#[test]
fn an_earlier_report_among_the_exports_is_no_input() {
    let place = Place::with_sample();
    let first = place.analyze_into("in/report", &[], &[]).conclusions();
    assert!(place.analyze_into("in/report", &["--force"], &[]).conclusions() == first);
}
