//! What stands in columns that no format reads and speaks of the device all the same.

use super::*;

/// A list with one more column: its name, and its cell in the rows of the stale and of the other device.
fn with_column(name: &str, stale: &str, other: &str) -> Judged {
    let place = tenant(
        [(1, "PC-STALE", "2026-03-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
    );
    let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
    let rows = intune.lines().enumerate().map(|(at, line)| match at {
        0 => format!("{line},{name}\n"),
        1 => format!("{line},{stale}\n"),
        _ => format!("{line},{other}\n"),
    });
    place.write("in/intune.csv", rows.collect::<String>());
    judged(place)
}

fn is_stale(report: &Judged) {
    let findings = report.lines_where("findings.csv", "device_name", "PC-STALE");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{:?}", asked(report, "PC-STALE"));
}

#[test]
fn a_day_in_a_column_that_is_not_read_speaks_against_a_device_being_stale() {
    for (name, day) in [
        ("Last user logon", "2026-11-18T08:00:00Z"),
        ("Heartbeat", "18.11.2026 08:00"),
        ("configurationManagerClientHealthState.lastSyncDateTime", "2026-11-18T08:00:00Z"),
        ("Last AV scan", "11/12/2026 09:00"),
    ] {
        let report = with_column(name, day, "");
        is_held(
            &report,
            "PC-STALE",
            &format!("a day that is no sign of activity is later than the last one (`{name}`)"),
        );
    }
    is_stale(&with_column("Last user logon", "2026-03-02", "2026-11-18"));
    is_stale(&with_column("Last user logon", "2027-03-02", "2026-11-18"));
    is_stale(&with_column("Last modified", "2026-11-18", "2026-11-18"));
    is_stale(&with_column("Warranty until", "2026-11-18", "2026-11-18"));
    is_stale(&with_column("Last user", "ann@contoso.example", "bob@contoso.example"));
}

#[test]
fn what_people_write_beside_a_device_keeps_it() {
    for (name, text) in [
        ("notes", "LEGAL HOLD - do not wipe"),
        ("Device tags", "vip|stolen"),
        ("Group", "Gestohlen / verloren"),
        ("lostModeState", "enabled"),
        ("Lost Mode Enabled", "Yes"),
        ("Legal hold", "x"),
        ("Do not wipe", "TRUE"),
    ] {
        let report = with_column(name, text, "");
        is_held(&report, "PC-STALE", "what is written beside it in Intune says that it is lost or kept");
    }
    is_stale(&with_column("notes", "handed out in May", "legal hold"));
    is_stale(&with_column("lostModeState", "disabled", "enabled"));
    is_stale(&with_column("Legal hold", "no", "yes"));
    is_stale(&with_column("notes", "not lost - in room 7", ""));
    is_stale(&with_column("phone", "legal hold", ""));
}

/// Many rows of one moment: when the list was made, or its server synchronised.
#[test]
fn a_moment_that_all_rows_share_is_no_sign() {
    is_stale(&with_column("Last refresh", "2026-11-19T08:00:00Z", "2026-11-19T08:00:00Z"));
    is_stale(&with_column("Last sync of the connector", "2026-11-19T08:00:00Z", "2026-11-19T08:00:00Z"));
}
