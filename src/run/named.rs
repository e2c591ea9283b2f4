//! By which ids people name a device in their files: those that consoles and reports show of its records.

use crate::identity::ConsoleRecords;

/// Record columns whose texts name a device, and how the key of a device begins that has such a text; a console's own id has the
/// console there.
const IDS: [(&str, Option<&str>); 3] = [("native_id", None), ("entra_id", Some("entra:")), ("serial", Some("serial:"))];

/// What stands before each id of a record in a key, and the id: as lists are compared, and as the console writes it.
pub(super) fn ids_of(records: &ConsoleRecords, line: usize) -> impl Iterator<Item = (&str, &str)> {
    let console = records.console;
    IDS.into_iter().flat_map(move |(column, kind)| {
        let id = records.text(column).and_then(|cells| cells.get(line));
        let written = records.as_written(column, line).filter(|written| id != Some(written));
        // Reports name objects by their console, keys by what the console calls them.
        let of_key = kind.map_or(console.object_key(), |begin| begin.trim_end_matches(':'));
        let of_console = Some(console.as_str()).filter(|own| kind.is_none() && *own != of_key);
        let ids = id.into_iter().chain(written);
        ids.flat_map(move |id| of_console.into_iter().chain([of_key]).map(move |kind| (kind, id)))
    })
}
