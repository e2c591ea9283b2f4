//! lastseen reads the device lists that consoles export, works out which rows are the same physical device, says which
//! devices are stale or misaligned and why, and writes a report with the steps that take each one out of service.
//!
//! The folders are the way the data takes, one stage each, one documented schema between two stages:
//!
//! ```text
//! exports ─read─▶ tables ─formats─▶ records ─identity─▶ members ─coverage─▶ devices ─rules─▶ findings ─plan─▶ steps
//!                                                                                                               │
//!                                                                  files ◀─report─ outcome ◀───────────────────┘
//! ```
//!
//! [`schema`] is the dictionary of every column between two stages. [`run`] hands the data on, and ends with an
//! [`outcome`]: plain tables, which are saved and loaded again; a report is written from nothing else. [`cli`] is the only
//! place that prints. The engine (polars) stays behind [`table`]: planning, the outcome, reporting and the command line
//! never name it.
//!
//! # As a library
//!
//! The command line uses nothing that another program cannot use. [`read`] finds the tables in files, [`run`] analyses them,
//! [`outcome`] is what is known then, [`report`] writes it; [`read::open()`] and [`outcome::load`] stand on their own.
//!
//! ```
//! use lastseen::report::{self, Format, Place};
//! use lastseen::run::{Options, Silent, analyze};
//! use lastseen::{assets, outcome};
//!
//! # fn main() -> lastseen::error::Result<()> {
//! # let folder = std::env::temp_dir().join(format!("lastseen-example-{}", std::process::id()));
//! # let folder = folder.as_path();
//! let options = Options { exports: vec!["sample-data/contoso".into()], ..Options::default() };
//! let analysed = analyze(&options, &Silent)?;
//! assert_eq!(analysed.devices.len(), 415);
//! let stale = analysed.rules.iter().position(|rule| rule.id == "stale-everywhere").unwrap_or_default();
//! assert_eq!(analysed.findings.rule.iter().filter(|rule| usize::from(**rule) == stale).count(), 34);
//!
//! // The report as the command line writes it; `data` is what can be loaded again.
//! let asked = report::Options::of("Contoso", &[Format::Csv, Format::Data]);
//! let place = Place::take(folder, false, &[], &mut |note| eprintln!("{note}"))?;
//! report::write(&analysed, &assets::templates(None)?, place, &asked, &Silent)?;
//!
//! let (again, _) = outcome::load(folder)?;
//! assert_eq!(again.devices.len(), analysed.devices.len());
//! assert_eq!(again.steps, analysed.steps);
//! # std::fs::remove_dir_all(folder).ok();
//! # Ok(())
//! # }
//! ```
//!
//! What is documented here is what may be used: these four, and the modules whose types they hand out. Until version 1.0 a minor
//! version (`0.2`) may change any of it, and a patch (`0.1.1`) changes none of it. Modules that are hidden are public for the
//! program, its tests and `fuzz/` alone, and may change at any time. Files are promised more than functions: the columns of the CSV
//! files, `schema_version` of `report.json`, and the [exit codes](error::exit) change only with a note in the changelog.

#![forbid(unsafe_code)]

pub mod assets;
#[doc(hidden)]
pub mod checklist;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod compare;
pub mod config;
pub mod console;
#[doc(hidden)]
pub mod coverage;
#[doc(hidden)]
pub mod disk;
#[doc(hidden)]
pub mod doctor;
pub mod error;
pub mod formats;
#[doc(hidden)]
pub mod frame;
#[doc(hidden)]
pub mod fuzzing;
pub mod history;
pub mod identity;
pub mod ids;
#[doc(hidden)]
pub mod language;
pub mod notice;
pub mod outcome;
pub mod plan;
#[doc(hidden)]
pub mod prose;
pub mod read;
#[doc(hidden)]
pub mod redact;
pub mod report;
pub mod rules;
pub mod run;
pub mod schema;
pub mod table;
pub mod time;
#[doc(hidden)]
pub mod yaml;
