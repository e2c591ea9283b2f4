//! `rules/markers.yaml`: by which words of which record columns a device is shared, a Teams phone, a throw-away desktop or
//! without a user.

use std::collections::BTreeMap;

use crate::assets::Files;
use crate::error::Problem;
use crate::identity::{Marker, Markers};
use crate::schema::{Kind, RECORD, instead, nearest, record_field};

const PATH: &str = "markers.yaml";

type Raw = BTreeMap<String, BTreeMap<String, Vec<String>>>;

pub(super) fn shipped(files: &Files) -> Result<Markers, Vec<Problem>> {
    let Some(text) = files.get(PATH) else { return Ok(Markers::default()) };
    let problem = |message: String, help: String| Problem { file: PATH.into(), place: String::new(), message, help };
    let raw: Raw = crate::yaml::from_str(text).map_err(|e| vec![problem(e.to_string(), String::new())])?;
    let mut markers = Markers::default();
    let mut problems = Vec::new();
    for (name, columns) in raw {
        for (column, patterns) in columns {
            match (marker(&name), column_of(&column)) {
                (Ok(marker), Ok(column)) => markers.add(marker, column, patterns),
                (Err((message, help)), _) | (_, Err((message, help))) => problems.push(problem(message, help)),
            }
        }
    }
    if problems.is_empty() { Ok(markers) } else { Err(problems) }
}

/// What is wrong, and what would be right.
pub(super) type Wrong = (String, String);

pub(super) fn marker(name: &str) -> Result<Marker, Wrong> {
    Marker::parse(name).ok_or_else(|| {
        let near = nearest(name, Marker::WORDS.iter().copied());
        let help = instead(near, || format!("use one of {}", Marker::WORDS.join(", ")));
        (format!("`{name}` is no marker"), help)
    })
}

/// A record column with text, or a flag as `true` and `false`, by which devices may be marked.
pub(super) fn column_of(name: &str) -> Result<&'static str, Wrong> {
    let is_text = |kind: Kind| !matches!(kind, Kind::Time | Kind::Count | Kind::Days);
    match record_field(name) {
        Some(field) if is_text(field.kind) => Ok(field.name),
        Some(field) => Err((format!("`{name}` holds a {}, not text", field.kind.as_str()), String::new())),
        None => {
            let help = nearest(name, RECORD.iter().filter(|f| is_text(f.kind)).map(|f| f.name))
                .map_or_else(|| "docs/formats.md lists them".to_string(), |n| format!("the nearest column is `{n}`"));
            Err((format!("`{name}` is no record column"), help))
        }
    }
}
