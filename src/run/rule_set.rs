//! What a run goes by: formats, rules, playbooks and word lists, shipped and laid over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::assets::{self, Files};
use crate::config::{self, Config};
use crate::console::Registry;
use crate::error::{Error, Problem, Result};
use crate::formats::{Format, Formats};
use crate::history::Exceptions;
use crate::identity::{Markers, Threshold};
use crate::notice::{Code, Notice};
use crate::plan::{Parameters, Playbooks};
use crate::rules::{self, Conditions, Named, Names, Rule};
use crate::schema::{Platform, instead};

use super::Options;

/// The rules, formats and playbooks of a run.
pub(super) struct RuleSet {
    pub files: Files,
    pub formats: Formats,
    pub rules: Vec<Rule>,
    pub conditions: Conditions,
    pub playbooks: Playbooks,
    pub markers: Markers,
    pub exceptions: Exceptions,
    /// Remarks on settings: rules that the configuration or the exceptions name by an earlier id, and what does not count.
    pub notices: Vec<Notice>,
}

impl RuleSet {
    /// For a run. What ships passes its own tests, so that no run reads them again. Where a folder is laid over it they are
    /// read: a mistake in a file is said wherever it stands.
    pub(super) fn load(options: &Options) -> Result<Self> {
        let files = assets::rules(options.rules.as_deref())?;
        let untested = options.rules.is_none().then(|| assets::without_tests(&files));
        Self::of(options, files, untested.as_ref())
    }

    /// The same with every test.
    fn whole(options: &Options) -> Result<Self> {
        Self::of(options, assets::rules(options.rules.as_deref())?, None)
    }

    /// What the files say; `untested` is read in their place.
    fn of(options: &Options, files: Files, untested: Option<&Files>) -> Result<Self> {
        let read = untested.unwrap_or(&files);
        let strangers: Vec<Problem> =
            read.keys().filter(|path| !assets::is_rule_file(path)).map(|p| stranger(p)).collect();
        if !strangers.is_empty() {
            return Err(Error::Rules { problems: strangers });
        }
        // Where a console is wrong, everything that names it would be blamed.
        let registry = Registry::load(read).map_err(|problems| Error::Rules { problems })?;
        let parameters = Parameters {
            delete_days: options.thresholds.days(Threshold::Delete, Platform::Windows),
            inactive_days: options.thresholds.days(Threshold::Inactive, Platform::Windows),
            pending_days: options.thresholds.days(Threshold::Pending, Platform::Windows),
        };
        // Files whose tests are left out were tried in every other way too.
        let proven = untested.is_some();
        let formats = if proven { Formats::proven(read) } else { Formats::load(read) };
        // Where a condition is wrong, every rule that names it would be blamed for it.
        let conditions = if proven { Conditions::proven(read) } else { Conditions::load(read) };
        let rules = conditions.as_ref().map_or(Ok(Vec::new()), |conditions| rules::load(read, conditions));
        let playbooks = Playbooks::load_with(&assets::under(read, "playbooks/"), &parameters, registry);
        let markers = options.config.all_markers(read);
        match (formats, conditions, rules, playbooks, markers) {
            (Ok(formats), Ok(conditions), Ok(mut rules), Ok(playbooks), Ok(markers)) => {
                let mut notices = settle(&mut rules, &options.config)?;
                let names = Names::new(&rules);
                let exceptions = options.exceptions.as_deref().map(|path| Exceptions::read(path, &names));
                let exceptions = exceptions.transpose()?.unwrap_or_default();
                notices.extend(exceptions.renamed());
                notices.extend(unused_settings(options)?);
                Ok(Self { files, formats, rules, conditions, playbooks, markers, exceptions, notices })
            }
            (formats, conditions, rules, playbooks, markers) => {
                let mut problems = formats.err().unwrap_or_default();
                problems.extend(conditions.err().unwrap_or_default());
                problems.extend(rules.err().unwrap_or_default());
                problems.extend(playbooks.err().unwrap_or_default());
                problems.extend(markers.err().unwrap_or_default());
                Err(Error::Rules { problems })
            }
        }
    }
}

/// Settings among the exports by which nothing is judged.
fn unused_settings(options: &Options) -> Result<Vec<Notice>> {
    let in_force: Vec<&Path> =
        [&options.config.path, &options.exceptions].into_iter().filter_map(|path| path.as_deref()).collect();
    let notice = |unused: config::Unused| {
        let message = format!(
            "it lies among the exports and does not count: nothing was judged by it. Keep it in the folder from which \
             `lastseen` is run, or name it with `{}`",
            unused.option()
        );
        Notice::new(Code::SettingsUnused, unused.label, message)
    };
    Ok(config::unused(&options.exports, &in_force)?.into_iter().map(notice).collect())
}

/// What a run would go by, without a run.
#[derive(Debug)]
pub struct Checked {
    /// The rules, by id.
    pub rules: Vec<Rule>,
    /// The conditions that rules share, by name.
    pub conditions: Conditions,
    /// The formats.
    pub formats: Vec<Format>,
    /// The playbooks.
    pub playbooks: Playbooks,
    /// Paths of the files that do not ship, or not so.
    pub own: BTreeSet<String>,
    /// Number of exceptions.
    pub exceptions: usize,
    /// Remarks on rules that the configuration or the exceptions name by an earlier id.
    pub notices: Vec<Notice>,
}

impl Checked {
    /// What ships, with the files of a folder added or put in their place.
    ///
    /// # Errors
    /// [`Error::Rules`] with every problem.
    pub fn with(rules: Option<&Path>) -> Result<Self> {
        check(&Options { rules: rules.map(Path::to_path_buf), ..Options::default() })
    }

    /// Number of the playbooks' tests, and what is not as they expect.
    #[must_use]
    pub fn playbook_tests(&self) -> (u64, Vec<Problem>) {
        let tested = self.playbooks.run_tests(&self.own);
        let tests = tested.iter().map(|one| one.tests as u64).sum();
        (tests, tested.into_iter().flat_map(|one| one.problems).collect())
    }
}

/// Reads and checks rules, formats, playbooks, configuration and exceptions.
///
/// # Errors
/// [`Error::Rules`] with every problem.
pub fn check(options: &Options) -> Result<Checked> {
    let library = RuleSet::whole(options)?;
    crate::checklist::load(&library.files).map_err(|problems| Error::Rules { problems })?;
    Ok(Checked {
        formats: library.formats.into_all(),
        playbooks: library.playbooks,
        own: assets::own(&library.files),
        exceptions: library.exceptions.list.len(),
        notices: library.notices,
        rules: library.rules,
        conditions: library.conditions,
    })
}

/// Switches rules off and changes severities, as the configuration says; remarks on rules that it names by earlier ids.
fn settle(rules: &mut [Rule], config: &Config) -> Result<Vec<Notice>> {
    let named: BTreeSet<&String> = config.off.keys().chain(config.severity.keys()).collect();
    let names = Names::new(rules);
    let (mut problems, mut notices) = (Vec::new(), Vec::new());
    let mut meant: BTreeMap<String, &String> = BTreeMap::new();
    for name in named {
        match names.find(name) {
            Named::Current(id) => drop(meant.insert(id.to_string(), name)),
            Named::Earlier(id) => {
                notices.push(rules::renamed(&config.source.file, name, id));
                if let Some(other) = meant.insert(id.to_string(), name) {
                    problems.push(twice(config, id, [other, name]));
                }
            }
            Named::Nothing(near) => problems.push(no_rule(config, name, near)),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Rules { problems });
    }
    for rule in rules {
        let Some(name) = meant.get(&rule.text.id) else { continue };
        rule.off = config.off.get(*name).cloned();
        if let Some(severity) = config.severity.get(*name) {
            rule.set_severity(*severity);
        }
    }
    Ok(notices)
}

fn no_rule(config: &Config, name: &str, near: Option<&str>) -> Problem {
    Problem {
        file: config.source.file.clone(),
        place: format!("`[rules.{name}]`"),
        message: format!("`{name}` is no rule"),
        help: instead(near, || "`lastseen rules list` lists them".into()),
    }
}

/// One rule under its id of today and an earlier one: which of the two counts, nobody can say.
fn twice(config: &Config, id: &str, names: [&String; 2]) -> Problem {
    let [one, other] = names;
    Problem {
        file: config.source.file.clone(),
        place: format!("`[rules.{other}]`"),
        message: format!("`{one}` and `{other}` are the same rule"),
        help: format!("keep `[rules.{id}]`"),
    }
}

/// A file that nothing would read is a misspelt folder.
fn stranger(path: &str) -> Problem {
    Problem {
        file: path.to_string(),
        place: String::new(),
        message: "is in no folder that is read".into(),
        help: "consoles are in `consoles/`, rules in `findings/`, conditions that they share in `conditions/`, formats in `formats/`, playbooks in `playbooks/`, words in `vocabulary.yaml`"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests of rules and of playbooks.
    fn tests_of(rule_set: &RuleSet) -> (usize, usize) {
        let rules = rule_set.rules.iter().map(|rule| rule.cases().len()).sum();
        (rules, rule_set.playbooks.rows().map(|row| row.tests).sum())
    }

    #[test]
    fn a_run_reads_no_test_of_what_ships() {
        let options = Options::default();
        let run = RuleSet::load(&options).unwrap();
        let whole = RuleSet::whole(&options).unwrap();
        assert_eq!(tests_of(&run), (0, 0));
        let (rules, playbooks) = tests_of(&whole);
        assert!(rules > 200 && playbooks > 200, "{rules} and {playbooks}");
        assert_eq!(run.files, whole.files, "what is sealed is the whole file");
        assert_eq!(run.playbooks.entries(), whole.playbooks.entries());
        for (run, whole) in run.rules.iter().zip(&whole.rules) {
            assert_eq!((&run.text, run.device_columns()), (&whole.text, whole.device_columns()));
            assert_eq!((run.record_columns(), run.demands()), (whole.record_columns(), whole.demands()));
        }
        assert_eq!(run.rules.len(), whole.rules.len());
    }

    #[test]
    fn a_run_reads_the_tests_beside_somebodys_own_files() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { rules: Some(folder.path().to_path_buf()), ..Options::default() };
        let whole = RuleSet::whole(&Options::default()).unwrap();
        assert_eq!(tests_of(&RuleSet::load(&options).unwrap()), tests_of(&whole));
    }
}
