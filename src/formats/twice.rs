//! Columns that stand twice in a list, as where two exports were put side by side: a row that says two things of which object it is,
//! or in which state, describes none.

use std::collections::BTreeMap;

use super::normalise::Wanted;
use super::values::{bare, squeeze};
use crate::frame::Strings;
use crate::read::{Export, Rows};

/// What tells which object a row is, and whether that is in use.
const TELLING: [&str; 9] =
    ["native_id", "serial", "entra_id", "intune_id", "imei", "meid", "ztdid", "state", "enabled"];

/// Fewer rows are no habit of a list.
const FEWEST: usize = 3;

/// The rows that contradict themselves, with why and what they name. Where most rows do, two columns only share a header: the serial
/// number of a computer, and that of its screen.
pub(super) fn contradictions(
    export: &Export,
    wanted: &[Wanted<'_>],
    (rows, positions): (&Rows, &[usize]),
) -> BTreeMap<u32, (String, String)> {
    let cells = |at: &usize| rows.columns.get(positions.binary_search(at).ok()?);
    let mut found = BTreeMap::new();
    for own in wanted.iter().filter(|own| TELLING.contains(&own.field.name)) {
        let pairs = own.at.iter().zip(own.at.iter().skip(1)).filter(|(one, other)| export.same_name(**one, **other));
        for (one, other) in pairs {
            let (Some(first), Some(second)) = (cells(one), cells(other)) else { continue };
            let (mut both, mut differ) = (0_usize, Vec::new());
            for (line, (a, b)) in first.iter().zip(second.iter()).enumerate() {
                let Some((a, b)) = a.map(bare).zip(b.map(bare)).filter(|(a, b)| !a.is_empty() && !b.is_empty()) else {
                    continue;
                };
                both += 1;
                if a != b && squeeze(a) != squeeze(b) {
                    differ.push(line);
                }
            }
            if differ.len() >= FEWEST && differ.len() * 2 > both {
                continue;
            }
            let header = export.header.get(*one).map_or("", String::as_str);
            for line in differ {
                let text: Vec<&str> = rows.columns.iter().filter_map(|cells: &Strings| cells.get(line)).collect();
                let reason = format!("says two things in the columns `{header}`");
                found.extend(rows.row.get(line).map(|row| (*row, (reason, text.join("\t")))));
            }
        }
    }
    found
}
