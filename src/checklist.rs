//! The exports to ask for: what each adds, how it is made, with which rights, and what must not be in it.

use serde::{Deserialize, Serialize};

use crate::assets::{Files, under};
use crate::console::Registry;
use crate::error::Problem;

const PATH: &str = "checklist.yaml";
/// Files beside it, one a console, whose exports come after those of the list.
const FOLDER: &str = "checklist/";

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
    let Some(text) = files.get(PATH) else { return Err(vec![problem(PATH, "", "the file is missing".into())]) };
    let registry = Registry::load(files)?;
    let (mut exports, mut problems) = (Vec::new(), Vec::new());
    let mut add = |path: &str, text: &str| match crate::yaml::from_str::<Raw>(text) {
        Ok(raw) => {
            problems.extend(raw.exports.iter().flat_map(|wanted| wrong(path, wanted, registry)));
            exports.extend(raw.exports);
        }
        Err(e) => problems.push(problem(path, "", e.to_string())),
    };
    add(PATH, text);
    let mut more = under(files, FOLDER);
    let place = |path: &str| registry.parse(path.trim_start_matches(FOLDER).trim_end_matches(".yaml"));
    more.sort_by_key(|(path, _)| (place(path).is_none(), place(path), path.clone()));
    for (path, text) in &more {
        add(path, text);
    }
    if problems.is_empty() { Ok(exports) } else { Err(problems) }
}

fn problem(file: &str, place: &str, message: String) -> Problem {
    Problem { file: file.into(), place: place.into(), message, help: String::new() }
}

/// What is wrong with one export.
fn wrong(path: &str, wanted: &Wanted, registry: &Registry) -> Vec<Problem> {
    let mut problems = Vec::new();
    if registry.parse(&wanted.console).is_none() {
        problems.push(problem(path, &wanted.title, format!("`{}` is no console", wanted.console)));
    }
    if wanted.ways.iter().any(|way| way.path.is_none() && way.command.is_none()) {
        problems.push(problem(path, &wanted.title, "a way has neither `path` nor `command`".into()));
    }
    problems
}
