//! Options that say how is judged; the verbs that judge share them.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueHint};

use super::print;
use crate::config::{self, Config, EXCEPTIONS, FILE, Setting};
use crate::error::{Error, Result};
use crate::identity::{Threshold, Thresholds};
use crate::run;
use crate::schema::{Platform, nearest};
use crate::time::{COARSE_STAMP, SHORTEST_INACTIVE};

const FOUND: &str = "`lastseen.toml` in the current folder counts; `--config` names another one";
const PASSED_OVER: &str =
    "`lastseen.toml` does not count, since it lies among the exports; `--config lastseen.toml` makes it count";

#[derive(Debug, ClapArgs)]
#[group(skip)]
pub(super) struct Args {
    /// Configuration: thresholds, rules that are off, severities, markers [default: `lastseen.toml` here, unless an export is here too]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Judgement")]
    pub config: Option<PathBuf>,

    /// Set a threshold: `inactive=60`, or for one platform `inactive.ios=60`; names: inactive, delete, sensor, pending, stock
    #[arg(long, value_name = "NAME=DAYS", value_parser = threshold, help_heading = "Judgement")]
    pub threshold: Vec<(Threshold, Option<Platform>, u32)>,

    /// Accept an inactivity threshold below 21 days, which Entra's activity stamp is too coarse for
    #[arg(long, help_heading = "Judgement")]
    pub allow_short_thresholds: bool,

    /// Findings that were accepted for a time [default: the file that the configuration names]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Judgement")]
    pub exceptions: Option<PathBuf>,

    /// Show every finding, as a second auditor would see it
    #[arg(long, conflicts_with = "exceptions", help_heading = "Judgement")]
    pub no_exceptions: bool,
}

fn threshold(text: &str) -> Result<(Threshold, Option<Platform>, u32), String> {
    let (name, days) = text.split_once('=').ok_or("write it as `inactive=60` or `inactive.ios=60`")?;
    let (name, platform) = name.split_once('.').map_or((name, None), |(n, p)| (n, Some(p)));
    let known = Threshold::parse(name).ok_or_else(|| match nearest(name, Threshold::WORDS.iter().copied()) {
        Some(near) => format!("`{name}` is no threshold; the nearest is `{near}`"),
        None => format!("`{name}` is no threshold; use one of: {}", Threshold::WORDS.join(", ")),
    })?;
    let platform = match platform {
        None => None,
        Some(word) => Some(
            Platform::parse(word)
                .ok_or_else(|| format!("`{word}` is no platform; use one of: {}", Platform::WORDS.join(", ")))?,
        ),
    };
    let days = days.parse().map_err(|_| format!("`{days}` is no number of days"))?;
    Ok((known, platform, days))
}

/// Whether two paths are one file.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether an input is the current folder, lies in it as a file, or is a folder above it.
pub(super) fn is_here(input: &Path) -> bool {
    let (Ok(input), Ok(here)) = (input.canonicalize(), Path::new(".").canonicalize()) else { return false };
    if input.is_dir() { here.starts_with(&input) } else { input.parent() == Some(&here) }
}

impl Args {
    /// Lays what is settled here over the options of a run. Says on standard error which file counts that nobody named,
    /// unless the run is to be `quiet`.
    pub(super) fn apply(&self, options: &mut run::Options, quiet: bool) -> Result<()> {
        let (config, found) = self.config(&options.exports)?;
        if let Some(found) = found.filter(|_| !quiet) {
            print::note(found);
        }
        let mut thresholds = Thresholds::default();
        config.apply(&mut thresholds);
        for (name, platform, days) in &self.threshold {
            let meant = self.allow_short_thresholds || config.allow_short_thresholds;
            if *name == Threshold::Inactive && *days < SHORTEST_INACTIVE && !meant {
                return Err(Error::Usage {
                    message: format!("an inactivity threshold of {days} days is below {SHORTEST_INACTIVE}"),
                    help: format!(
                        "{COARSE_STAMP}, so live devices would be called stale; `--allow-short-thresholds` accepts it for \
                         non-persistent desktops"
                    ),
                });
            }
            thresholds.set(*name, *platform, *days);
        }
        options.exceptions =
            self.exceptions.clone().or_else(|| config.exceptions.clone()).filter(|_| !self.no_exceptions);
        options.settings = self.settings(&config, &thresholds);
        options.thresholds = thresholds;
        options.config = config;
        if !quiet {
            self.say_unused(options)?;
        }
        Ok(())
    }

    /// Says which settings lie among the exports, where they do not count, from whatever folder one runs; and that exceptions lie in
    /// the current folder which nothing names.
    fn say_unused(&self, options: &run::Options) -> Result<()> {
        let in_force = [&options.config.path, &options.exceptions].into_iter().filter_map(|path| path.as_deref());
        let in_force: Vec<&Path> = in_force.collect();
        let unused = config::unused(&options.exports, &in_force)?;
        for settings in unused.iter().filter(|settings| !is_same(&settings.path, Path::new(FILE))) {
            print::note(&format!(
                "`{}` lies among the exports and does not count; `{}` makes it count",
                settings.path.display(),
                settings.option()
            ));
        }
        let here = Path::new(EXCEPTIONS);
        let told = unused.iter().any(|settings| is_same(&settings.path, here));
        if here.is_file() && !told && !self.no_exceptions && !in_force.iter().any(|path| is_same(path, here)) {
            print::note(
                "`exceptions.yaml` in the current folder does not count, since no configuration names it; \
                 `exceptions = \"exceptions.yaml\"` in `lastseen.toml` or `--exceptions exceptions.yaml` makes it count",
            );
        }
        Ok(())
    }

    /// The configuration, and what is to be said of one that was found.
    fn config(&self, exports: &[PathBuf]) -> Result<(Config, Option<&'static str>)> {
        let usual = Path::new(FILE);
        match &self.config {
            Some(path) => Ok((Config::read(path)?, None)),
            None if !usual.is_file() => Ok((Config::default(), None)),
            // Whoever made the exports may have put it there.
            None if exports.iter().any(|input| is_here(input)) => Ok((Config::default(), Some(PASSED_OVER))),
            None => Ok((Config::read(usual)?, Some(FOUND))),
        }
    }

    /// What is settled by files: whatever a run must not write over.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let usual = Some(PathBuf::from(FILE)).filter(|usual| usual.is_file());
        self.config.clone().or(usual).into_iter().chain(self.exceptions.clone()).collect()
    }

    /// The values in force, and where each comes from.
    fn settings(&self, config: &Config, thresholds: &Thresholds) -> Vec<Setting> {
        let typed = |name: Threshold, platform: Option<Platform>| {
            self.threshold
                .iter()
                .any(|(own, of, _)| *own == name && (of.is_none() || *of == platform || platform.is_none()))
        };
        config.settings(thresholds, &typed)
    }

    /// Whether something is given that changes how is judged.
    pub(super) const fn judges(&self) -> bool {
        self.config.is_some()
            || !self.threshold.is_empty()
            || self.allow_short_thresholds
            || self.exceptions.is_some()
            || self.no_exceptions
    }

    /// What was given, as the manifest shows it.
    pub(super) fn given(&self) -> String {
        let given = self.threshold.iter().map(|(name, platform, days)| {
            format!("{name}{}={days}", platform.map_or_else(String::new, |p| format!(".{p}")))
        });
        given.collect::<Vec<_>>().join(" ")
    }
}
