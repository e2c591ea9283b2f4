//! The program from outside: command line in, report folder out; and the promises that no single module can test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails loudly")]

mod bad_input;
mod bombs;
mod boundaries;
mod caution;
#[cfg(unix)]
mod commands;
mod common;
mod consoles;
mod damage;
mod data;
mod decisions;
mod determinism;
mod dialects;
mod edition;
mod examples;
mod fixtures;
mod formats;
mod fuzzing;
#[cfg(unix)]
mod guide;
mod help;
mod history;
mod identity;
mod inspect;
mod licences;
mod links;
mod lists;
mod named;
mod offline;
mod packages;
mod packaging;
mod place;
mod plans;
mod playbooks;
mod properties;
mod questions;
mod recognition;
mod redact;
mod report;
mod rollup;
mod rules;
mod sample;
mod stories;
mod timings;
mod together;
mod truth;
mod verify;
mod words;

#[allow(clippy::string_slice, reason = "makes its own data")]
#[path = "../tenant/mod.rs"]
mod generator;
