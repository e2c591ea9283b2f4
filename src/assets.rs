//! The rules and templates inside the binary, and the folders that are laid over them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use include_dir::{Dir, include_dir};

use crate::disk;
use crate::error::{Error, Problem, Result};

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rules");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Under this name the pictures of a template folder that may stand on the page as a logo are kept, as a `data:` address.
pub const LOGO: &str = "logo";
/// Names of such pictures, with what they are.
const LOGOS: &[(&str, &str)] = &[
    ("logo.svg", "image/svg+xml"),
    ("logo.png", "image/png"),
    ("logo.jpg", "image/jpeg"),
    ("logo.webp", "image/webp"),
];

/// Where the tests of a shipped file begin.
const TESTS: &str = "\ntests:\n";

/// Text files by their path, with forward slashes.
pub type Files = BTreeMap<String, String>;

/// Consoles, formats, findings, shared conditions, playbooks and word lists: the shipped ones, with those of `over` added or put in their place.
///
/// # Errors
/// [`Error::Unreadable`] when the folder or a file in it cannot be read.
pub fn rules(over: Option<&Path>) -> Result<Files> {
    layered(&RULES, over, &["yaml", "yml"])
}

/// What the program makes of its own rules: consoles, playbooks.
///
/// That they can be used is tested. Should they not be, the program ends here and says why: without them whatever is asked for
/// is called unknown.
pub fn shipped<T>(what: &str, made: impl FnOnce(&Files) -> Result<T, Vec<Problem>>) -> T {
    let problems = match rules(None).map(|files| made(&files)) {
        Ok(Ok(made)) => return made,
        Ok(Err(problems)) => Error::Rules { problems: problems.into_iter().take(1).collect() }.to_string(),
        Err(error) => error.to_string(),
    };
    panic!("the shipped {what} cannot be used: {problems}")
}

/// The parts of the report page: the shipped ones, with those of `over` added or put in their place.
///
/// # Errors
/// [`Error::Unreadable`] when the folder or a file in it cannot be read.
pub fn templates(over: Option<&Path>) -> Result<Files> {
    let mut files = layered(&TEMPLATES, over, &["html", "css", "js"])?;
    for (name, kind) in LOGOS {
        let Some(path) = over.map(|folder| folder.join(name)).filter(|path| path.is_file()) else { continue };
        let bytes = disk::read(&path, disk::SETTINGS_LIMIT).map_err(|source| Error::Unreadable { path, source })?;
        files.insert(LOGO.into(), format!("data:{kind};base64,{}", STANDARD.encode(bytes)));
        break;
    }
    Ok(files)
}

/// The paths of files that are not as they ship: added, or put in the place of a shipped one.
#[must_use]
pub fn own(files: &Files) -> BTreeSet<String> {
    let shipped = |path: &str| RULES.get_file(path).and_then(include_dir::File::contents_utf8);
    files.iter().filter(|(path, text)| shipped(path) != Some(text.as_str())).map(|(path, _)| path.clone()).collect()
}

/// Whether a stage reads a file of that path.
#[must_use]
pub fn is_rule_file(path: &str) -> bool {
    ["vocabulary.yaml", "checklist.yaml", "markers.yaml", "products.yaml"].contains(&path)
        || ["consoles/", "findings/", "conditions/", "formats/", "playbooks/", "checklist/"]
            .iter()
            .any(|folder| path.starts_with(folder))
}

/// The files of one subfolder, in the order of their paths.
#[must_use]
pub fn under(files: &Files, folder: &str) -> Vec<(String, String)> {
    files.iter().filter(|(path, _)| path.starts_with(folder)).map(|(p, t)| (p.clone(), t.clone())).collect()
}

/// The files without the tests inside them: nothing of them decides what a run does. Only of what ships, whose tests end each
/// file that has some, and none of which is broken.
#[must_use]
pub fn without_tests(files: &Files) -> Files {
    let cut = |text: &String| match text.split_once(TESTS) {
        Some((before, _)) => format!("{before}\ntests: []\n"),
        None => text.clone(),
    };
    files.iter().map(|(path, text)| (path.clone(), cut(text))).collect()
}

fn layered(base: &Dir<'_>, over: Option<&Path>, endings: &[&str]) -> Result<Files> {
    let mut files = Files::new();
    embedded(base, &mut files);
    if let Some(root) = over {
        if !root.is_dir() {
            return Err(Error::Usage {
                message: format!("`{}` is no folder", root.display()),
                help: "name the folder that holds your own files".into(),
            });
        }
        overlay(root, root, endings, &mut BTreeSet::new(), &mut files)?;
    }
    Ok(files)
}

fn embedded(dir: &Dir<'_>, files: &mut Files) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            files.insert(file.path().to_string_lossy().replace('\\', "/"), text.to_string());
        }
    }
    for sub in dir.dirs() {
        embedded(sub, files);
    }
}

fn overlay(
    root: &Path,
    folder: &Path,
    endings: &[&str],
    seen: &mut BTreeSet<PathBuf>,
    files: &mut Files,
) -> Result<()> {
    let unreadable = |path: &Path, source| Error::Unreadable { path: path.to_path_buf(), source };
    // A link may lead back to a folder above; each is walked once.
    if !seen.insert(std::fs::canonicalize(folder).map_err(|e| unreadable(folder, e))?) {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(folder, e))? {
        let path = entry.map_err(|e| unreadable(folder, e))?.path();
        if path.is_dir() {
            overlay(root, &path, endings, seen, files)?;
        } else if path.extension().is_some_and(|e| endings.iter().any(|known| e == *known)) {
            let text = disk::settings(&path, disk::RULES_LIMIT)?;
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(relative, text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a registry of no console, every later message would blame the exports or the words of the user.
    #[test]
    #[should_panic(expected = "the shipped consoles cannot be used: `consoles/x.yaml`, line 3: is broken")]
    fn what_ships_is_never_replaced_by_nothing() {
        let broken = || Problem {
            file: "consoles/x.yaml".into(),
            place: "line 3".into(),
            message: "is broken".into(),
            help: String::new(),
        };
        shipped::<()>("consoles", |_| Err(vec![broken(), broken()]));
    }

    #[test]
    fn tests_are_the_end_of_every_shipped_file_that_has_some() {
        let files = rules(None).unwrap();
        for (path, text) in &files {
            let Some((_, tests)) = text.split_once(TESTS) else {
                assert!(!text.contains("\ntests:"), "{path}: its tests begin otherwise");
                continue;
            };
            let is_inner = |line: &str| line.is_empty() || line.starts_with([' ', '-', '#']);
            let other = tests.lines().find(|line| !is_inner(line));
            assert_eq!(other, None, "{path}: stands behind the tests");
        }
        let left = without_tests(&files);
        assert_eq!(left.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
        let tests = left.values().filter(|text| text.ends_with("\ntests: []\n")).count();
        assert!(tests > 50, "{tests} files have tests");
    }
}
