//! The steps of one device.

use std::collections::HashSet;

use crate::console::{Console, MOST};
use crate::ids::RecordId;
use crate::plan::compile::{Book, Choice, Step};
use crate::plan::facts::{self, ASKED, CONCERNED, DeviceBits};
use crate::plan::file::On;
use crate::plan::floor::forbids;
use crate::plan::subject::{Object, Subject};
use crate::plan::{Planned, Playbooks};

/// Objects of one device whose bits fit on the stack. More is rare and costs one allocation a device.
const FEW: usize = 16;

/// Appends the steps of a device to `out`.
pub(super) fn plan(books: &Playbooks, book: &Book, subject: &Subject, out: &mut Vec<Planned>) {
    if subject.claims.is_empty() {
        return;
    }
    let device = facts::of_device(subject);
    let mut few = [(0, 0); FEW];
    let mut many = Vec::new();
    let bits = if let Some(few) = few.get_mut(..subject.objects.len()) {
        few
    } else {
        many.resize(subject.objects.len(), (0, 0));
        &mut many[..]
    };
    let mut differs = false;
    for ((beside, bits), object) in bits.iter_mut().zip(&subject.objects) {
        (*beside, *bits) = (facts::of_device_beside(device, object), facts::of_object(subject, object));
        differs |= *beside != device;
    }

    let done = (subject.objects.len() > FEW).then(Done::default);
    let mut draft = StepDraft { books, subject, device, start: out.len(), out, done, gone: [0; MOST] };
    for choice in &book.choices {
        if differs || choice.when.possible(device) {
            draft.choose(choice, bits);
        }
    }
    draft.drop_what_stands_alone();
}

/// The plan so far: what `out` holds from `start` on.
struct StepDraft<'a> {
    books: &'a Playbooks,
    subject: &'a Subject,
    device: DeviceBits,
    start: usize,
    out: &'a mut Vec<Planned>,
    done: Option<Done>,
    /// Per console: how many of the objects, from the first on, are of others or taken out of it.
    gone: [usize; MOST],
}

/// What the plan of a device with many objects holds. Of one with few it is read off the plan.
#[derive(Default)]
struct Done {
    steps: HashSet<(u16, Option<RecordId>)>,
    removed: HashSet<RecordId>,
}

impl StepDraft<'_> {
    /// Plans one choice for every object that it fits.
    fn choose(&mut self, choice: &Choice, bits: &[(DeviceBits, u64)]) {
        let (On::Asked | On::AskedOrLive | On::Concerned, Some(console)) = (choice.on, choice.console) else {
            return self.add(choice, None, (self.device, self.subject.about));
        };
        let subject = self.subject;
        let here = || subject.objects.iter().zip(bits).filter(|(o, _)| o.console == console);
        let asked = choice.on == On::Asked || here().any(|(_, (_, b))| b & ASKED != 0);
        for (object, &bits) in here() {
            let meant = match choice.on {
                On::Concerned => bits.1 & CONCERNED != 0,
                _ if asked => bits.1 & ASKED != 0,
                _ => object.live,
            };
            if meant {
                self.add(choice, Some(object), bits);
            }
        }
    }

    /// Plans one choice for one object, or for the device, unless something speaks against it.
    fn add(&mut self, choice: &Choice, object: Option<&Object>, (device, bits): (DeviceBits, u64)) {
        let Some(guard) = self.books.guards.get(usize::from(choice.step.number)) else { return };
        let record = object.map(|o| o.record);
        // Whatever a playbook says: what somebody decided to keep is left alone in every console.
        if self.subject.kept && choice.console.is_some() {
            return;
        }
        let is_forbidden = || forbids(self.subject, self.books.entries.get(choice.entry), choice.step.removes);
        let allowed = choice.when.holds(device, bits)
            && (guard.states == 0 || object.is_none() || guard.states & bits != 0)
            && !guard.never.iter().any(|n| n.holds(device, bits))
            && !self.has(choice.step.number, record)
            && guard.after.is_none_or(|(step, or)| or & bits != 0 || self.has(step, record))
            && guard.unless.iter().all(|&step| !self.has_any(step))
            && guard.gone.iter().all(|&c| self.is_gone(c))
            && !is_forbidden();
        if allowed {
            self.out.push(Planned { device: self.subject.device, entry: choice.entry, object: record });
            if let Some(done) = &mut self.done {
                let step = self.books.steps.get(choice.entry);
                done.steps.insert((step.number, record));
                done.removed.extend(record.filter(|_| step.removes));
            }
        }
    }

    /// Takes out what belongs to steps of which the plan has none: what is on a disk is not seen to where nothing leaves.
    fn drop_what_stands_alone(&mut self) {
        let books = self.books;
        let step = |planned: &Planned| books.steps.get(planned.entry).number;
        let stands_alone = |number: &u16| {
            let guard = books.guards.get(usize::from(*number));
            let Some((steps, or)) = guard.and_then(|guard| guard.beside.as_ref()) else { return false };
            let by_itself = or.is_some_and(|or| or.holds(self.device, self.subject.about));
            !by_itself && !steps.iter().any(|step| self.has_any(*step))
        };
        let lonely: Vec<u16> = self.so_far().map(|(step, _)| step.number).filter(stands_alone).collect();
        if !lonely.is_empty() {
            let own = self.out.split_off(self.start);
            let stays = |planned: &Planned| !lonely.contains(&step(planned));
            self.out.extend(own.into_iter().filter(stays));
        }
    }

    /// Whether the plan takes every object out of a console. What is gone stays gone, so each is looked at once.
    fn is_gone(&mut self, console: Console) -> bool {
        let mut known = self.gone.get(console.index()).copied().unwrap_or_default();
        while let Some(object) = self.subject.objects.get(known) {
            if object.console == console && !object.without_actions && !self.removes(object.record) {
                break;
            }
            known += 1;
        }
        if let Some(slot) = self.gone.get_mut(console.index()) {
            *slot = known;
        }
        known == self.subject.objects.len()
    }

    /// Whether the plan holds the step for this object.
    fn has(&self, step: u16, object: Option<RecordId>) -> bool {
        match &self.done {
            Some(done) => done.steps.contains(&(step, object)),
            None => self.so_far().any(|(s, o)| s.number == step && o == object),
        }
    }

    /// Whether the plan holds the step for any object.
    fn has_any(&self, step: u16) -> bool {
        self.so_far().any(|(s, _)| s.number == step)
    }

    /// Whether the plan takes the record out of its console.
    fn removes(&self, record: RecordId) -> bool {
        match &self.done {
            Some(done) => done.removed.contains(&record),
            None => self.so_far().any(|(s, o)| s.removes && o == Some(record)),
        }
    }

    fn so_far(&self) -> impl Iterator<Item = (Step, Option<RecordId>)> {
        let planned = self.out.get(self.start..).unwrap_or_default();
        planned.iter().map(|p| (*self.books.steps.get(p.entry), p.object))
    }
}
