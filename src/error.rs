//! What ends a run, with the hint that gets the user on, and the exit code that a script reads.

use std::path::{Path, PathBuf};

use crate::notice::Notice;

/// Exit codes of the program; part of the output contract.
pub mod exit {
    /// The run is done.
    pub const DONE: u8 = 0;
    /// Something went wrong inside the program.
    pub const INTERNAL: u8 = 1;
    /// The command line is wrong.
    pub const USAGE: u8 = 2;
    /// Nothing among the inputs can be used.
    pub const NOTHING_USABLE: u8 = 3;
    /// An input was refused under `--strict`.
    pub const STRICT: u8 = 4;
    /// A rule, format, playbook or setting is invalid.
    pub const RULES: u8 = 5;
    /// A report is not as it was written.
    pub const EVIDENCE: u8 = 6;
    /// Findings at or above `--fail-on`.
    pub const FINDINGS: u8 = 10;
}

/// An error that ends the run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user's: the command line asks for something that cannot be.
    #[error("{message}")]
    Usage {
        /// What is wrong, most specific thing first.
        message: String,
        /// What to do instead.
        help: String,
    },
    /// The user's: a path on the command line cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// Why the system refused.
        source: std::io::Error,
    },
    /// The user's: every input was read, none can be used.
    #[error("{message}")]
    NothingUsable {
        /// What was looked at.
        message: String,
        /// What to do instead.
        help: String,
        /// Remarks about each file.
        notices: Vec<Notice>,
    },
    /// The user's: `--strict` was given and an input has a remark of medium severity or above.
    #[error("`--strict` does not accept {}", if notices.len() == 1 { "a notice about the input".to_string() } else { format!("{} notices about the input", notices.len()) })]
    Strict {
        /// The remarks.
        notices: Vec<Notice>,
    },
    /// The rule author's: formats, rules, playbooks or settings, or a file in which somebody decided, that cannot be used.
    #[error("{}", problem_title(problems))]
    Rules {
        /// Every problem found.
        problems: Vec<Problem>,
    },
    /// The user's: a file of a report is missing, was changed or makes no sense.
    #[error("{message}")]
    Evidence {
        /// The file, and what is wrong with it.
        message: String,
        /// What to do instead.
        help: String,
    },
    /// The system's: the report cannot be written.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// File or folder.
        path: PathBuf,
        /// Why the system refused.
        source: std::io::Error,
    },
    /// The system's: what was asked for cannot be printed.
    #[error("the answer cannot be written to standard output")]
    Output {
        /// Why the system refused.
        source: std::io::Error,
    },
    /// Ours: a step failed that no input should be able to fail.
    #[error("internal error: {0}")]
    Internal(String),
}

/// Something wrong in a format, rule, playbook or setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the user knows it.
    pub file: String,
    /// The place in the file: a key, a rule part or a line.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// The nearest right thing, if there is one.
    pub help: String,
}

fn problem_title(problems: &[Problem]) -> String {
    match problems {
        [one] if one.place.is_empty() => format!("`{}`: {}", one.file, one.message),
        [one] => format!("`{}`, {}: {}", one.file, one.place, one.message),
        [first, others @ ..] if others.iter().all(|other| other.file == first.file) => {
            format!("{} problems in `{}`", problems.len(), first.file)
        }
        _ => format!("{} problems", problems.len()),
    }
}

impl Error {
    /// A file of a report that is not as it was written.
    #[must_use]
    pub fn damaged_report(path: &Path, damage: &str) -> Self {
        Self::Evidence {
            message: format!("`{}` {damage}", path.display()),
            help: "take the report from where it was kept, or analyse the exports again".into(),
        }
    }

    /// The exit code that tells a script what happened.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } => exit::USAGE,
            Self::Unreadable { .. } | Self::NothingUsable { .. } => exit::NOTHING_USABLE,
            Self::Strict { .. } => exit::STRICT,
            Self::Rules { .. } => exit::RULES,
            Self::Evidence { .. } => exit::EVIDENCE,
            Self::Write { .. } | Self::Output { .. } | Self::Internal(_) => exit::INTERNAL,
        }
    }

    /// What the user can do, if anything.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Usage { help, .. } | Self::NothingUsable { help, .. } | Self::Evidence { help, .. } => Some(help),
            Self::Unreadable { .. } => Some("check the spelling and that you may read the file or folder"),
            Self::Strict { .. } => {
                Some("mend the exports, or run without `--strict` to have the notices in the report")
            }
            Self::Write { source, .. } if is_full(source) => Some("make room, or choose another place with `--out`"),
            Self::Write { .. } => Some("choose another place with `--out`"),
            Self::Rules { .. } | Self::Output { .. } | Self::Internal(_) => None,
        }
    }
}

/// Whether there is no room for what is to be written.
fn is_full(source: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// Short for results that end the run when they fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_the_file_that_all_problems_are_in() {
        let problem = |file: &str| Problem {
            file: file.into(),
            place: "row 2".into(),
            message: "is wrong".into(),
            help: String::new(),
        };
        let title = |files: &[&str]| Error::Rules { problems: files.iter().map(|f| problem(f)).collect() }.to_string();
        assert_eq!(title(&["a.xlsx"]), "`a.xlsx`, row 2: is wrong");
        assert_eq!(title(&["a.xlsx", "a.xlsx"]), "2 problems in `a.xlsx`");
        assert_eq!(title(&["a.yaml", "b.yaml", "a.yaml"]), "3 problems");
    }
}
