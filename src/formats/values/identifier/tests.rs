use super::super::imei;
use super::*;
use proptest::prelude::*;

fn value(text: &str) -> Cell<Cow<'_, str>> {
    Cell::Value(Cow::Borrowed(text))
}

#[test]
fn serials_are_compared_without_blanks_and_case() {
    for (text, expected) in [
        (" 5cg 1234abc ", "5CG1234ABC"),
        ("=\"0012\"", "0012"),
        ("'0012", "0012"),
        ("VMware-56 4d 3a 56 c9 55 ba 70-99 72 f4 7a 75 e2 9c f9", "VMWARE-564D3A56C955BA70-9972F47A75E29CF9"),
        ("Parallels-5C 8B 0A 33 6E 6C 4C 94 8F 1A 8F A4 3E 1B 8E 2C", "PARALLELS-5C8B0A336E6C4C948F1A8FA43E1B8E2C"),
        ("DMPA\u{200b}GP1PAD01\u{200e}", "DMPAGP1PAD01"),
        ("\u{202a}DMPAGP1PAD01\u{202c}", "DMPAGP1PAD01"),
        ("DMPA\u{ad}GP1\u{2060}PAD\u{a0}01\u{3000}", "DMPAGP1PAD01"),
        ("\u{feff}5CG1234ABC\u{180e}", "5CG1234ABC"),
        ("5CG1234ABC\r\n", "5CG1234ABC"),
    ] {
        assert_eq!(serial(text), value(expected), "{text}");
    }
}

/// Numbers as manufacturers, hypervisors and clouds give them.
#[test]
fn serials_that_are_real_stay() {
    for text in [
        // Dell: service tags of 7 and 5 signs, and boards.
        "8RZT6M2",
        "1E23456",
        "GZ4VKD2",
        "..CN7792153O002E.",
        "/GZ4VKD2/CN7220073B00EA/",
        ".GZ4VKD2.CN7220073B00EA.",
        // HP and HPE, Lenovo, Fujitsu, Acer, Asus, Toshiba, Panasonic, Getac, Dynabook, MSI.
        "5CG1234ABC",
        "CZC0412XYZ",
        "2UA1234ABC",
        "MXL0391QX7",
        "PF1ABCDE",
        "PC-0ABCDE",
        "R90XXX12",
        "MP1A2B3C",
        "LR0B1C2D",
        "1S20KHCTO1WWPF1ABCDE",
        "YLKF012345",
        "DSBX001234",
        "NXVPVEG00412345678901",
        "DQBDZ11001A1234567",
        "M8N0CX12R345678",
        "3C012345H",
        "1ATYB12345",
        "RH123S0456",
        "9S717F11A123ZK1000123",
        "XG-001234",
        "7440-0683",
        "12-34567",
        // Surface, Surface Hub, HoloLens.
        "012345678901",
        "045678912345",
        "006128360257",
        "013456203453",
        // Apple of old and of today, also without a digit.
        "C02XL0GYJGH5",
        "F9FXK123JF8J",
        "DMPZX0AAMF3M",
        "DLXH2LLADKPH",
        "H4TQ9XYZ1M",
        "G6TG90AZ0DXX",
        "YM0123ABCDE",
        "W88401231AX",
        "JYXWXJKLPH",
        "HXQKVQJMXG",
        "PFBYXKJP",
        // Samsung, Google, Motorola, Xiaomi, OnePlus, Zebra, Honeywell, Datalogic, Cipherlab.
        "R58M30ABCDE",
        "RF8N12ABCDE",
        "R9XR700ABCD",
        "9B011FFAZ00123",
        "ZY22ABCDEF",
        "8a1b2c3d",
        "20083522501234",
        "17214522500123",
        "S17214522500123",
        "19128D80A1",
        "D19K01234",
        "FX1234567890",
        "G16A0001234",
        // Chromebooks.
        "5CD0000ABC",
        "LR0DABCD",
        "NXH8YEK001012345678",
        "J6N0CX12R345",
        "8CG8460ABC",
        // Virtual machines and clouds.
        "VMware-42 1c 0a 1b 2c 3d 4e 5f-60 71 82 93 a4 b5 c6 d7",
        "0000-0000-4226-9691-9034-3814-15",
        "5031-7002-3202-6721-1425-4497-46",
        "0000-0007-1234-5678-9012-3456-78",
        "0000-0002-8912-1234-5678-9012-34",
        "VirtualBox-3a1b2c3d-1234-4abc-8def-001122334455",
        "Parallels-5C 8B 0A 33 6E 6C 4C 94 8F 1A 8F A4 3E 1B 8E 2C",
        "ec2a1234-5678-90ab-cdef-1234567890ab",
        "i-0123456789abcdef0",
        "GoogleCloud-0123456789ABCDEF0123456789ABCDEF",
        "4c4c4544-0044-4810-8031-c2c04f333232",
        "2d1f0a3c-5b6e-4f70-8a9b-0c1d2e3f4a5b",
        "vmw-0001",
        "QEMU-0012",
        // The address of a network card, a number that looks like a formula, one with an underscore.
        "00:1B:44:11:3A:B7",
        "00:11:22:33:44:55",
        "35E14",
        "5E12345",
        "AB_0012",
        "K+123456",
        "SN:12345678",
    ] {
        let Cell::Value(found) = serial(text) else { panic!("{text}: {:?}", serial(text)) };
        let plain: String = text.chars().filter(|c| *c != ' ').collect::<String>().to_uppercase();
        assert_eq!(found, plain, "{text}");
        assert_eq!(shown(text), text, "{text}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list")]
fn what_stands_in_the_place_of_a_serial_is_none() {
    for text in [
        // Spreadsheets.
        "#ERROR!",
        "#BUSY!",
        "#FIELD!",
        "#SPILL!",
        "#CALC!",
        "#N/A",
        "#REF!",
        "#NAME?",
        "#VALUE!",
        "#DIV/0!",
        "#####",
        "Loading...",
        "Loading…",
        "Err:502",
        "Err:508",
        "=A2",
        "=VLOOKUP(A2;B:C;2;0)",
        "=\"A\"&1",
        "Sheet1!A2",
        // Numbers, dates and times.
        "1.23E+11",
        "1.23E11",
        "1.23 E+11",
        "8,9E+21",
        "1.5E-07",
        "12345678.0",
        "12345678.00",
        "12345678,0",
        "1,234,567",
        "1.234.567",
        "10.0.19045",
        "192.168.1.17",
        "-1234567",
        "+4917612345678",
        "0.5",
        "2024-03-01",
        "2024-03-01 00:00:00",
        "3 /5/2024",
        "Mar-05",
        "1. Mrz",
        "2024-03-01T00:00:00Z",
        "12:30:00",
        "12:30",
        "1/1/1970 12:00:00 AM",
        // Scripts and data frames.
        "<NA>",
        "NaN",
        "nan",
        "NaT",
        "undefined",
        "[object Object]",
        "[object Object]1",
        "System.String[]",
        "System.Object[]",
        "System.Int32",
        "System.Collections.Hashtable",
        "Microsoft.Graph.PowerShell.Models.X1",
        "b'5CG1234ABC'",
        "['5CG1234ABC']",
        "[\"5CG1234ABC\"]",
        "{'serial': 'X1'}",
        "{\"serial\":\"X1\"}",
        "@{SerialNumber=5CG1234ABC}",
        "Decimal('1')",
        "<object at 0x7f12>",
        "[B@1b2c3d4",
        "Object@1b2c3d",
        "$serial1",
        "${serial1}",
        "{{serial1}}",
        "%SERIAL1%",
        "$($d.Serial1)",
        "True",
        "FALSE",
        "wahr",
        "\"5CG1234ABC\"",
        "`5CG1234ABC`",
        // Consoles, people, lists.
        "Pending",
        "Not yet reported",
        "see ticket 12345",
        "Asset 1234",
        "5CG1234...",
        "5CG1234ABC;5CG1234ABD",
        "5CG1234ABC, 5CG1234ABD",
        "5CG1234ABC|5CG1234ABD",
        "5CG1234ABC\n5CG1234ABD",
        "https://example.com/1",
        "jdoe1@contoso.example",
        "****1234",
        "SN#1234",
        "5CG1234ABC (old)",
        "5CG1234ABC?",
        "C:\\1",
        "<b>1</b>",
        "PC\u{7}1",
        "\u{1f4bb}1",
        "С02XL0GYJGH5",
        "５CG1234ABC",
        "ſ1234567",
        "BCDFGHAJKL",
        "BBBBBBBBCD",
        "PFBYXKJ!",
        "LOADING",
        "Calculating",
        "RETRIEVING",
        "HTTP500 error",
        &"A1".repeat(33),
    ] {
        assert_eq!(serial(text), Cell::Unreadable, "{text}");
    }
    for text in ["", " ", "\u{200b}", "\u{a0}", "$null", "="] {
        assert_ne!(serial(text), value(text), "{text}");
    }
}

#[test]
fn ids_of_consoles() {
    for text in [
        "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01",
        "AFiQxQ8Qgd-rouSmcd2UnuvhYV__WXdacTgJhPEA1QoQJrK1hYbKJXm-8JFlhZOjBF4aVbhleS2FVQk5lI069K2GULpteTlLVpKLJFSLSL",
        "devices/CiRiMWEzYzA0Ny0=",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        "CN=PC-1,OU=Clients of Bern,DC=corp,DC=example",
        "cn=Büro-PC,dc=corp",
        "XABC123X0ABC123X0",
        "17",
    ] {
        assert_eq!(native_id(text), value(text), "{text}");
    }
    assert_eq!(native_id("AFi\u{200b}QxQ8\u{a0}"), value("AFiQxQ8"));
    assert_eq!(native_id("{7F1B8C1E-90A4-4D53-8F0F-3A5D6F1E2B01}"), value("7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01"));
    for text in [
        "#N/A",
        "#ERROR!",
        "Loading...",
        "########",
        "<NA>",
        "nan",
        "[object Object]",
        "Microsoft.Graph.PowerShell.Models.X",
        "{'id': 1}",
        "b'17'",
        "17.0",
        "1.7E+15",
        "2024-03-01",
        "Pending",
        "two words 1!",
        "",
    ] {
        assert!(!matches!(native_id(text), Cell::Value(_)), "{text}");
    }
}

#[test]
fn ids_of_software_are_no_serials_of_hardware() {
    for text in ["3C404C2AF5FD57B7", "1A269559-EC7F-44C5-816F-414DF3410482", "1a269559ec7f44c5816f414df3410482"] {
        assert!(is_software_id(text), "{text}");
    }
    for text in ["R58M00ABCDE", "F2LXK0AAN72J", "1234567890123456"] {
        assert!(!is_software_id(text), "{text}");
    }
}

type Reader = fn(&str) -> Cell<Cow<'_, str>>;

const KINDS: [Reader; 4] = [serial, guid, imei, native_id];

/// Texts of which some are identifiers.
fn likely() -> impl Strategy<Value = String> {
    "[0-9A-Z]{5,14}|[0-9A-Za-z./_+: -]{3,20}|[0-9]{14,16}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\\PC{0,20}"
}

proptest! {
    #[test]
    fn normalised_values_stay_as_they_are(text in likely()) {
        for kind in KINDS {
            if let Cell::Value(once) = kind(&text) {
                prop_assert_eq!(kind(&once), Cell::Value(Cow::Borrowed(once.as_ref())), "{:?}", text);
            }
        }
    }

    #[test]
    fn signs_that_nobody_sees_change_nothing(
        text in likely(),
        hidden in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
            '\u{ad}', '\u{180e}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}', '\u{202e}',
            '\u{2060}', '\u{2064}', '\u{2066}', '\u{2069}', '\u{feff}', '\u{fe0f}', '\u{61c}', '\u{e0101}',
        ])), 1..6),
    ) {
        // A wrapper that such a sign parts is none until the sign is gone; where it ends up is tried elsewhere.
        let plain = shown(&text).into_owned();
        let mut letters: Vec<char> = plain.chars().collect();
        for (at, sign) in hidden {
            letters.insert(at.index(letters.len() + 1), sign);
        }
        let with: String = letters.into_iter().collect();
        for kind in KINDS {
            prop_assert_eq!(kind(&with), kind(&plain), "{:?}", with);
        }
        prop_assert_eq!(shown(&with), plain);
    }

    #[test]
    fn what_is_no_serial_by_its_signs_joins_nothing(text in "[0-9A-Z]{0,8}[^0-9A-Za-z./_+: '=\"\t-][0-9A-Z]{0,8}") {
        prop_assume!(!text.chars().any(|c| super::super::is_invisible(c) || super::super::is_blank(c)));
        prop_assert!(!matches!(serial(&text), Cell::Value(_)), "{:?}", text);
    }

    #[test]
    fn what_is_a_serial_has_its_signs(text in any::<String>()) {
        if let Cell::Value(found) = serial(&text) {
            prop_assert!(found.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-./_+:".contains(&b)));
            prop_assert!(found.len() <= LONGEST_SERIAL);
        }
    }
}
