//! The last step: what the stages made becomes the plain tables of the outcome. Large columns are moved.

use sha2::{Digest, Sha256};

use super::hidden::Hidden;
use crate::assets::{self, Files};
use crate::config::SettledBy;
use crate::history::Decisions;
use crate::identity;
use crate::outcome::{self, Accepted, Decided, Digested};
use crate::plan;
use crate::read::hex;

fn digested(file: &str, text: &str) -> Digested {
    Digested { file: file.to_string(), sha256: hex(&Sha256::digest(text.as_bytes())) }
}

/// The files that settled something, those that there are.
pub(super) fn settled_by(sources: &[&SettledBy]) -> Vec<Digested> {
    let there = sources.iter().filter(|source| !source.file.is_empty());
    there.map(|source| digested(&source.file, &source.text)).collect()
}

/// The files by which was judged.
pub(super) fn rule_files(files: &Files) -> Vec<Digested> {
    files.iter().map(|(path, text)| digested(path, text)).collect()
}

/// The files of consoles that are not as they ship.
pub(super) fn console_files(files: &Files) -> Files {
    let own = assets::own(files);
    let of_consoles = files.iter().filter(|(path, _)| path.starts_with("consoles/") && own.contains(*path));
    of_consoles.map(|(path, text)| (path.clone(), text.clone())).collect()
}

/// Takes what reports say of links, or copies it where somebody still wants the whole.
pub(super) fn links(links: &mut identity::Links, keep: bool) -> outcome::Links {
    if keep {
        let (device, held_by, refused) = (links.device.clone(), links.held_by.clone(), links.refused.clone());
        return outcome::Links { device, held_by, refused };
    }
    outcome::Links {
        device: std::mem::take(&mut links.device),
        held_by: std::mem::take(&mut links.held_by),
        refused: std::mem::take(&mut links.refused),
    }
}

pub(super) fn hidden(hidden: Hidden) -> outcome::Hidden {
    let Hidden { exceptions, states, counts, findings, by } = hidden;
    let one = |((exception, state), count): ((crate::history::Exception, _), u64)| Accepted {
        device: exception.device_text(),
        rule: exception.rule,
        reason: exception.reason,
        owner: exception.owner,
        approved_by: exception.approved_by,
        expires: exception.expires,
        state,
        count,
    };
    let exceptions = exceptions.list.into_iter().zip(states).zip(counts).map(one).collect();
    outcome::Hidden { exceptions, findings, by }
}

pub(super) fn decisions(decisions: Decisions) -> Decided {
    let (file, sha256) = (decisions.file.clone(), decisions.sha256.clone());
    let (list, of_device) = decisions.into_lists();
    Decided { file, sha256, list, of_device }
}

pub(super) fn schedule(schedule: plan::Schedule) -> outcome::Schedule {
    let (batches, of_device, days) = schedule.into_columns();
    outcome::Schedule { batches, of_device, days }
}
