//! Every command of the README and of the guide is run, and what a page shows is what it printed.
//!
//! The commands of a page are run in their order in a folder of its own, beside the sample companies; a page that goes on
//! from another one begins with what that one left. `LASTSEEN_WRITE_DOCS=1` writes the outputs anew.

mod folder;
mod page;
mod shown;

use std::fmt::Write as _;
use std::fs;
use std::sync::Mutex;

use crate::common::{files_below, has_ending, repository};

use folder::Folder;
use page::{Page, Use};
use shown::{anew, fits, plain};

/// The README and every page of the guide.
fn pages() -> Vec<Page> {
    let guide = files_below(&repository("docs")).into_iter().filter(|(name, _)| has_ending(name, "md"));
    let guide = guide.map(|(name, text)| (format!("docs/{name}"), String::from_utf8(text).unwrap()));
    let readme = ("README.md".to_owned(), fs::read_to_string(repository("README.md")).unwrap());
    std::iter::once(readme).chain(guide).map(|(name, text)| Page::new(&name, &text)).collect()
}

/// Does what a page says, and tells what is not as it says.
fn follow(page: &Page, folder: &Folder) -> Vec<String> {
    let writes = std::env::var_os("LASTSEEN_WRITE_DOCS").is_some();
    let (mut wrong, mut made, mut printed) = (Vec::new(), Vec::new(), None);
    for (number, block) in page.blocks.iter().enumerate() {
        let place = format!("{}:{}", page.name, block.line);
        let before = printed.take();
        match &block.is {
            Use::File(path) => folder.write(path, &block.text),
            Use::Run => match folder.run(&block.text) {
                Ok(output) => printed = Some(plain(&output)),
                Err(ended) => {
                    wrong.push(format!("{place}: {ended}"));
                    break;
                }
            },
            Use::Printed => match before {
                Some(output) if fits(&block.text, &output) => {}
                Some(output) if writes => made.push((number, anew(&block.text, &output))),
                Some(output) => wrong.push(format!("{place} shows another text than was printed:\n{output}")),
                None => wrong.push(format!("{place}: no commands print this; they stand in the block before it")),
            },
            Use::NotRun(_) | Use::Other => {}
        }
    }
    if !made.is_empty() {
        fs::write(repository(&page.name), page.with(&made)).unwrap();
    }
    wrong
}

/// Follows a page, then those that go on from it.
fn follow_on<'a>(
    scope: &rayon::Scope<'a>,
    page: &'a Page,
    folder: &Folder,
    all: &'a [Page],
    wrong: &'a Mutex<Vec<String>>,
) {
    wrong.lock().unwrap().extend(follow(page, folder));
    for next in all.iter().filter(|next| next.follows.as_ref() == Some(&page.name)) {
        let folder = folder.copy();
        scope.spawn(move |scope| follow_on(scope, next, &folder, all, wrong));
    }
}

#[test]
fn every_command_prints_what_the_guide_shows() {
    let (pages, wrong) = (pages(), Mutex::new(Vec::new()));
    rayon::scope(|scope| {
        for page in pages.iter().filter(|page| page.follows.is_none() && !page.blocks.is_empty()) {
            let (pages, wrong) = (&pages, &wrong);
            scope.spawn(move |scope| follow_on(scope, page, &Folder::new(), pages, wrong));
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}\n`LASTSEEN_WRITE_DOCS=1` writes outputs anew", wrong.join("\n"));
}

#[test]
fn a_page_goes_on_from_one_that_there_is() {
    let pages = pages();
    for page in &pages {
        if let Some(before) = &page.follows {
            let text = fs::read_to_string(repository(&page.name)).unwrap();
            let own = before.rsplit('/').next().unwrap();
            let told =
                text.lines().any(|line| line.starts_with("The commands go on in the folder of") && line.contains(own));
            assert!(told, "{} does not say that it goes on from `{before}`", page.name);
        }
        let (mut at, mut steps) = (page, 0);
        while let Some(before) = &at.follows {
            let found = pages.iter().find(|other| other.name == *before && other.is_run());
            at = found.unwrap_or_else(|| panic!("{}: `{before}` is no page with commands", at.name));
            steps += 1;
            assert!(steps < pages.len(), "{}: pages go on from each other in a ring", page.name);
        }
    }
}

/// The comment above a file is not there for whoever reads the page.
#[test]
fn a_file_is_named_where_a_reader_makes_it() {
    for page in pages() {
        for block in &page.blocks {
            let Use::File(path) = &block.is else { continue };
            assert!(block.before.contains(&format!("`{path}`")), "{}:{}: `{path}`", page.name, block.line);
        }
    }
}

/// A command that is not run may be wrong: there are few, and each says why.
#[test]
fn what_is_not_run_says_why() {
    let mut text = String::new();
    for page in pages() {
        for block in &page.blocks {
            if let Use::NotRun(why) = &block.is {
                let commands = block.text.trim_end().replace('\n', "\n  ");
                let _ = write!(text, "{}: {why}\n  {commands}\n", page.name);
            }
        }
    }
    insta::assert_snapshot!(text);
}
