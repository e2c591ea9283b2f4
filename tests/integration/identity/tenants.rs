//! Exports of two tenants in one folder, by accident: nothing is merged, it is noticed, and absence proves nothing.

use super::build::{ENTRA, Export, INTUNE};
use super::found::{Found, find};

const COUNT: u32 = 30;

fn each(text: &str, tenant: u32) -> Vec<String> {
    let one = |n: u32| text.replace('#', &(tenant * 1_000 + n).to_string()).replace('%', &n.to_string());
    (1..=COUNT).map(one).collect()
}

/// Machines of both tenants are called alike.
fn intune(tenant: u32) -> Export {
    INTUNE.named(
        &format!("intune-{tenant}"),
        &each("id=i#; name=PC-%; serial=5CG#AB; maker=HP; entra=e#; seen=2026-11-18 08:00:00", tenant),
    )
}

fn entra(tenant: u32) -> Export {
    let mdm = "0000000a-0000-0000-c000-000000000000";
    let row = format!("object=o#; entra=e#; name=PC-%; mdm={mdm}; seen=2026-11-18T08:00:00Z");
    ENTRA.named(&format!("entra-{tenant}"), &each(&row, tenant))
}

fn did_not_run(found: &Found, rule: &str) {
    let line = found.report.rule(rule);
    assert_eq!(line["outcome"], "did-not-run", "{rule}: {}", line["reason"]);
    assert_eq!(line["matched"], "0");
}

#[test]
fn one_tenant_is_as_it_should_be() {
    let found = find(&[intune(1), entra(1)]);
    assert_eq!(found.devices().len(), 30);
    assert_eq!(found.notices("source-too-small"), Vec::<String>::new());
    assert_eq!(found.report.rule("left-intune-still-in-entra")["outcome"], "ran");
}

#[test]
fn intune_of_one_and_entra_of_another_are_never_merged() {
    let found = find(&[intune(1), entra(2)]);
    assert_eq!(found.devices().len(), 60);
    assert!(!found.notices("source-too-small").is_empty());
    did_not_run(&found, "left-intune-still-in-entra");
    assert_eq!(found.report.lines("plan.csv").len(), 0);
}

#[test]
fn a_second_intune_is_never_merged() {
    let found = find(&[intune(1), intune(2), entra(1)]);
    let devices = found.devices();
    assert_eq!(devices.len(), 60);
    for n in [1, 30] {
        assert!(devices.contains(&format!("entra-1:{n} intune-1:{n}")));
        assert!(devices.contains(&format!("intune-2:{n}")));
    }
    let said = found.notices("source-too-small");
    assert!(said.iter().any(|message| message.contains("Entra ID export holds 30 of 60")), "{said:?}");
}

#[test]
fn a_second_entra_is_never_merged() {
    let found = find(&[intune(1), entra(1), entra(2)]);
    assert_eq!(found.devices().len(), 60);
    let said = found.notices("source-too-small");
    assert!(said.iter().any(|message| message.contains("Intune export holds 30 of 60")), "{said:?}");
    did_not_run(&found, "left-intune-still-in-entra");
}
