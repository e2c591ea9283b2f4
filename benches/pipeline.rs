//! How long each stage takes on a tenant of 100,000 devices, or of as many as `DEVICES` says.
//!
//! ```text
//! cargo bench --bench pipeline
//! DEVICES=1000000 cargo bench --bench pipeline
//! ```

#![allow(clippy::unwrap_used, reason = "makes its own data and may fail loudly")]
#![allow(missing_docs, reason = "a tool for developers")]

#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "makes its own data and may fail loudly")]
#[path = "../tests/tenant/mod.rs"]
mod generator;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::{Bencher, black_box};
use lastseen::assets;
use lastseen::coverage::{Coverage, Devices, Tables};
use lastseen::formats::{self, Formats, Records, Vocabulary};
use lastseen::identity::{self, Markers, Members, Thresholds};
use lastseen::outcome::Outcome;
use lastseen::read;
use lastseen::report::{self, Place};
use lastseen::rules::{self, EvalContext};
use lastseen::run::{self, Silent};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Physical devices; of 100,000 there are about 255,000 rows in six files.
#[allow(clippy::disallowed_methods, reason = "a tool for developers")]
fn devices() -> usize {
    std::env::var("DEVICES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000)
}

/// The exports, written anew by each run of the benches, so that they are what the generator makes today.
static EXPORTS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pipeline");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("in")).unwrap();
    let options = generator::Options { devices: devices(), seed: 1, zip_intune: false };
    for (name, content) in generator::tenant(&options).files {
        fs::write(folder.join("in").join(name), content).unwrap();
    }
    folder
});

static FORMATS: LazyLock<Formats> = LazyLock::new(|| Formats::load(&assets::rules(None).unwrap()).unwrap());

fn main() {
    divan::main();
}

fn records() -> Vec<(String, Records)> {
    let mut all = Vec::new();
    for input in read::discover(&[EXPORTS.join("in")]).unwrap() {
        for export in read::open(&input).unwrap().exports {
            let recognised = FORMATS.recognise(&export).unwrap();
            let options = formats::Options::default();
            let records = formats::normalise(&export, &recognised, &FORMATS, &options).unwrap().records;
            all.push((export.label.clone(), records));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn analyze() -> Outcome {
    let options = run::Options { exports: vec![EXPORTS.join("in")], ..run::Options::default() };
    run::analyze(&options, &Silent).unwrap()
}

/// Files to records, every column that the formats know.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn read_and_normalise(bencher: Bencher) {
    LazyLock::force(&EXPORTS);
    bencher.bench(records);
}

/// Records to devices. The word lists of the formats give manufacturers one name, which is no work worth measuring.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn identify(bencher: Bencher) {
    let vocabulary = Vocabulary::default();
    bencher.with_inputs(records).bench_values(|records| identity::identify(records, &[], &vocabulary).unwrap());
}

/// Devices to findings, the device table included.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn judge(bencher: Bencher) {
    let (store, links, _) = identity::identify(records(), &[], &Vocabulary::default()).unwrap();
    let as_of = identity::as_of(&store, None).0.unwrap();
    let files = assets::rules(None).unwrap();
    let conditions = rules::Conditions::load(&files).unwrap();
    let rules = rules::load(&files, &conditions).unwrap();
    bencher.bench(|| {
        let members = Members::new(&store, &links, as_of, Thresholds::default(), &Markers::default()).unwrap();
        let (coverage, _) = Coverage::new(&store, &links, &members, &Tables::default(), &Vocabulary::default());
        let devices = Devices::new(members, coverage, &links, []);
        let context = EvalContext { store: &store, links: &links, devices: &devices, formats: &FORMATS };
        rules::judge(black_box(&rules), context, &|_, _| ()).unwrap()
    });
}

/// The analysis to files.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn write_report(bencher: Bencher) {
    let outcome = analyze();
    let templates = assets::templates(None).unwrap();
    let options = report::Options {
        label: "bench".into(),
        formats: Vec::new(),
        settings: Vec::new(),
        commands: false,
        redacted: false,
        edition: None,
    };
    bencher.bench(|| {
        let place = Place::take(&EXPORTS.join("report"), true, &[], &mut |_| ()).unwrap();
        report::write(&outcome, &templates, place, &options, &Silent).unwrap()
    });
}

/// Everything but the report: what a run does, with only the columns that its rules need.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn analyze_whole(bencher: Bencher) {
    LazyLock::force(&EXPORTS);
    bencher.bench(analyze);
}
