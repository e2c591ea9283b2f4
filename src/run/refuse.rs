//! What ends a run before it has an outcome.

use super::remarks::out_of_step;
use super::{InputFile, Options, Source};
use crate::error::{Error, Result};
use crate::formats::Records;
use crate::identity::AsOf;
use crate::notice::Notice;
use crate::schema::Severity;

/// Why there is no record at all; nothing where there is one.
fn why_nothing(inputs: &[InputFile], sources: &[Source], records: &[(String, Records)]) -> Option<String> {
    if records.iter().any(|(_, r)| r.table.height() > 0) {
        return None;
    }
    Some(if sources.is_empty() {
        match inputs {
            [one] => format!("`{}` is no known export", one.label),
            many => format!("none of the {} files is a known export", many.len()),
        }
    } else if records.iter().any(|(_, r)| !r.bad.is_empty()) {
        "every row of the exports was set aside".into()
    } else if records.is_empty() {
        "the exports name no devices".into()
    } else {
        "the exports have headers and no rows".into()
    })
}

/// Ends a run that has no record.
pub(super) fn if_nothing(
    inputs: &[InputFile],
    sources: &[Source],
    records: &[(String, Records)],
    notices: &[Notice],
) -> Result<()> {
    let Some(message) = why_nothing(inputs, sources, records) else { return Ok(()) };
    Err(nothing(message, notices.to_vec()))
}

/// There is nothing that a run could begin with.
pub(super) fn nothing(message: String, notices: Vec<Notice>) -> Error {
    let help = "`lastseen checklist` says which exports to ask for and how each is made; `lastseen inspect` says what a file is".into();
    Error::NothingUsable { message, help, notices }
}

/// The time at which the run judges; ends it where nothing says that. Lists that are older than the others are remarked.
pub(super) fn without_a_time(
    (as_of, found): (Option<AsOf>, Vec<Notice>),
    sources: &[Source],
    notices: &mut Vec<Notice>,
) -> Result<AsOf> {
    notices.extend(found);
    let as_of = as_of.ok_or_else(|| Error::NothingUsable {
        message: "no export has a date of activity, so there is no time to judge at".into(),
        help: "give the time with `--as-of`, or add an export that says when its console saw the devices".into(),
        notices: notices.clone(),
    })?;
    notices.extend(out_of_step(sources, as_of));
    Ok(as_of)
}

/// Ends a run with remarks that `--strict` does not let pass.
pub(super) fn if_strict(options: &Options, notices: &[Notice]) -> Result<()> {
    let serious: Vec<Notice> = notices.iter().filter(|n| n.code.severity() >= Severity::Medium).cloned().collect();
    if options.strict && !serious.is_empty() { Err(Error::Strict { notices: serious }) } else { Ok(()) }
}
