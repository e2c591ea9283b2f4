//! What people wrote down of steps and batches: that a step is done, and that a batch is approved.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lines::Lines;
use super::log::Logged;
use crate::error::Problem;
use crate::ids::StepId;

/// Columns by which a step is said to be done.
pub const DONE: [&str; 5] = ["device_key", "step", "object_id", "done_on", "done_by"];
/// Columns by which a batch is approved.
pub const APPROVED: [&str; 3] = ["digest", "approved_on", "approved_by"];

/// That somebody says a step is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// The step.
    pub step: StepId,
    /// The day, as its first moment in UTC milliseconds.
    pub on: i64,
    /// Who did it.
    pub by: String,
}

/// That somebody approved what is to be done to some objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Digest of what was approved.
    pub digest: String,
    /// The day, as its first moment in UTC milliseconds.
    pub on: i64,
    /// Who approved it.
    pub by: String,
}

/// A step as a file names it: key of the device, slug, object.
pub type Named = (String, String, String);

/// Day and name, and the row for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The day, as its first moment in UTC milliseconds.
    pub on: i64,
    /// The name.
    pub by: String,
    /// Row, from 1.
    pub row: u32,
}

/// Reads which steps are said to be done.
///
/// # Errors
/// A day without a name or a name without a day, what is no day, a line that names no step, and lines that contradict.
pub fn claims(lines: &Lines<5>) -> Result<BTreeMap<Named, Signed>, Vec<Problem>> {
    let named = |at: usize| {
        let [key, step, object] = [0, 1, 2].map(|column| lines.cell(at, column).to_string());
        if key.is_empty() || step.is_empty() {
            let help = "the row needs its device key and its step";
            return Err(lines.problem(at, None, "a step is done that is not named".into(), help));
        }
        Ok((key, step, object))
    };
    signed(lines, [3, 4], ["`done by` has no `done on`", "`done on` has no `done by`"], named)
}

/// Reads which batches are approved, by their digests.
///
/// # Errors
/// As [`claims`].
pub fn approvals(lines: &Lines<3>) -> Result<BTreeMap<String, Signed>, Vec<Problem>> {
    let named = |at: usize| {
        let digest = lines.cell(at, 0).to_lowercase();
        if digest.len() == 64 && digest.bytes().all(|sign| sign.is_ascii_hexdigit()) {
            return Ok(digest);
        }
        let help = "leave the column Digest as the report has it: an approval holds for these objects alone";
        Err(lines.problem(at, Some(0), "an approval has no digest of a batch".into(), help))
    };
    signed(lines, [1, 2], ["`approved by` has no `approved on`", "`approved on` has no `approved by`"], named)
}

/// Lines with a day and a name: both or none.
fn signed<K: Ord, const N: usize>(
    lines: &Lines<N>,
    [on, by]: [usize; 2],
    [no_day, no_name]: [&str; 2],
    named: impl Fn(usize) -> Result<K, Problem>,
) -> Result<BTreeMap<K, Signed>, Vec<Problem>> {
    let mut all: BTreeMap<K, (usize, Signed)> = BTreeMap::new();
    let mut problems = Vec::new();
    for (at, row) in lines.row.iter().enumerate() {
        let name = lines.cell(at, by);
        let day = match lines.day(at, on) {
            Ok(day) => day,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let signed = match (day, name.is_empty()) {
            (None, true) => continue,
            (Some(day), false) => Signed { on: day, by: name.to_string(), row: *row },
            (None, false) => {
                problems.push(lines.problem(at, Some(on), no_day.into(), "write the day as 2027-03-31"));
                continue;
            }
            (Some(_), true) => {
                problems.push(lines.problem(at, Some(by), no_name.into(), "write who it was"));
                continue;
            }
        };
        match named(at) {
            Err(problem) => problems.push(problem),
            Ok(key) => match all.get(&key) {
                None => {
                    all.insert(key, (at, signed));
                }
                Some((_, first)) if (first.on, &first.by) == (signed.on, &signed.by) => {}
                Some((_, first)) => {
                    let message = format!("says otherwise than row {}", first.row);
                    problems.push(lines.problem(at, Some(on), message, "keep one of the two"));
                }
            },
        }
    }
    let all = all.into_iter().map(|(key, (_, signed))| (key, signed)).collect();
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// What people wrote of steps and batches, by what they name.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Steps that are said to be done.
    pub done: BTreeMap<Named, Signed>,
    /// Digests that are approved.
    pub approved: BTreeMap<String, Signed>,
    /// What logs of executed commands say.
    pub logs: Vec<Log>,
}

/// The log of an execution.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The file, as reports name it.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Steps that it says are done.
    pub done: BTreeMap<Logged, Signed>,
}

impl Answers {
    /// Keys of the devices of which steps are said to be done.
    #[must_use]
    pub fn devices(&self) -> BTreeSet<&str> {
        self.done.keys().map(|(key, ..)| key.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::Place;
    use super::*;

    fn lines<const N: usize>(rows: &[[&str; N]]) -> Lines<N> {
        let columns = std::array::from_fn(|column| Some(column + 1));
        let place = Place { label: "book.xlsx!Sheet".into(), header: Some(2), columns, epoch_1904: false };
        Lines::of_rows(place, rows)
    }

    #[test]
    fn a_step_is_done_on_a_day_and_by_somebody() {
        let done = claims(&lines(&[
            ["serial:A", "entra-disable", "id-1", "2026-11-20", "Ann"],
            ["serial:A", "entra-disable", "id-1", "2026-11-20T00:00:00", "Ann"],
            ["serial:B", "entra-disable", "id-2", "", ""],
        ]))
        .unwrap();
        assert_eq!(done.len(), 1, "what is left blank says nothing");
        assert_eq!(done.values().next().unwrap().by, "Ann");
    }

    #[test]
    fn every_contradiction_is_named_by_sheet_and_cell() {
        for (row, place, message) in [
            (["serial:A", "x", "1", "", "Ann"], "cell E3", "`done by` has no `done on`"),
            (["serial:A", "x", "1", "2026-11-20", ""], "cell F3", "`done on` has no `done by`"),
            (["serial:A", "x", "1", "soon", "Ann"], "cell E3", "`soon` is no day"),
            (["", "x", "1", "2026-11-20", "Ann"], "row 3", "a step is done that is not named"),
        ] {
            let problems = claims(&lines(&[row])).unwrap_err();
            let [problem] = &problems[..] else { panic!("{problems:?}") };
            assert_eq!((problem.file.as_str(), problem.place.as_str()), ("book.xlsx!Sheet", place));
            assert_eq!(problem.message, message);
        }
        let twice = [["serial:A", "x", "1", "2026-11-20", "Ann"], ["serial:A", "x", "1", "2026-11-21", "Ann"]];
        assert_eq!(claims(&lines(&twice)).unwrap_err()[0].message, "says otherwise than row 1");
    }

    #[test]
    fn an_approval_is_of_a_digest() {
        let digest = "ab".repeat(32);
        assert_eq!(approvals(&lines(&[[&digest, "2026-11-20", "Ann"]])).unwrap().len(), 1);
        let problems = approvals(&lines(&[["batch 3", "2026-11-20", "Ann"]])).unwrap_err();
        assert_eq!(problems[0].place, "cell B3");
    }
}
