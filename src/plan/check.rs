//! Orders that would be unsafe, refused when they are loaded.

use crate::plan::file::Place;
use crate::plan::sheet::Sheet;

/// What the check has to know of one step of a playbook.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop<'a> {
    pub slug: &'a str,
    pub place: Place,
    pub irreversible: bool,
    /// The step that has to stand before it.
    pub after: Option<&'a str>,
}

/// Notes where the order of a playbook does not keep to the places of its steps.
pub(super) fn order(book: &str, stops: &[Stop], sheet: &mut Sheet) {
    if let [one] = stops
        && one.place == Place::Alone
    {
        return;
    }
    let mut refuse = |slug: &str, message: String| sheet.problem(slug, message, String::new());

    if stops.first().is_none_or(|s| s.place != Place::First) {
        refuse(book, format!("playbook `{book}` does not start with the step that keeps the list"));
    }
    if stops.last().is_none_or(|s| s.place != Place::Last) {
        refuse(book, format!("playbook `{book}` does not end with the step that verifies"));
    }
    for (at, stop) in stops.iter().enumerate() {
        let (before, later) = (stops.get(..at).unwrap_or_default(), stops.get(at + 1..).unwrap_or_default());
        let slug = stop.slug;
        match stop.place {
            Place::Alone => refuse(slug, format!("`{slug}` must be the only step of its playbook")),
            Place::Early if before.iter().any(|s| s.irreversible) => {
                refuse(slug, format!("`{slug}` stands after a step that cannot be undone"));
            }
            Place::Final if later.iter().any(|s| s.irreversible && s.slug != slug) => {
                refuse(
                    slug,
                    format!("a step that cannot be undone stands after `{slug}`, which must be the last of them"),
                );
            }
            _ => {}
        }
        if let Some(first) = stop.after
            && !before.iter().any(|s| s.slug == first)
        {
            refuse(slug, format!("`{slug}` has no `{first}` before it"));
        }
    }
}
