//! The header of a list: every path of its elements, then the facts of its pages.

use std::collections::HashSet;

use rayon::prelude::*;

use super::super::budget::{MAX_COLUMNS, too_wide};
use super::flatten::{Plan, Scalar, Sink, flatten};
use super::paths::Paths;
use super::{List, PAGE_PREFIX};

/// How many elements one thread takes at a time. The header does not depend on it.
const CHUNK: usize = 1024;

/// The columns of a list: the paths of its elements in the order of first appearance, then `page …` ones.
///
/// Elements that cannot be read give no columns.
///
/// # Errors
/// A list with more columns than a device list has, as a sentence part.
pub(crate) fn columns(text: &str, list: &List) -> Result<Vec<String>, String> {
    let chunks = list.chunks(list.objects().div_ceil(CHUNK));
    let headers: Vec<Vec<String>> = chunks
        .into_par_iter()
        .map(|range| {
            let mut header = Header::new();
            for element in list.elements(range) {
                header.add(element.text(text));
                if header.order.len() > MAX_COLUMNS {
                    return Err(too_wide());
                }
            }
            Ok(header.names())
        })
        .collect::<Result<_, String>>()?;
    let facts = list.pages.iter().flat_map(|page| &page.facts);
    let facts = facts.map(|(path, _)| format!("{PAGE_PREFIX}{path}"));
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for path in headers.into_iter().flatten().chain(facts) {
        if seen.len() > MAX_COLUMNS {
            return Err(too_wide());
        }
        if seen.insert(path.clone()) {
            all.push(path);
        }
    }
    Ok(all)
}

/// The paths of one element.
pub(super) fn header(element: &str) -> Vec<String> {
    let mut header = Header::new();
    header.add(element);
    header.names()
}

/// Collects the paths that are columns.
struct Header {
    paths: Paths,
    /// By path number: whether it is a column.
    seen: Vec<bool>,
    /// The path numbers of the columns.
    order: Vec<u32>,
    path: String,
}

impl Header {
    fn new() -> Self {
        Self { paths: Paths::new(), seen: Vec::new(), order: Vec::new(), path: String::new() }
    }

    fn add(&mut self, element: &str) {
        let before = self.order.len();
        self.paths.restart();
        let mut path = std::mem::take(&mut self.path);
        if flatten(element, &mut path, self).is_err() {
            for id in self.order.drain(before..) {
                if let Some(seen) = self.seen.get_mut(id as usize) {
                    *seen = false;
                }
            }
        }
        self.path = path;
    }

    fn names(&self) -> Vec<String> {
        self.order.iter().map(|&id| self.paths.name(id).to_owned()).collect()
    }

    fn mark(&mut self, id: u32) {
        if let Some(seen) = self.seen.get_mut(id as usize)
            && !*seen
        {
            *seen = true;
            self.order.push(id);
        }
    }
}

impl Sink for Header {
    fn plan(&mut self, path: &str) -> Plan {
        let Some((id, new)) = self.paths.find(path) else { return Plan::Drop };
        if new {
            self.seen.push(false);
        }
        Plan::Take(id)
    }

    fn scalar(&mut self, id: u32, _: u8, _: Scalar<'_>) {
        self.mark(id);
    }

    fn null(&mut self, id: u32) {
        self.mark(id);
    }

    fn open(&mut self) {}

    fn item(&mut self) {}

    fn close(&mut self, id: u32, _: u8, items: usize) {
        if items == 0 {
            self.mark(id);
        }
    }

    fn secret(&mut self, _: u32) {}
}

#[cfg(test)]
mod tests {
    use super::super::outline;
    use super::*;

    #[test]
    fn columns_come_in_the_order_of_first_appearance() {
        let text = r#"{"links":{"self":"s"},"data":[
        {"id":1,"n":null,"e":[],"o":{},"l":[{"a":1},{"b":2}]},
        {"z":oops},{"late":1,"id":2,"attributes":{"m":1,"n":2}}]}"#;
        let lists = outline(text).unwrap();
        let expected = ["id", "n", "e", "l.a", "l.b", "late", "m", "page links.self"];
        assert_eq!(columns(text, &lists[0]).unwrap(), expected);
        let row = |row| format!("{{\"id\":{row},\"c{}\":1,\"x\":{{\"d{}\":2}}}}", row / 700, row / 500);
        let many = (0..5000).map(row).collect::<Vec<_>>().join("\n");
        let lists = outline(&many).unwrap();
        let threads = |count| rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        let one = threads(1).install(|| columns(&many, &lists[0])).unwrap();
        assert_eq!(one[..5], ["id", "c0", "x.d0", "x.d1", "c1"]);
        assert_eq!(one, threads(4).install(|| columns(&many, &lists[0])).unwrap());
    }
}
