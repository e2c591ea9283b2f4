use super::*;
use proptest::prelude::*;

#[test]
fn serials_that_became_dates() {
    for text in [
        "2024-03-01",
        "2024-03-01T00:00:00",
        "2024-03-01 00:00:00",
        "2024/3/1",
        "1-Mar",
        "01. Mrz",
        "9. 3. 2022 9:56:12",
        "Mar-05",
        "mars-05",
        "01-Mar-24",
        "1-Mrz-2024",
        "05.03.2024",
        "5.3.24",
        "3/5/2024",
        "12/31/2024 12:00:00 AM",
    ] {
        assert!(is_date_like(text), "{text}");
    }
    for text in [
        "5031-7002-3202-6721-1425-4497-46",
        "0000-0000-4226-9691-9034-3814-15",
        "VMware-56 4d 3a 56 c9 55 ba 70-99 72 f4 7a 75 e2 9c f9",
        "7440-0683",
        "..CN7792153O002E.",
        "12-34567",
        "MAR-05",
        "DEC-12",
        "1-MAR",
        "31/31/2024",
        "2024-13-01",
        "5031-02-01",
        "10.0.19045",
        "1/2/3",
        "1-2-3-4",
        "TESTDEVICE",
        "2024-03-01 QX",
        "5CG1234ABC",
        "",
    ] {
        assert!(!is_date_like(text), "{text}");
    }
}

#[test]
fn numbers_in_the_place_of_serials() {
    for text in [
        "12345678.0",
        "12345678.00",
        "12345678,0",
        "1.234.567",
        "10.0.19045",
        "10.0.0.7",
        "12:30:00",
        "1:02",
        "-17",
        "+4930123456",
        "0.5",
    ] {
        assert!(is_number_like(text), "{text}");
    }
    for text in [
        "12345678",
        "5031-7002-3202-6721-1425-4497-46",
        "12-34567",
        "..CN7792153O002E.",
        "1A.0",
        "A1:B2:C3:D4:E5:F6",
        "",
        "12/345",
    ] {
        assert!(!is_number_like(text), "{text}");
    }
    for text in ["1.2E+5", "1E+5", "1.5E14", "1,5e14", "1.5E-7", "3.52E14"] {
        assert!(is_scientific(text), "{text}");
    }
    for text in ["1E5", "12E34567", "1E", "E5", "1.5", "1E-5", "5E12X"] {
        assert!(!is_scientific(text), "{text}");
    }
    for text in ["undefined", "NaN", "True", "FALSE", "Err:502", "wahr"] {
        assert!(is_script_word(text), "{text}");
    }
    for text in ["none", "N/A", "ERR1234", ""] {
        assert!(!is_script_word(text), "{text}");
    }
}

#[test]
fn errors_of_spreadsheets() {
    for text in [
        "#ERROR!",
        "#BUSY!",
        "#FIELD!",
        "#SPILL!",
        "#CALC!",
        "Loading...",
        "Loading…",
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#######",
        "#NV",
        "#n/a",
        "#¡REF!",
    ] {
        assert!(is_spreadsheet_error(text), "{text}");
    }
    for text in ["", "#", "N/A", "#1", "#URGENT!", "##1", "# N/A"] {
        assert!(!is_spreadsheet_error(text), "{text}");
    }
}

#[test]
fn types_instead_of_values() {
    for text in [
        "System.String[]",
        "System.Byte[]",
        "System.Object[]",
        "System.Int32",
        "System.String",
        "System.Collections.Generic.List`1[System.String]",
        "System.Collections.Hashtable",
        "Microsoft.Graph.PowerShell.Models.IMicrosoftGraphAlternativeSecurityId[]",
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphManagedDevice",
        "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
    ] {
        assert!(is_type_name(text), "{text}");
    }
    for text in ["", "System Product Name", "System.Serial", "Microsoft Corporation", "Microsoft.CompanyPortal"] {
        assert!(!is_type_name(text), "{text}");
    }
}

#[test]
fn texts_in_the_wrong_encoding() {
    for text in [
        "MÃ¼ller",
        "Ã¤",
        "JosÃ©",
        "JOSÃ‰",
        "LEÃ“N",
        "Janeâ€™s iPhone",
        "A â€“ B",
        "ï»¿Device ID",
        "ï¿½",
        "Lagerâ\u{80}\u{99}s",
        "10Â\u{a0}km",
        "Å\u{81}Ã³dÅº",
        "Ð¡ÐµÑ€Ð³ÐµÐ¹",
        "æ—¥æœ¬",
        "ðŸ˜€",
        "Ã\u{a0} la",
    ] {
        assert!(looks_double_encoded(text), "{text}");
    }
    for text in [
        "",
        "SÃO PAULO",
        "Müller",
        "Jane’s iPhone",
        "„MENÜ“",
        "„MAÇÔ ok",
        "„MAÇÃ“ ok",
        "“café”…",
        "Â",
        "Łódź",
        "naïve",
        "«À»",
        "日本",
        "Сергей",
        "¡Ñoño!",
        "50 €",
        "5º–6º",
    ] {
        assert!(!looks_double_encoded(text), "{text}");
    }
}

proptest! {
    #[test]
    fn what_was_read_in_the_wrong_encoding_is_found(word in "[a-z]{0,4}[äöüßéèñçåøÄÖÜÉŁłśżčřşığ€–™][a-z]{1,4}") {
        let back = |byte: u8| {
            ('\u{80}'..='\u{2122}').find(|c| windows_1252(*c) == Some(byte) && !('\u{80}'..='\u{9f}').contains(c))
        };
        let twice: String = word.bytes()
            .map(|b| if b.is_ascii() { b.into() } else { back(b).unwrap_or(char::from(b)) })
            .collect();
        prop_assert!(looks_double_encoded(&twice), "{}", twice);
        prop_assert!(!looks_double_encoded(&word), "{}", word);
    }
}
