//! What an approval of a batch holds for: a digest of what is to be done to which objects.

use std::ops::Range;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Outcome;
use crate::plan::Batch;
use crate::read::hex;

impl Outcome {
    /// The digest of each batch: SHA-256 over `step console:object_id`, one a line, each once, in the order of bytes. A step
    /// without an object has the key of its device in the place of the object. Another object, or another step on one, makes
    /// it another batch, which nobody has approved.
    #[must_use]
    pub fn batch_digests(&self) -> Vec<String> {
        let mut starts = vec![u32::MAX; self.devices.len()];
        for (at, step) in (0_u32..).zip(&self.steps) {
            if let Some(slot) = starts.get_mut(step.device as usize).filter(|slot| **slot == u32::MAX) {
                *slot = at;
            }
        }
        self.schedule.batches.par_iter().map(|batch| self.digest_of(batch, &starts)).collect()
    }

    fn digest_of(&self, batch: &Batch, starts: &[u32]) -> String {
        // A batch may have a million lines: they stand in one text.
        let (mut text, mut lines) = (String::new(), Vec::new());
        for device in &batch.devices {
            let start = starts.get(*device as usize).map_or(usize::MAX, |start| *start as usize);
            let own = self.steps.get(start..).unwrap_or_default().iter().take_while(|step| step.device == *device);
            for step in own {
                let (Some(entry), from) = (self.entry(step), text.len()) else { continue };
                let object = self.object_of(step);
                let key = || self.devices.key.get(*device as usize);
                let parts = match (entry.console, key()) {
                    (Some(console), _) if !object.is_empty() => {
                        [&entry.slug, " ", console.as_str(), ":", &object, "\n"]
                    }
                    (_, Some(key)) => [&entry.slug, " ", key, "\n", "", ""],
                    (_, None) => continue,
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
