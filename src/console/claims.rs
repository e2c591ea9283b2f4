//! What other lists say that a console holds, and what it must hold to prove anything: how a list that was filtered or
//! cut is told from a whole one.

use serde::Deserialize;

use super::Clause;
use super::file::{ConsoleDraft, leak};
use super::raw::RawClauses;
use crate::error::Problem;
use crate::schema::Platform;

/// Devices that the records of another console say are in this one.
#[derive(Debug)]
pub struct Claim {
    /// Position of the console that says so.
    pub by: usize,
    /// What its records say.
    pub when: Vec<Clause>,
    /// The same in words, after *devices that*.
    pub says: &'static str,
    /// Whether it counts for stale devices too.
    pub stale_too: bool,
    /// What such a list looks like.
    pub looks: &'static str,
    /// Whether a platform that it lacks altogether was filtered out.
    pub platforms: bool,
    /// A column of the other console each of whose words must be among the devices.
    pub each: Option<Each>,
}

/// A column of words none of which a whole list lacks.
#[derive(Debug)]
pub struct Each {
    /// The record column.
    pub column: &'static str,
    /// What it is called.
    pub called: &'static str,
    /// What a list without one of its words looks like.
    pub looks: &'static str,
}

/// Devices of which a list says something only if it has most of them.
#[derive(Debug)]
pub struct Cover {
    /// Their platform.
    pub platform: Platform,
    /// What they are called.
    pub called: &'static str,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClaim {
    by: String,
    when: RawClauses,
    says: String,
    #[serde(default)]
    stale_too: bool,
    #[serde(default = "filtered_or_cut")]
    looks: String,
    #[serde(default = "yes")]
    platforms: bool,
    each: Option<RawEach>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEach {
    column: String,
    called: String,
    looks: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCover {
    platform: String,
    called: String,
}

fn filtered_or_cut() -> String {
    "filtered or cut".into()
}

const fn yes() -> bool {
    true
}

impl ConsoleDraft {
    pub(super) fn claim(&self, raw: &RawClaim, all: &[Self], problems: &mut Vec<Problem>) -> Option<Claim> {
        if raw.when.is_empty() {
            problems.push(self.problem("claims", format!("`{}` claims every device", raw.by), "say in `when` which"));
        }
        let each = match &raw.each {
            None => None,
            Some(each) => Some(Each {
                column: self.column("claims", &each.column, problems)?,
                called: leak(&each.called),
                looks: leak(&each.looks),
            }),
        };
        Some(Claim {
            by: self.number("claims", &raw.by, all, problems)?,
            when: self.clauses("claims", &raw.when, problems),
            says: leak(raw.says.trim()),
            stale_too: raw.stale_too,
            looks: leak(raw.looks.trim()),
            platforms: raw.platforms,
            each,
        })
    }

    pub(super) fn cover(&self, raw: &RawCover, problems: &mut Vec<Problem>) -> Option<Cover> {
        let platform = Platform::parse(&raw.platform);
        if platform.is_none() {
            problems.push(self.unknown("most_of", "platform", &raw.platform, Platform::WORDS.iter().copied()));
        }
        Some(Cover { platform: platform?, called: leak(raw.called.trim()) })
    }
}
