//! What an approval of a batch holds for: a digest of what is to be done to which objects.

use std::ops::Range;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Outcome;
use crate::ids::{BatchId, By, ByDevice, StepId};
use crate::plan::{Batch, Planned};
use crate::read::hex;

impl Outcome {
    /// The digest of each batch: SHA-256 over `step console:object_id`, one a line, each once, in the order of bytes. A step
    /// without an object has the key of its device in the place of the object. Another object, or another step on one, makes
    /// it another batch, which nobody has approved.
    #[must_use]
    pub fn batch_digests(&self) -> By<BatchId, String> {
        let starts = self.first_steps();
        By::of(self.schedule.batches.as_slice().par_iter().map(|batch| self.digest_of(batch, &starts)).collect())
    }

    /// Where the steps of each device begin; none where it has no step.
    #[must_use]
    pub fn first_steps(&self) -> ByDevice<StepId> {
        let mut starts = self.devices.key.beside(StepId::NONE);
        for (at, step) in self.steps.numbered() {
            let slot = starts.get_mut(step.device);
            if !slot.is_some() {
                *slot = at;
            }
        }
        starts
    }

    /// The steps of a device, whose first one is known.
    #[must_use]
    pub fn steps_from(&self, first: StepId) -> &[Planned] {
        let rest = self.steps.within(&(first..StepId::at(self.steps.len())));
        let own = rest.first().map_or(0, |first| rest.iter().take_while(|step| step.device == first.device).count());
        rest.get(..own).unwrap_or_default()
    }

    fn digest_of(&self, batch: &Batch, starts: &ByDevice<StepId>) -> String {
        // A batch may have a million lines: they stand in one text.
        let (mut text, mut lines) = (String::new(), Vec::new());
        for device in &batch.devices {
            let Some(first) = starts.get(*device).some() else { continue };
            for step in self.steps_from(first) {
                let (entry, from) = (self.entry(step), text.len());
                let object = self.object_of(step);
                let parts = match entry.console {
                    Some(console) if !object.is_empty() => [&entry.slug, " ", console.as_str(), ":", &object, "\n"],
                    _ => [&entry.slug, " ", self.devices.key.get(*device), "\n", "", ""],
                };
                text.extend(parts);
                lines.push(from..text.len());
            }
        }
        let line = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        lines.sort_unstable_by(|a, b| line(a).cmp(line(b)));
        lines.dedup_by(|a, b| line(a) == line(b));
        let mut digest = Sha256::new();
        for range in &lines {
            digest.update(line(range).as_bytes());
        }
        hex(&digest.finalize())
    }
}
