//! Names that are hidden by the tenant, or mangled by an old encoding.

use super::Diagnosis;
use crate::formats::Records;
use crate::formats::values::{looks_concealed, looks_double_encoded};
use crate::frame::Strings;
use crate::notice::{Code, Notice, many};

/// With fewer names than this a hash is somebody's idea of a name.
const FEWEST: usize = 5;

pub(super) fn examine(exports: &[(String, Records)], found: &mut Diagnosis) {
    for (label, records) in exports {
        for (column, what) in [("primary_user", "users"), ("name", "devices")] {
            let Some(cells) = records.table.text(column) else { continue };
            found.notices.extend(concealed(label, cells, what));
            found.notices.extend(mangled(label, cells, what));
        }
    }
}

fn concealed(label: &str, cells: &Strings, what: &str) -> Option<Notice> {
    let filled = cells.len() - cells.null_count();
    let hidden = cells.iter().flatten().filter(|text| looks_concealed(text)).count();
    (filled >= FEWEST && hidden * 2 > filled).then(|| {
        let message = format!(
            "{hidden} of {filled} names of {what} are hashes: the tenant conceals names in reports, so they say nothing and \
             match no other export (Microsoft 365 admin center, Settings > Org settings > Reports)"
        );
        Notice::new(Code::ConcealedNames, label, message)
    })
}

fn mangled(label: &str, cells: &Strings, what: &str) -> Option<Notice> {
    let count = cells.iter().flatten().filter(|text| !text.is_ascii() && looks_double_encoded(text)).count();
    (count > 0).then(|| {
        let named = many(count as u64, &format!("{} name", what.trim_end_matches('s')));
        let (are, they) = if count == 1 {
            ("is", "it is shown as written and matches")
        } else {
            ("are", "they are shown as written and match")
        };
        let message = format!(
            "{named} {are} mangled: UTF-8 that was read as Windows-1252 and saved again; {they} no other export"
        );
        Notice::new(Code::LegacyEncoding, label, message)
    })
}
