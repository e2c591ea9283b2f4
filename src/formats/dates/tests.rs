use chrono::TimeZone;
use proptest::prelude::*;

use super::*;

fn millis(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
}

#[test]
fn shapes_without_choice() {
    for (expected, cells) in [
        ("2026-08-05T12:34:56.123Z", &["2026-08-05 12:34:56.1230000", "2026-08-05T12:34:56.123456789Z"][..]),
        (
            "2025-11-02T08:15:33Z",
            &[
                "2025-11-02T08:15:33Z",
                "2025-11-02T09:15:33+01:00",
                "2025-11-02T09:15:33+0100",
                "2025-11-02T09:15:33 +01",
                "2025-11-02T02:45:33-05:30",
                "2025-11-02 08:15:33 UTC",
                "\u{200e}2025-\u{200e}11-\u{200e}02 08:15:33",
                "02.\u{200e}11.\u{200e}2025 \u{200f}08:15:33",
                "2025-11-02 08:15:33 (UTC)",
                "2025-11-02 09:15:33 (UTC+01:00)",
                "2025-11-02T08:15:33.Z",
                "20251102T081533Z",
                "20251102T081533",
                "20251102081533Z",
                "20251102081533.0Z",
                "20251102091533.0+0100",
                "2025/11/02 08:15:33",
                "2025-11-2 8:15:33",
                "2025. 11. 02. 8:15:33",
                "2025-11-02 오전 8:15:33",
                "2025/11/2 上午 08:15:33",
                "2025年11月2日 08:15:33",
                "2025年11月2日8時15分33秒",
                "2025년 11월 2일 오전 8:15:33",
                "02.11.2025 08:15:33",
                "02.11.2025 8.15.33",
                "2. 11. 2025 8:15:33",
                "2. 11. 2025. 8:15:33",
                "2.11.2025 г. 8:15:33",
                "2.11.25 8:15:33 AM",
                "2025-11-02 08 h 15 min 33 s",
                "Sun, 02 Nov 2025 08:15:33 GMT",
                "Sun, 02 Nov 2025 09:15:33 +0100",
                "Sonntag, 2. November 2025 um 8:15:33 Uhr",
                "dimanche 2 novembre 2025 à 08:15:33",
                "domingo, 2 de noviembre de 2025 8:15:33 a.\u{a0}m.",
                "domingo, 2 de novembro de 2025 08:15:33",
                "zondag 2 november 2025 8:15:33",
                "domenica 2 novembre 2025 08:15:33",
                "=\"2025-11-02T08:15:33Z\"",
                "1762071333000",
                "1762071333",
                "/Date(1762071333000)/",
                "\\/Date(1762071333000)\\/",
                "/Date(1762071333000+0100)/",
                "134065449330000000",
            ],
        ),
        (
            "2024-03-05T15:45:00Z",
            &[
                "2024-03-05T15:45Z",
                "2024/03/05 15:45",
                "20240305T1545Z",
                "Mar 5, 2024 3:45 PM",
                "Tuesday, March 5, 2024 3:45 PM",
                "Tue, March 5th, 2024, 3:45\u{202f}PM",
                "05-Mar-2024 3:45 PM",
                "05-MAR-24 15:45",
                "2024-Mar-05 3:45 p.m.",
                "5. März 2024 15:45",
                "Di., 5. Mrz. 2024, 15:45",
                "mar. 5 mars 2024 15h45",
                "5 de marzo de 2024 15:45",
                "05.03.2024 15.45",
                "5/maart/2024 15:45",
            ],
        ),
        (
            "2024-03-05T00:00:00Z",
            &[
                "2024-03-05",
                "2024/3/5",
                "20240305",
                "5.3.2024",
                "05.03.24",
                "5 Mar 2024",
                "mars 5 2024",
                "45356",
                "45356.0",
                "2024年3月5日",
            ],
        ),
        ("2024-01-30T12:00:00Z", &["45321.5", "45321,5", "45321.50000000000001"]),
        ("2024-10-16T16:53:46Z", &["45581.7040046296", "45581,70400462963", "16.10.2024 4:53:46 pm"]),
        ("2024-05-05T00:00:00Z", &["5/5/2024 12:00:00 AM", "5/5/24", "05-05-2024"]),
        ("2023-11-03T11:45:48.157Z", &["133434855481578108"]),
    ] {
        for cell in cells {
            assert_eq!(stamp(cell), Stamp::At(millis(expected)), "{cell}");
        }
    }
    assert_eq!(stamp_in("43894", true), stamp("45356"));
}

#[test]
fn sentinels_are_unknown_and_never_old() {
    for text in NO_DATE {
        assert_eq!(stamp(text), Stamp::Unknown, "{text}");
    }
    for text in [
        "NEVER",
        "0001-01-01 00:00:00.0000000",
        "9999-12-31 23:59:59.9999999",
        "1601-01-01T00:00:00Z",
        "16010101000000.0Z",
        "1900-01-01",
        "1/1/0001 12:00:00 AM",
        "01.01.01",
        "1/1/01",
        "31.12.99",
        "31.12.9999 23:59:59",
        "9223372036854775807",
        "2650467743990000000",
        "/Date(-62135596800000)/",
        "/Date(253402300799999)/",
        "253402300799999",
        "2958465.99999",
        "32000",
    ] {
        assert_eq!(stamp(text), Stamp::Unknown, "{text}");
    }
    // These tell the order of their column, and are unknown in either.
    for text in ["12/31/9999 11:59:59 PM", "31/12/9999 23:59:59", "12/31/99"] {
        assert!(matches!(stamp(text), Stamp::Either(..)), "{text}");
        for order in [None, Some(Order::Dmy), Some(Order::Mdy)] {
            assert_eq!(stamp(text).resolve(order), Stamp::Unknown, "{text}");
        }
    }
}

#[test]
fn a_column_decides_its_order() {
    let order = |cells: &[&str]| decide(cells.iter().map(|c| stamp(c)));
    assert_eq!(order(&["3/4/2024", "10/16/2024 4:53:46 PM"]), Ok(Some(Order::Mdy)));
    assert_eq!(order(&["3/4/2024", "16/10/2024 16:53:46"]), Ok(Some(Order::Dmy)));
    assert_eq!(order(&["3-4-2024", "16-10-2024 16:53:46"]), Ok(Some(Order::Dmy)));
    assert_eq!(order(&["3/4/24", "10/16/24 4:53 PM"]), Ok(Some(Order::Mdy)));
    assert_eq!(order(&["3/4/2024", "12/31/9999 11:59:59 PM"]), Ok(Some(Order::Mdy)));
    assert_eq!(order(&["3/4/2024", "31/12/9999 23:59:59"]), Ok(Some(Order::Dmy)));
    assert_eq!(order(&["3/4/2024", "5/6/2024"]), Ok(None));
    assert_eq!(order(&["13/1/2024", "1/13/2024"]), Err(Contradiction));
}

#[test]
fn text_that_is_no_date() {
    for text in [
        "soon",
        "2024-13-01",
        "31/31/2024",
        "1/2/3/2024",
        "1/2-2024",
        "10.16.2024",
        "12345",
        "90000",
        "45321.",
        "45321.5.5",
        "2024-01-01Tx",
        "2024-01-01T",
        "2024-01-01 25:00",
        "2024-01-01 10:00:00 EST",
        "2024-01-01 10:00:00 (EST)",
        "2024-01-01 10:00:00 (UTC",
        "2024-01-01 10:00:00 +99:00",
        "2024-01-01 16:00 AM",
        "Mar 5",
        "1-Mar",
        "Mar-24",
        "Foo 5, 2024",
        "24-05-06",
        "5/6/99",
        "12345678",
        "9999999999",
        "638450000000000000",
        "/Date(x)/",
        "/Date(99999999999999999999)/",
        "#VALUE!",
        "########",
        "5CG1234ABC",
    ] {
        assert_eq!(stamp(text), Stamp::Unreadable, "{text}");
    }
}

/// Days and times as cultures print them, in chrono's language; no cell of these has a choice.
const ONE_READING: &[&str] = &[
    "%Y-%m-%d %H:%M:%S.0000000",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S+00:00",
    "%Y-%m-%dT%H:%M:%S.123456789+0000",
    "%Y-%-m-%-d %-H:%M:%S",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%d%H%M%S.0Z",
    "%Y/%m/%d %H:%M:%S",
    "%Y. %m. %d. %-H:%M:%S",
    "%Y年%-m月%-d日 %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%-d. %-m. %Y %-H:%M:%S",
    "%-d.%-m.%Y %-H.%M.%S",
    "%-d.%-m.%Y %-I:%M:%S %p",
    "%b %-d, %Y %-I:%M:%S\u{202f}%p",
    "%A, %B %-d, %Y %-I:%M:%S %P",
    "%d-%b-%Y %-I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S GMT",
];

/// The same with a choice: month first in the first half.
const TWO_READINGS: &[&str] = &[
    "%-m/%-d/%Y %-I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S",
    "%-m/%-d/%Y %-I:%M:%S %p +00:00",
    "%d/%m/%Y %H:%M:%S",
    "%-d/%-m/%Y %-I:%M:%S\u{202f}%P",
    "%d-%m-%Y %H:%M:%S",
    "%-d/%-m/%Y %H.%M.%S",
];

prop_compose! {
    /// Seconds from 1990 to 2100.
    fn second()(at in 631_152_000_i64..4_102_444_800) -> i64 { at }
}

proptest! {
    #[test]
    fn no_cell_panics(text in any::<String>()) {
        let _ = stamp(&text);
    }

    #[test]
    fn no_date_like_cell_panics(
        text in "([0-9]{1,4}|mar|März|/Date\\(|-)[-/. 年]{0,2}[0-9]{1,20}[-/. 月T]{0,2}[0-9]{1,4}[T ]?[0-9:.]{0,12}[ZAPM +:0-9()UTC-]{0,8}"
    ) {
        for order in [None, Some(Order::Dmy), Some(Order::Mdy)] {
            let _ = stamp(&text).resolve(order);
        }
    }

    #[test]
    fn every_culture_comes_back(at in second()) {
        let moment = chrono::Utc.timestamp_opt(at, 0).unwrap();
        for shape in ONE_READING {
            let cell = moment.format(shape).to_string();
            let Stamp::At(read) = stamp(&cell) else { panic!("{cell}") };
            prop_assert_eq!(read.div_euclid(1000), at, "{}", cell);
        }
        for number in [format!("{at}000"), format!("/Date({at}000)/"), ((at + 11_644_473_600) * 10_000_000).to_string()] {
            prop_assert_eq!(stamp(&number), Stamp::At(at * 1000), "{}", number);
        }
        let days = at.div_euclid(86_400) + 25_569;
        let serial = format!("{days}.{:010}", at.rem_euclid(86_400) * 10_000_000_000 / 86_400);
        let Stamp::At(read) = stamp(&serial) else { panic!("{serial}") };
        prop_assert!((read - at * 1000).abs() <= 1, "{}", serial);
        let shifted = format!("{}.{:010}", days - 1462, at.rem_euclid(86_400) * 10_000_000_000 / 86_400);
        if days - 1462 > 32_874 {
            prop_assert_eq!(stamp_in(&shifted, true), stamp(&serial));
        }
    }

    #[test]
    fn a_choice_holds_the_right_reading(at in second()) {
        let moment = chrono::Utc.timestamp_opt(at, 0).unwrap();
        for (which, shape) in TWO_READINGS.iter().enumerate() {
            let cell = moment.format(shape).to_string();
            match stamp(&cell) {
                Stamp::At(read) => prop_assert_eq!(read, at * 1000, "{}", cell),
                Stamp::Either(_, mdy) if which < TWO_READINGS.len() / 2 => prop_assert_eq!(mdy, Some(at * 1000), "{}", cell),
                Stamp::Either(dmy, _) => prop_assert_eq!(dmy, Some(at * 1000), "{}", cell),
                other => panic!("{cell}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_order_contradicts_no_cell(
        cells in prop::collection::vec((1..32_u8, 1..32_u8, prop::sample::select(vec!["2024", "24", "9999", "0001"])), 0..8)
    ) {
        let stamps: Vec<Stamp> = cells.iter().map(|(a, b, year)| stamp(&format!("{a}/{b}/{year}"))).collect();
        if let Ok(Some(order)) = decide(stamps.iter().copied()) {
            for one in stamps.iter().filter(|s| matches!(s, Stamp::Either(..))) {
                prop_assert!(!matches!(one.resolve(Some(order)), Stamp::Unreadable | Stamp::Either(..)));
            }
        }
    }
}
