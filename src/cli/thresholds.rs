//! Options that say when something is late; the verbs that judge share them.

use clap::Args as ClapArgs;

use crate::error::{Error, Result};
use crate::identity::{SHORTEST_INACTIVE, Threshold, Thresholds};
use crate::schema::{Platform, nearest};

#[derive(Debug, ClapArgs)]
#[group(skip)]
pub(super) struct Args {
    /// Set a threshold: `inactive=60`, or for one platform `inactive.ios=60`; names: inactive, delete, sensor, pending, stock
    #[arg(long, value_name = "NAME=DAYS", value_parser = threshold, help_heading = "Judgement")]
    pub threshold: Vec<(Threshold, Option<Platform>, u32)>,

    /// Accept an inactivity threshold below 21 days, which Entra's activity stamp is too coarse for
    #[arg(long, help_heading = "Judgement")]
    pub allow_short_thresholds: bool,
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
    /// The thresholds in force.
    pub(super) fn read(&self) -> Result<Thresholds> {
        let mut thresholds = Thresholds::default();
        for (name, platform, days) in &self.threshold {
            if *name == Threshold::Inactive && *days < SHORTEST_INACTIVE && !self.allow_short_thresholds {
                return Err(Error::Usage {
                    message: format!("an inactivity threshold of {days} days is below {SHORTEST_INACTIVE}"),
                    help:
                        "Entra's activity stamp only moves once it is 14 ± 5 days old, so live devices would be called \
                           silent; `--allow-short-thresholds` accepts it for non-persistent desktops"
                            .into(),
                });
            }
            thresholds.set(*name, *platform, *days);
        }
        Ok(thresholds)
    }

    /// What was given, as the manifest shows it.
    pub(super) fn given(&self) -> String {
        let given = self.threshold.iter().map(|(name, platform, days)| {
            format!("{name}{}={days}", platform.map_or_else(String::new, |p| format!(".{p}")))
        });
        given.collect::<Vec<_>>().join(" ")
    }
}
