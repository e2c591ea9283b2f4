//! Objects of a console that came or went. Those of a console of which only one run has a list are not listed: the list came or
//! went.

use super::change;
use super::devices::{Fate, Matched};
use super::lists::List;
use super::sides::{Earlier, Side};
use super::texts::Texts;
use crate::ids::{By, DeviceId, EarlierId, PastId, ReasonId};
use crate::outcome::{Change, ChangeKind, ChangeState, Outcome};

pub(super) fn compare(
    earlier: Earlier<'_>,
    new: &Outcome,
    matched: &Matched,
    lists: &[List],
    places: &By<EarlierId, PastId>,
    reasons: &mut Texts<ReasonId>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for list in lists.iter().filter(|list| list.before > 0 && list.now > 0) {
        let (then, now) = (earlier.side.objects(list.console), Side::of(new).objects(list.console));
        let console = new.devices.registry.parse(list.console);
        let doubt = list.was_not_whole.as_ref();
        let why = doubt.map_or_else(
            || "it was not in the earlier list".into(),
            |why| format!("it may have been there before; {}: {why}", list.console),
        );
        let why = reasons.number(&why);
        for line in &list.appeared {
            let device = now.device(*line).unwrap_or(DeviceId::NONE);
            let mut one = change(ChangeKind::Object, ChangeState::Appeared, (device, PastId::NONE), why);
            (one.console, one.object) = (console, now.written(*line).to_string());
            changes.push(one);
        }
        if list.not_whole.is_some() {
            continue;
        }
        let why = reasons.number("the list is whole and does not have it");
        for line in list.missing.iter().filter(|line| then.is_listed(**line)) {
            let of = then.earlier(*line).map_or((DeviceId::NONE, PastId::NONE), |old| match matched.fate(old) {
                Fate::Same(device) => (device, PastId::NONE),
                _ => (DeviceId::NONE, *places.get(old)),
            });
            let mut one = change(ChangeKind::Object, ChangeState::Gone, of, why);
            (one.console, one.object) = (console, then.written(*line).to_string());
            changes.push(one);
        }
    }
    changes
}
