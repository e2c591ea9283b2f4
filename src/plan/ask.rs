//! Questions that a plan asks before anything goes: the condition of its first steps.

use std::collections::BTreeMap;

use crate::console::Registry;
use crate::ids::{ByDevice, DeviceId, EntryId};
use crate::notice::listed;
use crate::plan::{Entry, Phase, Planned, Playbooks};

/// What questions are about: the notice that raised them.
pub(super) const ABOUT: &[&str] = &[OF_GROUP, "few-consoles", "begun", BY_EXCLUSION];

/// The question to ask where the lack of a record was concluded by exclusion.
const BY_EXCLUSION: &str = "by-exclusion";

/// The question about a whole group: it is settled once, before the first step for any device of the group.
const OF_GROUP: &str = "went-dark-together";

/// Where its text names the consoles.
const CONSOLES: &str = "<consoles>";

impl Playbooks {
    /// Puts a question into the plans of some devices: as the condition of the first step that changes anything, and of
    /// the first that cannot be undone; a question about a group stands before the first step of all. Without a text about it
    /// nothing changes.
    pub fn ask(&mut self, about: &str, steps: &mut [Planned], devices: &ByDevice<bool>) {
        let Some(question) = self.asks.get(about).cloned() else { return };
        let asked = |device| devices.get(device).then_some(0);
        self.put(steps, asked, |_| question.clone(), Where { of_group: about == OF_GROUP, always: false });
    }

    /// Has the plans of some devices say in which consoles somebody is to look for the device first, since that they lack it
    /// was concluded by exclusion. `consoles`: as bits of [`crate::console::Console::bit`] by device. A plan that changes
    /// nothing says it in its own work.
    pub fn ask_to_look(&mut self, steps: &mut [Planned], consoles: &ByDevice<u32>, registry: &Registry) {
        let Some(question) = self.asks.get(BY_EXCLUSION).cloned() else { return };
        let asked = |device| Some(*consoles.get(device)).filter(|bits| *bits != 0);
        self.put(
            steps,
            asked,
            |bits| question.replace(CONSOLES, &titles(registry, bits)),
            Where { of_group: false, always: true },
        );
    }

    /// Puts questions into the plans of the devices of which something is asked, by what that is.
    fn put(
        &mut self,
        steps: &mut [Planned],
        asked: impl Fn(DeviceId) -> Option<u32>,
        question: impl Fn(u32) -> String,
        place: Where,
    ) {
        let mut known: BTreeMap<(EntryId, u32), EntryId> = BTreeMap::new();
        for plan in steps.chunk_by_mut(|a, b| a.device == b.device) {
            let Some(what) = plan.first().and_then(|step| asked(step.device)) else { continue };
            let mut places = self.places(plan, place.of_group);
            if places.is_empty() && place.always && !self.changes(plan) {
                places.extend(self.last_work(plan));
            }
            for at in places {
                let Some(step) = plan.get_mut(at) else { continue };
                let entry = known.entry((step.entry, what));
                step.entry = *entry.or_insert_with(|| self.with_question(step.entry, &question(what)));
            }
        }
    }

    /// Whether a plan changes anything.
    fn changes(&self, plan: &[Planned]) -> bool {
        plan.iter().any(|step| changes(self.entries.get(step.entry)))
    }

    /// The last step before the next export is looked at.
    fn last_work(&self, plan: &[Planned]) -> Option<usize> {
        plan.iter().rposition(|step| self.entries.get(step.entry).phase != Phase::Verify)
    }

    /// Where a plan begins to change something (`of_group`: where such a plan begins), and where it is final. One that closes
    /// access at once is only asked about where it is final: a device that was lost yesterday was in use until then.
    fn places(&self, plan: &[Planned], of_group: bool) -> Vec<usize> {
        let entry = |step: &Planned| self.entries.get(step.entry);
        let changes = |step: &Planned| changes(entry(step));
        let is_final = |step: &Planned| entry(step).irreversible || entry(step).wipes;
        let urgent = plan.iter().any(|step| self.steps.get(step.entry).urgent);
        let begins = plan.iter().position(changes).filter(|_| !urgent).map(|first| if of_group { 0 } else { first });
        let mut places: Vec<usize> = [begins, plan.iter().position(is_final)].into_iter().flatten().collect();
        places.dedup();
        places
    }

    /// The same entry with a question before its own condition.
    fn with_question(&mut self, entry: EntryId, question: &str) -> EntryId {
        self.another(entry, |own| {
            let condition = format!("{question} {}", own.condition).trim_end().to_string();
            Entry { condition, ..own }
        })
    }

    /// Adds an entry that is another one but for what is changed, and gives its number.
    pub(super) fn another(&mut self, entry: EntryId, change: impl FnOnce(Entry) -> Entry) -> EntryId {
        let (own, step) = (self.entries.get(entry).clone(), *self.steps.get(entry));
        let number = EntryId::at(self.entries.len());
        self.entries.push(change(own));
        self.steps.push(step);
        number
    }
}

/// Where a question is put.
#[derive(Clone, Copy)]
struct Where {
    /// It is about a whole group, and comes before the first step.
    of_group: bool,
    /// Also where nothing changes.
    always: bool,
}

/// Whether a step changes anything.
const fn changes(entry: &Entry) -> bool {
    matches!(entry.phase, Phase::Remove | Phase::AfterGrace)
}

/// Consoles by their names, as people list them.
fn titles(registry: &Registry, bits: u32) -> String {
    let meant = registry.all().iter().filter(|console| console.bit() & bits != 0);
    listed(&meant.map(|console| console.title()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{playbooks, subject};
    use super::*;
    use crate::console::Console;
    use crate::plan::{State, StepIntent};
    use crate::schema::{JoinType, Platform};

    #[test]
    fn the_question_about_a_group_stands_before_the_first_step_and_the_first_final_one() {
        let mut books = playbooks();
        let device = subject(Platform::Chromeos, JoinType::None)
            .with(Console::Chrome, State::Active)
            .asks_for(StepIntent::Remove, &[]);
        let mut steps = Vec::new();
        books.plan(&device, &mut steps);
        let before = steps.clone();
        let mut others = steps.clone();
        books.ask("went-dark-together", &mut others, &ByDevice::filled(false, 8));
        assert_eq!(others, before);
        books.ask("went-dark-together", &mut steps, &ByDevice::filled(true, 8));
        let asked: Vec<bool> = steps.iter().zip(&before).map(|(now, then)| now.entry != then.entry).collect();
        let first = asked.iter().position(|asked| *asked).unwrap();
        for (now, then) in steps.iter().zip(&before).filter(|(now, then)| now.entry != then.entry) {
            let (now, then) = (books.entries().get(now.entry), books.entries().get(then.entry));
            assert!(now.condition.contains("holidays") && now.condition.ends_with(&then.condition));
            assert_eq!((&now.action, now.phase), (&then.action, then.phase));
        }
        assert_eq!(first, 0, "the question comes first of all");
        let last = steps.iter().position(|s| books.entries().get(s.entry).irreversible).unwrap();
        assert!(asked[last]);
    }

    #[test]
    fn a_question_about_one_device_stands_before_the_first_change() {
        let mut books = playbooks();
        let device = subject(Platform::Windows, JoinType::Joined)
            .with(Console::Intune, State::Managed)
            .with(Console::Entra, State::Enabled)
            .asks_for(StepIntent::Remove, &[]);
        let mut steps = Vec::new();
        books.plan(&device, &mut steps);
        let before = steps.clone();
        books.ask("few-consoles", &mut steps, &ByDevice::filled(true, 8));
        let first = steps.iter().zip(&before).position(|(now, then)| now.entry != then.entry).unwrap();
        assert!(steps[..first].iter().all(|s| books.entries().get(s.entry).phase == Phase::Prepare));
        assert!(first > 0 && changes(books.entries().get(steps[first].entry)));
    }

    #[test]
    fn nothing_is_asked_before_access_is_closed() {
        let mut books = playbooks();
        let mut device = subject(Platform::Windows, JoinType::Joined)
            .with(Console::Intune, State::Managed)
            .with(Console::Entra, State::Enabled)
            .asks_for(StepIntent::Remove, &[]);
        device.purpose = crate::schema::Disposition::Lost;
        let mut chromebook = subject(Platform::Chromeos, JoinType::None)
            .with(Console::Chrome, State::Active)
            .asks_for(StepIntent::Remove, &[]);
        (chromebook.purpose, chromebook.device) = (crate::schema::Disposition::Lost, DeviceId::new(1));
        let mut steps = Vec::new();
        books.plan(&device, &mut steps);
        books.plan(&chromebook, &mut steps);
        let before = steps.clone();
        books.ask("went-dark-together", &mut steps, &ByDevice::filled(true, 8));
        books.ask("few-consoles", &mut steps, &ByDevice::filled(true, 8));
        books.ask_to_look(&mut steps, &ByDevice::filled(Console::Defender.bit(), 8), Registry::shipped());
        let asked: Vec<&str> = steps
            .iter()
            .zip(&before)
            .filter(|(now, then)| now.entry != then.entry)
            .map(|(now, _)| books.entries().get(now.entry).slug.as_str())
            .collect();
        assert_eq!(asked, ["intune-wipe"]);
    }

    #[test]
    fn what_was_concluded_by_exclusion_is_looked_up_first() {
        let mut books = playbooks();
        let device = subject(Platform::Windows, JoinType::None)
            .with(Console::Defender, State::Inactive)
            .asks_for(StepIntent::Remove, &[]);
        let mut steps = Vec::new();
        books.plan(&device, &mut steps);
        let registry = Registry::shipped();
        books.ask_to_look(&mut steps, &ByDevice::filled(Console::Entra.bit() | Console::Intune.bit(), 8), registry);
        let conditions: Vec<&str> =
            steps.iter().map(|step| books.entries().get(step.entry).condition.as_str()).collect();
        assert!(conditions.iter().any(|text| text.starts_with("That no record in Intune and Entra ID is this device")));
    }
}
