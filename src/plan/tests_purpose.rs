//! What becomes of a device decides what happens at Autopilot, Apple and Google.

use super::tests::{playbooks, steps, subject};
use super::*;
use crate::console::Console;
use crate::schema::{Activity, Disposition, JoinType, Ownership, Platform};

#[track_caller]
fn expect(device: &Subject, purpose: Disposition, order: &[&str]) {
    let device = Subject { purpose, ..device.clone() };
    assert_eq!(steps(&playbooks(), &device), order, "{purpose}");
}

fn entry(device: &Subject, slug: &str) -> Entry {
    let books = playbooks();
    let mut out = Vec::new();
    books.plan(device, &mut out);
    let entries = out.iter().map(|p| books.entries().get(p.entry));
    entries.clone().find(|e| e.slug == slug).unwrap_or_else(|| panic!("no {slug}")).clone()
}

fn autopilot() -> Subject {
    subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .but(|o| o.ztdid = true)
        .with(Console::Autopilot, State::Unknown)
        .with(Console::Defender, State::Inactive)
        .asks_for(StepIntent::Remove, &[])
}

#[test]
fn windows_that_stays_keeps_its_autopilot_record() {
    let keys = ["export-list", "back-up-bitlocker-key:1", "back-up-laps:1"];
    let reuse = ["intune-wipe:0", "intune-delete:0", "autopilot-unassign-user:2", "re-enroll", "verify-in-next-export"];
    expect(&autopilot(), Disposition::Reuse, &[&keys[..], &reuse].concat());
    expect(
        &autopilot(),
        Disposition::Repair,
        &[&keys[..], &["intune-wipe:0", "take-back", "verify-in-next-export"]].concat(),
    );
    let leaves = [
        "defender-exclude:3",
        "intune-wipe:0",
        "intune-delete:0",
        "autopilot-unassign-user:2",
        "autopilot-delete:2",
        "verify-in-next-export",
    ];
    expect(&autopilot(), Disposition::Dispose, &[&keys[..], &leaves].concat());
    expect(&autopilot(), Disposition::Replace, &[&keys[..], &leaves].concat());
    let replaced = Subject { purpose: Disposition::Replace, ..autopilot() };
    assert!(entry(&replaced, "autopilot-delete").condition.contains("mainboard"));
}

fn phone() -> Subject {
    subject(Platform::Ios, JoinType::Registered)
        .with(Console::Intune, State::Managed)
        .with(Console::Abm, State::Assigned)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Remove, &[])
}

#[test]
fn apple_is_released_only_when_it_leaves_for_good() {
    let begin = ["export-list", "back-up-activation-lock-code:0", "intune-wipe:0"];
    let end = |more: &[&'static str]| [&begin[..], more, &["verify-in-next-export"]].concat();
    let leaves = ["entra-disable:2", "activation-lock-off:1", "intune-delete:0", "abm-unassign:1", "abm-release:1"];
    expect(&phone(), Disposition::Dispose, &end(&leaves));
    expect(&phone(), Disposition::Replace, &end(&leaves[..4]));
    expect(
        &phone(),
        Disposition::Reuse,
        &end(&["activation-lock-off:1", "intune-delete:0", "re-enroll", "entra-disable:2"]),
    );
    expect(&phone(), Disposition::Repair, &end(&["activation-lock-off:1", "take-back"]));
    let broken = Subject { purpose: Disposition::Repair, ..phone() };
    assert!(entry(&broken, "activation-lock-off").why.contains("Do not release it for a repair"));
    assert!(entry(&broken, "take-back").condition.contains("comes back"));
}

fn chromebook(licence: Licence) -> Subject {
    subject(Platform::Chromeos, JoinType::None)
        .with(Console::Chrome, State::Active)
        .but(|o| o.licence = licence)
        .asks_for(StepIntent::Remove, &[])
}

#[test]
fn chrome_is_deprovisioned_with_the_reason_that_is_true() {
    let device = chromebook(Licence::Annual);
    let leaves = ["export-list", "chrome-deprovision:0", "data-erased", "verify-in-next-export"];
    expect(&device, Disposition::Dispose, &leaves);
    expect(&device, Disposition::Replace, &leaves);
    expect(&device, Disposition::Reuse, &["export-list", "chrome-powerwash:0", "re-enroll", "verify-in-next-export"]);
    expect(
        &device,
        Disposition::Repair,
        &["export-list", "chrome-deprovision:0", "data-before-repair", "take-back", "verify-in-next-export"],
    );
    let reason = |purpose, flex| {
        let step = entry(&Subject { flex, purpose, ..device.clone() }, "chrome-deprovision");
        (step.action, step.command.map(|c| (c.run, c.choices)).unwrap())
    };
    let (action, (run, choices)) = reason(Disposition::Dispose, false);
    assert!(
        action.contains("Retiring from fleet") && run.contains("deprovision_retiring_device") && choices.is_empty()
    );
    let (action, (_, choices)) = reason(Disposition::Replace, false);
    assert!(action.contains("Same model replacement"));
    assert_eq!(choices, ["deprovision_same_model_replace", "deprovision_different_model_replace"]);
    let (action, (_, choices)) = reason(Disposition::Replace, true);
    assert!(action.contains("ChromeOS Flex upgrade transfer"));
    assert_eq!(choices, ["deprovision_upgrade_transfer", "deprovision_different_model_replace"]);
}

#[test]
fn what_a_deprovisioning_frees_depends_on_the_upgrade() {
    for (licence, purpose, frees) in [
        (Licence::Annual, Disposition::Dispose, "an annual upgrade, which returns to the pool"),
        (Licence::Annual, Disposition::Replace, "an annual upgrade, which returns to the pool"),
        (Licence::Perpetual, Disposition::Dispose, "nothing, since a perpetual upgrade stays with the device"),
        (Licence::Perpetual, Disposition::Replace, "a perpetual upgrade, if the replacement is of the same model"),
        (Licence::Bundled, Disposition::Replace, "nothing, since a bundled upgrade goes with the device"),
        (Licence::Unknown, Disposition::Dispose, "an upgrade if it is an annual one, which the list does not say"),
    ] {
        let device = Subject { purpose, ..chromebook(licence) };
        assert_eq!(entry(&device, "chrome-deprovision").frees, frees, "{licence} {purpose}");
    }
}

#[test]
fn a_person_keeps_the_device_whatever_the_organisation_intends() {
    let mut device = phone();
    device.ownership = Ownership::Personal;
    for purpose in [Disposition::Dispose, Disposition::Reuse] {
        let planned = steps(&playbooks(), &Subject { purpose, ..device.clone() });
        assert!(planned.contains(&"intune-retire:0".to_owned()), "{purpose}");
        assert!(!planned.iter().any(|s| s.starts_with("intune-wipe") || s == "re-enroll"), "{purpose}");
    }
}

#[test]
fn a_decision_to_keep_leaves_a_look() {
    let device = Subject { kept: true, ..autopilot() };
    assert_eq!(steps(&playbooks(), &device), ["export-list", "verify-in-next-export"]);
    assert!(entry(&device, "verify-in-next-export").why.starts_with("Somebody decided"));
}

#[test]
fn a_ghost_that_is_set_up_again_keeps_its_record() {
    let ghost = subject(Platform::Windows, JoinType::Unknown)
        .with(Console::Autopilot, State::Unknown)
        .asks_for(StepIntent::Objects, &[0]);
    for purpose in [Disposition::Reuse, Disposition::Repair] {
        let device = Subject { purpose, ..ghost.clone() };
        assert!(!steps(&playbooks(), &device).contains(&"autopilot-delete:0".to_owned()));
        assert!(entry(&device, "re-enroll").condition.starts_with("The Autopilot record was kept"));
    }
}

#[test]
fn teams_phones_are_signed_out_before_intune_lets_them_go() {
    let phone = |mode| {
        let device = subject(Platform::Android, JoinType::Registered)
            .with(Console::Intune, State::Managed)
            .with(Console::Entra, State::Enabled)
            .asks_for(StepIntent::Remove, &[]);
        Subject { teams: true, mode, ..device }
    };
    let old = phone(AndroidMode::DeviceAdministrator);
    assert_eq!(playbooks().book_of(&old), Some("teams"));
    expect(&old, Disposition::Dispose, &["export-list", "intune-retire:0", "entra-disable:1", "verify-in-next-export"]);
    assert!(entry(&old, "intune-retire").condition.contains("Teams admin center"));
    let new = phone(AndroidMode::Aosp);
    expect(&new, Disposition::Dispose, &["export-list", "intune-delete:0", "entra-disable:1", "verify-in-next-export"]);
    let delete = entry(&new, "intune-delete");
    assert!(delete.wipes && delete.condition.contains("Teams admin center"));
    let returns = ["export-list", "data-before-repair", "take-back", "verify-in-next-export"];
    expect(&new, Disposition::Repair, &returns);
}

#[test]
fn shared_devices_are_asked_for_at_the_site() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Remove, &[]);
    let device = Subject { shared: true, ..device };
    assert!(entry(&device, "export-list").condition.contains("Several people use the device"));
    assert!(entry(&device, "intune-delete").condition.contains("Several people use it"));
}

#[test]
fn a_lost_sensor_is_onboarded_and_not_enrolled() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Defender, State::Inactive);
    let sensor = device.clone().asks_for(StepIntent::Reconnect, &[1]);
    assert!(entry(&sensor, "re-enroll").action.starts_with("Bring the Defender sensor back"));
    let both = sensor.asks_for(StepIntent::Reconnect, &[0]);
    assert!(entry(&both, "re-enroll").action.starts_with("Connect the PC"));
    let unmanaged = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Reconnect, &[0]);
    assert!(entry(&unmanaged, "re-enroll").action.starts_with("Connect the PC"));
}

#[test]
fn a_failed_action_is_repeated_or_looked_into() {
    let stuck = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Failed)
        .asks_for(StepIntent::Objects, &[0]);
    let active = Subject { activity: Activity::Active, ownership: Ownership::Personal, ..stuck.clone() };
    assert!(steps(&playbooks(), &active).contains(&"intune-retire:0".to_owned()));
    assert!(entry(&stuck, "intune-delete").condition.contains("find out why and repeat it"));
}

#[test]
fn a_computer_that_is_disabled_in_ad_points_at_the_synchronisation() {
    let device = subject(Platform::Windows, JoinType::Hybrid)
        .with(Console::Entra, State::Enabled)
        .with(Console::Ad, State::Disabled)
        .asks_for(StepIntent::Objects, &[0]);
    assert!(entry(&device, "verify-in-next-export").condition.contains("Look at the synchronisation first"));
    assert!(!steps(&playbooks(), &device).iter().any(|s| s.starts_with("entra-")));
}

#[test]
fn the_older_of_two_autopilot_records_goes_and_the_live_one_stays() {
    let device = subject(Platform::Windows, JoinType::Unknown)
        .with(Console::Autopilot, State::Unknown)
        .with(Console::Autopilot, State::Unknown)
        .but(|o| o.live = false)
        .asks_for(StepIntent::Objects, &[1]);
    let planned = steps(&playbooks(), &device);
    assert!(planned.contains(&"autopilot-delete:1".to_owned()) && !planned.contains(&"autopilot-delete:0".to_owned()));
    assert!(entry(&device, "autopilot-delete").condition.contains("[ZTDID]"));
}

#[test]
fn an_unassigned_apple_device_in_stock_is_assigned_rather_than_released() {
    let device = subject(Platform::Ios, JoinType::Unknown)
        .with(Console::Abm, State::Unassigned)
        .asks_for(StepIntent::Objects, &[0]);
    assert!(entry(&device, "abm-release").condition.contains("assign it to a server instead"));
}
