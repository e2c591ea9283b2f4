//! What the user settles: `lastseen.toml`, and the markers that come with the program.
//!
//! Every mistake is said at once, with its line and the nearest right word: a typo must not change a judgement.

mod among;
mod file;
mod markers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::assets::Files;
use crate::disk;
use crate::error::{Error, Problem, Result};
use crate::identity::{Markers, Threshold, Thresholds};
use crate::schema::{Platform, Severity};

pub use among::{Unused, unused};

/// The configuration that counts where none is named.
pub const FILE: &str = "lastseen.toml";
/// What the file with exceptions is usually called.
pub const EXCEPTIONS: &str = "exceptions.yaml";
/// Characters of all patterns of one marker for one column.
const LONGEST_PATTERNS: usize = 20_000;

/// Everything that the configuration settles.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Its file.
    pub source: SettledBy,
    /// Where that lies, if there is one.
    pub path: Option<PathBuf>,
    /// Days after which something is late, for one platform or all.
    pub thresholds: Vec<(Threshold, Scope, u32)>,
    /// Devices that one owner may have.
    pub owner_quota: Option<u32>,
    /// Short thresholds are meant.
    pub allow_short_thresholds: bool,
    /// Rules that are switched off, and why.
    pub off: BTreeMap<String, String>,
    /// Rules whose findings have another severity.
    pub severity: BTreeMap<String, Severity>,
    /// Patterns by marker and record column.
    pub markers: Markers,
    /// The file with exceptions, relative to the folder of this one.
    pub exceptions: Option<PathBuf>,
}

/// A file that settles something, for the manifest.
#[derive(Clone, Debug, Default)]
pub struct SettledBy {
    /// Its name without the folders above it, which are nobody's business; empty without one.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl SettledBy {
    /// A file that was read from a path.
    #[must_use]
    pub fn at(path: &Path, text: String) -> Self {
        Self { file: path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()), text }
    }
}

/// Which devices a threshold is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// Those of a platform.
    Platform(Platform),
    /// Non-persistent desktops.
    Vdi,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if it is not there, [`Error::Rules`] with every mistake in it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = disk::settings(path, disk::SETTINGS_LIMIT)?;
        let name = path.display().to_string();
        let mut config = file::parse(&name, &text).map_err(|problems| Error::Rules { problems })?;
        let beside = |file: PathBuf| path.parent().map_or_else(|| file.clone(), |folder| folder.join(&file));
        config.exceptions = config.exceptions.map(beside);
        Ok(Self { source: SettledBy::at(path, text), path: Some(path.to_path_buf()), ..config })
    }

    /// Lays the thresholds of the file over those at hand.
    pub fn apply(&self, thresholds: &mut Thresholds) {
        // What is said of all comes first, whatever the order in the file.
        for (name, scope, days) in &self.thresholds {
            if *scope == Scope::All {
                thresholds.set(*name, None, *days);
            }
        }
        for (name, scope, days) in &self.thresholds {
            match scope {
                Scope::All => {}
                Scope::Platform(platform) => thresholds.set(*name, Some(*platform), *days),
                Scope::Vdi => thresholds.set_vdi(*name, *days),
            }
        }
        if let Some(quota) = self.owner_quota {
            thresholds.owner_quota = quota;
        }
    }

    /// The markers that come with the program, and those of the file.
    ///
    /// # Errors
    /// Every mistake in `markers.yaml`.
    pub fn all_markers(&self, files: &Files) -> Result<Markers, Vec<Problem>> {
        let mut all = markers::shipped(files)?;
        for (marker, column, patterns) in self.markers.iter() {
            all.add(marker, column, patterns.iter().cloned());
        }
        // All patterns of a column are tried together; more could not be, and would mark nothing.
        let length = |patterns: &[String]| patterns.iter().map(String::len).sum::<usize>();
        if let Some((marker, column, _)) = all.iter().find(|(_, _, patterns)| length(patterns) > LONGEST_PATTERNS) {
            let message =
                format!("the patterns of `{marker}` by `{column}` have more than {LONGEST_PATTERNS} characters");
            let help = "say the same with fewer patterns; `*` stands for any text".to_string();
            return Err(vec![Problem { file: self.source.file.clone(), place: String::new(), message, help }]);
        }
        Ok(all)
    }
}

/// A value in force, for the report.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Setting {
    /// What it is about, e.g. `threshold inactive, ios`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it comes from: the program, the configuration, the command line.
    pub source: String,
}

impl Config {
    /// Every value that the configuration can change, with the one in force. `typed` tells what the command line set.
    #[must_use]
    pub fn settings(
        &self,
        thresholds: &Thresholds,
        typed: &dyn Fn(Threshold, Option<Platform>) -> bool,
    ) -> Vec<Setting> {
        let mut all = Vec::new();
        let mut add = |name: String, value: String, source: &str| {
            all.push(Setting { name, value, source: source.to_string() });
        };
        let own = |name: Threshold, platform: Option<Platform>| {
            self.thresholds.iter().any(|(threshold, scope, _)| {
                *threshold == name
                    && match scope {
                        Scope::All => true,
                        Scope::Platform(of) => platform.is_none_or(|platform| platform == *of),
                        Scope::Vdi => false,
                    }
            })
        };
        let file = self.source.file.as_str();
        for (name, platform, days) in thresholds.effective() {
            let of = platform.map_or_else(String::new, |p| format!(", {p}"));
            let source = if typed(name, platform) {
                "command line"
            } else if own(name, platform) {
                file
            } else {
                "default"
            };
            add(format!("threshold {name}{of}"), format!("{days} days"), source);
        }
        for name in Threshold::ALL.iter().copied() {
            if let Some(days) = thresholds.vdi(name) {
                add(format!("threshold {name}, non-persistent desktops"), format!("{days} days"), file);
            }
        }
        let quota_from = if self.owner_quota.is_some() { file } else { "default" };
        add("owner quota".into(), format!("{} devices", thresholds.owner_quota), quota_from);
        for (rule, severity) in &self.severity {
            add(format!("severity of {rule}"), severity.to_string(), file);
        }
        for (rule, reason) in &self.off {
            add(format!("{rule} switched off"), reason.clone(), file);
        }
        for (marker, column, patterns) in self.markers.iter() {
            add(format!("marker {marker} by {column}"), patterns.join(", "), file);
        }
        all
    }
}
