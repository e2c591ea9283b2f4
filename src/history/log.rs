//! What files of commands wrote down that they did: the log of an execution, read as claims.

use std::collections::BTreeMap;

use super::answers::Signed;
use super::lines::Lines;
use crate::error::Problem;

/// Columns of a log. A seventh, a note, is for the files of commands alone.
pub const LOG: [&str; 6] = ["console", "object_id", "step", "state", "claimed_on", "claimed_by"];

/// States of an object. Only the first says that something was done.
const STATES: [&str; 4] = ["claimed", "skipped", "failed", "approval-requested"];

/// A step on an object, as a log names it: the slug of the step, the object in lower case.
pub type Logged = (String, String);

/// Reads what a log says is done; of several claims about one object the latest.
///
/// # Errors
/// A state that no file of commands writes, and a claim without its object, step, day or name.
pub fn logged(lines: &Lines<6>) -> Result<BTreeMap<Logged, Signed>, Vec<Problem>> {
    let mut done: BTreeMap<Logged, Signed> = BTreeMap::new();
    let mut problems = Vec::new();
    for (at, row) in lines.row.iter().enumerate() {
        match claim(lines, at, *row) {
            Ok(None) => {}
            Ok(Some((name, signed))) => match done.get(&name) {
                Some(known) if known.on >= signed.on => {}
                _ => {
                    done.insert(name, signed);
                }
            },
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(done) } else { Err(problems) }
}

fn claim(lines: &Lines<6>, at: usize, row: u32) -> Result<Option<(Logged, Signed)>, Problem> {
    let parse = |word: &str| STATES.iter().position(|state| *state == word);
    match lines.word(at, 3, (parse, &STATES), "state of a log")? {
        Some(0) => {}
        Some(_) => return Ok(None),
        None => return Err(lines.problem(at, Some(3), "has no state".into(), "leave the log as it was written")),
    }
    let [object, step, by] = [1, 2, 5].map(|column| lines.cell(at, column));
    let missing = LOG
        .iter()
        .zip(["", object, step, "", "", by])
        .position(|(name, cell)| matches!(*name, "object_id" | "step" | "claimed_by") && cell.is_empty());
    if let Some(column) = missing {
        let message = format!("has no `{}`", LOG.get(column).copied().unwrap_or_default());
        return Err(lines.problem(at, Some(column), message, "leave the log as it was written"));
    }
    let Some(on) = lines.day(at, 4)? else {
        return Err(lines.problem(at, Some(4), "has no `claimed_on`".into(), "leave the log as it was written"));
    };
    Ok(Some(((step.to_string(), object.to_lowercase()), Signed { on, by: by.to_string(), row })))
}

#[cfg(test)]
mod tests {
    use super::super::lines::Place;
    use super::*;

    fn lines(rows: &[[&str; 6]]) -> Lines<6> {
        let place = Place { label: "log.csv".into(), header: None, columns: [None; 6], epoch_1904: false };
        Lines::of_rows(place, rows)
    }

    #[test]
    fn what_was_claimed_last_counts() {
        let done = logged(&lines(&[
            ["entra", "ID-1", "entra-disable", "failed", "2026-11-20T08:00:00Z", "Ann"],
            ["entra", "ID-1", "entra-disable", "claimed", "2026-11-21T08:00:00Z", "Ann"],
            ["entra", "id-1", "entra-disable", "claimed", "2026-11-20T09:00:00Z", "Bob"],
            ["intune", "id-2", "intune-retire", "approval-requested", "2026-11-20T08:00:00Z", "Ann"],
        ]))
        .unwrap();
        let [(name, signed)] = &done.into_iter().collect::<Vec<_>>()[..] else { panic!() };
        assert_eq!(*name, ("entra-disable".to_string(), "id-1".to_string()));
        assert_eq!((signed.by.as_str(), signed.row), ("Ann", 2));
    }

    #[test]
    fn a_log_that_was_changed_by_hand_is_named_by_its_row() {
        for (row, message) in [
            (["entra", "id-1", "entra-disable", "done", "2026-11-20", "Ann"], "`done` is no state of a log"),
            (["entra", "id-1", "entra-disable", "", "2026-11-20", "Ann"], "has no state"),
            (["entra", "", "entra-disable", "claimed", "2026-11-20", "Ann"], "has no `object_id`"),
            (["entra", "id-1", "", "claimed", "2026-11-20", "Ann"], "has no `step`"),
            (["entra", "id-1", "entra-disable", "claimed", "", "Ann"], "has no `claimed_on`"),
            (["entra", "id-1", "entra-disable", "claimed", "soon", "Ann"], "`soon` is no day"),
            (["entra", "id-1", "entra-disable", "claimed", "2026-11-20", ""], "has no `claimed_by`"),
        ] {
            let problems = logged(&lines(&[row])).unwrap_err();
            let [problem] = &problems[..] else { panic!("{problems:?}") };
            assert_eq!((problem.place.as_str(), problem.message.as_str()), ("row 1", message));
        }
    }
}
