//! Numbers of the hardware: serial numbers as Apple, Google, scanners and spreadsheets write them; IMEI.

use super::build::{ABM, AUTOPILOT, CHROME, GOOGLE, INTUNE};
use super::found::find;

#[test]
fn an_apple_serial_in_any_spelling_is_one_device() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PHONE; os=iOS; serial=F2LXK0AAN72J; maker=Apple"]),
        ABM.rows(&["serial=  f2lxk0aan72j ", "serial=F2LX K0AA N72J", "serial='F2LXK0AAN72J"]),
    ]);
    assert_eq!(found.devices(), ["abm:1 abm:2 abm:3 intune:1"]);
    assert_eq!(found.key("abm:1"), "serial:F2LXK0AAN72J");
    assert_eq!(found.held("abm:1"), "object-id|serial exact");
    assert_eq!(found.held("intune:1"), "serial strong");
    assert_eq!(found.identity("intune:1"), "strong");
}

/// A device that was released and came back is listed twice; it is not released.
#[test]
fn a_released_row_beside_one_that_is_not() {
    let gone = "serial=F2LXK0AAN72J; released=2025-02-01T08:00:00Z; server=";
    let back = "serial=F2LXK0AAN72J; added=2025-03-01T08:00:00Z";
    let intune = || INTUNE.rows(&["id=i1; name=PHONE; os=iOS; serial=F2LXK0AAN72J; maker=Apple"]);
    let released = |rows: &[&str]| {
        let found = find(&[intune(), ABM.rows(rows)]);
        assert_eq!(found.devices().len(), 1);
        found.findings("intune:1").iter().any(|finding| finding.starts_with("abm-released-still-managed"))
    };
    assert!(released(&[gone]));
    assert!(released(&[gone, gone]));
    assert!(!released(&[gone, back]));
    assert!(!released(&[back, gone]));
}

#[test]
fn work_profiles_have_no_serial_and_share_none() {
    let found = find(&[INTUNE.rows(&[
        "id=i1; name=ada_Android; os=Android (Personally-Owned Work Profile); serial=; owner=Personal; entra=e1",
        "id=i2; name=ada_Android; os=Android (Personally-Owned Work Profile); serial=; owner=Personal; entra=e2",
        "id=i3; name=ben_Android; os=Android (Personally-Owned Work Profile); serial=0; owner=Personal; entra=e3",
        "id=i4; name=eve_Android; os=Android (Personally-Owned Work Profile); serial=0; owner=Personal; entra=e4",
    ])]);
    assert_eq!(found.devices(), ["intune:1", "intune:2", "intune:3", "intune:4"]);
}

#[test]
fn ids_that_software_makes_up_join_nothing() {
    for made_up in ["3c404c2af5fd57b7", "3C404C2AF5FD57B7", "1a269559-ec7f-44c5-816f-414df3410482"] {
        let found = find(&[
            INTUNE.rows(&[format!("id=i1; name=PHONE; os=Android; serial={made_up}")]),
            GOOGLE.rows(&[format!("id=r1; serial={made_up}"), format!("id=r2; serial={made_up}")]),
        ]);
        assert_eq!(found.devices(), ["google:1", "google:2", "intune:1"], "{made_up}");
    }
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PHONE; os=Android; serial=R58M00ABCDE"]),
        GOOGLE.rows(&["id=r1; serial=r58m00abcde"]),
    ]);
    assert_eq!(found.devices(), ["google:1 intune:1"], "a number of the hardware does");
}

/// Check digit or not, dashes or not, first radio or second: 14 digits tell.
#[test]
fn an_imei_joins_whichever_way_it_is_written() {
    for (here, there) in [
        ("imei=490154203237518", "imei=490154203237518"),
        ("imei=490154203237518", "imei=49015420323751"),
        ("imei=49 015420 323751 8", "imei=490154203237518"),
        ("imei=49-015420-323751-8", "imei2=490154203237518"),
        ("imei=490154203237518", "imei=352099001761481; imei2=490154203237518"),
        ("meid=a1000049ab12cd", "meid=A1000049AB12CD"),
    ] {
        let found = find(&[
            INTUNE.rows(&[format!("id=i1; name=PHONE; os=iOS; {here}")]),
            ABM.rows(&[format!("serial=F2LXK0AAN72J; {there}")]),
        ]);
        assert_eq!(found.devices(), ["abm:1 intune:1"], "{here}, {there}");
        assert_eq!(found.held("intune:1"), "imei strong", "{here}, {there}");
        assert_eq!(found.identity("abm:1"), "strong");
    }
}

#[test]
fn an_imei_that_a_spreadsheet_rounded_joins_nothing() {
    for text in ["3.56E+14", "3,56E+14", "356000000000000", "356938035000000", "000000000000000", "0", "12345"] {
        let found = find(&[
            INTUNE.rows(&[
                format!("id=i1; name=A; os=Android; imei={text}"),
                format!("id=i2; name=B; os=Android; imei={text}"),
            ]),
            ABM.rows(&[format!("serial=F2LXK0AAN72J; imei={text}")]),
            GOOGLE.rows(&[format!("id=r1; imei={text}")]),
        ]);
        assert_eq!(found.devices(), ["abm:1", "google:1", "intune:1", "intune:2"], "{text}");
    }
}

/// Two phones cannot share an IMEI: where serial numbers differ, it is refused and told.
#[test]
fn one_imei_and_two_serials_are_refused() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PHONE; os=iOS; maker=Apple; serial=F2LXK0AAN111; imei=490154203237518"]),
        ABM.rows(&["serial=F2LXK0AAN222; imei=490154203237518"]),
    ]);
    assert_eq!(found.devices(), ["abm:1", "intune:1"]);
    assert!(found.refused("intune:1").contains("F2LXK0AAN111"), "{}", found.refused("intune:1"));
    assert!(found.refused("intune:1").contains("F2LXK0AAN222"), "{}", found.refused("intune:1"));
    assert_eq!(found.identity("intune:1"), "conflict");
}

#[test]
fn the_s_of_a_scanned_label_joins_only_where_it_is_the_one_answer() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; maker=HP; entra=e1"]),
        AUTOPILOT.rows(&["id=a1; serial=S5CG0001AB; maker=HP"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1 intune:1"]);
    assert_eq!(found.held("autopilot:1"), "scanned-serial weak");
    assert_eq!(found.key("autopilot:1"), "serial:5CG0001AB");
    assert_eq!(found.identity("intune:1"), "weak");
    assert_eq!(found.steps("intune:1"), ["review-identity"]);

    let apart: [(&str, &[&str], &[&str]); 4] = [
        ("both exist", &["id=i1; serial=5CG0001AB", "id=i2; serial=S5CG0001AB"], &["id=a1; serial=S5CG0001AB"]),
        ("too short", &["id=i1; serial=C0001"], &["id=a1; serial=SC0001"]),
        ("another maker", &["id=i1; serial=5CG0001AB; maker=HP"], &["id=a1; serial=S5CG0001AB; maker=Dell"]),
        ("another platform", &["id=i1; serial=5CG0001AB; os=iOS"], &["id=a1; serial=S5CG0001AB"]),
    ];
    for (case, intune, autopilot) in apart {
        let found = find(&[INTUNE.rows(intune), AUTOPILOT.rows(autopilot)]);
        assert_ne!(found.key("intune:1"), found.key("autopilot:1"), "{case}");
        assert!(!found.held("autopilot:1").contains("weak"), "{case}");
    }
}

#[test]
fn lost_zeros_join_only_where_they_are_the_one_answer() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=001234567; maker=Microsoft; entra=e1"]),
        AUTOPILOT.rows(&[
            "id=a1; serial=1234567890; maker=HP",
            "id=a2; serial=1239567; maker=Microsoft",
            "id=a3; serial=1934567; maker=Microsoft",
        ]),
    ]);
    assert_eq!(found.devices().len(), 4, "other numbers are other devices");
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=001934567; maker=Microsoft; entra=e1"]),
        AUTOPILOT.rows(&["id=a1; serial=1934567; maker=Microsoft"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1 intune:1"]);
    assert_eq!(found.held("autopilot:1"), "short-serial weak");
    assert_eq!(found.key("autopilot:1"), "serial:001934567");

    let two = find(&[
        INTUNE.rows(&["id=i1; serial=001934567; entra=e1", "id=i2; serial=0001934567; entra=e2"]),
        AUTOPILOT.rows(&["id=a1; serial=1934567"]),
    ]);
    assert_eq!(two.devices(), ["autopilot:1", "intune:1", "intune:2"], "it may be either");
    let three = find(&[
        INTUNE.rows(&["id=i1; serial=1934567; entra=e1", "id=i2; serial=001934567; entra=e2"]),
        AUTOPILOT.rows(&["id=a1; serial=1934567"]),
    ]);
    assert_eq!(three.devices(), ["autopilot:1 intune:1", "intune:2"], "the whole number is nearer");
}

/// What is scanned wrongly may also have lost its zeros; two ways to one device are still not its number.
#[test]
fn chains_of_altered_serials_join_nothing_twice() {
    let found = find(&[
        INTUNE.rows(&["id=i1; serial=S001934567; entra=e1"]),
        AUTOPILOT.rows(&["id=a1; serial=1934567"]),
        CHROME.rows(&["id=c1; serial=001934567"]),
    ]);
    let weak = ["intune:1", "autopilot:1", "chrome:1"].iter().filter(|row| found.held(row).contains("weak")).count();
    assert!(weak <= 1, "{:?}", found.devices());
}
