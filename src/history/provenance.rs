//! Where each export comes from, as somebody wrote it down in `provenance.yaml` beside the exports.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::error::Problem;

/// The file beside the exports.
pub const FILE: &str = "provenance.yaml";

/// Where one export comes from. What is empty was not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Provenance {
    /// Name of the file.
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
}

/// Questions of an auditor, and what answers each.
const ASKED: [&str; 7] = ["exported_by", "exported_at", "source", "role", "scope", "filter", "count_shown"];

/// How people say that no filter was set.
const NO_FILTER: [&str; 8] = ["none", "no", "no filter", "not filtered", "unfiltered", "n/a", "nothing", "all"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    exports: Vec<Provenance>,
}

impl Provenance {
    /// Whether it is of an input: by the name in the report, or by the name of the file alone.
    #[must_use]
    pub fn is_of(&self, label: &str) -> bool {
        self.file == label || label.rsplit(['/', '\\']).next() == Some(self.file.as_str())
    }

    /// The filter that was set, unless the text says that there was none.
    #[must_use]
    pub fn filtered_by(&self) -> Option<&str> {
        let filter = self.filter.trim();
        let none = filter.trim_end_matches('.').to_lowercase();
        let is_none = none.chars().all(|sign| !sign.is_alphanumeric()) || NO_FILTER.contains(&none.as_str());
        (!is_none).then_some(filter)
    }

    /// What was not stated.
    #[must_use]
    pub fn not_stated(&self) -> Vec<&'static str> {
        let texts = [&self.exported_by, &self.exported_at, &self.source, &self.role, &self.scope, &self.filter];
        let blank = texts.iter().map(|text| text.trim().is_empty()).chain([self.count_shown.is_none()]);
        ASKED.iter().zip(blank).filter(|(_, blank)| *blank).map(|(name, _)| *name).collect()
    }
}

/// Reads the file.
///
/// # Errors
/// What cannot be understood, with its line, and a file that stands twice.
pub fn provenance(file: &str, text: &str) -> Result<Vec<Provenance>, Vec<Problem>> {
    let raw: Raw = crate::yaml::from_str(text).map_err(|error| {
        let place = error.location().map_or_else(String::new, |l| format!("line {}", l.line()));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let help = "`lastseen checklist --provenance EXPORTS` prints the form".into();
        vec![Problem { file: file.into(), place, message, help }]
    })?;
    let mut seen = std::collections::BTreeSet::new();
    let twice = raw.exports.iter().find(|own| !seen.insert(own.file.clone()));
    match twice {
        None => Ok(raw.exports),
        Some(own) => {
            let message = format!("`{}` stands twice", own.file);
            Err(vec![Problem { file: file.into(), place: String::new(), message, help: "keep one of them".into() }])
        }
    }
}

/// The form to fill in, with the exports at hand.
#[must_use]
pub fn form(files: &[String]) -> String {
    let mut text = String::from(
        "# Where each export comes from. Fill in what you know and keep this file as provenance.yaml beside the exports.\n\
         # What stays blank is listed in the report as not stated.\nexports:\n",
    );
    for file in files {
        // A double-quoted text of JSON is one of YAML.
        let name = serde_json::to_string(file).unwrap_or_default();
        let _ = write!(
            text,
            "  - file: {name}\n    exported_by: \"\"   # who\n    exported_at: \"\"   # when, e.g. 2026-11-20 08:00 UTC\n    source: \"\"        # \
             page of the console, or command\n    role: \"\"          # role of the person or the application\n    scope: \"\"         # \
             all devices, or which part\n    filter: \"\"        # none, or which\n    count_shown:      # number that the page showed\n"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_understood_and_states_nothing() {
        let files = ["intune \"all\".csv".to_string(), "entra: x.csv".to_string()];
        let read = provenance(FILE, &form(&files)).unwrap();
        assert_eq!(read.iter().map(|own| own.file.as_str()).collect::<Vec<_>>(), files);
        assert!(read.iter().all(|own| own.not_stated() == ASKED));
    }

    #[test]
    fn a_filter_is_one_unless_it_says_none() {
        let of = |filter: &str| Provenance { filter: filter.into(), ..Provenance::default() };
        for none in ["", " - ", "none", "None.", "No filter", "n/a"] {
            assert_eq!(of(none).filtered_by(), None, "{none}");
        }
        assert_eq!(of(" OS = Windows ").filtered_by(), Some("OS = Windows"));
    }

    #[test]
    fn what_is_stated_and_what_is_wrong() {
        let text = "exports:\n  - {file: a.csv, exported_by: Ann, count_shown: 12}\n";
        let read = provenance(FILE, text).unwrap();
        assert_eq!(read[0].not_stated(), ["exported_at", "source", "role", "scope", "filter"]);
        assert!(provenance(FILE, "exports:\n  - {file: a.csv, by: Ann}\n").is_err());
        assert!(provenance(FILE, "exports:\n  - {file: a.csv}\n  - {file: a.csv}\n").is_err());
    }
}
