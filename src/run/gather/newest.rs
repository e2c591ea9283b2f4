//! The lists that the user calls the newest of their console.

use std::collections::HashSet;

use super::Gathered;
use crate::error::{Error, Result};
use crate::schema::nearest;

/// Places of the exports that the names mean: a label, a file with everything in it, or the path of a file.
///
/// # Errors
/// [`Error::Usage`] for a name that means no export.
pub(super) fn named(names: &[String], all: &Gathered) -> Result<HashSet<usize>> {
    let mut found = HashSet::new();
    for name in names {
        let hits: Vec<usize> =
            (0..).zip(&all.records).filter(|(_, (label, _))| means(name, label)).map(|(at, _)| at).collect();
        if hits.is_empty() {
            return Err(nothing(name, all));
        }
        found.extend(hits);
    }
    Ok(found)
}

/// Labels are relative to what was given on the command line, so a path may have more before it.
fn means(name: &str, label: &str) -> bool {
    let name = name.replace('\\', "/");
    let name = name.trim_start_matches("./");
    let file = label.split('!').next().unwrap_or(label);
    [label, file].iter().any(|own| *own == name || name.strip_suffix(own).is_some_and(|front| front.ends_with('/')))
}

fn nothing(name: &str, all: &Gathered) -> Error {
    let labels = all.records.iter().map(|(label, _)| label.as_str());
    let help = match nearest(name, labels.clone()) {
        Some(near) => format!("the nearest is `{near}`; name a list as `lastseen inspect` does"),
        None => "name a list as `lastseen inspect` does".into(),
    };
    Error::Usage { message: format!("`--newest {name}` names none of the lists"), help }
}
