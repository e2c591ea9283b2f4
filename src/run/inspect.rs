//! What each file is, without judging anything.

use super::{InputFile, Options, Progress, Source, gather};
use crate::error::Result;
use crate::formats::{Nearest, Refusal, Unknown};
use crate::identity::{self, RecordStore};
use crate::notice::{self, Notice};
use crate::read::Export;

/// What is known about the inputs before anything is concluded from them.
#[derive(Debug)]
pub struct Inspection {
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// The exports in them whose format is known.
    pub sources: Vec<Source>,
    /// The tables whose format is not.
    pub strangers: Vec<Stranger>,
    /// Remarks, in their order.
    pub notices: Vec<Notice>,
    /// The time at which an analysis would judge: the newest signal, or the given one. UTC milliseconds.
    pub as_of: Option<i64>,
}

/// A table that no format explains.
#[derive(Clone, Debug)]
pub struct Stranger {
    /// Its name in reports.
    pub export: String,
    /// What kind of file it is.
    pub container: String,
    /// Its header.
    pub header: Vec<String>,
    /// What wrote it, where that is a product whose lists are not read: its name, and the list with an article.
    pub product: Option<(String, String)>,
    /// The format whose columns it has and whose list it is not.
    pub refused: Option<Refusal>,
    /// The format that comes nearest, if one does.
    pub like: Option<Likeness>,
}

/// How a table resembles a format.
#[derive(Clone, Debug)]
pub struct Likeness {
    /// Format id.
    pub format: String,
    /// Format name for people.
    pub title: String,
    /// Headers that the format knows.
    pub known: Vec<String>,
    /// Required headers that are missing, each with the header that looks most like it.
    pub lacks: Vec<(String, Option<String>)>,
    /// Headers that the format forbids.
    pub forbidden: Vec<String>,
    /// Headers that the format does not know.
    pub unknown: Vec<String>,
}

impl Stranger {
    pub(super) fn new(export: &Export, unknown: &Unknown<'_>, nearest: Option<Nearest<'_>>) -> Self {
        let like = nearest.map(|n| Likeness {
            format: n.format.id.clone(),
            title: n.format.title.clone(),
            known: n.known,
            lacks: n.lacks,
            forbidden: n.forbidden,
            unknown: n.unknown,
        });
        Self {
            export: export.label.clone(),
            container: export.container(),
            header: export.header.clone(),
            // What such a list lacks says more than its name.
            product: unknown.product.filter(|_| like.is_none()).map(|p| (p.name.clone(), p.list.clone())),
            refused: unknown.refused.clone(),
            like,
        }
    }
}

/// Reads the exports and says what they are.
///
/// # Errors
/// [`Error`](crate::error::Error) for paths that cannot be read and format files that are invalid.
pub fn inspect(options: &Options, progress: &dyn Progress) -> Result<Inspection> {
    let rule_set = super::RuleSet::load(options)?;
    let mut found = gather::gather(options, &rule_set.formats, None, progress)?;
    let store = RecordStore::new(rule_set.formats.consoles(), std::mem::take(&mut found.records), &found.proven)?;
    let (as_of, notices) = identity::as_of(&store, options.as_of);
    found.notices.extend(notices);
    if let Some(as_of) = as_of {
        found.notices.extend(super::remarks::out_of_step(&found.sources, as_of));
    }
    notice::in_order(&mut found.notices);
    Ok(Inspection {
        inputs: found.inputs,
        sources: found.sources,
        strangers: found.strangers,
        notices: found.notices,
        as_of: as_of.map(|a| a.millis),
    })
}
