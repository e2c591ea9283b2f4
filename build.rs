//! Rebuilds when a rule or a template is added, which the embedding macro does not notice by itself; collects the texts that
//! the program itself can write, so that a copy to share tells them from what an export said; and packs the licences.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=licences/third-party.txt");
    let mut sources = Vec::new();
    below(Path::new("src"), &mut sources)?;
    sources.sort();
    let mut texts = String::new();
    for path in sources {
        let text = fs::read_to_string(path)?;
        let shipped = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        literals(shipped, &mut texts);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("texts.txt"), texts)?;
    fs::write(out.join("licences.deflate"), packed(&fs::read("licences/third-party.txt")?)?)
}

/// A text as `lastseen licenses` unpacks it.
fn packed(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(text)?;
    packer.finish()
}

/// The sources that ship.
fn below(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_string();
        if path.is_dir() {
            below(&path, found)?;
        } else if path.extension().is_some_and(|own| own == "rs") && !name.starts_with("tests") && name != "fixture.rs"
        {
            found.push(path);
        }
    }
    Ok(())
}

/// Every string of a source, one a line. Characters and comments are passed over.
fn literals(source: &str, texts: &mut String) {
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, found) = rest.split_at(at);
        rest = match found.as_bytes() {
            [b'/', b'/', ..] => found.split_once('\n').map_or("", |(_, after)| after),
            [b'\'', b'\\', ..] => found.get(2..).and_then(|own| own.split_once('\'')).map_or("", |(_, after)| after),
            [b'\'', b'"', b'\'', ..] => found.get(3..).unwrap_or_default(),
            [b'"', ..] if is_raw(before) => {
                let signs = before.bytes().rev().take_while(|sign| *sign == b'#').count();
                let end = format!("\"{}", "#".repeat(signs));
                let (text, after) = found.get(1..).unwrap_or_default().split_once(&end).unwrap_or_default();
                let _ = writeln!(texts, "{text}");
                after
            }
            [b'"', ..] => {
                let (text, after) = plain(found.get(1..).unwrap_or_default());
                let _ = writeln!(texts, "{text}");
                after
            }
            _ => found.get(1..).unwrap_or_default(),
        };
    }
}

fn is_raw(before: &str) -> bool {
    let before = before.trim_end_matches('#');
    before.ends_with(" r") || before.ends_with("(r") || before.ends_with("\nr") || before.ends_with("br")
}

/// A string up to its end, with what stands for other signs, and what comes after.
fn plain(from: &str) -> (String, &str) {
    let (mut text, mut signs) = (String::new(), from.char_indices());
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return (text, from.get(at + 1..).unwrap_or_default()),
            '\\' => match signs.next().map(|(_, next)| next) {
                Some('n' | 'r' | 't') => text.push('\n'),
                // The line goes on below, after its indentation.
                Some('\n') => {
                    while signs.as_str().starts_with(' ') {
                        signs.next();
                    }
                }
                Some(own @ ('"' | '\\' | '\'')) => text.push(own),
                _ => {}
            },
            own => text.push(own),
        }
    }
    (text, "")
}
