//! What becomes of a line of the ledger by what a run shows.

use super::{NO_TEXT, Shown};
use crate::compare::texts::Texts;
use crate::console::State;
use crate::ids::TextId;
use crate::outcome::{LedgerLine, LedgerState};
use crate::plan::Proof;
use crate::time::{DAY, day};

/// So long after a claim an export may still show what was before.
const CATCHING_UP: i64 = DAY;

/// What is known for settling a line.
pub(super) struct Seen<'a> {
    pub shown: Shown,
    pub is_asked: bool,
    pub proof: &'a Proof,
    pub source: TextId,
    pub as_of: i64,
    /// The day that the export reaches, as far as it can be told.
    pub shown_on: i64,
    /// The first day on which the earlier run allowed the step, where it waits for the grace period.
    pub not_before: Option<i64>,
}

impl Seen<'_> {
    /// Whether the export shows that it was done: by the object being gone, or by its state.
    fn proves(&self, line: &LedgerLine) -> Option<bool> {
        match self.shown {
            // What no list has ever shown is not gone.
            Shown::Absent => (self.proof.gone && line.seen).then_some(true),
            Shown::Listed(state, _) => self.proof.states.contains(&state).then_some(false),
            Shown::Nothing => None,
        }
    }
}

/// What becomes of a line by what this run shows.
pub(super) fn settle(line: &mut LedgerLine, seen: &Seen<'_>, notes: &mut Texts<TextId>) {
    let settled = |line: &mut LedgerLine, state: LedgerState, note: TextId| {
        (line.state, line.note) = (state, note);
        (line.settled_on, line.settled_by) = (Some(seen.shown_on), seen.source);
    };
    let proven = seen.proves(line);
    match (line.state, proven) {
        (LedgerState::Confirmed, _) => {
            let is_back = match seen.shown {
                Shown::Listed(State::Unknown, _) => line.gone,
                Shown::Listed(..) => proven.is_none(),
                Shown::Nothing | Shown::Absent => false,
            };
            if is_back {
                let note = notes.number("the object is there again, or in use again");
                settled(line, LedgerState::Returned, note);
            }
        }
        (_, Some(gone)) => {
            line.gone = gone;
            let note = notes.number(&said_of(line, gone, seen));
            settled(line, LedgerState::Confirmed, note);
        }
        // It came back, and nobody says that it was done again.
        (LedgerState::Returned, None) if line.claimed_on <= line.settled_on => {}
        (_, None) if line.claimed_on.is_some() => {
            let on = line.claimed_on.unwrap_or_default();
            match contradiction(seen, on) {
                Some(why) => {
                    let note = notes.number(&why);
                    settled(line, LedgerState::Contradicted, note);
                }
                None if line.state == LedgerState::Contradicted => {}
                None => {
                    line.state = LedgerState::Claimed;
                    line.note = notes.number(if seen.proof.is_some() {
                        "no whole export has shown it yet"
                    } else {
                        "no export shows whether this was done"
                    });
                }
            }
        }
        (_, None) if seen.is_asked => {
            (line.state, line.note, line.settled_on, line.settled_by) = (LedgerState::Planned, NO_TEXT, None, NO_TEXT);
        }
        // The list is not whole: nobody can tell whether it is still asked for.
        (LedgerState::Planned, None) if seen.shown == Shown::Nothing => {
            line.note = notes.number("no whole list of the console was given");
        }
        (LedgerState::Planned, None) => {
            let note = notes.number(if seen.shown == Shown::Absent {
                "the object is gone; no export shows whether this was done before"
            } else {
                "the object is listed and this is no longer asked for"
            });
            settled(line, LedgerState::Withdrawn, note);
        }
        (_, None) => {}
    }
}

/// What is to be said of a step that an export confirms.
fn said_of(line: &LedgerLine, gone: bool, seen: &Seen<'_>) -> String {
    let unclaimed = if line.claimed_on.is_none() { "nobody said who did it" } else { "" };
    let restorable = line.console.restorable_days().filter(|_| gone).map_or_else(String::new, |days| {
        let until = day(seen.as_of + i64::from(days) * DAY);
        format!("where deleted objects are kept, it can be restored for {days} days, until {until} at the latest")
    });
    let early = seen.not_before.filter(|first| seen.shown_on < *first).map_or_else(String::new, |first| {
        format!("done before its grace period was over: the plan allowed it from {} on", day(first))
    });
    let parts = [early.as_str(), unclaimed, restorable.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Why an export shows that what was said to be done was not. One from before that day shows nothing.
fn contradiction(seen: &Seen<'_>, on: i64) -> Option<String> {
    let Shown::Listed(state, last) = seen.shown else { return None };
    if !seen.proof.is_some() || seen.shown_on <= on + CATCHING_UP || state == State::Leaving {
        return None;
    }
    match last {
        Some(last) if last > on + CATCHING_UP => Some(format!("it was seen on {}, after that", day(last))),
        _ if state == State::Unknown && !seen.proof.gone => None,
        _ => Some("the export still has it as it was".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Console;
    use crate::ids::{DeviceId, PastId};

    const ON: i64 = 1_700_000_000_000;

    fn line(state: LedgerState, claimed: Option<i64>) -> LedgerLine {
        LedgerLine {
            console: Console::Entra,
            object: "A".into(),
            compared: "a".into(),
            step: NO_TEXT,
            device: DeviceId::NONE,
            past: PastId::NONE,
            package: NO_TEXT,
            planned_on: ON - DAY,
            claimed_on: claimed,
            claimed_by: NO_TEXT,
            state,
            settled_on: None,
            settled_by: NO_TEXT,
            note: NO_TEXT,
            seen: true,
            gone: state == LedgerState::Confirmed,
        }
    }

    fn after(mut line: LedgerLine, shown: Shown, is_asked: bool, proof: &Proof, days: i64) -> LedgerState {
        let at = ON + days * DAY;
        let seen = Seen { shown, is_asked, proof, source: NO_TEXT, as_of: at, shown_on: at, not_before: None };
        settle(&mut line, &seen, &mut Texts::default());
        line.state
    }

    #[test]
    fn what_was_deleted_inside_its_grace_period_is_confirmed_with_a_remark() {
        let proof = Proof { gone: true, states: Vec::new() };
        let note = |not_before: Option<i64>| {
            let mut texts = Texts::default();
            let mut line = line(LedgerState::Planned, Some(ON));
            let (as_of, shown_on) = (ON + 10 * DAY, ON + 8 * DAY);
            let seen = Seen {
                shown: Shown::Absent,
                is_asked: false,
                proof: &proof,
                source: NO_TEXT,
                as_of,
                shown_on,
                not_before,
            };
            settle(&mut line, &seen, &mut texts);
            assert_eq!((line.state, line.settled_on), (LedgerState::Confirmed, Some(shown_on)));
            texts.into_list().get(line.note).clone()
        };
        let early = note(Some(ON + 30 * DAY));
        assert!(early.starts_with("done before its grace period was over: the plan allowed it from "), "{early}");
        assert!(!note(Some(ON + 8 * DAY)).contains("grace") && !note(None).contains("grace"));
    }

    #[test]
    fn a_list_from_before_a_claim_contradicts_nothing_whenever_the_run_is_judged() {
        let proof = Proof { gone: true, states: Vec::new() };
        let mut line = line(LedgerState::Claimed, Some(ON));
        let shown = Shown::Listed(State::Enabled, None);
        let (as_of, shown_on) = (ON + 30 * DAY, ON - DAY);
        let seen = Seen { shown, is_asked: true, proof: &proof, source: NO_TEXT, as_of, shown_on, not_before: None };
        settle(&mut line, &seen, &mut Texts::default());
        assert_eq!(line.state, LedgerState::Claimed);
    }

    #[test]
    fn what_becomes_of_a_deletion() {
        use LedgerState::{Claimed, Confirmed, Contradicted, Planned, Returned, Withdrawn};
        let proof = Proof { gone: true, states: Vec::new() };
        let listed = Shown::Listed(State::Enabled, None);
        for (before, claimed, shown, asked, days, expected) in [
            (Planned, None, listed, true, 30, Planned),
            (Planned, None, listed, false, 30, Withdrawn),
            (Planned, None, Shown::Absent, false, 30, Confirmed),
            (Planned, None, Shown::Nothing, false, 30, Planned),
            (Planned, Some(ON), Shown::Nothing, false, 30, Claimed),
            (Planned, Some(ON), listed, true, 0, Claimed),
            (Claimed, Some(ON), listed, true, 30, Contradicted),
            (Contradicted, Some(ON), Shown::Absent, true, 30, Confirmed),
            (Contradicted, Some(ON), Shown::Nothing, true, 30, Contradicted),
            (Confirmed, None, Shown::Absent, false, 30, Confirmed),
            (Confirmed, None, Shown::Nothing, false, 30, Confirmed),
            (Confirmed, None, listed, true, 30, Returned),
            (Withdrawn, None, listed, true, 30, Planned),
            (Withdrawn, None, Shown::Nothing, false, 30, Withdrawn),
        ] {
            let found = after(line(before, claimed), shown, asked, &proof, days);
            assert_eq!(found, expected, "{before} {claimed:?} {shown:?} {asked} {days}");
        }
        let mut never_seen = line(Planned, None);
        never_seen.seen = false;
        assert_eq!(after(never_seen, Shown::Absent, true, &proof, 30), Planned, "what nobody saw is not gone");
    }

    #[test]
    fn no_list_shows_that_something_was_erased() {
        let proof = Proof::default();
        let claimed = line(LedgerState::Planned, Some(ON));
        assert_eq!(after(claimed.clone(), Shown::Absent, false, &proof, 30), LedgerState::Claimed);
        assert_eq!(after(claimed, Shown::Listed(State::Managed, None), true, &proof, 30), LedgerState::Claimed);
        assert_eq!(after(line(LedgerState::Planned, None), Shown::Absent, false, &proof, 30), LedgerState::Withdrawn);
    }
}
