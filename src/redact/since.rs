//! What a copy remembers of earlier runs.

use super::names::{Kind, Names};
use super::order::Order;
use super::tables::{Places, key_of};
use super::text::Texts;
use crate::ids::{By, PastId, TextId};
use crate::outcome::{Change, Changes, Ledger, LedgerLine, ListStates, Past, PastFindings, Point, RuleStates, Since};

/// Devices of earlier runs in the order of their names.
pub(super) struct Earlier {
    past: Past,
    order: Order<PastId>,
}

/// Replaces what devices of earlier runs are called.
pub(super) fn earlier(own: Past, names: &mut Names) -> Earlier {
    let Past { key, name, serial, serial_written, entra, objects, seen, gone } = own;
    let keys: By<PastId, String> = key.iter().map(|key| key_of(key, names)).collect();
    let order = Order::by(keys.len(), |at| keys.get(at));
    let serials: By<PastId, String> =
        keys.numbers().map(|at| names.identifier(Kind::Serial, serial.get(at), serial_written.get(at))).collect();
    let past = Past {
        key: order.take(&keys),
        name: order.lines().map(|at| names.device(name.get(at))).collect(),
        serial: order.take(&serials),
        serial_written: order.take(&serials),
        entra: order.lines().map(|at| names.of(Kind::Id, entra.get(at))).collect(),
        objects: order.lines().map(|at| objects_of(objects.get(at), names)).collect(),
        seen: order.take(&seen),
        gone: order.take(&gone),
    };
    Earlier { past, order }
}

/// One a line: console, id as compared, id as written.
fn objects_of(objects: &str, names: &mut Names) -> String {
    let line = |line: &str| {
        let mut parts = line.splitn(3, '\t');
        let (console, compared, written) = (parts.next()?, parts.next()?, parts.next()?);
        let name = names.identifier(Kind::Id, compared, written);
        Some(format!("{console}\t{name}\t{name}"))
    };
    objects.lines().filter_map(line).collect::<Vec<String>>().join("\n")
}

/// Registers what lines of the ledger and changes are called, so that sentences are searched for it.
pub(super) fn learn(since: &Since, ledger: &Ledger, names: &mut Names) {
    for object in &since.changes.object {
        names.of(Kind::Id, object);
    }
    for line in &ledger.lines {
        names.identifier(Kind::Id, &line.compared, &line.object);
    }
    for point in &since.chain {
        names.of(Kind::Tenant, &point.label);
    }
}

pub(super) fn since(own: Since, earlier: Earlier, places: &Places, texts: &mut Texts) -> (Since, Order<PastId>) {
    let Since { chain, rules, by_rule, lists, changes, reasons, past: _, past_findings } = own;
    let Earlier { past, order } = earlier;
    let since = Since {
        chain: chain.into_iter().map(|own| point(own, &mut texts.names)).collect(),
        rules: rules.iter().map(|rule| texts.known(rule)).collect(),
        by_rule: by_rule.into_iter().map(|own| RuleStates { rule: texts.known(&own.rule), ..own }).collect(),
        lists: lists.into_iter().map(|own| list(own, texts)).collect(),
        changes: changed(&changes, places, &order, &past, texts),
        reasons: reasons.iter().map(|reason| texts.sentence(reason)).collect(),
        past_findings: past_found(&past_findings, places, &order),
        past,
    };
    (since, order)
}

fn point(own: Point, names: &mut Names) -> Point {
    let Point { label, as_of, seal, devices, active, stale, unknown, findings, judged_by, consoles } = own;
    let (label, seal) = (names.of(Kind::Tenant, &label), names.digest(&seal));
    Point { label, as_of, seal, devices, active, stale, unknown, findings, judged_by, consoles }
}

fn list(mut own: ListStates, texts: &mut Texts) -> ListStates {
    // Each field is named, so that a new one must be decided about.
    let ListStates {
        console: _,
        before: _,
        now: _,
        appeared: _,
        missing: _,
        not_whole,
        was_not_whole,
        expected: _,
        lacking: _,
        lacking_unplanned: _,
    } = &mut own;
    for sentence in [not_whole, was_not_whole] {
        *sentence = texts.sentence(sentence);
    }
    own
}

fn changed(own: &Changes, places: &Places, order: &Order<PastId>, past: &Past, texts: &mut Texts) -> Changes {
    let key = |at: usize| {
        let device = places.devices.place(*own.device.get(at));
        let gone = past.key.find(order.place(*own.past.get(at))).cloned();
        let console = own.console.get(at).map(crate::console::Console::index);
        (own.kind.get(at), own.rule.get(at), console, own.state.get(at), device, gone)
    };
    let objects: By<usize, String> =
        own.object.iter().map(|object| if object.is_empty() { String::new() } else { texts.id(object) }).collect();
    let lines = Order::by(own.len(), |at| (key(at), objects.get(at)));
    let mut changes = Changes::default();
    for at in lines.lines() {
        changes.push(Change {
            kind: *own.kind.get(at),
            state: *own.state.get(at),
            rule: *own.rule.get(at),
            device: places.devices.place(*own.device.get(at)),
            past: order.place(*own.past.get(at)),
            console: *own.console.get(at),
            object: objects.get(at).clone(),
            before: texts.sentence(own.before.get(at)),
            after: texts.sentence(own.after.get(at)),
            why: *own.why.get(at),
        });
    }
    changes
}

fn past_found(own: &PastFindings, places: &Places, order: &Order<PastId>) -> PastFindings {
    let device: By<usize, _> = own.device.iter().map(|device| places.devices.place(*device)).collect();
    let past: By<usize, _> = own.past.iter().map(|past| order.place(*past)).collect();
    let lines = Order::by(own.len(), |at| (own.rule.get(at), device.get(at), past.get(at), own.state.get(at)));
    PastFindings {
        rule: lines.take(&own.rule),
        device: lines.take(&device),
        past: lines.take(&past),
        state: lines.take(&own.state),
        severity: lines.take(&own.severity),
    }
}

/// What is asked for and done stays, who did it and which export shows it gets a name.
pub(super) fn ledger(own: Ledger, places: &Places, past: &Order<PastId>, texts: &mut Texts) -> Ledger {
    let Ledger { lines, texts: own } = own;
    let people: std::collections::BTreeSet<TextId> = lines.iter().map(|line| line.claimed_by).collect();
    let said = own
        .numbered()
        .map(|(at, text)| if people.contains(&at) { texts.names.of(Kind::Person, text) } else { texts.sentence(text) });
    let said: By<TextId, String> = said.collect();
    let mut lines: Vec<LedgerLine> = lines.into_iter().map(|line| of_line(line, places, past, texts)).collect();
    lines.sort_by(|a, b| (a.console, &a.compared, a.step).cmp(&(b.console, &b.compared, b.step)));
    Ledger { lines, texts: said }
}

fn of_line(own: LedgerLine, places: &Places, order: &Order<PastId>, texts: &mut Texts) -> LedgerLine {
    let LedgerLine {
        console,
        object: _,
        compared,
        step,
        device,
        past,
        package,
        planned_on,
        claimed_on,
        claimed_by,
        state,
        settled_on,
        settled_by,
        note,
        seen,
        gone,
    } = own;
    let object = texts.id(&compared);
    LedgerLine {
        console,
        compared: object.clone(),
        object,
        step,
        device: places.devices.place(device),
        past: order.place(past),
        package,
        planned_on,
        claimed_on,
        claimed_by,
        state,
        settled_on,
        settled_by,
        note,
        seen,
        gone,
    }
}
