//! What the user says that a file is.

use std::path::Path;

use crate::error::{Error, Result};
use crate::formats::{Format, Formats, Recognised};
use crate::read::{Export, Input};
use crate::schema::{instead, nearest};

/// A file, archive member or sheet, and the format that it is to be read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treat {
    /// As the user wrote it: label, path or file name; `archive!member`, `book!sheet`.
    pub file: String,
    /// Format id.
    pub format: String,
}

/// The wishes of a run, each tied to one input.
pub(super) struct Treats<'a> {
    wishes: Vec<Wish<'a>>,
}

struct Wish<'a> {
    treat: &'a Treat,
    format: &'a Format,
    /// Label of the input file.
    label: String,
    /// What is meant inside it; empty for all that is there.
    inside: String,
    /// Labels of the tables that it was applied to.
    used: Vec<String>,
    /// Labels of all tables of the file.
    seen: Vec<String>,
}

impl<'a> Treats<'a> {
    /// Finds the format and the file of each wish.
    pub(super) fn new(treats: &'a [Treat], formats: &'a Formats, inputs: &[Input]) -> Result<Self> {
        let wishes = treats.iter().map(|treat| Wish::new(treat, formats, inputs)).collect::<Result<_>>()?;
        Ok(Self { wishes })
    }

    /// The tables of a file are known: a wish for it must mean one of them.
    pub(super) fn opened(&mut self, label: &str, exports: &[Export]) -> Result<()> {
        for wish in self.wishes.iter_mut().filter(|wish| wish.label == label) {
            wish.seen = exports.iter().map(|export| export.label.clone()).collect();
            wish.used = wish.seen.iter().filter(|table| wish.means(table)).cloned().collect();
            wish.settle()?;
        }
        let twice = self.wishes.iter().enumerate().find(|(at, wish)| {
            let mut earlier = self.wishes.iter().take(*at);
            wish.label == label && earlier.any(|other| other.used == wish.used)
        });
        twice.map_or(Ok(()), |(_, wish)| {
            let message = format!("`--treat` is given twice for `{}`", wish.used.concat());
            Err(usage(message, "give one format for each file"))
        })
    }

    /// The format that a table is to be read as.
    ///
    /// # Errors
    /// [`Error::Usage`] where the table has nothing that the format could identify a row by.
    pub(super) fn find<'f>(&self, export: &Export, formats: &'f Formats) -> Result<Option<Recognised<'f>>> {
        let Some(wish) = self.wishes.iter().find(|wish| wish.used.contains(&export.label)) else { return Ok(None) };
        let Some(format) = formats.find(&wish.format.id) else { return Ok(None) };
        let recognised = formats.read_as(format, export);
        if recognised.identifies() {
            return Ok(Some(recognised));
        }
        let names: Vec<String> = format.identifying().iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "`{}` cannot be read as `{}`: it has no column that identifies a device. One of these is needed: {}",
            export.label,
            format.id,
            names.join(", ")
        );
        let columns: Vec<&str> = export.header.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        Err(usage(message, format!("the file has these columns: {}", columns.join(", "))))
    }
}

impl<'a> Wish<'a> {
    fn new(treat: &'a Treat, formats: &'a Formats, inputs: &[Input]) -> Result<Self> {
        let format = formats.find(&treat.format).ok_or_else(|| no_format(treat, formats))?;
        // File names may hold the sign that parts archive and member; the longest name that is one counts.
        let splits = treat.file.match_indices('!').map(|(at, _)| treat.file.split_at(at));
        let mut splits: Vec<(&str, &str)> = splits.collect();
        splits.push((treat.file.as_str(), ""));
        for (file, inside) in splits.into_iter().rev() {
            let found = inputs_named(file, inputs);
            match found.as_slice() {
                [] => {}
                [one] => {
                    let inside = inside.trim_start_matches('!').to_string();
                    let label = one.label.clone();
                    return Ok(Self { treat, format, label, inside, used: Vec::new(), seen: Vec::new() });
                }
                several => {
                    let labels: Vec<String> = several.iter().map(|input| format!("`{}`", input.label)).collect();
                    let message = format!("`--treat {}` means several files: {}", treat.file, labels.join(", "));
                    return Err(usage(message, "write it as one of them"));
                }
            }
        }
        let near = nearest(&treat.file, inputs.iter().map(|input| input.label.as_str()));
        let help = near.map_or_else(
            || "write the file as `lastseen inspect` names it".to_string(),
            |near| format!("the nearest file is `{near}`"),
        );
        Err(usage(format!("`--treat {}`: no such file is among the exports", treat.file), help))
    }

    /// Whether a table of the file is meant: by its whole label, or by the last part of what stands inside.
    fn means(&self, table: &str) -> bool {
        let Some(rest) = table.strip_prefix(self.label.as_str()) else { return false };
        let rest = rest.trim_start_matches('!');
        self.inside.is_empty() || rest == self.inside || rest.rsplit(['!', '/']).next() == Some(self.inside.as_str())
    }

    fn settle(&self) -> Result<()> {
        let list = |labels: &[String]| labels.iter().map(|l| format!("`{l}`")).collect::<Vec<_>>().join(", ");
        match (self.used.len(), self.seen.len()) {
            (1, _) => Ok(()),
            (0, 0) => {
                let message = format!("`--treat {}`: no table is in the file", self.treat.file);
                Err(usage(message, "`lastseen inspect` says what the file is"))
            }
            (0, _) => {
                let message = format!("`--treat {}`: the file has no such member or sheet", self.treat.file);
                Err(usage(message, format!("it has {}", list(&self.seen))))
            }
            _ => {
                let message = format!("`--treat {}` means several tables: {}", self.treat.file, list(&self.used));
                Err(usage(message, "name one of them, as `archive!member` or `book!sheet`"))
            }
        }
    }
}

/// The inputs of a name: by label, else by path, else by file name.
fn inputs_named<'i>(name: &str, inputs: &'i [Input]) -> Vec<&'i Input> {
    let slashes = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let plain = |text: &str| text.replace('\\', "/").trim_start_matches("./").to_string();
    let wanted = plain(name);
    let by_label: Vec<&Input> = inputs.iter().filter(|input| input.label == wanted).collect();
    if !by_label.is_empty() {
        return by_label;
    }
    let by_path: Vec<&Input> = inputs.iter().filter(|input| plain(&slashes(&input.path)) == wanted).collect();
    if !by_path.is_empty() {
        return by_path;
    }
    let named = |input: &&Input| input.path.file_name().is_some_and(|file| file.to_string_lossy() == wanted.as_str());
    inputs.iter().filter(named).collect()
}

fn no_format(treat: &Treat, formats: &Formats) -> Error {
    let ids = || formats.all().iter().map(|format| format.id.as_str());
    let help =
        instead(nearest(&treat.format, ids()), || format!("use one of: {}", ids().collect::<Vec<_>>().join(", ")));
    usage(format!("`--treat {}={}`: `{}` is no format", treat.file, treat.format, treat.format), help)
}

fn usage(message: String, help: impl Into<String>) -> Error {
    Error::Usage { message, help: help.into() }
}
