//! What people read first.

use insta::assert_snapshot;

use crate::common::{Place, Report};

fn answer(arguments: &[&str]) -> String {
    let run = Place::new().run(arguments);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run.stdout
}

#[test]
fn program() {
    assert_snapshot!(answer(&["--help"]), @"
    Find stale and misaligned device records across console exports, offline, and plan how each leaves
    service

    Usage: lastseen <COMMAND>

    Commands:
      analyze      Link the exports into devices, flag the stale and misaligned ones, and write the
                   report
      inspect      Say what each export is, what is known in it, and what is damaged or missing
      explain      Explain one device: its records, why they were joined or refused, signals, rules and
                   steps
      compare      Say what is new, open, resolved, reopened or not assessed between two reports
      render       Write the files of a report again, with other templates or formats
      redact       Write a copy of a report that may be shared: every name, user, serial number and id
                   replaced, and searched for in every byte
      rollup       Put the reports of several tenants side by side: figures per 100 devices, rules by
                   tenant, and what was not judged alike
      verify       Check that a report is as it was written: every file that is missing, changed or too
                   many, by name
      rules        List, show, check and test the rules
      playbooks    List, show, check and test the playbooks: the steps for each kind of device, in their
                   order
      checklist    Print which exports to ask for, how each is made without secrets, and what each adds
      fields       Print the columns that a rule may use, with type, meaning and the consoles that fill
                   them
      init         Write `lastseen.toml` and `exceptions.yaml` here and `provenance.yaml` beside the
                   exports, all with comments; what is there is kept
      completions  Print the completions for a shell: bash, elvish, fish, powershell or zsh
      man          Print the manual page, or write one for each command into a folder
      licenses     Print the licences of everything that is built into the program

    Options:
      -h, --help     Print help
      -V, --version  Print version
    ");
}

#[test]
fn analyze() {
    assert_snapshot!(answer(&["analyze", "--help"]), @"
    Link the exports into devices, flag the stale and misaligned ones, and write the report

    Usage: lastseen analyze [OPTIONS] <EXPORTS>...

    Arguments:
      <EXPORTS>...  Files and folders with console exports: CSV, XLSX, JSON, or ZIP archives of them

    Options:
      -h, --help  Print help

    Input:
          --expect <CONSOLE=N>   Number of devices that a console's own page shows: `intune=4812`; a
                                 list with fewer proves no absence
          --date-order <ORDER>   Order of day and month in columns that do not decide it [possible
                                 values: dmy, mdy]
          --newest <FILE>        List that is the newest of its console, where dates in the lists cannot
                                 tell; as `inspect` names it
          --treat <FILE=FORMAT>  Read a file as this format, whatever it looks like:
                                 `list.csv=chrome/cros`; in an archive or a workbook `book.xlsx!Sheet=…`
          --baseline <REPORT>    Earlier report to compare with and to carry on from: what is new,
                                 resolved or open, and what was done
          --strict               Refuse exports with notices of medium severity or above

    Judgement:
          --as-of <TIME>            Judge at this time, `YYYY-MM-DD` or RFC 3339 in UTC [default: the
                                    newest activity in the exports]
          --rules <DIR>             Folder with formats, rules and playbooks to add to the shipped ones
                                    or to put in their place
          --config <FILE>           Configuration: thresholds, rules that are off, severities, markers
                                    [default: `lastseen.toml` here, unless an export is here too]
          --threshold <NAME=DAYS>   Set a threshold: `inactive=60`, or for one platform
                                    `inactive.ios=60`; names: inactive, delete, sensor, pending, stock
          --allow-short-thresholds  Accept an inactivity threshold below 21 days, which Entra's activity
                                    stamp is too coarse for
          --exceptions <FILE>       Findings that were accepted for a time [default: the file that the
                                    configuration names]
          --no-exceptions           Show every finding, as a second auditor would see it

    Output:
      -o, --out <DIR>           Folder to write the report to [default: lastseen-report]
          --force               Replace an earlier report in that folder
          --label <TEXT>        Name of the tenant on the report [default: the name of the folder with
                                the exports]
          --prepared-by <NAME>  Who prepared the report
          --reviewed-by <NAME>  Who reviewed it
          --run-at <TIME>       When it was made: the clock is never read
          --fail-on <SEVERITY>  Exit with code 10 when a finding has at least this severity
          --templates <DIR>     Folder with templates to put in the place of the shipped ones
          --format <LIST>       Files to write: html, csv, xlsx, json, arrow, data; a workbook that is
                                asked for holds every line, however many [default:
                                html,csv,xlsx,json,data]
      -q, --quiet               Say nothing but errors
          --open                Open the page once the report is written
          --timings             Print how long each step took, on how much of the processor and in how
                                much memory

    Plan:
          --intent <INTENT>   What becomes of devices that leave service: dispose, reuse, repair,
                              replace or lost [default: dispose]
          --decisions <FILE>  What was decided for single devices: intent, status, assignee, note; CSV,
                              XLSX or YAML
          --log <FILE>        The log that files of commands wrote, `lastseen-log.csv`: what it says is
                              done counts as said; may be repeated
          --commands          Also write commands for the steps: PowerShell and GAM, dry unless told
                              otherwise
    ");
}

#[test]
fn version() {
    assert_eq!(answer(&["--version"]), concat!("lastseen ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn fields() {
    let text = answer(&["fields"]);
    assert_snapshot!(text.lines().take(12).collect::<Vec<_>>().join("\n"), @"
    the device as a whole
    device_key                            text    stable key, derived from the strongest identifier
    name                                  text    device name of the console that knows best  intune entra autopilot defender chrome google-mobile ad jamf jamf-mobile workspace-one kandji fleet register
    serial                                serial  hardware serial number  intune autopilot abm ade chrome google-mobile jamf jamf-mobile workspace-one kandji fleet register
    platform                              word    operating system family (windows, macos, ios, android, chromeos, linux, other)  intune entra autopilot defender abm ade chrome google-mobile ad jamf jamf-mobile workspace-one kandji fleet
    manufacturer                          text    manufacturer as written  intune entra autopilot defender abm google-mobile jamf jamf-mobile workspace-one kandji fleet register
    model                                 text    model as written  intune entra autopilot defender abm chrome google-mobile jamf jamf-mobile workspace-one kandji fleet register
    ownership                             word    who owns the hardware; `unknown` where no console says (corporate, personal, unknown)  intune entra autopilot abm chrome google-mobile workspace-one
    join_type                             word    how the device is known to Entra ID; `unknown` where not said (joined, hybrid, registered, none, unknown)  intune entra
    primary_user                          text    primary user or owner  intune entra chrome google-mobile jamf jamf-mobile workspace-one kandji register
    consoles                              list    consoles that hold a record of the device
    last_activity                         time    newest activity in any console
    ");
    let json: serde_json::Value = serde_json::from_str(&answer(&["fields", "--json"])).unwrap();
    // The table has titles and blank lines between its parts.
    let rows =
        text.lines().filter(|line| line.len() > 39 && line.as_bytes()[37] == b' ' && line.as_bytes()[38] != b' ');
    assert_eq!(json.as_array().unwrap().len(), rows.count());
}

#[test]
fn fields_that_are_not_there() {
    let place = Place::new();
    let complaint = |arguments: &[&str]| place.run(&[&["fields"], arguments].concat()).complaint();
    assert_eq!(
        complaint(&["days_inactiv_", "--json"]),
        "exit 2\nerror: no column has `days_inactiv_` in its name or meaning\nhelp: the nearest is `days_inactive`\n"
    );
    assert_eq!(
        complaint(&["zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"]),
        "exit 2\nerror: no column has `zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz` in its name or meaning\n\
         help: `lastseen fields` prints all of them\n"
    );
    // A column that no format fills is there all the same.
    let hidden = complaint(&["intune_backed_up"]);
    assert!(
        hidden.contains("no column that a format fills has") && hidden.contains("\nhelp: `--all` shows"),
        "{hidden}"
    );
}

#[test]
fn summary_of_a_run() {
    let place = Place::with_sample();
    let run = place.run(&["analyze", "in"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let report = Report { root: place.path("lastseen-report") };
    let devices = report.lines("devices.csv").len();
    let first = format!("{devices} devices from 1071 rows of 6 exports, judged at 2026-11-20T08:00:00Z (newest signal");
    assert!(run.stdout.starts_with(&first), "{}", run.stdout);
    assert!(unsealed(&run.stdout).ends_with("\n\nseal (64 digits)\nlastseen-report/report.html\n"), "{}", run.stdout);
    let rules = report.lines("rules.csv");
    let mut shown = 0;
    let matched = |rule: &&crate::common::Line| rule["outcome"] == "ran" && rule["matched"] != "0";
    for rule in rules.iter().filter(matched) {
        let named = |line: &&str| line.split_whitespace().nth(1) == Some(&rule["rule"]);
        let Some(said) = run.stdout.lines().find(named) else { continue };
        let words: Vec<&str> = said.split_whitespace().collect();
        assert_eq!(words[1..], [&rule["rule"], &rule["matched"], &rule["unknown"]], "{said}");
        shown += 1;
    }
    // The whole fits on a screen: the others are counted.
    assert_eq!(shown, 12);
    let others = rules.iter().filter(matched).count() - shown;
    assert!(run.stdout.contains(&format!("\n{others} more rules matched: ")), "{}", run.stdout);
    let nothing = |rule: &&crate::common::Line| rule["matched"] == "0" && rule["outcome"] == "ran";
    let (quiet, open): (Vec<_>, Vec<_>) = rules.iter().filter(nothing).partition(|rule| rule["unknown"] == "0");
    for (count, said) in [(quiet.len(), "matched nothing\n"), (open.len(), "matched nothing and ")] {
        let line = format!("\n{count} other rule{} {said}", if count == 1 { "" } else { "s" });
        assert!(count == 0 || run.stdout.contains(&line), "{}", run.stdout);
    }
    let widest = run.stdout.lines().filter(|line| !line.contains(". ")).map(|line| line.chars().count()).max();
    assert!(widest <= Some(110), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'), "colours only on a terminal");
}

/// The seal stands for everything in the report: it is another one with every version.
fn unsealed(text: &str) -> String {
    let (before, rest) = text.split_once("\nseal ").unwrap();
    let (seal, after) = rest.split_at(64);
    assert!(seal.bytes().all(|sign| sign.is_ascii_hexdigit()), "{seal}");
    format!("{before}\nseal (64 digits){after}")
}

#[test]
fn nothing_is_said_when_asked_to_be_quiet() {
    let run = Place::with_sample().run(&["analyze", "in", "--quiet"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
}

#[test]
fn completions_and_pages_are_made_from_the_same_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = answer(&["completions", shell]);
        for word in ["analyze", "provenance", "baseline"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
    let page = answer(&["man"]);
    assert!(page.contains(".TH lastseen 1") && page.contains("lastseen\\-analyze(1)"), "{page}");
    let place = Place::new();
    assert_eq!(place.run(&["man", "--out", "pages"]).code, 0);
    let analyze = std::fs::read_to_string(place.path("pages/lastseen-analyze.1")).unwrap();
    assert!(analyze.contains("\\-\\-decisions"), "{analyze}");
}

#[test]
fn what_a_person_fills_in_is_written_once_and_kept() {
    let place = Place::with_sample();
    let run = place.run(&["init", "in"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let next = "next: fill in what you need, then `lastseen rules check` and `lastseen analyze in`";
    let told: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(told, ["lastseen.toml", "exceptions.yaml", "in/provenance.yaml", "", next]);
    let form = std::fs::read_to_string(place.path("in/provenance.yaml")).unwrap();
    assert!(form.contains("exportDevice_2026-11-20.csv") && !form.contains("lastseen.toml"), "{form}");
    // As they are they change nothing, and are sound.
    let check = place.run(&["rules", "check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    assert!(check.stdout.contains("`lastseen.toml` is sound"), "{}", check.stdout);
    place.write("lastseen.toml", "[thresholds]\ninactive = 60\n");
    let again = place.run(&["init", "in"]);
    assert!(again.stdout.contains("lastseen.toml is there and was kept"), "{}", again.stdout);
    assert_eq!(std::fs::read_to_string(place.path("lastseen.toml")).unwrap(), "[thresholds]\ninactive = 60\n");
}

/// What is filled in there would never count.
#[test]
fn settings_are_not_written_among_the_exports() {
    let place = Place::with_sample();
    let before = place.listing();
    let run = place.run(&["init", "."]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("does not count in a folder that is read for exports"), "{}", run.stderr);
    assert_eq!(place.run(&["init", "none"]).code, 2);
    assert_eq!(place.listing(), before);
    // Without exports there is nothing to say where they come from.
    let run = place.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.ends_with("`lastseen analyze EXPORTS`\n"), "{}", run.stdout);
    std::fs::create_dir(place.path("empty")).unwrap();
    let run = place.run(&["init", "empty"]);
    assert!(run.stdout.contains("empty holds no exports yet: no provenance.yaml was written"), "{}", run.stdout);
    assert!(!place.path("empty/provenance.yaml").exists());
}
