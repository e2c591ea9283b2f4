//! Exact ids that contradict the hardware: refused, both values kept, a person looks.

use super::build::{AUTOPILOT, DEFENDER, ENTRA, INTUNE, id};
use super::found::find;

#[test]
fn two_serials_under_one_id_are_refused() {
    let found = find(&[
        INTUNE.rows(&[
            "id=i1; name=PC-1; serial=5CG0001AB; maker=HP; entra=e1",
            "id=i2; name=PC-2; serial=5CG0002AB; maker=HP; entra=e1",
        ]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
    ]);
    assert_eq!(found.devices(), ["entra:1", "intune:1", "intune:2"], "nobody knows whose the object is");
    assert_eq!(
        found.refused("intune:1"),
        format!("entra-id `{}`: serial `5CG0001AB` here, `5CG0002AB` at intune:{}", id("e1"), id("i2"))
    );
    assert_eq!(
        found.refused("intune:2"),
        format!("entra-id `{}`: serial `5CG0002AB` here, `5CG0001AB` at intune:{}", id("e1"), id("i1"))
    );
    for row in ["intune:1", "intune:2", "entra:1"] {
        assert_eq!(found.identity(row), "conflict", "{row}");
        assert!(found.steps(row).iter().all(|step| step == "review-identity"), "{row}: {:?}", found.steps(row));
    }
    assert!(!found.steps("intune:1").is_empty());
    assert_eq!(found.notices("identity-conflict").len(), 2);
}

#[test]
fn the_serial_with_more_witnesses_keeps_the_id() {
    let found = find(&[
        INTUNE.rows(&[
            "id=i1; name=PC-1; serial=5CG0001AB; maker=HP; entra=e1",
            "id=i2; name=PC-2; serial=5CG0002AB; maker=HP; entra=e1",
        ]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
        AUTOPILOT.rows(&["id=a1; serial=5CG0002AB; maker=HP; entra=e1"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1 entra:1 intune:2", "intune:1"]);
    assert!(found.refused("intune:1").contains("serial `5CG0001AB` here, `5CG0002AB` at"));
    assert_eq!(found.refused("intune:2"), "");
    assert_eq!((found.identity("intune:1"), found.identity("intune:2")), ("conflict", "conflict"));
}

#[test]
fn two_makers_under_one_id_are_refused() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; maker=HP; entra=e1"]),
        AUTOPILOT.rows(&["id=a1; serial=5CG0001AB; maker=Dell Inc.; entra=e1"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1", "intune:1"]);
    assert!(
        found.refused("intune:1").contains("manufacturer `hp` here, `dell` at autopilot:"),
        "{}",
        found.refused("intune:1")
    );
    assert_eq!(found.identity("autopilot:1"), "conflict");
}

#[test]
fn two_platforms_under_one_id_are_refused() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PHONE; os=iOS; serial=F2LXK0AAN72J; entra=e1"]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC; os=Windows"]),
        DEFENDER.rows(&["id=m1; name=pc; entra=e1; os=Windows11"]),
    ]);
    assert_eq!(found.devices(), ["defender:1", "entra:1", "intune:1"]);
    for row in ["entra:1", "defender:1"] {
        assert!(found.refused(row).contains("platform `windows` here, `ios` at intune:"), "{}", found.refused(row));
    }
    assert_eq!((found.identity("intune:1"), found.identity("entra:1")), ("conflict", "conflict"));
}

/// A stale pointer of Autopilot at the record of another machine.
#[test]
fn a_pointer_at_another_machine_is_refused() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; maker=HP; entra=e1"]),
        AUTOPILOT.rows(&["id=a1; serial=5CG0001AB; maker=HP", "id=a2; serial=5CG0002AB; maker=HP; intune=i1"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1 intune:1", "autopilot:2"]);
    assert_eq!(
        found.refused("autopilot:2"),
        format!("intune-id `{}`: serial `5CG0002AB` here, `5CG0001AB` at intune:{}", id("i1"), id("i1"))
    );
    assert!(found.steps("autopilot:2").iter().all(|step| step == "review-identity"));
}

/// A chain that would make three machines one: each refusal is told, and no two serials meet.
#[test]
fn a_chain_of_contradictions_ends_with_one_serial_a_device() {
    let found = find(&[
        INTUNE.rows(&[
            "id=i1; name=PC-1; serial=5CG0001AB; entra=e1",
            "id=i2; name=PC-2; serial=5CG0002AB; entra=e2",
            "id=i3; name=PC-3; serial=5CG0003AB; entra=e3",
        ]),
        AUTOPILOT.rows(&[
            "id=a1; serial=5CG0001AB; entra=e2; intune=i3",
            "id=a2; serial=5CG0002AB; entra=e3; intune=i1",
            "id=a3; serial=5CG0003AB; entra=e1; intune=i2",
        ]),
        ENTRA.rows(&["object=o1; entra=e1", "object=o2; entra=e2", "object=o3; entra=e3"]),
    ]);
    for (one, other) in [(1, 2), (2, 3), (1, 3)] {
        assert_ne!(found.key(&format!("intune:{one}")), found.key(&format!("intune:{other}")));
        assert_ne!(found.key(&format!("intune:{one}")), found.key(&format!("autopilot:{other}")));
    }
    for number in 1..=3 {
        assert_eq!(found.identity(&format!("intune:{number}")), "conflict");
    }
}

/// Doubt about two machines does not spread to a third.
#[test]
fn others_are_not_drawn_in() {
    let found = find(&[
        INTUNE.rows(&[
            "id=i1; name=PC-1; serial=5CG0001AB; entra=e1",
            "id=i2; name=PC-2; serial=5CG0002AB; entra=e1",
            "id=i3; name=PC-3; serial=5CG0003AB; entra=e3",
        ]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1", "object=o3; entra=e3; name=PC-3"]),
    ]);
    assert_eq!(found.identity("intune:3"), "exact");
    assert_eq!(found.refused("intune:3"), "");
    assert!(found.steps("intune:3").contains(&"entra-disable".to_owned()), "{:?}", found.steps("intune:3"));
}
