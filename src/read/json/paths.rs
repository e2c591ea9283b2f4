//! Numbers the paths met, so that each is looked up by text only when the order of members changes.

use std::collections::HashMap;

/// More paths than this are not told apart; no device list comes near.
const MAX_PATHS: usize = 50_000;

/// The paths met so far.
#[derive(Debug)]
pub(super) struct Paths {
    names: Vec<Box<str>>,
    ids: HashMap<Box<str>, u32>,
    /// For each path, after one for the start of an element, the path that came after it the last time.
    next: Vec<u32>,
    /// The index in `next` for the path met last.
    last: usize,
}

impl Paths {
    pub(super) fn new() -> Self {
        Self { names: Vec::new(), ids: HashMap::new(), next: vec![u32::MAX], last: 0 }
    }

    /// A new element starts.
    pub(super) fn restart(&mut self) {
        self.last = 0;
    }

    /// The number of a path, and whether it is new; none when there are too many.
    pub(super) fn find(&mut self, path: &str) -> Option<(u32, bool)> {
        let expected = self.next.get(self.last).copied().unwrap_or(u32::MAX);
        if self.names.get(expected as usize).is_some_and(|name| **name == *path) {
            self.last = expected as usize + 1;
            return Some((expected, false));
        }
        let (id, new) = match self.ids.get(path) {
            Some(&id) => (id, false),
            None if self.names.len() >= MAX_PATHS => return None,
            None => {
                let id = u32::try_from(self.names.len()).ok()?;
                self.names.push(path.into());
                self.ids.insert(path.into(), id);
                self.next.push(u32::MAX);
                (id, true)
            }
        };
        if let Some(next) = self.next.get_mut(self.last) {
            *next = id;
        }
        self.last = id as usize + 1;
        Some((id, new))
    }

    pub(super) fn name(&self, id: u32) -> &str {
        self.names.get(id as usize).map_or("", |name| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_their_numbers_in_any_order() {
        let mut paths = Paths::new();
        for order in [["a", "b", "c"], ["a", "b", "c"], ["c", "a", "b"], ["c", "c", "a"]] {
            paths.restart();
            for name in order {
                let (id, _) = paths.find(name).unwrap();
                assert_eq!(paths.name(id), name);
                assert_eq!(id, u32::from(name.as_bytes()[0] - b'a'));
            }
        }
    }
}
