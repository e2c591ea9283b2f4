//! Serial numbers that identify nothing: placeholders, copies of a machine, one number of two makers.

use super::build::{AUTOPILOT, AUTOPILOT_PORTAL, ENTRA, INTUNE};
use super::found::find;

#[test]
fn five_thousand_default_strings_are_five_thousand_devices() {
    let each = |text: &str| (1..=5_000).map(|n| text.replace('#', &n.to_string())).collect::<Vec<_>>();
    let found = find(&[
        INTUNE.rows(&each("id=i#; name=PC-#; serial=Default string; maker=HP; entra=e#")),
        ENTRA.rows(&each("object=o#; entra=e#; name=PC-#")),
    ]);
    let devices = found.devices();
    assert_eq!(devices.len(), 5_000);
    for n in [1, 77, 5_000] {
        assert!(devices.contains(&format!("entra:{n} intune:{n}")));
    }
    assert_eq!(found.held("intune:77"), "entra-id exact");
    assert!(found.key("intune:77").starts_with("entra:"), "a placeholder names nothing");
    assert_eq!(found.cell("intune:77", "serial"), "");
    assert!(found.notices("placeholder-serial")[0].starts_with("5000 serials are placeholders"));
}

#[test]
fn placeholders_in_any_spelling_join_nothing() {
    for text in [
        "Default string",
        "default  STRING",
        "  to be filled by o.e.m.  ",
        "'System Serial Number",
        "=\"none\"",
        "0000000000",
        "xxxxxxx",
        "n/a",
        "1234567890",
        "Not Specified",
        "-",
        "........",
    ] {
        let found = find(&[
            INTUNE.rows(&[format!("id=i1; name=A; serial={text}"), format!("id=i2; name=B; serial={text}")]),
            AUTOPILOT_PORTAL.rows(&[format!("serial={text}; maker=HP"), format!("serial={text}; maker=HP")]),
        ]);
        assert_eq!(found.devices(), ["autopilot:1", "autopilot:2", "intune:1", "intune:2"], "{text}");
        assert_eq!(found.held("intune:1"), "", "{text}");
    }
}

/// Pages that were saved twice are rows, not machines.
#[test]
fn rows_of_one_object_are_no_copies() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC; serial=5CG0001AB; entra=e1"; 7]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC"]),
    ]);
    assert_eq!(found.devices().len(), 1);
    assert_eq!(found.key("entra:1"), "serial:5CG0001AB");
    assert_eq!(found.notices("identity-conflict"), Vec::<String>::new());
    assert_eq!(found.notices("duplicate-rows"), ["1 object of Intune in 7 rows; it counts once"]);
}

#[test]
fn one_number_of_two_makers_joins_nothing() {
    let found = find(&[
        INTUNE.rows(&[
            "id=i1; name=LT-1; serial=240000383; maker=HP; entra=e1",
            "id=i2; name=LT-2; serial=240000383; maker=Dell Inc.; entra=e2",
        ]),
        ENTRA.rows(&["object=o1; entra=e1; name=LT-1", "object=o2; entra=e2; name=LT-2"]),
        AUTOPILOT.rows(&["id=a1; serial=240000383; maker=Hewlett-Packard"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1", "entra:1 intune:1", "entra:2 intune:2"]);
    let said = found.notices("identity-conflict");
    assert_eq!(said, ["serial `240000383` is used by several manufacturers (dell, hp) and is not used for matching"]);
    for row in ["intune:1", "intune:2", "autopilot:1"] {
        assert_eq!(found.identity(row), "conflict", "{row}");
    }
    assert_eq!(found.steps("intune:1"), ["review-identity"]);
    assert_eq!(found.steps("intune:2"), ["review-identity"]);
}

/// Spellings of one maker are one maker, and what board makers left blank is none.
#[test]
fn spellings_of_a_maker_are_no_contradiction() {
    for (one, other) in
        [("HP", "Hewlett-Packard"), ("Dell Inc.", "DELL"), ("LENOVO", "Lenovo"), ("HP", "To be filled by O.E.M.")]
    {
        let found = find(&[
            INTUNE.rows(&[format!("id=i1; name=LT-1; serial=5CG0001AB; maker={one}; entra=e1")]),
            AUTOPILOT.rows(&[format!("id=a1; serial=5cg0001ab; maker={other}")]),
        ]);
        assert_eq!(found.devices(), ["autopilot:1 intune:1"], "{one}, {other}");
    }
}
