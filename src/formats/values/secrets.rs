//! Values that must not be kept, told by their shape where the name of their column does not give them away.

use super::{bare, shown};

/// The shortest secret is a `FileVault` key, with five signs between its groups.
const SHORTEST: usize = 29;
/// Longer texts of mixed letters and digits are keys or hardware hashes; ids of consoles are longer than names.
const LONGEST_WORD: usize = 63;
const LONGEST_ID: usize = 249;

/// A recovery key, a token or a hardware hash, as the whole cell or anywhere in it, whatever stands between its groups.
#[must_use]
pub fn looks_secret(text: &str) -> bool {
    is_secret(text, LONGEST_WORD)
}

/// The same for a console's own ids, some of which are long and look drawn by lot.
#[must_use]
pub fn looks_secret_in_id(text: &str) -> bool {
    is_secret(text, LONGEST_ID)
}

fn is_secret(text: &str, longest_word: usize) -> bool {
    if text.len() < SHORTEST {
        return false;
    }
    let text = shown(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let parted = || text.chars().filter(|c| !c.is_ascii_alphanumeric()).nth(4).is_some();
    (digits >= 48 && has_bitlocker_password(&text))
        || (digits > 0 && parted() && has_grouped_key(&text))
        || has_token(&text)
        || has_long_code(&text, longest_word)
        || text.contains("PRIVATE KEY-----")
}

/// A word, and what parts it from the one before: the kind of sign, or nothing where it is far away.
struct Word<'a> {
    gap: Option<char>,
    text: &'a str,
}

/// Letters and digits in a row.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let start = rest.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (gap, after) = rest.split_at_checked(start).unwrap_or((rest, ""));
        let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
        let (word, next) = after.split_at_checked(end).unwrap_or((after, ""));
        if word.is_empty() {
            return words;
        }
        words.push(Word { gap: kind_of(gap), text: word });
        rest = next;
    }
}

/// One dash is as good as another, and a dash with blanks around it is a dash.
fn kind_of(gap: &str) -> Option<char> {
    const DASHES: &str = "-‐‑‒–—―−﹘﹣－_";
    if gap.is_empty() || gap.chars().nth(3).is_some() {
        return None;
    }
    let mut signs = gap.chars().filter(|c| !c.is_whitespace());
    match (signs.next(), signs.next()) {
        (None, _) => Some(' '),
        (Some(sign), None) => Some(if DASHES.contains(sign) { '-' } else { sign }),
        _ => None,
    }
}

/// Eight groups of six digits, or the 48 digits in a row. In a true one each group is a multiple of 11; one that was
/// mistyped is nobody's business either.
fn has_bitlocker_password(text: &str) -> bool {
    let mut groups = 0;
    for word in words(text) {
        let fits = word.text.len() == 6 && word.text.bytes().all(|b| b.is_ascii_digit());
        groups = match (fits, word.gap) {
            (false, _) => 0,
            (true, Some(_)) => groups + 1,
            (true, None) => 1,
        };
        if groups == 8 || is_password_in_a_row(word.text) {
            return true;
        }
    }
    false
}

fn is_password_in_a_row(word: &str) -> bool {
    let number = |group: &[u8]| std::str::from_utf8(group).ok().and_then(|group| group.parse::<u32>().ok());
    word.len() == 48
        && word.bytes().all(|b| b.is_ascii_digit())
        && word.as_bytes().chunks(6).all(|group| number(group).is_some_and(|group| group % 11 == 0))
}

/// A `FileVault` key, six groups of four letters and digits, or Apple's code that takes the activation lock off. With
/// letters and digits: virtual machines have serial numbers of digits alone.
fn has_grouped_key(text: &str) -> bool {
    let words = words(text);
    // Groups belong together as long as the same sign parts them.
    let same = |a: &Word<'_>, b: &Word<'_>| b.gap.is_some() && (a.gap == b.gap || a.gap != Some('-'));
    let mut from = 0;
    while let Some(row) = words.get(from..).filter(|row| !row.is_empty()) {
        let sign = row.get(1).and_then(|word| word.gap);
        let length = 1 + row.iter().skip(1).take_while(|word| word.gap == sign && sign.is_some()).count();
        let row = row.get(..length).unwrap_or_default();
        if sign.is_some_and(|sign| is_key(row, sign)) {
            return true;
        }
        // The last word of a row may be the first one of the next.
        from += if length > 1
            && row.last().is_some_and(|last| words.get(from + length).is_some_and(|next| same(last, next)))
        {
            length - 1
        } else {
            length
        };
    }
    false
}

fn is_key(row: &[Word<'_>], sign: char) -> bool {
    const BYPASS_CODE: [usize; 6] = [5, 5, 4, 4, 4, 4];
    let lengths: Vec<usize> = row.iter().map(|word| word.text.len()).collect();
    if sign == '-' {
        let mut stretches = row.split(|word| word.text.len() != 4);
        return stretches.any(|stretch| stretch.len() == 6 && is_mixed(stretch, 2))
            || row.windows(6).zip(lengths.windows(6)).any(|(row, lengths)| lengths == BYPASS_CODE && is_mixed(row, 2));
    }
    row.windows(6).any(|six| six.iter().all(|word| word.text.len() == 4) && is_mixed(six, 3))
}

/// Letters and digits of one case. Capitals are a key with one of each; small letters may be words and room numbers, so
/// that some groups must have both.
fn is_mixed(row: &[Word<'_>], groups: usize) -> bool {
    let any = |word: &Word<'_>, is: fn(&u8) -> bool| word.text.as_bytes().iter().any(is);
    let all = |is: fn(&u8) -> bool| row.iter().any(|word| any(word, is));
    // Large numbers are written as `5e11`.
    let is_number = |word: &Word<'_>| word.text.parse::<f64>().is_ok();
    if !all(u8::is_ascii_digit) || !all(u8::is_ascii_alphabetic) || row.iter().all(is_number) {
        return false;
    }
    let both = row.iter().filter(|word| any(word, u8::is_ascii_digit) && any(word, u8::is_ascii_alphabetic)).count();
    match (all(u8::is_ascii_uppercase), all(u8::is_ascii_lowercase)) {
        (true, false) if groups < 3 => true,
        (true, true) => false,
        _ => both >= groups,
    }
}

/// A JSON web token, which begins with the JSON of its header in base64.
fn has_token(text: &str) -> bool {
    const SHORTEST_PART: usize = 10;
    const SHORTEST_CUT: usize = 40;
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices("eyJ").any(|(at, _)| {
        let token = text.get(at..).unwrap_or_default();
        let mut parts = token.split('.').map(|part| part.split(|c| !is_sign(c)).next().unwrap_or_default().len());
        let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        first >= SHORTEST_CUT || (first >= SHORTEST_PART && second >= SHORTEST_PART)
    })
}

/// Base64 longer than any word: a hardware hash, a key, a certificate.
fn has_long_code(text: &str, longest_word: usize) -> bool {
    let is_sign = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    text.len() > longest_word
        && text.as_bytes().split(|b| !is_sign(b)).any(|run| run.len() > longest_word && is_drawn(run))
}

/// Whether letters of both cases and digits follow one another as if drawn by lot. In paths, names and hexadecimal
/// numbers one kind goes on for longer, or there are not all three.
fn is_drawn(run: &[u8]) -> bool {
    let kind = |b: &u8| match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    };
    let all = (0..3).all(|wanted| run.iter().any(|b| kind(b) == wanted));
    let signs = run.iter().filter(|b| kind(b) == 3).count();
    // Zeros of the hardware hash are long rows of one letter.
    let counts = |a: &u8, b: &u8| a != b && kind(a) != 3 && kind(b) != 3;
    let pairs = || run.iter().zip(run.iter().skip(1)).filter(|(a, b)| counts(a, b));
    let changes = pairs().filter(|(a, b)| kind(a) != kind(b)).count();
    all && signs * 8 <= run.len() && changes * 20 > pairs().count() * 7
}

/// A name that a tenant's privacy setting replaced by a hash: 32 hex digits, perhaps with a domain.
#[must_use]
pub fn looks_concealed(text: &str) -> bool {
    let bytes = bare(text).as_bytes();
    match bytes.split_at_checked(32) {
        Some((hash, [] | [b'@', ..])) => hash.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PASSWORD: &str = "000011-720885-111111-000000-222222-333333-444444-555555";
    const TOKEN: &str =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    /// The beginning of a hardware hash.
    const HASH: &str =
        "T0FoAQEAHAAAAAoAvAAlSAAACgDHAldYBwAAAAAAAAEAAgECAAAEAAgA1kAAABAAZGVsbC1sYXRpdHVkZQ5wPq8Lk2Zx7vQ1Yf0RjB";

    #[test]
    fn secrets() {
        let blanks = PASSWORD.replace('-', " ");
        let dashes = PASSWORD.replace('-', "–");
        for text in [
            PASSWORD.to_string(),
            format!("Recovery key: {PASSWORD}, keep it safe"),
            format!("Schlüssel „{PASSWORD}“"),
            blanks.clone(),
            format!("key {blanks} of the laptop"),
            dashes,
            PASSWORD.replace('-', "\u{a0}"),
            PASSWORD.replace('-', " - "),
            PASSWORD.replace('-', "\u{200b}-"),
            PASSWORD.replace('-', "."),
            PASSWORD.replace('-', ""),
            format!("key_{PASSWORD}"),
            "AB12-CD34-EF56-GH78-IJ90-KLMN".to_string(),
            " ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZ1 ".to_string(),
            "ab12-cd34-ef56-gh78-ij90-klmn".to_string(),
            "1E11-2E12-AB12-3E11-4E10-5E11".to_string(),
            "key AB12-CD34-EF56-GH78-IJ90-KLMN".to_string(),
            "Jane's Mac (fv ab12-cd34-ef56-gh78-ij90-klmn)".to_string(),
            "FileVault: AB12–CD34–EF56–GH78–IJ90–KLMN.".to_string(),
            "code AB12 CD34 EF56 GH78 IJ90 KLMN".to_string(),
            "bypass 4QF3H-0XJ7K-9LM2-P8QR-3STU-7VWX".to_string(),
            TOKEN.to_string(),
            format!("Bearer {TOKEN}"),
            format!("{}…", TOKEN.split_at(50).0),
            HASH.to_string(),
            format!("hash {HASH}=="),
            "-----BEGIN RSA PRIVATE KEY-----".to_string(),
        ] {
            assert!(looks_secret(&text), "{text}");
        }
        for text in [
            "0000-0000-4226-9691-9034-3814-15",
            "5031-7002-3202-6721-1425-4497-46",
            "1234-5678-9012-3456-7890-1234",
            "ABCD-EFGH-IJKL-MNOP-QRST-UVWX",
            "5e11|5e11|1e11|2e12|5e11|3e11|1e10",
            "AB12-CD34-EF56-GH78-IJ90-KLMN-OPQR",
            "VMware-56 4d 3a 56 c9 55 ba 70-99 72 f4 7a 75 e2 9c f9",
            "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01",
            "000011-720885-111111-000000-222222-333333-444444",
            "1000011-720885-111111-000000-222222-333333-444444-555555",
            "a000011-720885-111111-000000-222222-333333-444444-555555",
            "S-1-5-21-1004336348-1177238915-682003330-512",
            "Room 12, desk 0034, unit 5678, flat 9012, lift 3456, door 7890",
            "firstname.lastname-with-hyphen@contoso-schools.onmicrosoft.com",
            "/Contoso/Schools/Primary/Grade5/CartB/Chromebooks/Students/Year2026/RoomA12",
            "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "CN=PC-1,OU=Clients,OU=Workstations and Laptops of the second floor,DC=corp,DC=example",
            "A device name that goes on and on, as some people write them, with 12 words and 3 numbers in it: 45",
        ] {
            assert!(!looks_secret(text), "{text}");
        }
        let id = "AFiQxQ8Qgd-rouSmcd2UnuvhYV__WXdacTgJhPEA1QoQJrK1hYbKJXm-8JFlhZOjBF4aVbhleS2FVQk5lI069K2GULpteTlLVpKLJFSLSL";
        assert!(looks_secret(id) && !looks_secret_in_id(id));
        assert!(looks_secret_in_id(&HASH.repeat(3)) && looks_secret_in_id(PASSWORD) && looks_secret_in_id(TOKEN));
    }

    #[test]
    fn concealed_names() {
        let hash = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";
        assert!(looks_concealed(hash) && looks_concealed(&hash.to_lowercase()));
        assert!(looks_concealed(&format!("{hash}@contoso.example")));
        for text in [
            "",
            "jdoe@contoso.example",
            "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01",
            &format!("{hash}0"),
            "ä".repeat(16).as_str(),
        ] {
            assert!(!looks_concealed(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_recovery_password_is_found(
            groups in prop::array::uniform8(0..65_536_u32),
            before in "[^0-9A-Za-z-]{0,5}",
            sign in prop::sample::select(vec!["-", " ", "–", "\u{a0}", "\u{2009}", "−", " - ", "", "\u{200b}-", "_", "/"]),
        ) {
            let words: Vec<String> = groups.iter().map(|g| format!("{:06}", g * 11)).collect();
            let text = format!("{before}{}", words.join(sign));
            prop_assert!(looks_secret(&text), "{}", text);
        }

        #[test]
        fn every_long_hash_is_found(bytes in prop::collection::vec(0..64_u8, 120..400), before in "[a-z ]{0,9}") {
            const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let code: String = bytes.iter().map(|b| char::from(SIGNS[usize::from(*b)])).collect();
            let text = format!("{before} {code}==");
            prop_assert!(looks_secret(&text), "{}", text);
        }
    }
}
