//! Several records of one serial number: enrolments of one device where they follow one another, copies of one machine
//! where they are in use at the same time.

use super::build::{ABM, AUTOPILOT, ENTRA, GOOGLE, INTUNE, id};
use super::found::{Found, find};

/// A row of Intune: number, name, first and last day, and what else there is to say.
fn row(number: usize, name: &str, made: &str, seen: &str, more: &str) -> String {
    let made = if made.is_empty() { String::new() } else { format!("{made} 08:00:00") };
    format!("id=i{number}; name={name}; entra=e{number}; made={made}; seen={seen} 08:00:00; {more}")
}

/// Seven enrolments of one iPad, from the oldest to the one in use.
fn ipad(name: impl Fn(usize) -> String) -> Vec<String> {
    let lives = [
        ("2025-01-10", "2025-02-20"),
        ("2025-03-01", "2025-04-11"),
        // Erased in the morning, in the hands of the next person at noon: the old record is heard of for a day more.
        ("2025-04-10", "2025-06-15"),
        ("2025-07-01", "2025-08-30"),
        ("2025-09-10", "2025-12-20"),
        ("2026-01-10", "2026-05-05"),
        ("2026-06-01", "2026-11-19"),
    ];
    let serial = "serial=DMQF10ABCD; os=iOS; maker=Apple";
    lives.iter().enumerate().map(|(n, (made, seen))| row(n + 1, &name(n), made, seen, serial)).collect()
}

fn wipes(found: &Found) -> usize {
    let steps = found.report.lines("plan.csv");
    steps.iter().filter(|step| step["wipes"] == "true" || step["step"] == "activation-lock-off").count()
}

#[test]
fn an_ipad_that_was_enrolled_many_times_is_one_device() {
    let names: [fn(usize) -> String; 2] = [|_| "iPad".into(), |n| format!("iPad of user {n}")];
    for name in names {
        let found = find(&[INTUNE.rows(&ipad(name)), ABM.rows(&["serial=DMQF10ABCD; family=iPad"])]);
        assert_eq!(found.devices().len(), 1);
        assert_eq!(found.identity("intune:1"), "strong");
        assert_eq!(found.cell("intune:1", "activity"), "active");
        let duplicates = found.report.lines_where("findings.csv", "rule", "duplicate-intune");
        assert_eq!(duplicates.len(), 1);
        assert_eq!(duplicates[0]["objects"].split('|').count(), 6, "{}", duplicates[0]["objects"]);
        assert!(!duplicates[0]["objects"].contains(&id("i7")), "the enrolment in use");
        assert_eq!(found.report.lines_where("findings.csv", "rule", "stale-everywhere").len(), 0);
        assert_eq!(wipes(&found), 0);
        assert_eq!(found.notices("identity-conflict"), Vec::<String>::new());
    }
}

/// A list without dates of enrolment: the signs of activity lie apart, and name or user are the same.
#[test]
fn enrolments_without_dates_of_their_making() {
    let days = ["2025-01-10", "2025-03-20", "2025-08-01", "2026-01-05", "2026-05-01", "2026-11-19"];
    let rows = |more: fn(usize) -> String| -> Vec<String> {
        days.iter()
            .enumerate()
            .map(|(n, seen)| {
                row(n + 1, &format!("kiosk-{n}"), "", seen, &format!("serial=R58M12ABC; os=Android; {}", more(n)))
            })
            .collect()
    };
    let found = find(&[INTUNE.rows(&rows(|_| "user=kiosk@contoso.example".into()))]);
    assert_eq!(found.devices().len(), 1);
    assert_eq!(found.identity("intune:1"), "strong");

    // Without anything in common nobody can tell, and nothing is planned.
    for more in [(|_| String::new()) as fn(usize) -> String, |n| format!("user=user{n}@contoso.example")] {
        let found = find(&[INTUNE.rows(&rows(more))]);
        assert_eq!(found.devices().len(), 1);
        assert_eq!(found.identity("intune:1"), "conflict");
        assert!(found.notices("identity-conflict")[0].contains("nothing tells whether they are one device"));
        assert!(found.steps("intune:1").iter().all(|step| step == "review-identity"));
    }
}

/// Machines of one image, all of them in use.
fn pool(seen: &[&str]) -> Vec<String> {
    let serial = "serial=VMW0001; maker=VMware, Inc.";
    seen.iter().enumerate().map(|(n, seen)| row(n + 1, &format!("VDI-{n}"), "2025-06-01", seen, serial)).collect()
}

#[test]
fn machines_in_use_at_the_same_time_are_copies() {
    let found = find(&[
        INTUNE.rows(&pool(&["2026-11-18", "2026-11-19", "2026-11-19"])),
        AUTOPILOT.rows(&["id=a1; serial=vmw0001; maker=VMware"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1", "intune:1", "intune:2", "intune:3"]);
    let said = found.notices("identity-conflict");
    assert_eq!(
        said,
        [
            "serial `VMW0001` is in 3 records of Intune, 3 of them in use at the same time under different names: copies of one \
          machine; it is not used for matching"
        ]
    );
    let severity = &found.report.lines_where("notices.csv", "code", "identity-conflict")[0]["severity"];
    assert_eq!(severity, "medium");
    assert_eq!(found.identity("intune:3"), "single", "in use beside each other one, with an Entra id of its own");
    assert!(found.key("intune:3").starts_with("entra:"), "what joins nothing names nothing");
    assert_eq!(found.identity("autopilot:1"), "conflict", "it may be any of them");
}

/// Lists without dates of enrolment.
#[test]
fn several_machines_of_the_same_days_are_copies() {
    let rows = |count: usize| -> Vec<String> {
        let rows = (1..=count).map(|n| row(n, &format!("VDI-{n}"), "", "2026-01-10", "serial=VMW0001; maker=VMware"));
        rows.collect()
    };
    let found = find(&[INTUNE.rows(&rows(3))]);
    assert_eq!(found.devices(), ["intune:1", "intune:2", "intune:3"]);
    assert_eq!(found.identity("intune:1"), "conflict", "three days may have been three trials of one machine");
    let found = find(&[INTUNE.rows(&rows(5))]);
    assert_eq!(found.devices().len(), 5);
    assert_ne!(found.identity("intune:3"), "conflict", "each copy is known for itself");
    // Two may be the machine before and after.
    let found = find(&[INTUNE.rows(&rows(2))]);
    assert_eq!(found.devices(), ["intune:1 intune:2"]);
    assert_eq!(found.identity("intune:1"), "conflict");
}

/// The one that fell silent may be an earlier enrolment of any of the others: it is not taken out of service.
#[test]
fn a_copy_that_may_be_an_earlier_enrolment_is_in_doubt() {
    let mut rows = pool(&["2026-11-18", "2026-11-19", "2026-11-19"]);
    rows.push(row(4, "VDI-OLD", "2024-01-01", "2025-05-01", "serial=VMW0001; maker=VMware, Inc."));
    let found =
        find(&[INTUNE.rows(&rows), ENTRA.rows(&["object=o4; entra=e4; name=VDI-OLD; seen=2025-05-01T08:00:00Z"])]);
    assert_eq!(found.identity("intune:4"), "conflict");
    assert!(!found.findings("intune:4").is_empty());
    assert!(
        found.findings("intune:4").iter().all(|finding| finding.ends_with(" low")),
        "{:?}",
        found.findings("intune:4")
    );
    assert_eq!(found.steps("intune:4"), ["review-identity"]);
    assert_eq!(wipes(&found), 0);
}

#[test]
fn two_machines_in_use_side_by_side_are_not_joined() {
    let found = find(&[INTUNE.rows(&[
        row(1, "PC-1", "2024-01-01", "2026-06-30", "serial=5CG0001AB; maker=HP"),
        row(2, "PC-2", "2026-01-01", "2026-11-19", "serial=5CG0001AB; maker=HP"),
    ])]);
    assert_eq!(found.devices(), ["intune:1", "intune:2"]);
    assert_eq!(found.identity("intune:1"), "conflict");
    assert!(found.steps("intune:1").iter().all(|step| step == "review-identity"));
}

/// A connector's row lives beside the device's own and under the name that the other system has.
#[test]
fn the_row_of_a_connector_is_no_copy() {
    let found = find(&[INTUNE.rows(&[
        row(1, "PC-1", "2024-01-01", "2026-11-18", "serial=5CG0001AB; maker=HP; agent=Intune"),
        row(2, "PC1", "2024-02-01", "2026-11-19", "serial=5CG0001AB; maker=HP; agent=MDE"),
    ])]);
    assert_eq!(found.devices(), ["intune:1 intune:2"]);
    assert_eq!(found.identity("intune:1"), "strong");
}

#[test]
fn phones_with_one_imei_at_the_same_time_are_not_joined() {
    let imei = "imei=356938035643809; os=Android";
    let phone = |n, name: &str, made: &str, seen: &str| row(n, name, made, seen, imei);
    let found = find(&[INTUNE.rows(&[
        phone(1, "phone-a", "2024-01-01", "2026-11-18"),
        phone(2, "phone-b", "2024-02-01", "2026-11-19"),
        phone(3, "phone-c", "2024-02-01", "2026-11-19"),
    ])]);
    assert_eq!(found.devices(), ["intune:1", "intune:2", "intune:3"]);
    let found = find(&[INTUNE
        .rows(&[phone(1, "phone-a", "2024-01-01", "2025-11-18"), phone(2, "phone-b", "2025-11-19", "2026-11-19")])]);
    assert_eq!(found.devices(), ["intune:1 intune:2"]);
}

/// Google lists a phone once for each account on it.
#[test]
fn the_accounts_of_a_phone_are_no_copies() {
    let account = |n: usize| {
        format!(
            "id=r{n}; serial=R58M12ABC; imei=356938035643809; email=user{n}@contoso.example; seen=2026-11-1{n}T08:00:00.000Z"
        )
    };
    let found = find(&[GOOGLE.rows(&[account(1), account(2), account(3)])]);
    assert_eq!(found.devices(), ["google:1 google:2 google:3"]);
    assert_eq!(found.identity("google:1"), "strong");
}

/// Two lists of two months, without ids: the same machine stands in both.
#[test]
fn a_machine_in_the_lists_of_several_months_is_no_copy() {
    let month = |name: &str, day: &str| {
        let row = |n: usize| format!("name=PC-{n}; serial=5CG000{n}AB; maker=HP; seen={day} 08:00:00");
        INTUNE.named(name, &[row(1), row(2)])
    };
    let lists = [month("september", "2026-09-10"), month("october", "2026-10-10"), month("november", "2026-11-10")];
    let found = find(&lists);
    // The rows of the older lists are set aside.
    assert_eq!(found.devices(), ["no device: october:1 october:2 september:1 september:2", "november:1", "november:2"]);
    assert_eq!(found.identity("november:1"), "single");
    assert_eq!(found.notices("identity-conflict"), Vec::<String>::new());
}
