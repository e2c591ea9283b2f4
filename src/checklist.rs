//! The exports to ask for: what each adds, how it is made, with which rights, and what must not be in it.

use serde::{Deserialize, Serialize};

use crate::assets::Files;
use crate::console::Registry;
use crate::error::Problem;

const PATH: &str = "checklist.yaml";

/// One export to ask for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Console slug.
    pub console: String,
    /// What the list is.
    pub title: String,
    /// Who is asked for it.
    pub need: Need,
    /// What the analysis gains from it.
    pub adds: String,
    /// How it is made.
    pub ways: Vec<Way>,
    /// Least privilege that suffices.
    pub rights: String,
    /// What must not be in the file.
    #[serde(default)]
    pub never: Option<String>,
    /// Traps.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Vendor page.
    pub source: String,
}

/// Who is asked for an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Everybody.
    Core,
    /// Who uses the console.
    IfUsed,
    /// Who can; it says more about devices of other lists.
    Companion,
}

/// One way to make an export.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Portal, shell or program.
    pub by: String,
    /// Where to click.
    #[serde(default)]
    pub path: Option<String>,
    /// What to run.
    #[serde(default)]
    pub command: Option<String>,
    /// Format id of what comes out.
    #[serde(default)]
    pub gives: Option<String>,
    /// What to mind.
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    exports: Vec<Wanted>,
}

/// Reads the list.
///
/// # Errors
/// Every problem of the file.
pub fn load(files: &Files) -> Result<Vec<Wanted>, Vec<Problem>> {
    let problem =
        |place: &str, message: String| Problem { file: PATH.into(), place: place.into(), message, help: String::new() };
    let Some(text) = files.get(PATH) else { return Err(vec![problem("", "the file is missing".into())]) };
    let raw: Raw = crate::yaml::from_str(text).map_err(|e| vec![problem("", e.to_string())])?;
    let registry = Registry::load(files)?;
    let mut problems = Vec::new();
    for wanted in &raw.exports {
        if registry.parse(&wanted.console).is_none() {
            problems.push(problem(&wanted.title, format!("`{}` is no console", wanted.console)));
        }
        if wanted.ways.iter().any(|way| way.path.is_none() && way.command.is_none()) {
            problems.push(problem(&wanted.title, "a way has neither `path` nor `command`".into()));
        }
    }
    if problems.is_empty() { Ok(raw.exports) } else { Err(problems) }
}
