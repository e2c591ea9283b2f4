//! Lists of different days: each tells of its devices until the day on which it was made.

use super::*;

const WHY: &str = "has seen the device since its list was made";

/// Rows of a list of devices of a region, without Entra ids.
fn region(numbers: std::ops::Range<usize>, seen: impl Fn(usize) -> String) -> String {
    numbers.fold(INTUNE.to_string(), |all, n| {
        let (own, seen) = (guid(1, n), seen(n));
        all + &format!(
            "{own},PC-{n},PF{n:06},,Windows,LENOVO,managed,compliant,2024-01-01T08:00:00Z,{seen}T08:00:00Z\n"
        )
    })
}

/// A region a file, one of them made three months ago, however small it is.
#[test]
fn a_list_of_last_quarter_beside_one_of_today_is_as_old_as_it_is() {
    for (rows, old) in [(3, 1..4), (20, 1..21)] {
        let place = Place::new();
        place.write("in/emea.csv", region(old, |n| format!("2026-08-{:02}", 17 - n % 9)));
        place.write("in/apac.csv", region(101..101 + rows, |n| format!("2026-11-{:02}", 19 - n % 5)));
        let report = judged(place);
        for name in ["PC-1", "PC-3"] {
            is_held(&report, name, WHY);
        }
    }
}

/// What had been silent for long enough when the list was made is stale, and what was in use then is not known to be.
#[test]
fn what_a_list_of_some_weeks_shows_in_use_is_asked() {
    let place = Place::new();
    place.write(
        "in/intune.csv",
        region(1..21, |n| match n {
            1 => "2026-08-20".into(),
            2 => "2026-02-01".into(),
            _ => format!("2026-09-{:02}", 1 + n % 2),
        }),
    );
    let report = Judged { report: place.tables(&["--as-of", "2026-11-20T08:00:00Z"]), place };
    is_held(&report, "PC-1", WHY);
    assert!(steps(&report, "PC-2").iter().any(|step| step == "intune-delete"), "{:?}", steps(&report, "PC-2"));
}

/// Today's list of another console shows the device in use: nothing is wrong with it in the console of the old list.
#[test]
fn a_device_that_only_the_old_list_shows_silent_is_not_silent_there() {
    let place = tenant((1..13).map(|n| {
        let (own, entra) = pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19");
        (if n < 7 { own.replace("2026-11-19", "2026-08-10") } else { own }, entra)
    }));
    let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
    let rows: Vec<&str> = intune.lines().skip(1).collect();
    let list = |rows: &[&str]| INTUNE.to_string() + &rows.join("\n") + "\n";
    place.write("in/intune.csv", list(&rows[6..]));
    place.write("in/intune-old.csv", list(&rows[..6]));
    let report = judged(place);
    let findings = report.lines("findings.csv");
    assert!(findings.iter().all(|line| line["rule"] != "stale-in-intune"), "{findings:?}");
}

/// A list of last quarter cannot have what was enrolled since.
#[test]
fn what_was_enrolled_after_a_list_was_made_is_not_missing_there() {
    let place = tenant((1..13).map(|n| {
        let (own, entra) = pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19");
        let own = if n < 3 { own.replace("2024-01-01", "2026-10-01") } else { own };
        (own, if n < 3 { String::new() } else { entra.replace("2026-11-19", "2026-08-10") })
    }));
    let report = judged(place);
    assert!(report.lines("findings.csv").iter().all(|line| line["rule"] != "intune-without-entra"));
    let asked = asked(&report, "PC-1");
    assert!(asked.iter().any(|(rule, _)| rule == "intune-without-entra"), "{asked:?}");
}

/// Two columns of one name that say different days: the later one may be true.
#[test]
fn a_day_that_two_columns_of_one_name_dispute_is_not_known() {
    let place = tenant(
        [(1, "PC-1", "2026-01-24"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
    );
    add_column(&place, "lastSyncDateTime", |row| ["2026-11-19T08:00:00Z", "", ""][row]);
    let report = judged(place);
    is_held(&report, "PC-1", "whether the device was seen later than its lists say");
}

/// Without `--as-of` the time is that of the newest sign of activity; the lists themselves are made at any time after it.
#[test]
fn what_somebody_noticed_after_the_newest_sign_of_activity_counts() {
    let devices =
        [(1, "LAP-01", "2026-05-01"), (2, "PC-2", "2026-11-17"), (3, "PC-3", "2026-11-16"), (4, "PC-4", "2026-11-16")];
    let held = |column: &str, day: &'static str| {
        let place = tenant(devices.into_iter().map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)));
        add_column(&place, column, |line| if line == 0 { day } else { "2026-05-01" });
        let report = judged(place);
        !steps(&report, "LAP-01").iter().any(|step| step.contains("delete"))
    };
    assert!(held("Last audit", "2026-11-20"), "three days after it");
    assert!(!held("Last audit", "2026-12-20"), "by then other devices would have been seen");
    assert!(!held("Last audit", "2026-04-20"), "before");
}

/// A region a file: what was enrolled after the list of its region was made may be there by now.
#[test]
fn what_came_after_any_list_of_a_console_may_be_in_it_by_now() {
    let region = |numbers: std::ops::Range<usize>, seen: &str| {
        numbers.fold(INTUNE.to_string(), |all, n| all + &pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), seen).0)
    };
    let found = |came: &str, seen: &str| {
        let place = Place::new();
        place.write("in/emea.csv", region(1..21, "2026-09-20"));
        place.write("in/apac.csv", region(101..121, "2026-11-19"));
        let (_, object) = pair(900, "NEW-1", "", seen);
        let rows = format!("{},registrationDateTime\n{},{came}T08:00:00Z\n", ENTRA.trim_end(), object.trim_end());
        place.write("in/entra.csv", rows);
        let report = judged(place);
        let found = report.lines_where("findings.csv", "device_name", "NEW-1");
        found.iter().any(|line| line["rule"] == "left-intune-still-in-entra")
    };
    assert!(!found("2026-10-20", "2026-11-18"), "it came after the older list was made");
    assert!(found("2026-03-20", "2026-09-10"), "each of the lists would have it");
}

/// Four Macs of a list of July, beside lists of today.
fn macs(seen: [&str; 4]) -> Place {
    let place = tenant((1..6).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-19")));
    let header = "Computer Name,Serial Number,UDID,Jamf Pro Computer ID,Last Check-in,Last Inventory Update,Last Enrollment,Managed,Operating System,Username\n";
    let rows = (1..).zip(seen).fold(header.to_string(), |all, (n, day)| {
        all + &format!(
            "MAC-0{n},C02X00000{n},{},{n},{day} 08:00:00,{day} 08:00:00,2025-01-01 08:00:00,Managed,macOS,u{n}\n",
            guid(4, n)
        )
    });
    place.write("in/jamf.csv", rows);
    place
}

const TOGETHER: [&str; 4] = ["2026-07-10", "2026-07-11", "2026-07-12", "2026-07-12"];

/// Few devices that were all last seen in the days in which their list ends are an old list, or went dark together: nobody knows.
#[test]
fn a_few_devices_that_fell_silent_in_the_same_days_are_asked() {
    is_held(&judged(macs(TOGETHER)), "MAC-02", WHY);
    let report = judged(macs(["2026-07-10", "2026-03-11", "2025-12-12", "2026-05-12"]));
    assert!(steps(&report, "MAC-02").contains(&"jamf-delete".to_string()), "{:?}", asked(&report, "MAC-02"));
}

/// Who wrote down when a list was made says how old it is, and the count that the console showed then says nothing of today.
#[test]
fn a_list_is_as_old_as_its_provenance_says() {
    let stated = |made: &str, count: &str| {
        let place = macs(TOGETHER);
        place.write("in/provenance.yaml", format!("exports:\n  - {{file: jamf.csv, exported_at: '{made}'{count}}}\n"));
        judged(place)
    };
    let deletes = |report: &Report| steps(report, "MAC-02").contains(&"jamf-delete".to_string());
    for (made, count) in
        [("2026-07-13 09:00 UTC", ""), ("2026-07-13 09:00", ", count_shown: 4"), ("", ", count_shown: 4")]
    {
        is_held(&stated(made, count), "MAC-02", WHY);
    }
    let report = stated("2026-11-19 09:00 UTC", "");
    assert!(deletes(&report), "{:?}", asked(&report, "MAC-02"));
    assert_eq!(report.lines_where("notices.csv", "code", "provenance-unused"), []);
    // What cannot be used is not passed over without a word.
    let report = stated("around noon'}\n  - {file: gone.csv, exported_at: '2026-11-19", "");
    let unused = report.lines_where("notices.csv", "code", "provenance-unused");
    let says = |text: &str| unused.iter().any(|line| line["message"].contains(text));
    assert!(says("`exported_at` of entry 1 is no time") && says("entry 2 names none of the files"), "{unused:?}");
    // Nor is what cannot be true.
    for (made, why) in
        [("2027-11-20", "later than the time of judgement"), ("2026-03-01", "earlier than dates in the list")]
    {
        let report = stated(made, "");
        is_held(&report, "MAC-02", WHY);
        let unused = report.lines_where("notices.csv", "code", "provenance-unused");
        assert!(unused.iter().any(|line| line["message"].contains(why)), "{made}: {unused:?}");
    }
}

/// Consoles number what they have from one on: a number without its console is nobody's id, in a decision and in an exception.
#[test]
fn a_bare_number_names_no_device() {
    let place = macs(["2026-07-10", "2026-03-11", "2025-12-12", "2026-05-12"]);
    let run = |at: &str, name: &str| {
        let what = "reason: kept, owner: Ann, approved_by: Ben, expires: 2027-01-01";
        place.write("exceptions.yaml", format!("- {{rule: '*', device: {{id: '{name}'}}, {what}}}\n"));
        place.write("decisions.yaml", format!("- {{device_key: '{name}', status: declined}}\n"));
        ["exceptions", "decisions"].map(|what| {
            let (option, file) = (format!("--{what}"), format!("{what}.yaml"));
            let as_of = ["--as-of", "2026-11-20T08:00:00Z", "--format", "csv"];
            place.analyze_into(&format!("{what}-{at}"), &[&as_of[..], &[&option, &file]].concat(), &[])
        })
    };
    let unused = |report: &Report, code: &str| report.lines_where("notices.csv", "code", code);
    let [excepted, decided] = run("bare", "2");
    for (report, code) in [(&excepted, "exception-unused"), (&decided, "decision-unused")] {
        assert!(steps(report, "MAC-02").contains(&"jamf-delete".to_string()), "{code}");
        let said = &unused(report, code)[0]["message"];
        assert!(said.contains("write the console before it, as in `jamf:113`"), "{code}: {said}");
    }
    for report in run("named", "jamf:2") {
        assert!(!steps(&report, "MAC-02").iter().any(|step| step.starts_with("jamf")));
        assert!(unused(&report, "exception-unused").is_empty() && unused(&report, "decision-unused").is_empty());
    }
}

/// A row of today in an old list is that of a wrong clock, or was put in.
#[test]
fn one_date_of_today_makes_no_list_one_of_today() {
    let place = Place::new();
    let day = |n: usize| if n == 1 { "2026-11-19".to_string() } else { format!("2026-08-{:02}", 10 + n % 3) };
    let old = region(1..13, day);
    place.write("in/intune.csv", old.replace("PC-", "OLD-"));
    let entra = (1..9).fold(ENTRA.to_string(), |all, n| all + &pair(100 + n, &format!("PC-{n}"), "", "2026-11-19").1);
    place.write("in/entra.csv", entra);
    is_held(&judged(place), "OLD-5", WHY);
}
