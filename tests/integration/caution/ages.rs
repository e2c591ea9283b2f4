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
