//! What stands in columns that no format reads and speaks of the device all the same.

use super::*;

/// A list with one more column: its name, and its cell in the rows of the stale and of the other device.
fn with_column(name: &str, stale: &str, other: &str) -> Judged {
    let place = tenant(
        [(1, "PC-STALE", "2026-03-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
    );
    add_column(&place, name, |row| if row == 0 { stale } else { other });
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

/// Whoever looks up a day in another product calls the column after the product, or not at all.
#[test]
fn a_day_below_a_header_that_nobody_knows_speaks_against_it_too() {
    for name in ["VPN", "EDR", "Date", "Datum", "Confirmed", "Status date", "Vor Ort am", "確認日", ""] {
        let shown = if name.is_empty() { "a column without a header" } else { name };
        let says = format!("a day that is no sign of activity is later than the last one (`{shown}`)");
        is_held(&with_column(name, "2026-11-18", "2026-10-29"), "PC-STALE", &says);
    }
    for name in ["End of life", "Contract start", "Hire date", "Lease end", "Purchased"] {
        is_stale(&with_column(name, "2026-11-18", "2026-10-29"));
    }
    // Numbers are no days there, and a day that all rows share is one of the list.
    is_stale(&with_column("Storage", "46344", "46300"));
    is_stale(&with_column("Build", "26100.1", "22631.4"));
    is_stale(&with_column("VPN", "2026-11-18", "2026-11-18"));
    // … unless some have none, as where things were counted and not all were found.
    let report = with_column("Inventur", "2026-11-18", "");
    is_held(&report, "PC-STALE", "later than the last one (`Inventur`)");
    for name in
        ["Wiped on", "Disposed", "Disabled on", "Mail sent", "Ticket date", "Termination Date", "Migrated", "Wave"]
    {
        is_stale(&with_column(name, "2026-11-18", "2026-10-29"));
    }
}

#[test]
fn what_people_write_beside_a_device_keeps_it() {
    for (name, text) in [
        ("notes", "LEGAL HOLD - do not wipe"),
        ("Device tags", "vip|stolen"),
        ("Group", "Gestohlen / verloren"),
        ("Department", "Loaners"),
        ("Site", "Legal hold"),
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

#[test]
fn headers_in_other_languages_tell_when_something_saw_a_device() {
    for name in [
        "Letzte Anmeldung",
        "Letzter Kontakt",
        "Dernière connexion",
        "Última conexión",
        "Ultimo accesso",
        "Laatste aanmelding",
        "Último acesso",
        "Ostatnie logowanie",
        "Senast sedd",
        "Sidste kontakt",
        "Übergeben am",
        "Physically verified",
        "Scan date",
    ] {
        is_held(
            &with_column(name, "2026-11-18", "2026-11-17"),
            "PC-STALE",
            &format!("later than the last one (`{name}`)"),
        );
    }
    for name in [
        "Letzte Änderung",
        "Erstellt am",
        "Garantie bis",
        "Kaufdatum",
        "Dernière modification",
        "Date de création",
        "Última modificación",
        "Data acquisto",
        "Laatst gewijzigd",
        "Última alteração",
        "Ostatnia zmiana",
        "Senast ändrad",
        "Sidst ændret",
        "Last warranty check",
        "androidSecurityPatchLevel",
    ] {
        is_stale(&with_column(name, "2026-11-18", "2026-11-17"));
    }
}

/// Nobody uses what is lent, in reserve or with somebody on leave, and it is to be there all the same.
#[test]
fn what_is_away_is_asked_about() {
    for text in [
        "loaner pool",
        "maternity leave until 03/2027",
        "Elternzeit bis 31.03.2027",
        "Poolgerät Vertrieb",
        "PC de prêt",
        "congé parental",
        "baja por maternidad",
        "equipo de reserva",
        "uitgeleend aan IT",
        "in prestito",
        "air-gapped",
        "Kasse 3 (Saisonbetrieb)",
        "ne pas désactiver",
    ] {
        is_held(&with_column("Description", text, ""), "PC-STALE", "(`Description`: ");
    }
    for text in [
        "no longer in use by sales",
        "carpool",
        "swimming pool",
        "offline since May",
        "left the company",
        "lab 7",
        "dado de baja",
    ] {
        is_stale(&with_column("Description", text, ""));
    }
}

/// Many rows of one moment: when the list was made, or its server synchronised.
#[test]
fn a_moment_that_all_rows_share_is_no_sign() {
    is_stale(&with_column("Last refresh", "2026-11-19T08:00:00Z", "2026-11-19T08:00:00Z"));
    is_stale(&with_column("Last sync of the connector", "2026-11-19T08:00:00Z", "2026-11-19T08:00:00Z"));
}

/// Where it stands and which words say it, so that somebody can look.
#[test]
fn the_question_names_the_column_and_the_words() {
    is_held(&with_column("Notes", "on LEGAL HOLD since May", ""), "PC-STALE", "lost or kept (`Notes`: legal hold)");
    is_held(&with_column("Legal hold", "x", ""), "PC-STALE", "lost or kept (`Legal hold`)");
}

/// A word in a name, where nobody left room for a note.
#[test]
fn words_in_names_keep_a_device() {
    let named = |name: &str| {
        let place = tenant(
            [(1, name, "2026-03-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
                .into_iter()
                .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
        );
        judged(place)
    };
    is_held(&named("STOLEN-PC-1"), "STOLEN-PC-1", "Name`: stolen)");
    is_held(&named("PC-1 legal hold"), "PC-1 legal hold", "Name`: legal hold)");
    let findings = named("PC-LOSTWITHIEL").lines_where("findings.csv", "device_name", "PC-LOSTWITHIEL");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{findings:?}");
}

/// Most devices of a unit are in use: its name is one of a place, and no device of it is lost by that.
#[test]
fn a_place_with_such_a_name_is_no_loss() {
    let with_unit = |unit: &str, used: usize| {
        let seen = |n: usize| if n <= used { "2026-11-19" } else { "2026-03-01" };
        let names: Vec<String> = (1..=8).map(|n| format!("PC-{n}")).collect();
        let place = tenant(names.iter().zip(1..).map(|(name, n)| pair(n, name, &format!("PF{n:06}"), seen(n))));
        add_column(&place, "Location", |_| unit);
        judged(place)
    };
    let report = with_unit("/Lost Creek Elementary", 6);
    let findings = report.lines_where("findings.csv", "device_name", "PC-8");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{:?}", asked(&report, "PC-8"));
    is_held(&with_unit("/Lost or stolen", 2), "PC-8", "(`Location`: lost)");
    is_held(&with_unit("/Legal hold", 6), "PC-8", "(`Location`: legal hold)");
}

/// What was handed out is with somebody, and what is due back has not come back.
#[test]
fn a_loan_that_runs_speaks_against_a_device_being_stale() {
    for (name, day) in
        [("Expected Checkin Date", "2027-01-15"), ("Loaned until", "15.01.2027"), ("Assigned Date", "2026-11-10")]
    {
        is_held(&with_column(name, day, ""), "PC-STALE", &format!("is later than the last one (`{name}`)"));
    }
    is_held(&with_column("Expected Checkin Date", "2027-01-15", "2027-01-15"), "PC-STALE", "(`Expected Checkin Date`)");
    is_stale(&with_column("Expected Checkin Date", "2026-06-15", ""));
    is_stale(&with_column("Assigned Date", "2025-11-10", ""));
}
