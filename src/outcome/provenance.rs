//! Where the exports come from, as the report states it: what was written down, what was not, and the numbers that differ.

use serde::Serialize;

use super::{InputFile, Outcome};

/// Where one file comes from.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProvenanceRow {
    /// The file.
    pub file: String,
    /// Who exported it.
    pub exported_by: String,
    /// When.
    pub exported_at: String,
    /// The page, or the command.
    pub source: String,
    /// The role that the person or the application had.
    pub role: String,
    /// Which part of the organisation it shows.
    pub scope: String,
    /// The filter that was set.
    pub filter: String,
    /// The number that the console's own page showed.
    pub count_shown: Option<u64>,
    /// Rows that were read.
    pub rows: u64,
    /// Rows read less the number shown; nothing where none was stated.
    pub difference: Option<i64>,
    /// What was not stated.
    pub not_stated: Vec<&'static str>,
}

/// One line for each input.
#[must_use]
pub fn provenance(outcome: &Outcome) -> Vec<ProvenanceRow> {
    let rows = |number: usize| -> u64 {
        outcome.sources.iter().filter(|source| source.input == number).map(|source| source.rows).sum()
    };
    let one = |(number, input): (usize, &InputFile)| {
        let stated = outcome.provenance.iter().find(|own| own.is_of(&input.label)).cloned().unwrap_or_default();
        let rows = rows(number);
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        ProvenanceRow {
            file: input.label.clone(),
            difference: stated.count_shown.map(|shown| signed(rows).saturating_sub(signed(shown))),
            not_stated: stated.not_stated(),
            rows,
            exported_by: stated.exported_by,
            exported_at: stated.exported_at,
            source: stated.source,
            role: stated.role,
            scope: stated.scope,
            filter: stated.filter,
            count_shown: stated.count_shown,
        }
    };
    outcome.inputs.iter().enumerate().map(one).collect()
}
