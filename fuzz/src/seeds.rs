//! What each target begins with: the exports of the tests, the rules that ship, and what was written or found for one target.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use lastseen::fuzzing::{self, TARGETS};

/// Inputs by target.
pub type Seeds = BTreeMap<&'static str, Vec<Vec<u8>>>;

/// The longest text that is kept as one input of single cells.
const CELLS: usize = 2_000;

/// The inputs of all targets, in an order that the names of files decide. `scratch` takes a report.
pub fn seeds(repository: &Path, scratch: &Path) -> Seeds {
    let mut all: Seeds = TARGETS.iter().map(|target| (target.name, Vec::new())).collect();
    for (name, inputs) in &mut all {
        // `seeds` is written by hand; `found` once broke something, or reaches what little else does.
        for folder in ["seeds", "found"] {
            inputs.extend(below(&repository.join("fuzz").join(folder).join(name)).into_values());
        }
    }
    let mut add = |target: &str, bytes: Vec<u8>| {
        all.get_mut(target).expect("a target of that name").push(bytes);
    };
    for (name, bytes) in below(&repository.join("tests/fixtures/exports")) {
        if Path::new(&name).extension().is_some_and(|ending| ending == "json") {
            add("json", bytes);
            continue;
        }
        add("xlsx", sheet(&bytes));
        add("zip", archive(&name, &bytes));
        cells(&bytes, &mut add);
        add("csv", bytes);
    }
    for (name, bytes) in below(&repository.join("rules")) {
        let target = match name.split('/').next() {
            Some("formats") => "formats",
            Some("findings") => "rules",
            Some("conditions") => "conditions",
            Some("playbooks") => "playbooks",
            _ => continue,
        };
        add(target, bytes);
    }
    for (name, target) in [("lastseen.toml", "configuration"), ("exceptions.yaml", "exceptions")] {
        add(target, fs::read(repository.join("src/cli/init").join(name)).expect("a form of `lastseen init`"));
    }
    for seed in fuzzing::seeds(scratch) {
        add("outcome", seed);
    }
    all
}

/// The files below a folder by their path in it; none where there is no folder.
fn below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: PathBuf, found: &mut BTreeMap<String, Vec<u8>>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for path in entries.map(|entry| entry.expect("an entry of a folder").path()) {
            if path.is_dir() {
                walk(root, path, found);
            } else {
                let name =
                    path.strip_prefix(root).expect("a path below the folder").to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(path).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder.to_path_buf(), &mut found);
    found
}

/// The cells of a list, one a line: some of them are dates, some identifiers.
fn cells(list: &[u8], add: &mut impl FnMut(&str, Vec<u8>)) {
    let text = String::from_utf8_lossy(list);
    let mut lines: String = text.split([',', ';', '\n', '\r', '"']).collect::<Vec<_>>().join("\n");
    lines.truncate(lines.char_indices().map(|(at, _)| at).take_while(|at| *at <= CELLS).last().unwrap_or_default());
    add("dates", lines.clone().into_bytes());
    add("identifiers", lines.into_bytes());
}

/// A list as a sheet with texts in its cells.
fn sheet(list: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(list);
    let mut xml =
        String::from("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
    for (row, line) in (1..).zip(text.lines()) {
        let _ = write!(xml, "<row r=\"{row}\">");
        for cell in line.split(',') {
            let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
            let _ = write!(xml, "<c t=\"inlineStr\"><is><t>{cell}</t></is></c>");
        }
        xml += "</row>";
    }
    (xml + "</sheetData></worksheet>").into_bytes()
}

/// A list in an archive.
fn archive(name: &str, list: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file(name, stored).expect("a member");
    zip.write_all(list).expect("its content");
    zip.finish().expect("an archive").into_inner()
}
