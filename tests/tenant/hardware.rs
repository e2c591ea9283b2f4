//! Makers, models, serial numbers, names and people.

use super::model::{Hardware, Kind};
use super::random::{Random, mix};

/// Digits and consonants. Without vowels no serial spells a word, and none looks like a number with an exponent.
const SYMBOLS: &[u8; 31] = b"0123456789BCDFGHJKLMNPQRSTVWXYZ";
const SYMBOLS_POW_5: u64 = 31 * 31 * 31 * 31 * 31;

const DELL: &[&str] = &["Latitude 5440", "Latitude 5450", "Latitude 7430", "Precision 3581"];
const DELL_DESKTOP: &[&str] = &["OptiPlex 7010", "OptiPlex 7020"];
const HP: &[&str] = &["HP EliteBook 840 G9", "HP EliteBook 840 G10", "HP ProBook 450 G10", "HP ZBook Firefly 14 G10"];
const HP_DESKTOP: &[&str] = &["HP EliteDesk 800 G9", "HP ProDesk 400 G9"];
const LENOVO: &[&str] = &["ThinkPad T14 Gen 4", "ThinkPad L15 Gen 4", "ThinkPad X13 Gen 3"];
const SURFACE: &[&str] = &["Surface Laptop 5", "Surface Pro 9"];
const IPHONE: &[&str] = &["iPhone 13", "iPhone 14", "iPhone 15", "iPhone SE (3rd generation)"];
const IPAD: &[&str] = &["iPad (9th generation)", "iPad (10th generation)", "iPad Air (5th generation)"];
const MAC: &[&str] = &["MacBook Pro (14-inch, 2023)", "MacBook Air (M2, 2022)", "Mac mini (2023)"];
const SAMSUNG: &[&str] = &["SM-A536B", "SM-G736B", "SM-S911B"];
const ZEBRA: &[&str] = &["TC57", "TC52", "ET51"];
const PIXEL: &[&str] = &["Pixel 7", "Pixel 8a"];
const CHROME_HP: &[&str] = &["HP Chromebook x360 14", "HP Chromebook 11 G8 EE"];
const CHROME_LENOVO: &[&str] = &["Lenovo 500e Chromebook Gen 3", "Lenovo 300e Chromebook Gen 3"];

const FIRST: [&str; 41] = [
    "Ada", "Ben", "Carla", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katya", "Liam", "Mara", "Nils",
    "Olga", "Pablo", "Quinn", "Rosa", "Samir", "Tessa", "Umar", "Vera", "Wanda", "Xenia", "Yusuf", "Zoe", "Anton",
    "Bruna", "Cyril", "Doreen", "Emil", "Fiona", "Goran", "Hanna", "Ivo", "Jana", "Kofi", "Lena", "Milan", "Nora",
    "Otis",
];
const LAST: [&str; 59] = [
    "Abbott", "Baker", "Castro", "Dunn", "Eriksen", "Fischer", "Grant", "Huber", "Ivanov", "Jensen", "Keller",
    "Larsen", "Moreau", "Novak", "Okafor", "Peters", "Quist", "Rossi", "Schmid", "Tanaka", "Ullman", "Vargas", "Weber",
    "Xu", "Yilmaz", "Zeller", "Andersen", "Brandt", "Conti", "Dietrich", "Engel", "Ferrari", "Gomez", "Haas",
    "Ibrahim", "Jung", "Kaya", "Lang", "Meyer", "Nagy", "Olsen", "Patel", "Ritter", "Santos", "Tran", "Urban", "Vogel",
    "Wagner", "Young", "Zimmer", "Arnold", "Bauer", "Cohen", "Duarte", "Evans", "Frey", "Gruber", "Hoffman", "Ito",
];

/// First and last name of a person. 41 and 59 share no factor, so the pair repeats only after 2,419 people.
pub(super) fn person_name(person: u64) -> (&'static str, &'static str) {
    (FIRST[index(person, 41)], LAST[index(person, 59)])
}

/// `first.last@domain`, with a number where the pair has been used up.
pub(super) fn person_upn(person: u64, domain: &str) -> String {
    let (first, last) = person_name(person);
    let round = person / (41 * 59);
    let number = if round == 0 { String::new() } else { (round + 1).to_string() };
    format!("{}.{}{number}@{domain}", first.to_lowercase(), last.to_lowercase())
}

/// Five symbols for a counter: a permutation, so that no two counters below 28 million share them.
fn code(counter: u64) -> String {
    // The factor is no multiple of 31, hence invertible modulo 31^5.
    let mut rest = (counter.wrapping_mul(17_320_509) + 9_876_543) % SYMBOLS_POW_5;
    let mut text = [b'0'; 5];
    for place in &mut text {
        *place = SYMBOLS[index(rest, 31)];
        rest /= 31;
    }
    text.iter().map(|&byte| char::from(byte)).collect()
}

fn index(value: u64, len: u64) -> usize {
    usize::try_from(value % len).unwrap_or(0)
}

/// A symbol that depends on the counter but decides nothing.
fn filler(counter: u64, salt: u64) -> char {
    char::from(SYMBOLS[10 + index(mix(counter ^ (salt << 40)), 21)])
}

/// 15 digits with a correct check digit.
fn imei(counter: u64) -> String {
    let body = format!("35{:012}", (counter.wrapping_mul(7_654_321) + 4_200_000_017) % 1_000_000_000_000);
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let weighted = if place % 2 == 1 { digit * 2 } else { digit };
            weighted / 10 + weighted % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A new piece of hardware. `counter` is never used twice, and the shape of a serial tells its maker.
pub(super) fn hardware(random: &mut Random, kind: Kind, counter: u64) -> Hardware {
    let core = code(counter);
    let (maker, model, serial) = match kind {
        Kind::Laptop => match random.below(10) {
            0..=3 => ("Dell Inc.", random.pick(DELL), format!("{core}{}3", filler(counter, 1))),
            4..=6 => ("HP", random.pick(HP), format!("5CG{}{}{core}", 2 + counter % 3, counter % 7)),
            7..=8 => ("LENOVO", random.pick(LENOVO), format!("PF{}{core}", filler(counter, 2))),
            // Twelve digits, the first one zero: what a spreadsheet would spoil.
            _ => ("Microsoft Corporation", random.pick(SURFACE), format!("0{:011}", 23_400_000_000 + counter * 53)),
        },
        Kind::Desktop if counter.is_multiple_of(2) => {
            ("Dell Inc.", random.pick(DELL_DESKTOP), format!("{core}{}4", filler(counter, 1)))
        }
        Kind::Desktop => ("HP", random.pick(HP_DESKTOP), format!("CZC{}{}{core}", 2 + counter % 3, counter % 7)),
        Kind::Server => ("HPE", "ProLiant DL380 Gen10", format!("CZ2{}{core}", filler(counter, 3))),
        Kind::Virtual => ("VMware, Inc.", "VMware Virtual Platform", vmware_serial(counter)),
        Kind::Iphone => (
            "Apple",
            random.pick(IPHONE),
            format!(
                "{}{core}{}{}{}{}",
                filler(counter, 4),
                filler(counter, 5),
                filler(counter, 6),
                filler(counter, 7),
                counter % 10
            ),
        ),
        Kind::Ipad => ("Apple", random.pick(IPAD), format!("DMP{core}MF3{}", filler(counter, 4))),
        Kind::Mac => ("Apple", random.pick(MAC), format!("C02{core}MD6{}", filler(counter, 4))),
        Kind::AndroidManaged => (
            "samsung",
            random.pick(SAMSUNG),
            format!("R5C{}{core}{}{}", filler(counter, 4), filler(counter, 5), filler(counter, 6)),
        ),
        Kind::AndroidDedicated => {
            ("Zebra Technologies", random.pick(ZEBRA), format!("20{:012}", 118_520_000_000 + counter * 7))
        }
        // Android 12 and later hide the serial number of a personal device.
        Kind::AndroidPersonal => ("Google", random.pick(PIXEL), String::new()),
        Kind::Chromebook if counter.is_multiple_of(2) => {
            ("HP", random.pick(CHROME_HP), format!("5CD{}{}{core}", counter % 3, counter % 7))
        }
        Kind::Chromebook => ("Lenovo", random.pick(CHROME_LENOVO), format!("YX0{core}")),
        Kind::Thing => ("HP", "LaserJet", String::new()),
    };
    let os_version = match kind {
        Kind::Laptop | Kind::Virtual => random.pick(&["10.0.26100.4349", "10.0.22631.5472", "10.0.26200.6901"]),
        Kind::Desktop => random.pick(&["10.0.22631.5472", "10.0.19045.5965"]),
        Kind::Server => random.pick(&["10.0.20348.3807", "10.0.17763.7434"]),
        Kind::Iphone | Kind::Ipad => random.pick(&["18.6.2", "26.0.1", "17.7.10"]),
        Kind::Mac => random.pick(&["15.6.1 (24G90)", "26.0.1 (25A362)"]),
        Kind::Chromebook => random.pick(&["141.0.7390.134", "138.0.7204.255"]),
        Kind::Thing => "",
        _ => random.pick(&["14.0", "15.0", "13.0"]),
    };
    let has_modem = matches!(kind, Kind::Iphone | Kind::AndroidManaged);
    Hardware {
        kind,
        maker,
        model,
        serial,
        imei: if has_modem { imei(counter) } else { String::new() },
        mac: 0x0015_5d00_0000 + counter,
        os_version,
    }
}

/// The shape that virtual machines have: two groups of eight bytes.
pub(super) fn vmware_serial(counter: u64) -> String {
    let halves = [mix(counter ^ 0x5600), mix(counter ^ 0x004d)];
    let bytes = halves.map(|half| half.to_be_bytes().map(|byte| format!("{byte:02x}")).join(" "));
    format!("VMware-{}-{}", bytes[0], bytes[1])
}

/// The host name that the company's scheme gives to a device.
pub(super) fn host_name(kind: Kind, counter: u64) -> String {
    let group = match kind {
        Kind::Laptop => "LT",
        Kind::Desktop => "DT",
        Kind::Server => "SRV",
        Kind::Virtual => "VM",
        Kind::Iphone => "IPH",
        Kind::Ipad => "IPD",
        Kind::Mac => "MAC",
        Kind::AndroidManaged => "AND",
        Kind::AndroidDedicated => "KSK",
        Kind::AndroidPersonal => "BYOD",
        Kind::Chromebook => "CB",
        Kind::Thing => "NET",
    };
    format!("CFS-{group}-{counter:05}")
}
