//! `lastseen licenses`: what the program is made of, and under which licences.

use std::io::Read as _;

use clap::Args as ClapArgs;
use flate2::read::DeflateDecoder;

use super::print;
use crate::error::{Error, Result, exit};

/// Print the licences of everything that is built into the program
#[derive(Debug, ClapArgs)]
pub(super) struct Args {}

/// `licences/third-party.txt`, packed by the build script: it is long, and seldom read.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/licences.deflate"));

pub(super) fn run(_: &Args) -> Result<u8> {
    let mut text = String::new();
    let unpacked = DeflateDecoder::new(PACKED).read_to_string(&mut text);
    unpacked.map_err(|e| Error::Internal(format!("the licences cannot be unpacked: {e}")))?;
    print::out(&text)?;
    Ok(exit::DONE)
}
