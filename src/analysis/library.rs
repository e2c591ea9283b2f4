//! What a run goes by: formats, rules, playbooks and word lists, shipped and laid over.

use crate::assets::{self, Files};
use crate::error::{Error, Problem, Result};
use crate::formats::Formats;
use crate::identity::Threshold;
use crate::plan::{Parameters, Playbooks};
use crate::rules::{self, Rule};
use crate::schema::Platform;

use super::Options;

/// The rules, formats and playbooks of a run.
pub(super) struct Library {
    pub files: Files,
    pub formats: Formats,
    pub rules: Vec<Rule>,
    pub playbooks: Playbooks,
}

impl Library {
    pub(super) fn load(options: &Options) -> Result<Self> {
        let files = assets::rules(options.rules.as_deref())?;
        let strangers: Vec<Problem> =
            files.keys().filter(|path| !assets::is_rule_file(path)).map(|p| stranger(p)).collect();
        if !strangers.is_empty() {
            return Err(Error::Rules { problems: strangers });
        }
        let parameters = Parameters {
            delete_days: options.thresholds.days(Threshold::Delete, Platform::Windows),
            inactive_days: options.thresholds.days(Threshold::Inactive, Platform::Windows),
        };
        let formats = Formats::load(&files);
        let rules = rules::load(&files);
        let playbooks = Playbooks::load(&assets::under(&files, "playbooks/"), &parameters).map_err(|problems| {
            problems
                .into_iter()
                .map(|p| Problem {
                    file: p.file,
                    place: p.line.map_or_else(String::new, |l| format!("line {l}")),
                    message: p.message,
                    help: p.help,
                })
                .collect::<Vec<_>>()
        });
        match (formats, rules, playbooks) {
            (Ok(formats), Ok(rules), Ok(playbooks)) => Ok(Self { files, formats, rules, playbooks }),
            (formats, rules, playbooks) => {
                let mut problems = formats.err().unwrap_or_default();
                problems.extend(rules.err().unwrap_or_default());
                problems.extend(playbooks.err().unwrap_or_default());
                Err(Error::Rules { problems })
            }
        }
    }
}

/// A file that nothing would read is a misspelt folder.
fn stranger(path: &str) -> Problem {
    Problem {
        file: path.to_string(),
        place: String::new(),
        message: "is in no folder that is read".into(),
        help: "rules are in `findings/`, formats in `formats/`, playbooks in `playbooks/`, words in `vocabulary.yaml`"
            .into(),
    }
}
