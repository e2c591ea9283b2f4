//! Options that say how is judged; the verbs that judge share them.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueHint};

use crate::analysis;
use crate::config::{Config, Setting};
use crate::error::{Error, Result};
use crate::identity::{SHORTEST_INACTIVE, Threshold, Thresholds};
use crate::schema::{Platform, nearest};

/// The configuration that counts where none is named.
const USUAL: &str = "lastseen.toml";

#[derive(Debug, ClapArgs)]
#[group(skip)]
pub(super) struct Args {
    /// Configuration: thresholds, rules that are off, severities, markers [default: `lastseen.toml` here, if there is one]
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

impl Args {
    /// Lays what is settled here over the options of a run.
    pub(super) fn apply(&self, options: &mut analysis::Options) -> Result<()> {
        let config = self.config()?;
        let mut thresholds = Thresholds::default();
        config.apply(&mut thresholds);
        for (name, platform, days) in &self.threshold {
            let meant = self.allow_short_thresholds || config.allow_short_thresholds;
            if *name == Threshold::Inactive && *days < SHORTEST_INACTIVE && !meant {
                return Err(Error::Usage {
                    message: format!("an inactivity threshold of {days} days is below {SHORTEST_INACTIVE}"),
                    help:
                        "Entra's activity stamp only moves once it is 14 ± 5 days old, so live devices would be called \
                           stale; `--allow-short-thresholds` accepts it for non-persistent desktops"
                            .into(),
                });
            }
            thresholds.set(*name, *platform, *days);
        }
        options.exceptions =
            self.exceptions.clone().or_else(|| config.exceptions.clone()).filter(|_| !self.no_exceptions);
        options.settings = self.settings(&config, &thresholds);
        options.thresholds = thresholds;
        options.config = config;
        Ok(())
    }

    fn config(&self) -> Result<Config> {
        match &self.config {
            Some(path) => Config::read(path),
            None if Path::new(USUAL).is_file() => Config::read(Path::new(USUAL)),
            None => Ok(Config::default()),
        }
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

    /// What was given, as the manifest shows it.
    pub(super) fn given(&self) -> String {
        let given = self.threshold.iter().map(|(name, platform, days)| {
            format!("{name}{}={days}", platform.map_or_else(String::new, |p| format!(".{p}")))
        });
        given.collect::<Vec<_>>().join(" ")
    }
}
