//! Runs the program in a folder of its own and reads what it wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::generator::{Options, Tenant, tenant};

/// What a run said and how it ended.
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Exit code and error text, as a snapshot shows them.
    pub(crate) fn complaint(&self) -> String {
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        format!("exit {}\n{}", self.code, self.stderr)
    }
}

/// A temporary folder that a run happens in. Everything is named relative to it, so messages hold no machine's paths.
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A place whose folder `in` holds the sample tenant.
    pub(crate) fn with_sample() -> Self {
        let place = Self::new();
        for entry in fs::read_dir(sample()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e != "md") {
                place.write(&format!("in/{}", file_name(&path)), fs::read(&path).unwrap());
            }
        }
        place
    }

    /// A place whose folder `in` holds a generated tenant, and the tenant.
    pub(crate) fn with_tenant(options: &Options) -> (Self, Tenant) {
        let place = Self::new();
        let tenant = tenant(options);
        for (name, content) in &tenant.files {
            place.write(&format!("in/{name}"), content);
        }
        (place, tenant)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Runs the program here, without any environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_lastseen"))
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(self.dir.path().to_str().unwrap(), "[DIR]")
        };
        Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Analyses the folder `in` into the folder `out`, which must succeed.
    pub(crate) fn analyze(&self, more: &[&str]) -> Report {
        self.analyze_into("out", more, &[])
    }

    /// The same for tests that read nothing but tables, manifest and notices: page, workbook and the rest are not written.
    pub(crate) fn tables(&self, more: &[&str]) -> Report {
        self.tables_into("out", more)
    }

    pub(crate) fn tables_into(&self, out: &str, more: &[&str]) -> Report {
        self.analyze_into(out, &[&["--format", "csv"], more].concat(), &[])
    }

    pub(crate) fn analyze_into(&self, out: &str, more: &[&str], environment: &[(&str, &str)]) -> Report {
        let arguments = [&["analyze", "in", "--quiet", "--out", out], more].concat();
        let run = self.run_with(&arguments, environment);
        assert_eq!(run.code, 0, "{}", run.stderr);
        Report { root: self.path(out) }
    }

    /// Names of everything here, at any depth.
    pub(crate) fn listing(&self) -> Vec<String> {
        files_below(self.dir.path()).into_keys().collect()
    }
}

/// A report folder.
pub(crate) struct Report {
    pub root: PathBuf,
}

/// One line of a CSV file, by column name.
pub(crate) type Line = BTreeMap<String, String>;

impl Report {
    pub(crate) fn lines(&self, name: &str) -> Vec<Line> {
        let mut reader = csv::Reader::from_path(self.root.join(name)).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// The lines in which a column has a value.
    pub(crate) fn lines_where(&self, name: &str, column: &str, value: &str) -> Vec<Line> {
        self.lines(name).into_iter().filter(|line| line[column] == value).collect()
    }

    /// What became of a rule.
    pub(crate) fn rule(&self, id: &str) -> Line {
        let mut found = self.lines_where("rules.csv", "rule", id);
        assert_eq!(found.len(), 1, "`{id}` must stand in rules.csv once");
        found.remove(0)
    }

    pub(crate) fn manifest(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.root.join("evidence/manifest.json")).unwrap()).unwrap()
    }

    /// Every file by its name inside the report.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files_below(&self.root)
    }
}

/// The files below a folder, empty folders as names that end in a slash.
pub(crate) fn files_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                let before = found.len();
                walk(root, &path, found);
                if found.len() == before {
                    found.insert(name + "/", Vec::new());
                }
            } else {
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

/// Whether the name of a file ends so.
pub(crate) fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A folder or file of the repository.
pub(crate) fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

pub(crate) fn sample() -> PathBuf {
    repository("sample-data/contoso")
}

/// What an analysis concluded, whatever the files and rows were called: comparable between runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Conclusions {
    /// Console and native id of each record, with device, identifiers and tier, repeated rows kept.
    pub records: Vec<[String; 5]>,
    /// Findings with everything that they say, their objects in order.
    pub findings: BTreeMap<String, [String; 4]>,
}

impl Report {
    pub(crate) fn conclusions(&self) -> Conclusions {
        let of = |line: &Line, columns: [&str; 5]| columns.map(|column| line[column].clone());
        let columns = ["console", "native_id", "device_key", "joined_by", "tier"];
        let mut records: Vec<_> = self.lines("records.csv").iter().map(|line| of(line, columns)).collect();
        records.sort();
        let finding = |line: Line| {
            let mut objects: Vec<&str> = line["objects"].split('|').collect();
            objects.sort_unstable();
            let said =
                [line["severity"].clone(), line["confidence"].clone(), line["evidence"].clone(), objects.join("|")];
            (line["finding_id"].clone(), said)
        };
        Conclusions { records, findings: self.lines("findings.csv").into_iter().map(finding).collect() }
    }
}

/// A table as cells, to be changed and written again.
pub(crate) struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut rows: Vec<Vec<String>> = reader.deserialize().map(Result::unwrap).collect();
        Self { header: rows.remove(0), rows }
    }

    pub(crate) fn column(&self, name: &str) -> usize {
        self.header.iter().position(|cell| cell == name).unwrap()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes_with(b',')
    }

    pub(crate) fn bytes_with(&self, delimiter: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
        for row in std::iter::once(&self.header).chain(&self.rows) {
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }
}

/// Seeds of tenants that the ordinary tests never see; `LASTSEEN_SEEDS=200..220` chooses others.
#[allow(clippy::disallowed_methods, reason = "a person chooses the tenants")]
pub(crate) fn further_seeds() -> std::ops::Range<u64> {
    let wanted = std::env::var("LASTSEEN_SEEDS").unwrap_or_else(|_| "100..110".to_owned());
    let (from, to) = wanted.split_once("..").unwrap();
    from.parse().unwrap()..to.parse().unwrap()
}

/// Steps that only get ready or look back.
pub(crate) const AROUND: [&str; 14] = [
    "export-list",
    "report-incident",
    "back-up-bitlocker-key",
    "back-up-laps",
    "back-up-activation-lock-code",
    "data-erased",
    "intune-sync",
    "intune-cancel-action",
    "intune-change-ownership",
    "defender-check",
    "defender-onboard",
    "entra-enable",
    "ad-enable-computer",
    "verify-in-next-export",
];

/// Fails by the name of the first file that differs.
#[track_caller]
pub(crate) fn assert_same(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, content) in a {
        assert!(*content == b[name], "{name} differs");
    }
}
