//! Serial numbers that a spreadsheet shortened: digits only, and shorter than their maker's others.

use std::collections::BTreeMap;

use super::Diagnosis;
use crate::formats::Records;
use crate::notice::{Code, Notice, many};

/// A maker's serials of other exports tell its usual length from here on.
const FEWEST: u32 = 5;
/// A spreadsheet takes at most a few zeros off.
const MOST_LOST: usize = 4;

/// Digits-only serials of one maker, by length, with the number that begin with zero.
type Lengths = BTreeMap<usize, (u32, u32)>;

pub(super) fn examine(exports: &[(String, Records)], found: &mut Diagnosis) {
    let profiles: Vec<BTreeMap<String, Lengths>> = exports.iter().map(|(_, records)| profile(records)).collect();
    for (at, ((label, _), own)) in exports.iter().zip(&profiles).enumerate() {
        let mut lost = 0_u64;
        let mut makers = Vec::new();
        for (maker, lengths) in own {
            let others = profiles.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, p)| p);
            let shortened = shortened(maker, lengths, others);
            if shortened > 0 {
                lost += u64::from(shortened);
                makers.push(maker.as_str());
            }
        }
        if lost > 0 {
            let message = format!(
                "{} of {} may have lost leading zeros: digits only, and shorter than the same maker's serials in the other \
                 exports; take the list as the console exports it, without opening it in a spreadsheet",
                many(lost, "serial"),
                makers.join(", ")
            );
            found.notices.push(Notice::new(Code::DamagedIdentifier, label, message));
        }
    }
}

/// Serials of a maker that are shorter here than where they keep their zeros.
///
/// Damage shows in three signs together: no serial of the maker begins with zero here, elsewhere some do, and here there
/// are lengths just below the one that has the zeros.
fn shortened<'a>(maker: &str, own: &Lengths, others: impl Iterator<Item = &'a BTreeMap<String, Lengths>>) -> u32 {
    if own.values().any(|(_, zeros)| *zeros > 0) {
        return 0;
    }
    let mut whole: Lengths = Lengths::new();
    for lengths in others.filter_map(|profile| profile.get(maker)) {
        for (length, (count, zeros)) in lengths {
            let slot = whole.entry(*length).or_default();
            slot.0 += count;
            slot.1 += zeros;
        }
    }
    let Some((usual, (count, zeros))) = whole.iter().max_by_key(|(length, (count, _))| (*count, **length)) else {
        return 0;
    };
    if *count < FEWEST || *zeros == 0 {
        return 0;
    }
    own.iter()
        .filter(|(length, _)| **length < *usual && *length + MOST_LOST >= *usual)
        .map(|(_, (count, _))| count)
        .sum()
}

fn profile(records: &Records) -> BTreeMap<String, Lengths> {
    let mut profile: BTreeMap<String, Lengths> = BTreeMap::new();
    let text = |name| records.table.text(name);
    let (Some(serials), Some(makers)) = (text("serial"), text("manufacturer")) else { return profile };
    let pairs = serials.iter().zip(makers.iter()).filter_map(|(serial, maker)| Some((serial?, maker?)));
    for (serial, maker) in pairs.filter(|(serial, _)| serial.bytes().all(|b| b.is_ascii_digit())) {
        // The first word will do: legal forms differ between consoles.
        let maker = maker.split([' ', ',']).next().unwrap_or_default();
        if !profile.contains_key(maker) {
            profile.insert(maker.to_string(), Lengths::new());
        }
        if let Some(lengths) = profile.get_mut(maker) {
            let slot = lengths.entry(serial.len()).or_default();
            slot.0 += 1;
            slot.1 += u32::from(serial.starts_with('0'));
        }
    }
    profile
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(serials: &[&str]) -> BTreeMap<String, Lengths> {
        let mut own = Lengths::new();
        for serial in serials {
            let slot = own.entry(serial.len()).or_default();
            slot.0 += 1;
            slot.1 += u32::from(serial.starts_with('0'));
        }
        BTreeMap::from([("Microsoft".to_string(), own)])
    }

    #[test]
    fn zeros_that_are_gone_are_noticed() {
        let whole = lengths(&["001234567890", "012345678901", "112345678901", "212345678901", "312345678901"]);
        let cases: &[(&[&str], u32)] = &[
            (&["1234567890", "12345678901", "112345678901"], 2),
            // Zeros are still there, so nothing was taken off.
            (&["001234567890", "12345678901"], 0),
            // Too short for a few lost zeros: another kind of serial.
            (&["1234567"], 0),
            (&["112345678901"], 0),
        ];
        for (serials, expected) in cases {
            let own = lengths(serials);
            assert_eq!(shortened("Microsoft", &own["Microsoft"], [&whole].into_iter()), *expected, "{serials:?}");
        }
    }

    #[test]
    fn a_maker_without_zeros_anywhere_shows_nothing() {
        let whole = lengths(&["112345678901", "212345678901", "312345678901", "412345678901", "512345678901"]);
        let own = lengths(&["1234567890"]);
        assert_eq!(shortened("Microsoft", &own["Microsoft"], [&whole].into_iter()), 0);
    }
}
