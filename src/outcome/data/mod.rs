//! `data/`: the outcome on disk. Large tables are Arrow files, with words as dictionaries; the rest is `run.json`.
//!
//! `frame` and `write` know how columns become a file, `read` how a file becomes columns again; `tables` and `run` say which
//! columns and which small things there are, and `load` puts them together, trusting nothing.

mod frame;
mod load;
mod read;
mod run;
mod since;
mod tables;
#[cfg(test)]
mod tests;
mod trust;
mod write;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::Outcome;

pub use load::{is_report, load, seal_of};

/// The folder of the report in which all this lies.
pub const FOLDER: &str = "data";
/// The file that says what the others are, inside that folder.
const RUN: &str = "run.json";
/// The same file, inside the report.
pub const RUN_FILE: &str = "data/run.json";
/// The shape of all files together. A program reads its own and earlier ones.
const VERSION: u32 = 1;

/// How a report was asked for: what it takes to write the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Name of the tenant.
    pub label: String,
    /// Kinds of files; nothing for those that are usual.
    pub formats: Vec<String>,
    /// Commands for the steps, too.
    pub commands: bool,
    /// Options that change the result, for the manifest.
    pub settings: Vec<(String, String)>,
    /// A copy to share, in which names stand for values.
    #[serde(default)]
    pub redacted: bool,
}

/// Writes the content of a file.
type Fill<'a> = Box<dyn Fn(&mut (dyn Write + Send)) -> io::Result<()> + Send + Sync + 'a>;

/// A file of `data/`.
pub struct File<'a> {
    /// Its path in the report.
    pub name: String,
    fill: Fill<'a>,
}

impl File<'_> {
    /// Writes the content.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        (self.fill)(out)
    }
}

/// The files of an outcome; each may be written by itself.
#[must_use]
pub fn files<'a>(outcome: &'a Outcome, asked: &'a Asked) -> Vec<File<'a>> {
    let mut frames = tables::all(outcome);
    frames.extend(since::frames(outcome));
    let lines: Vec<(String, usize)> = frames.iter().map(|frame| (frame.name.clone(), frame.lines)).collect();
    let mut files: Vec<File<'a>> = frames.into_iter().map(of_frame).collect();
    let fill = move |out: &mut (dyn Write + Send)| {
        let mut text = serde_json::to_string_pretty(&run::Run::of(outcome, asked, &lines))?;
        text.push('\n');
        out.write_all(text.as_bytes())
    };
    files.push(File { name: RUN_FILE.into(), fill: Box::new(fill) });
    files
}

fn of_frame(frame: frame::Frame<'_>) -> File<'_> {
    let name = format!("{FOLDER}/{}.arrow", frame.name);
    File { name, fill: Box::new(move |out: &mut (dyn Write + Send)| write::write(&frame, out)) }
}
