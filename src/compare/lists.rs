//! Which lists of this run are whole beside the earlier one. Nothing is concluded from what a list lacks that is not.

use super::join::each_text;
use super::sides::{Earlier, Listed, Objects};
use crate::console::Console;
use crate::ids::{ByRecord, ObjectId};
use crate::outcome::{Outcome, Source};
use crate::time::{DAY, day};

/// Of the objects that nobody meant to remove, the share in a hundred that may be missing from a list before it counts as
/// shorter than plausible, and how many may always be.
const MOST_MISSING: usize = 15;
const FEW: usize = 1;
/// The same of all objects, those that were to be removed included.
const MOST_PLANNED_MISSING: usize = 35;
const FEW_PLANNED: usize = 3;

/// A list of one console, then and now.
#[derive(Debug)]
pub(super) struct List {
    pub console: &'static str,
    pub before: usize,
    pub now: usize,
    /// Lines of this run's list with objects that are new.
    pub appeared: Vec<ObjectId>,
    /// Lines of the earlier list with objects that are not there any more.
    pub missing: Vec<ObjectId>,
    /// Why nothing is concluded from what it lacks.
    pub not_whole: Option<String>,
    /// Why nothing is concluded from what the earlier one lacked.
    pub was_not_whole: Option<String>,
    /// Objects that a whole list is expected to have: those of the last one that was whole.
    pub expected: usize,
    /// Of those, the ones that are not here; none where the list is whole.
    pub lacking: Lacking,
}

/// Objects of the last whole list that a list does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lacking {
    pub all: usize,
    /// Those that nobody planned to remove.
    pub unplanned: usize,
}

impl Lacking {
    /// After a further run. Which objects were lacking is not kept, so whatever appeared is taken for one of them.
    fn after(self, appeared: usize, missing: Self) -> Self {
        Self {
            all: self.all.saturating_sub(appeared) + missing.all,
            unplanned: self.unplanned.saturating_sub(appeared) + missing.unplanned,
        }
    }
}

/// What the comparison is told beside the two runs.
#[derive(Clone, Copy)]
pub(super) struct Stated<'a> {
    /// Objects that removals were planned for: by record of the earlier run.
    pub planned: &'a ByRecord<bool>,
    /// Consoles whose lists have as many objects as the console's own page shows.
    pub proven: &'a [Console],
}

/// The lists of every console that either run has. `met` hears of each object that stands once in either list: its place there
/// and here.
pub(super) fn lists(
    old: &Outcome,
    earlier: Earlier<'_>,
    new: Listed<'_>,
    sources: &[Source],
    stated: Stated<'_>,
    mut met: impl FnMut([&Objects<'_>; 2], [ObjectId; 2]),
) -> Vec<List> {
    let (then, now) = (earlier.side.consoles(), new.consoles());
    let all = new.registry.slugs().iter().chain(old.devices.registry.slugs());
    let mut slugs: Vec<&'static str> = Vec::new();
    for slug in all.copied().filter(|slug| then.contains(slug) || now.contains(slug)) {
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    slugs.into_iter().map(|slug| list(slug, old, earlier, new, sources, stated, &mut met)).collect()
}

fn list(
    console: &'static str,
    old: &Outcome,
    earlier: Earlier<'_>,
    new: Listed<'_>,
    sources: &[Source],
    stated: Stated<'_>,
    met: &mut impl FnMut([&Objects<'_>; 2], [ObjectId; 2]),
) -> List {
    let (then, now) = (earlier.side.objects(console), new.objects(console));
    let (mut appeared, mut missing) = (Vec::new(), Vec::new());
    let mut kept = 0;
    each_text(&then, &now, |before, after| {
        if let ([before], [after]) = (before, after) {
            met([&then, &now], [*before, *after]);
        }
        match (before.first(), after.first()) {
            (Some(_), Some(_)) => kept += 1,
            (Some(line), None) => missing.push(*line),
            (None, Some(line)) => appeared.push(*line),
            (None, None) => {}
        }
    });
    missing.sort_unstable();
    appeared.sort_unstable();
    // By line of the earlier list.
    let planned = then.columns.map(|columns| stated.planned.within(&columns.span())).unwrap_or_default();
    let is_planned = |object: &&ObjectId| planned.get(object.index()) == Some(&true);
    let (before, now) = (kept + missing.len(), kept + appeared.len());
    let unplanned = missing.iter().filter(|line| !is_planned(line)).count();
    let planned = planned.iter().filter(|planned| **planned).count();
    let gone = Lacking { all: missing.len(), unplanned };
    // A list that was cut once, and is cut in the same way again, is no more whole than it was.
    let last_whole = LastWhole::of(old, console);
    let lacking = last_whole.map_or(gone, |last| last.lacking.after(appeared.len(), gone));
    let not_whole = if now == 0 {
        Some("no list of it was given".to_string())
    } else if let Some(why) = incomplete(sources, console) {
        Some(why.to_string())
    } else if stated.proven.iter().any(|own| own.as_str() == console) {
        None
    } else {
        let earlier = || made_before(newest(&old.sources, console), newest(sources, console));
        let beside = || implausible(before, gone, before.saturating_sub(planned));
        let still = || still_short(last_whole?.objects, now, lacking);
        earlier().or_else(|| (before > 0).then(beside).flatten()).or_else(still)
    };
    let (expected, lacking) = match not_whole {
        Some(_) => (last_whole.map_or(before, |last| last.objects), lacking),
        None => (now, Lacking::default()),
    };
    let was_not_whole = if before == 0 {
        Some("no list of it was given before".into())
    } else {
        incomplete(&old.sources, console).map(str::to_string)
    };
    List { console, before, now, appeared, missing, not_whole, was_not_whole, expected, lacking }
}

/// The last whole list of a console, where that of the earlier run was not.
#[derive(Clone, Copy)]
struct LastWhole {
    objects: usize,
    /// What the earlier run's list had not of it.
    lacking: Lacking,
}

impl LastWhole {
    fn of(old: &Outcome, console: &str) -> Option<Self> {
        let own = old.since.lists.iter().find(|own| own.console == console && !own.not_whole.is_empty())?;
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let lacking = Lacking { all: count(own.lacking), unplanned: count(own.lacking_unplanned) };
        Some(Self { objects: count(if own.expected > 0 { own.expected } else { own.before }), lacking })
    }
}

/// Why a list is no more whole than the one before it.
fn still_short(last_whole: usize, now: usize, lacking: Lacking) -> Option<String> {
    implausible(last_whole, lacking, last_whole.saturating_sub(lacking.all.saturating_sub(lacking.unplanned))).map(|_| {
        format!(
            "it has {now} objects and still lacks {} of the {last_whole} of the last list that was whole: it may still be cut or \
             filtered. If it is whole, give the number that its console shows with `--expect`",
            lacking.all
        )
    })
}

/// Why a list of a console is not complete, as the run itself found.
fn incomplete<'a>(sources: &'a [Source], console: &str) -> Option<&'a str> {
    sources.iter().filter(|source| source.console.as_str() == console).find_map(|source| source.incomplete.as_deref())
}

/// The newest activity that the lists of a console show.
pub(super) fn newest(sources: &[Source], console: &str) -> Option<i64> {
    sources.iter().filter(|source| source.console.as_str() == console).filter_map(|source| source.newest_signal).max()
}

/// Why a list says nothing of what became of the objects of the earlier one: it was made before that one.
fn made_before(then: Option<i64>, now: Option<i64>) -> Option<String> {
    let (then, now) = then.zip(now)?;
    (then - now > DAY).then(|| {
        format!(
            "its newest activity is of {}, and that of the earlier list of {}: it was exported before that one",
            day(now),
            day(then)
        )
    })
}

/// Why a list is shorter than plausible: too many of the objects are missing that nobody meant to remove, or of all.
fn implausible(before: usize, gone: Lacking, staying: usize) -> Option<String> {
    let Lacking { all: missing, unplanned } = gone;
    let (gone, of, most, which) = if unplanned > FEW && unplanned * 100 > staying * MOST_MISSING {
        (unplanned, staying, MOST_MISSING, " for which no removal was planned")
    } else if missing > FEW_PLANNED && missing * 100 > before * MOST_PLANNED_MISSING {
        (missing, before, MOST_PLANNED_MISSING, "")
    } else {
        return None;
    };
    Some(format!(
        "{gone} of the {of} objects of the earlier list{which} are missing, more than {most} in a hundred: it may be cut or \
         filtered. If it is whole, give the number that its console shows with `--expect`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(all: usize, unplanned: usize) -> Lacking {
        Lacking { all, unplanned }
    }

    #[test]
    fn a_list_from_before_the_earlier_one_says_nothing_of_what_became_of_its_objects() {
        assert!(made_before(Some(90 * DAY), Some(10 * DAY)).unwrap().contains("exported before"));
        assert_eq!(made_before(Some(90 * DAY), Some(90 * DAY)), None, "the same list");
        assert_eq!(made_before(Some(90 * DAY), Some(120 * DAY)), None);
        assert_eq!(made_before(None, Some(10 * DAY)), None, "nothing tells");
    }

    #[test]
    fn a_list_that_was_cut_is_not_believed_because_it_is_cut_again() {
        let cut = lacks(40, 40);
        let again = cut.after(0, Lacking::default());
        assert!(still_short(100, 60, again).unwrap().contains("60 objects and still lacks 40 of the 100"));
        assert!(still_short(100, 63, cut.after(3, Lacking::default())).is_some(), "a few new ones");
        assert!(still_short(100, 90, cut.after(30, Lacking::default())).is_none(), "it grew back");
        assert!(still_short(100, 75, lacks(25, 5)).is_none(), "what was planned to go");
        assert!(still_short(3, 2, lacks(1, 1)).is_none(), "one may always be missing");
        assert!(still_short(100, 60, lacks(40, 0)).is_some(), "too much to be believed unseen, seen twice");
    }

    #[test]
    fn a_list_that_lost_too_much_is_not_believed() {
        assert!(implausible(100, lacks(40, 40), 100).is_some());
        assert!(implausible(100, lacks(15, 15), 100).is_none());
        assert!(implausible(100, lacks(30, 12), 70).is_some(), "a cut list in which removals are missing, too");
        assert!(implausible(100, lacks(30, 0), 70).is_none(), "what was planned and nothing else");
        assert!(implausible(100, lacks(40, 0), 60).is_some(), "what was planned, and too much to be believed unseen");
        assert!(implausible(5, lacks(2, 2), 5).is_some());
        assert!(implausible(5, lacks(1, 1), 5).is_none());
        assert!(implausible(3, lacks(3, 0), 0).is_none(), "three devices were to go, and went");
    }
}
