//! A decision finds its device or its package, and what cannot be understood is refused.

use super::*;

fn read(text: &str) -> Result<Decisions, Vec<Problem>> {
    in_yaml("d.yaml", text).and_then(|lines| Decisions::new("d.yaml", "", lines))
}

fn devices() -> DeviceTable {
    let list = [("entra:1", "ABC1234"), ("serial:Y", "DUP9999"), ("entra:3", "DUP9999"), ("abm:X", "XYZ7777")];
    DeviceTable::of_keys(&list)
}

#[test]
fn a_decision_finds_its_device_by_key_or_by_serial_number() {
    let mut d = read(
        "- {device_key: 'entra:1', intent: reuse, assignee: Ann}\n- {serial: ' xyz7777', status: Declined, note: kept}\n",
    )
    .unwrap();
    assert_eq!(d.find(&devices()).unwrap(), []);
    assert_eq!(d.of(DeviceId::new(0)).map(|d| (d.purpose, d.status)), Some((Some(Disposition::Reuse), Status::Open)));
    assert_eq!(d.of(DeviceId::new(3)).map(|d| (d.purpose, d.status)), Some((None, Status::Declined)));
    assert_eq!(d.of(DeviceId::new(1)), None);
}

#[test]
fn what_cannot_be_understood_is_refused() {
    for (text, message, help) in [
        ("- {device_key: 'entra:1', intent: reuze}", "`reuze` is no intent", "did you mean `reuse`?"),
        ("- {serial: ABC1234, status: 17}", "`17` is no status", "use one of: open, in-progress"),
        ("- {serial: ABC1234, status: perhaps}", "`perhaps` is no status", "use one of: open, in-progress"),
        ("- {note: keep it}", "a decision names no device", "give its `device_key`"),
        ("- {serial: 4.57E+11, intent: reuse}", "is no serial number of one device", "give its `device_key`"),
        ("- {serial: ABC1234, intend: reuse}", "unknown field `intend`", "write a list"),
        ("intent: reuse", "invalid type", "write a list"),
    ] {
        let problems = read(text).unwrap_err();
        assert_eq!(problems.len(), 1, "{text}");
        assert!(problems[0].message.contains(message), "{text}: {}", problems[0].message);
        assert!(problems[0].help.starts_with(help), "{text}: {}", problems[0].help);
    }
}

#[test]
fn a_device_has_one_decision() {
    for (text, message) in [
        ("- {serial: DUP9999, intent: reuse}", "several devices bear the serial number `DUP9999`"),
        ("- {device_key: 'entra:1', serial: XYZ7777, intent: reuse}", "is not the serial number of `entra:1`"),
        ("- {device_key: 'entra:1', intent: reuse}\n- {serial: ABC1234, intent: dispose}", "decides otherwise of"),
    ] {
        let problems = read(text).unwrap().find(&devices()).unwrap_err();
        assert_eq!(problems.len(), 1, "{text}");
        assert!(problems[0].message.contains(message), "{text}: {}", problems[0].message);
    }
}

#[test]
fn a_device_that_is_gone_is_a_remark() {
    let mut d = read("- {device_key: 'entra:9', intent: reuse}\n- {serial: GONE1234, intent: reuse}\n").unwrap();
    let notices = d.find(&devices()).unwrap();
    assert_eq!(notices.len(), 2);
    assert!(notices.iter().all(|n| n.code == Code::DecisionUnused && n.export == "d.yaml"));
    assert_eq!((notices[0].row, notices[1].row), (Some(1), Some(2)));
}

#[test]
fn a_line_that_decides_nothing_is_passed_over() {
    let d = read("- {device_key: 'entra:1'}\n- {}\n").unwrap();
    assert!(d.list.is_empty());
}

/// Packages of two devices each.
const PACKAGES: &[(&str, &[DeviceId])] =
    &[("one", &[DeviceId::new(0), DeviceId::new(1)]), ("two", &[DeviceId::new(2), DeviceId::new(3)])];

#[test]
fn what_is_decided_of_a_package_holds_for_devices_that_have_nothing_of_their_own() {
    let mut d =
        read("- {suggestion_id: one, status: in-progress, assignee: Ann}\n- {device_key: 'entra:1', status: done}\n")
            .unwrap();
    assert_eq!(d.find(&devices()).unwrap(), []);
    assert_eq!(d.spread(PACKAGES, 4), []);
    assert_eq!([0, 1, 2].map(|at| d.status(DeviceId::new(at))), [Status::Done, Status::InProgress, Status::Open]);
}

/// Nobody has looked at a device that came later.
#[test]
fn a_device_that_came_into_a_package_later_is_left_as_it_is() {
    let text = "- {suggestion_id: one, status: declined}\n- {device_key: 'serial:Y', suggestion_id: one}\n- {suggestion_id: gone, status: done}\n";
    let mut d = read(text).unwrap();
    d.find(&devices()).unwrap();
    let notices = d.spread(PACKAGES, 4);
    assert_eq!([0, 1].map(|at| d.status(DeviceId::new(at))), [Status::Open, Status::Declined]);
    let said: Vec<&str> = notices.iter().map(|n| n.message.as_str()).collect();
    assert!(said[0].starts_with("1 device came into package `one` after the file was written"), "{said:?}");
    assert!(said[1].starts_with("no device of package `gone` is there"), "{said:?}");
}

#[test]
fn a_package_has_one_decision_and_no_intent() {
    for (text, message) in [
        (
            "- {suggestion_id: one, status: done}\n- {suggestion_id: one, status: declined}",
            "decides otherwise of `one` than row 1",
        ),
        ("- {suggestion_id: one, intent: reuse}", "an intent is decided for a package"),
    ] {
        assert_eq!(read(text).unwrap_err()[0].message, message);
    }
}
