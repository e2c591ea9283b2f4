//! What an approval of a batch holds for: a digest of what is to be done to which objects.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Outcome;
use crate::console::Console;
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
        let mut lines: Vec<String> = Vec::new();
        for device in &batch.devices {
            let start = starts.get(*device as usize).map_or(usize::MAX, |start| *start as usize);
            let own = self.steps.get(start..).unwrap_or_default().iter().take_while(|step| step.device == *device);
            lines.extend(own.filter_map(|step| {
                let entry = self.entry(step)?;
                Some(match (entry.console, self.object_of(step)) {
                    (Some(console), id) if !id.is_empty() => {
                        [&entry.slug, " ", Console::as_str(console), ":", &id, "\n"].concat()
                    }
                    _ => [&entry.slug, " ", self.devices.key.get(*device as usize)?, "\n"].concat(),
                })
            }));
        }
        lines.sort_unstable();
        lines.dedup();
        let mut digest = Sha256::new();
        for line in &lines {
            digest.update(line.as_bytes());
        }
        hex(&digest.finalize())
    }
}
