//! Findings, questions, plans and decisions of a copy.

use std::collections::HashMap;

use super::names::{Kind, Names};
use super::order::Order;
use super::tables::Places;
use super::text::Texts;
use crate::frame::list_of;
use crate::history::{Approved, Claimed, Decision, Declined, PackageDecision, by_device};
use crate::ids::{BatchId, By, DecisionId, FindingId, PackageDecisionId, PackageId, RecordId, StepId};
use crate::outcome::{Accepted, Decided, Hidden};
use crate::plan::{Batch, Package, Packages, Planned, Schedule};
use crate::rules::{Findings, QuestionTexts, Questions};

/// Findings in the order of rules and devices, and where each was.
pub(super) fn findings(own: &Findings, places: &Places, texts: &mut Texts) -> (Findings, Order<FindingId>) {
    let place = |at| places.devices.place(*own.device.get(at));
    let order = Order::by(own.len(), |at| (own.rule.get(at), place(at)));
    let mut copied = Findings::default();
    for at in order.lines() {
        let (rule, severity, evidence) =
            (*own.rule.get(at), *own.severity.get(at), texts.evidence(own.evidence.get(at)));
        let mut objects: Vec<RecordId> = own.objects(at).iter().map(|record| places.record(*record)).collect();
        objects.sort_unstable();
        copied.push(rule, place(at), severity, *own.confidence.get(at), *own.weak.get(at), evidence, objects);
    }
    (copied, order)
}

pub(super) fn questions(own: &Questions, places: &Places, texts: &mut Texts) -> Questions {
    let place = |at| places.devices.place(*own.device.get(at));
    let order = Order::by(own.len(), |at| (own.rule.get(at), place(at)));
    let mut copied = Questions::default();
    // Many questions say the same.
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    for at in order.lines() {
        let number = *numbers.entry(own.text(at)).or_insert_with(|| {
            let QuestionTexts { unknown, settled_by } = own.texts(at).clone();
            let said = QuestionTexts { unknown: texts.sentence(&unknown), settled_by: texts.sentence(&settled_by) };
            copied.number(said)
        });
        copied.push(*own.rule.get(at), place(at), number, texts.candidates(own.candidates.get(at)));
    }
    copied
}

/// What exceptions hide. Their reasons are texts of people, and go.
pub(super) fn hidden(own: Hidden, places: &Places, texts: &mut Texts) -> Hidden {
    let Hidden { exceptions, findings: found, by } = own;
    let (findings, order) = findings(&found, places, texts);
    let exceptions = exceptions.into_iter().map(|own| accepted(own, &mut texts.names)).collect();
    Hidden { exceptions, findings, by: order.take(&by) }
}

fn accepted(own: Accepted, names: &mut Names) -> Accepted {
    let Accepted { rule, device, reason, owner, approved_by, expires, state, count } = own;
    Accepted {
        rule,
        device: names.of(Kind::Value, &device),
        reason: Texts::left_out(&reason),
        owner: names.of(Kind::Person, &owner),
        approved_by: names.of(Kind::Person, &approved_by),
        expires,
        state,
        count,
    }
}

pub(super) fn packages(own: Packages, places: &Places, devices: u32, texts: &mut Texts) -> Packages {
    let list: By<PackageId, Package> = own.list.into_iter().map(|package| of_package(package, places, texts)).collect();
    let of_device = list_of(list.iter().map(|package| package.devices.as_slice()), devices);
    Packages { list, of_device }
}

fn of_package(own: Package, places: &Places, texts: &mut Texts) -> Package {
    let Package {
        id,
        playbook,
        title,
        about,
        platform,
        ownership,
        join_type,
        severity,
        urgent,
        summary,
        reasons,
        factors,
        everywhere,
        devices,
    } = own;
    Package {
        id,
        playbook,
        title: texts.known(&title),
        about: texts.known(&about),
        platform,
        ownership,
        join_type,
        severity,
        urgent,
        summary: texts.known(&summary),
        reasons,
        factors: factors.iter().map(|factor| texts.known(factor)).collect(),
        everywhere,
        devices: places.devices.places(&devices),
    }
}

/// Steps device by device, and where each was.
pub(super) fn steps(own: &By<StepId, Planned>, places: &Places) -> (By<StepId, Planned>, Order<StepId>) {
    let order = Order::by(own.len(), |at| (places.devices.place(own.get(at).device), at));
    let copied = |step: Planned| Planned {
        device: places.devices.place(step.device),
        entry: step.entry,
        object: step.object.map(|record| places.record(record)),
    };
    let steps = order.take(own).into_iter().map(copied).collect();
    (steps, order)
}

pub(super) fn schedule(own: Schedule, places: &Places, steps: &Order<StepId>, devices: u32) -> Schedule {
    let Schedule { batches, of_device: _, days } = own;
    let batches: By<BatchId, Batch> = batches
        .into_iter()
        .map(|Batch { package, devices, day, counted }| Batch {
            package,
            devices: places.devices.places(&devices),
            day,
            counted,
        })
        .collect();
    let of_device = list_of(batches.iter().map(|batch| batch.devices.as_slice()), devices);
    Schedule { batches, of_device, days: steps.take(&days) }
}

/// What people decided: who is named, what they wrote is not. `approved` is settled when the batches are.
pub(super) fn decisions(
    own: Decided,
    places: &Places,
    steps: &Order<StepId>,
    devices: u32,
    names: &mut Names,
) -> Decided {
    let Decided { file, sha256, list, of_device, packages, of_package: _, done, approved, waiting: _ } = own;
    let list: By<DecisionId, Decision> = list.into_iter().map(|own| decision(own, names)).collect();
    let order = Order::by(list.len(), |at| (list.get(at).key.clone(), list.get(at).serial.clone(), at));
    let mut list = order.take(&list);
    for (row, own) in (1_u32..).zip(&mut list) {
        own.row = row;
    }
    let packages: By<PackageDecisionId, PackageDecision> =
        packages.into_iter().map(|own| of_decided(own, places, names)).collect();
    let mut done: Vec<Claimed> = done
        .into_iter()
        .map(|Claimed { step, on, by }| Claimed { step: steps.place(step), on, by: names.of(Kind::Person, &by) })
        .collect();
    done.sort_by_key(|claimed| claimed.step);
    Decided {
        file: names.of(Kind::File, &file),
        sha256: names.digest(&sha256),
        of_device: if of_device.is_empty() {
            of_device
        } else {
            places.devices.take(&of_device).into_iter().map(|at| order.place(at)).collect()
        },
        list,
        of_package: by_device(&packages, devices),
        packages,
        done,
        approved: approved
            .into_iter()
            .map(|Approved { digest, on, by }| Approved { digest, on, by: names.of(Kind::Person, &by) })
            .collect(),
        waiting: Vec::new(),
    }
}

fn decision(own: Decision, names: &mut Names) -> Decision {
    let Decision { key, serial, purpose, status, assignee, note, declined, row } = own;
    Decision {
        key: super::tables::key_of(&key, names),
        serial: names.of(Kind::Serial, &serial),
        purpose,
        status,
        assignee: names.of(Kind::Person, &assignee),
        note: Texts::left_out(&note),
        declined: of_declined(declined, names),
        row,
    }
}

fn of_decided(own: PackageDecision, places: &Places, names: &mut Names) -> PackageDecision {
    let PackageDecision { id, status, assignee, declined, row, devices } = own;
    let devices = places.devices.places(&devices);
    let (assignee, declined) = (names.of(Kind::Person, &assignee), of_declined(declined, names));
    PackageDecision { id, status, assignee, declined, row, devices }
}

fn of_declined(own: Declined, names: &mut Names) -> Declined {
    let Declined { by, until } = own;
    Declined { by: names.of(Kind::Person, &by), until }
}

/// Approvals hold for the digests of the batches as the copy has them. One whose batch is gone keeps a digest that says nothing.
pub(super) fn approvals(
    approved: &mut [Approved],
    before: &By<BatchId, String>,
    now: &By<BatchId, String>,
    names: &Names,
) {
    for own in approved {
        let batch = before.numbered().find(|(_, digest)| **digest == own.digest);
        own.digest = match batch {
            Some((batch, _)) => now.get(batch).clone(),
            None => names.digest(&own.digest),
        };
    }
}
