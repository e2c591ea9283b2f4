//! Values that must not be kept, told by their shape where the name of their column does not give them away.

use super::bare;

/// A BitLocker recovery password anywhere in a text, or a `FileVault` recovery key as the whole cell.
#[must_use]
pub fn looks_secret(text: &str) -> bool {
    // The shortest secret is a FileVault key, with five hyphens; GUIDs have four.
    if text.len() < 29 || text.bytes().filter(|b| *b == b'-').count() < 5 {
        return false;
    }
    has_bitlocker_password(text.as_bytes()) || is_filevault_key(bare(text).as_bytes())
}

/// Eight groups of six digits. In a true one each is a multiple of 11; a mistyped one is nobody's business either.
fn has_bitlocker_password(bytes: &[u8]) -> bool {
    const LENGTH: usize = 8 * 7 - 1;
    let inside_a_word = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    bytes.windows(LENGTH).enumerate().any(|(at, window)| {
        window.first().is_some_and(u8::is_ascii_digit)
            && !at.checked_sub(1).is_some_and(inside_a_word)
            && !inside_a_word(at + LENGTH)
            && window.split(|b| *b == b'-').count() == 8
            && window.split(|b| *b == b'-').all(is_bitlocker_group)
    })
}

fn is_bitlocker_group(group: &[u8]) -> bool {
    group.len() == 6 && group.iter().all(u8::is_ascii_digit)
}

/// Six groups of four capitals and digits, with both: virtual machines have serials of digits alone.
fn is_filevault_key(bytes: &[u8]) -> bool {
    bytes.len() == 29
        && bytes.split(|b| *b == b'-').all(|group| group.len() == 4)
        && bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-')
        && bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.iter().any(u8::is_ascii_digit)
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

    #[test]
    fn secrets() {
        for text in [
            PASSWORD.to_string(),
            format!("Recovery key: {PASSWORD}, keep it safe"),
            format!("Schlüssel „{PASSWORD}“"),
            "AB12-CD34-EF56-GH78-IJ90-KLMN".to_string(),
            " ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZ1 ".to_string(),
        ] {
            assert!(looks_secret(&text), "{text}");
        }
        for text in [
            "0000-0000-4226-9691-9034-3814-15",
            "5031-7002-3202-6721-1425-4497-46",
            "1234-5678-9012-3456-7890-1234",
            "ABCD-EFGH-IJKL-MNOP-QRST-UVWX",
            "ab12-cd34-ef56-gh78-ij90-klmn",
            "key AB12-CD34-EF56-GH78-IJ90-KLMN",
            "AB12-CD34-EF56-GH78-IJ90-KLMN-OPQR",
            "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01",
            "000011-720885-111111-000000-222222-333333-444444",
            "1000011-720885-111111-000000-222222-333333-444444-555555",
            "a000011-720885-111111-000000-222222-333333-444444-555555",
            "S-1-5-21-1004336348-1177238915-682003330-512",
        ] {
            assert!(!looks_secret(text), "{text}");
        }
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
        fn every_recovery_password_is_found(groups in prop::array::uniform8(0..65_536_u32), before in "[^0-9A-Za-z_-]{0,5}") {
            let words: Vec<String> = groups.iter().map(|g| format!("{:06}", g * 11)).collect();
            let text = format!("{before}{}", words.join("-"));
            prop_assert!(looks_secret(&text));
        }
    }
}
