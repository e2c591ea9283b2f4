//! Secrets in columns of their own and in cells where nobody looks for them; names that the tenant hides.

use insta::assert_snapshot;

use super::{entra, inspect, intune, remarks_on, report, said, with_cells};
use crate::common::{Place, Sheet};

const RECOVERY: &str = "000011-720885-111111-000000-222222-333333-444444-555555";

/// Sees to it that no output holds a text: no file of the report, nothing that is printed.
fn nowhere(place: &Place, secret: &str) {
    let run = place.run(&["analyze", "in", "--out", "loud", "--as-of", "2026-11-20", "--force"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let verbose = place.run(&["inspect", "in", "--verbose"]);
    let json = place.run(&["inspect", "in", "--json"]);
    let strict = place.run(&["analyze", "in", "--out", "never", "--as-of", "2026-11-20", "--strict"]);
    assert_eq!(strict.code, 4);
    for printed in [run.stdout, run.stderr, verbose.stdout, json.stdout, strict.stderr, inspect(place)] {
        assert!(!printed.contains(secret), "{printed}");
    }
    for (name, content) in report(place, &["--force"]).files() {
        assert!(!content.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name} holds a secret");
    }
}

#[test]
fn recovery_password_in_a_column_of_names() {
    for column in ["Device name", "Primary user UPN", "Serial number", "Manufacturer"] {
        let place = Place::new();
        place.write("in/devices.csv", with_cells(&intune(3), &[(2, column, RECOVERY)]));
        let said = said(&report(&place, &[]));
        assert_eq!(
            said,
            format!(
                "3 rows, 0 set aside\nsecret-column, devices.csv, row 2, column {column}\n  \
                 1 cell has the shape of a recovery key, a token or a hardware hash; it was dropped. Delete this file when the analysis is done\n"
            )
        );
        nowhere(&place, RECOVERY);
    }
}

#[test]
fn recovery_password_inside_a_text() {
    let place = Place::new();
    let cells = [(1, "displayName", format!("key {RECOVERY}!")), (3, "displayName", RECOVERY.to_owned())];
    let cells = cells.iter().map(|(row, column, text)| (*row, *column, text.as_str())).collect::<Vec<_>>();
    place.write("in/exportDevice.csv", with_cells(&entra(3), &cells));
    assert_snapshot!(said(&report(&place, &[])), @"
    3 rows, 0 set aside
    secret-column, exportDevice.csv, row 1, column displayName
      2 cells have the shape of a recovery key, a token or a hardware hash; they were dropped. Delete this file when the analysis is done
    ");
    nowhere(&place, RECOVERY);
}

/// Whether a text has this, or the beginning of it, or its digits alone.
fn shows(text: &[u8], secret: &str) -> bool {
    let digits = secret.replace('-', "");
    [&secret[..20], &digits[..20]].iter().any(|part| text.windows(20).any(|window| window == part.as_bytes()))
}

/// Where a cell is damaged for another reason, nothing of it is shown either.
#[test]
fn recovery_password_where_none_can_be() {
    for column in ["Device ID", "Azure AD Device ID", "IMEI", "Device state", "Encrypted", "Last check-in"] {
        let place = Place::new();
        let cells: Vec<(usize, &str, &str)> = (1..=6).map(|row| (row, column, RECOVERY)).collect();
        place.write("in/devices.csv", with_cells(&intune(9), &cells));
        for (name, content) in report(&place, &[]).files() {
            assert!(!shows(&content, RECOVERY), "{column}: {name}");
        }
        for printed in [inspect(&place), place.run(&["inspect", "in", "--json"]).stdout] {
            assert!(!shows(printed.as_bytes(), RECOVERY), "{column}: {printed}");
        }
    }
}

#[test]
fn recovery_password_in_a_bad_row() {
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3) + &format!("PC-9,{RECOVERY}\n"));
    let report = report(&place, &[]);
    for (name, content) in report.files() {
        assert!(!shows(&content, RECOVERY), "{name}");
    }
}

#[test]
fn columns_for_secrets() {
    let mut sheet = Sheet::parse(intune(3).as_bytes());
    for name in ["BitLocker recovery key", "Password", "Hardware Hash"] {
        sheet.header.push(name.to_owned());
    }
    for (number, row) in sheet.rows.iter_mut().enumerate() {
        let key = if number == 1 { "Tr0ub4dor&3" } else { "" };
        row.extend(["Tr0ub4dor&3".to_owned(), key.to_owned(), String::new()]);
    }
    let place = Place::new();
    place.write("in/devices.csv", sheet.bytes());
    assert_snapshot!(said(&report(&place, &[])), @"
    3 rows, 0 set aside
    unknown-column, devices.csv, column Hardware Hash
      `Hardware Hash` is a column for secrets; it is blank and was not read
    secret-column, devices.csv, column BitLocker recovery key
      `BitLocker recovery key` holds secrets in 3 cells; the column was not read. Delete this file when the analysis is done
    secret-column, devices.csv, column Password
      `Password` holds secrets in 1 cell; the column was not read. Delete this file when the analysis is done
    ");
    nowhere(&place, "Tr0ub4dor&3");
}

#[test]
fn secrets_in_a_table_that_nobody_knows() {
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3));
    place.write("in/keys.csv", format!("Computer,Key\nPC-1,{RECOVERY}\n"));
    assert_snapshot!(said(&report(&place, &[])), @"
    3 rows, 0 set aside
    secret-column, keys.csv
      no known format, and it holds what has the shape of recovery keys; nothing of it was used or is shown. Delete this file, and ask who could have read it
    ");
    nowhere(&place, RECOVERY);
}

#[test]
fn names_that_the_tenant_conceals() {
    let hash = |row: usize| format!("{:032X}", 0x0F1E_2D3C_u128 << 90 | row as u128);
    let hashes: Vec<String> = (1..=6).map(hash).collect();
    let cells: Vec<(usize, &str, &str)> =
        hashes.iter().enumerate().map(|(at, hash)| (at + 1, "Primary user UPN", hash.as_str())).collect();
    assert_snapshot!(remarks_on("devices.csv", with_cells(&intune(6), &cells)), @"
    6 rows, 0 set aside
    concealed-names, devices.csv
      6 of 6 names of users are hashes: the tenant conceals names in reports, so they say nothing and match no other export (Microsoft 365 admin center, Settings > Org settings > Reports)
    ");
    let cells: Vec<(usize, &str, &str)> = cells.iter().map(|(row, _, hash)| (*row, "Device name", *hash)).collect();
    assert_snapshot!(remarks_on("devices.csv", with_cells(&intune(8), &cells)), @"
    8 rows, 0 set aside
    concealed-names, devices.csv
      6 of 8 names of devices are hashes: the tenant conceals names in reports, so they say nothing and match no other export (Microsoft 365 admin center, Settings > Org settings > Reports)
    ");
    // One such name is somebody's idea of a name.
    assert_eq!(remarks_on("devices.csv", with_cells(&intune(6), &cells[..1])), "6 rows, 0 set aside\n");
}
