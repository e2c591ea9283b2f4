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

#![forbid(unsafe_code)]

pub mod assets;
pub mod checklist;
pub mod cli;
pub mod compare;
pub mod config;
pub mod console;
pub mod coverage;
pub mod disk;
pub mod doctor;
pub mod error;
pub mod formats;
pub mod frame;
pub mod history;
pub mod identity;
pub mod ids;
pub mod language;
pub mod notice;
pub mod outcome;
pub mod plan;
pub mod prose;
pub mod read;
pub mod redact;
pub mod report;
pub mod rules;
pub mod run;
pub mod schema;
pub mod table;
pub mod time;
pub mod yaml;
