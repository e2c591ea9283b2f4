//! The file of an edition: read word by word, and checked against the report that it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::colours;
use crate::disk;
use crate::error::{Error, Problem, Result};
use crate::outcome::Outcome;
use crate::read::hex;
use crate::schema::{instead, nearest};
use sha2::{Digest, Sha256};

/// The largest logo.
const LARGEST_LOGO: u64 = 256 << 10;
/// Pictures that may be a logo, by what they begin with.
const PICTURES: [(&[u8], &str); 2] = [(b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg")];

/// What somebody adds to a report.
#[derive(Clone, Debug, Default)]
pub struct Edition {
    /// Name and digest of its file.
    pub(super) file: String,
    /// Who wrote it.
    pub(super) author: String,
    /// Markdown.
    pub(super) summary: String,
    pub(super) packages: Vec<Own>,
    pub(super) set_aside: Vec<Aside>,
    /// As a `data:` address.
    pub(super) logo: Option<String>,
    pub(super) style: String,
}

/// What is added to a package.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Own {
    /// Id of the package.
    pub package: String,
    /// Markdown.
    pub note: String,
    pub assignee: String,
    /// `2026-12-31`.
    pub due: String,
}

/// Findings that are set aside: they count, and are shown apart.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Aside {
    /// Id of a finding, or of a rule for all of its.
    pub finding: String,
    pub by: String,
    pub on: String,
    pub why: String,
    /// How many findings it names.
    #[serde(skip)]
    pub findings: usize,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    author: String,
    summary: String,
    packages: Vec<Own>,
    set_aside: Vec<Aside>,
    logo: String,
    colours: Colours,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Colours {
    accent: String,
    accent_dark: String,
}

impl Edition {
    /// Reads an edition for a report.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Rules`] with everything that is wrong in it.
    pub fn read(path: &Path, outcome: &Outcome) -> Result<Self> {
        let text = disk::settings(path, disk::SETTINGS_LIMIT)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut problems = Problems { file: &name, list: Vec::new() };
        let raw: Raw = match crate::yaml::from_str::<Option<Raw>>(&text) {
            Ok(raw) => raw.unwrap_or_default(),
            Err(error) => {
                let place = error.location().map_or_else(String::new, |at| format!("line {}", at.line()));
                let message = error.to_string().split(" at line ").next().unwrap_or_default().to_string();
                problems.list.push(Problem {
                    file: name.clone(),
                    place,
                    message,
                    help: "docs/report.md shows an edition".into(),
                });
                return Err(Error::Rules { problems: problems.list });
            }
        };
        problems.packages(&raw.packages, outcome);
        let set_aside = problems.asides(raw.set_aside, outcome);
        let style = colours::style(&raw.colours.accent, &raw.colours.accent_dark);
        let style = style.unwrap_or_else(|message| problems.add("colours", message, "choose a darker or lighter one"));
        let logo = match raw.logo.as_str() {
            "" => None,
            logo => Some(problems.logo(path, logo)),
        };
        let file = format!("{name} (sha256 {})", hex(&Sha256::digest(text.as_bytes())));
        let Raw { author, summary, packages, .. } = raw;
        match problems.list {
            list if list.is_empty() => Ok(Self { file, author, summary, packages, set_aside, logo, style }),
            problems => Err(Error::Rules { problems }),
        }
    }

    /// How the manifest names it.
    #[must_use]
    pub fn setting(&self) -> (String, String) {
        (SETTING.to_string(), self.file.clone())
    }
}

/// The setting by which the manifest says that a report has an edition.
pub const SETTING: &str = "edition";

/// What is wrong in the file.
struct Problems<'a> {
    file: &'a str,
    list: Vec<Problem>,
}

impl Problems<'_> {
    fn add<T: Default>(&mut self, place: &str, message: String, help: &str) -> T {
        self.list.push(Problem {
            file: self.file.to_string(),
            place: place.to_string(),
            message,
            help: help.to_string(),
        });
        T::default()
    }

    /// Packages that the report does not have, stand twice, or are due on no day.
    fn packages(&mut self, packages: &[Own], outcome: &Outcome) {
        let known: BTreeSet<&str> = outcome.packages.list.iter().map(|package| package.id.as_str()).collect();
        let mut seen = BTreeSet::new();
        for own in packages {
            let id = own.package.as_str();
            if !known.contains(id) {
                let help = instead(nearest(id, known.iter().copied()), || "take an id of `packages.csv`".into());
                self.add::<()>("packages", format!("the report has no package `{id}`"), &help);
            } else if !seen.insert(id) {
                self.add::<()>("packages", format!("`{id}` stands twice"), "keep one of them");
            }
            if !own.due.is_empty() && !is_day(&own.due) {
                self.add::<()>(
                    "packages",
                    format!("`due` of `{id}` is `{}`, which is no day", own.due),
                    "write 2026-12-31",
                );
            }
        }
    }

    /// Counts what each sets aside. One that names nothing, or does not say who and why, is a mistake.
    fn asides(&mut self, asides: Vec<Aside>, outcome: &Outcome) -> Vec<Aside> {
        let found = Findings::of(outcome);
        let mut all = Vec::new();
        for own in asides {
            let findings = found.count(&own.finding);
            if findings == 0 {
                let message = format!("the report has no finding `{}`", own.finding);
                self.add::<()>(
                    "set_aside",
                    message,
                    "take a `finding_id` of `findings.csv`, or the id of a rule that has findings",
                );
            }
            if own.by.trim().is_empty() || own.why.trim().is_empty() {
                let message = format!("`{}` is set aside without `by` and `why`", own.finding);
                self.add::<()>("set_aside", message, "say who set it aside, and why");
            }
            all.push(Aside { findings, ..own });
        }
        all
    }

    /// A picture beside the file, as the page takes it.
    fn logo(&mut self, edition: &Path, logo: &str) -> String {
        let path = edition.parent().unwrap_or(Path::new("")).join(logo);
        let bytes = match disk::read(&path, LARGEST_LOGO) {
            Ok(bytes) => bytes,
            Err(error) => {
                return self.add("logo", format!("`{logo}` cannot be used: {error}"), "a PNG or JPEG up to 256 KiB");
            }
        };
        match PICTURES.iter().find(|(start, _)| bytes.starts_with(start)) {
            Some((_, kind)) => format!("data:{kind};base64,{}", STANDARD.encode(bytes)),
            None => self.add("logo", format!("`{logo}` is neither PNG nor JPEG"), "a PNG or JPEG up to 256 KiB"),
        }
    }
}

/// The findings of a report by what names them.
struct Findings<'a> {
    by_rule: BTreeMap<&'a str, usize>,
    ids: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Findings<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let mut found = Self { by_rule: BTreeMap::new(), ids: BTreeSet::new() };
        for (rule, device) in outcome.findings.rule.iter().zip(&outcome.findings.device) {
            let rule = outcome.rules.get(usize::from(*rule)).map_or("", |rule| rule.id.as_str());
            let key = outcome.devices.key.get(*device).as_str();
            *found.by_rule.entry(rule).or_default() += 1;
            found.ids.insert((rule, key));
        }
        found
    }

    fn count(&self, finding: &str) -> usize {
        match finding.split_once('/') {
            Some(id) => usize::from(self.ids.contains(&id)),
            None => self.by_rule.get(finding).copied().unwrap_or_default(),
        }
    }
}

fn is_day(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == 10
}
