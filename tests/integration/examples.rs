//! The three examples that Microsoft's withdrawn Device Offboarding Agent was documented with, as a small tenant: corporate
//! Windows, corporate iOS and personal Android devices that are no longer in Intune and still elsewhere.
//!
//! The agent: list, BitLocker keys, LAPS, Defender, Autopilot, Entra (Windows); list, Apple, Entra (iOS); list, Defender,
//! Entra (Android). Ours keep that order and differ where the plan says why:
//!
//! - What is on a device of the organisation is erased or accepted before its last record goes (`data-erased`).
//! - A Windows device that is registered with Autopilot gets no step in Entra: the record goes by itself, and disabling or
//!   deleting it by hand breaks the next enrolment. One that is not is disabled first, since access is what matters.
//! - Entra records carry no serial number, so that nothing proves which of Apple's devices an iPhone is: no step is planned at
//!   Apple. Where an Intune record says so, Activation Lock goes off with the device in hand, and the release comes last.
//! - Entra records are deleted after the grace period, in a later run for phones; the agent left them disabled.

use std::fmt::Write as _;

use crate::common::Place;
use crate::identity::build::{ABM, AUTOPILOT, DEFENDER, ENTRA, INTUNE};

const MDM: &str = "0000000a-0000-0000-c000-000000000000";

fn tenant() -> Place {
    let place = Place::new();
    let exports = [
        INTUNE.rows(&[
            "id=i1; name=PC-1; serial=5CG0001AA; entra=e1; seen=2026-11-18 08:00:00; compliance=Compliant",
            "id=i2; name=IPH-1; serial=F2LX0001AA; entra=e2; os=iOS; seen=2026-11-18 08:00:00; compliance=Compliant",
            "id=i3; name=AND-1; serial=R5CT0001AA; entra=e3; os=Android; owner=Personal; seen=2026-11-18 08:00:00",
        ]),
        ENTRA.rows(&[
            format!("object=o1; entra=e1; name=PC-1; mdm={MDM}; seen=2026-11-18T08:00:00Z").as_str(),
            format!("object=o2; entra=e2; name=IPH-1; os=iOS; join=Workplace; mdm={MDM}; seen=2026-11-18T08:00:00Z")
                .as_str(),
            format!(
                "object=o3; entra=e3; name=AND-1; os=Android; join=Workplace; mdm={MDM}; seen=2026-11-18T08:00:00Z"
            )
            .as_str(),
            format!("object=o11; entra=e11; name=PC-11; mdm={MDM}").as_str(),
            format!("object=o12; entra=e12; name=PC-12; mdm={MDM}").as_str(),
            format!("object=o13; entra=e13; name=IPH-13; os=iOS; join=Workplace; mdm={MDM}").as_str(),
            format!("object=o14; entra=e14; name=AND-14; os=Android; join=Workplace; mdm={MDM}").as_str(),
        ]),
        AUTOPILOT.rows(&["id=a12; serial=5CG0012AA; entra=e12"]),
        DEFENDER.rows(&["id=m11; name=PC-11; entra=e11", "id=m14; name=AND-14; entra=e14; os=Android"]),
        ABM.rows(&["serial=F2LX0001AA", "serial=F2LX0013AA"]),
    ];
    for export in exports {
        place.write(&format!("in/{}", export.name), &export.content);
    }
    place
}

#[test]
fn what_is_left_behind_leaves_in_the_order_of_the_withdrawn_agent() {
    let place = tenant();
    let report = place.analyze(&["--as-of", "2026-11-20"]);
    let whole: serde_json::Value =
        serde_json::from_slice(&std::fs::read(report.root.join("report.json")).unwrap()).unwrap();
    let told = whole["suggestions"].as_array().unwrap();
    let mut text = String::new();
    for one in told {
        let _ = write!(text, "{}\n  {}\n", one["id"].as_str().unwrap(), one["summary"].as_str().unwrap());
        for factor in one["factors"].as_array().unwrap() {
            let _ = writeln!(text, "  - {}", factor.as_str().unwrap());
        }
    }
    for step in report.lines("plan.csv") {
        let _ = writeln!(text, "{}: {} {}", step["device_name"], step["step"], step["object_id"]);
    }
    insta::assert_snapshot!(text);
}
