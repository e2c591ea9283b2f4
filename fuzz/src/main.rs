//! Writes the inputs that each target begins with: `seed REPOSITORY CORPUS`.

use std::fs;
use std::path::PathBuf;

use lastseen_fuzz::{begin, seeds::seeds};

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(repository), Some(corpus)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: seed REPOSITORY CORPUS");
        std::process::exit(2);
    };
    let (_, scratch) = begin("outcome");
    for (target, inputs) in seeds(&repository, scratch) {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder).expect("a folder for the corpus");
        for (number, input) in inputs.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), input).expect("a file of the corpus");
        }
        println!("{target}: {} inputs to begin with", inputs.len());
    }
    let _ = fs::remove_dir_all(scratch);
}
