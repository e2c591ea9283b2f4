//! A report that somebody sends: one file of its `data/` holds the bytes, the others are as they were written.

use std::fs;
use std::path::{Path, PathBuf};

use super::{must, written};
use crate::assets;
use crate::outcome::{self, Asked, FOLDER};
use crate::report::{self, Format, Place};
use crate::run::{Options, Silent, analyze};
use crate::time::DAY;

/// A few devices in three consoles: what a report needs to have a line in most of its tables.
const EXPORTS: &[(&str, &str)] = &[
    (
        "intune.csv",
        "Device ID,Device name,Serial number,Manufacturer,Model,OS,OS version,Ownership,Compliance,Last check-in,Enrollment date,Primary user UPN,Azure AD Device ID\n\
         00000001-0000-4000-8000-000000000001,PC-1,5CG0001AA,HP,EliteBook,Windows,10.0,Corporate,Compliant,2026-01-02 08:00:00,2025-01-02 08:00:00,a@example.org,00000002-0000-4000-8000-000000000001\n\
         00000001-0000-4000-8000-000000000002,PC-2,5CG0002AA,HP,EliteBook,Windows,10.0,Corporate,Compliant,2026-11-18 08:00:00,2025-01-02 08:00:00,b@example.org,00000002-0000-4000-8000-000000000002\n\
         00000001-0000-4000-8000-000000000003,PC-2,5CG0002AA,HP,EliteBook,Windows,10.0,Corporate,Compliant,2026-02-18 08:00:00,2025-01-02 08:00:00,b@example.org,00000002-0000-4000-8000-000000000003\n",
    ),
    (
        "entra.csv",
        "displayName,accountEnabled,operatingSystem,joinType (trustType),registrationTime,approximateLastSignInDateTime,deviceId,objectId\n\
         PC-1,True,Windows,Microsoft Entra joined,2025-01-02T08:00:00Z,2026-01-02T08:00:00Z,00000002-0000-4000-8000-000000000001,00000003-0000-4000-8000-000000000001\n\
         PC-2,True,Windows,Microsoft Entra joined,2025-01-02T08:00:00Z,2026-11-18T08:00:00Z,00000002-0000-4000-8000-000000000002,00000003-0000-4000-8000-000000000002\n\
         PC-9,False,Windows,Microsoft Entra joined,2024-01-02T08:00:00Z,2026-11-18T08:00:00Z,00000002-0000-4000-8000-000000000009,00000003-0000-4000-8000-000000000009\n\
         short\n",
    ),
    (
        "autopilot.csv",
        "Device serial number,Manufacturer,Model,Group tag,Enrollment state,Last contacted,Azure AD device ID,Managed device ID,Id\n\
         5CG0001AA,HP,EliteBook,x,Enrolled,2026-01-02T08:00:00Z,00000002-0000-4000-8000-000000000001,00000001-0000-4000-8000-000000000001,00000004-0000-4000-8000-000000000001\n",
    ),
];

/// 2026-11-20.
const AS_OF: i64 = 20_777 * DAY;

/// The report that bytes are put into.
fn sound(scratch: &Path) -> PathBuf {
    let report = scratch.join("sound");
    if report.join(FOLDER).is_dir() {
        return report;
    }
    let exports = scratch.join("exports");
    for folder in [exports.as_path(), &report.join(FOLDER), &scratch.join("report").join(FOLDER)] {
        must(fs::create_dir_all(folder));
    }
    for (name, text) in EXPORTS {
        written(&exports, name, text.as_bytes());
    }
    let options = Options { exports: vec![exports], as_of: Some(AS_OF), ..Options::default() };
    let outcome = must(analyze(&options, &Silent));
    let asked = Asked { label: "Example".into(), ..Asked::default() };
    for file in outcome::files(&outcome, &asked) {
        let mut bytes = Vec::new();
        must(file.write(&mut bytes));
        written(&report, &file.name, &bytes);
        written(&scratch.join("report"), &file.name, &bytes);
    }
    report
}

/// The files of `data/`, in the order of their numbers.
#[must_use]
pub fn file_names(scratch: &Path) -> Vec<String> {
    let entries = must(fs::read_dir(sound(scratch).join(FOLDER)));
    let mut names: Vec<String> = entries.map(|entry| must(entry).file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Each file of `data/` as it was written, behind its number.
#[must_use]
pub fn seeds(scratch: &Path) -> Vec<Vec<u8>> {
    let folder = sound(scratch).join(FOLDER);
    let seed = |(number, name): (u8, String)| {
        let mut bytes = vec![number];
        bytes.extend(must(fs::read(folder.join(name))));
        bytes
    };
    (0_u8..).zip(file_names(scratch)).map(seed).collect()
}

/// The first byte is the number of a file, the rest what is in it. What is loaded can be explained and written.
pub(super) fn outcome(bytes: &[u8], scratch: &Path) {
    let Some((number, content)) = bytes.split_first() else { return };
    let names = file_names(scratch);
    let Some(name) = names.get(usize::from(*number) % names.len().max(1)) else { return };
    let report = scratch.join("report");
    let path = written(&report.join(FOLDER), name, content);
    if let Ok((outcome, asked)) = outcome::load(&report) {
        for device in ["PC-1", "PC-2", "5CG0001AA"] {
            let _ = outcome::explain(&outcome, device);
        }
        again(&outcome, asked, &scratch.join("again"));
    }
    must(fs::copy(scratch.join("sound").join(FOLDER).join(name), path));
}

/// Writes what was loaded; that it cannot be written may be said.
fn again(outcome: &outcome::Outcome, asked: Asked, out: &Path) {
    let Ok(mut options) = report::Options::again(asked) else { return };
    options.formats = vec![Format::Csv, Format::Json, Format::Html];
    let templates = must(assets::templates(None));
    let place = must(Place::take(out, true, &[], &mut |_| {}));
    let _ = report::write(outcome, &templates, place, &options, &Silent);
}
