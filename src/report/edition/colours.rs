//! The colour of an edition, where its contrast is enough to be read.

use std::fmt::Write as _;

/// Grounds that the accent stands on as text, light and dark, and what stands on the accent.
const LIGHT: [&str; 3] = ["#f7f7f4", "#ffffff", "#f0f1ed"];
const DARK: [&str; 3] = ["#14191b", "#1a2023", "#222a2d"];
/// The least contrast of text, by WCAG 2.2, success criterion 1.4.3.
const LEAST: f64 = 4.5;

/// A style with one's own accent, or why it is none.
pub(super) fn style(accent: &str, accent_dark: &str) -> Result<String, String> {
    let mut style = String::new();
    if !accent.is_empty() {
        let ink = readable("accent", accent, &LIGHT)?;
        let _ = writeln!(style, ":root {{ --accent: {accent}; --accent-ink: {ink}; }}");
    }
    if !accent_dark.is_empty() {
        let ink = readable("accent_dark", accent_dark, &DARK)?;
        let own = format!(":root {{ --accent: {accent_dark}; --accent-ink: {ink}; }}");
        let _ = writeln!(style, "@media screen and (prefers-color-scheme: dark) {{ {own} }}");
    } else if !accent.is_empty() {
        // The light accent is for light grounds alone.
        let usual = ":root { --accent: #7cc7d0; --accent-ink: #0d1516; }";
        let _ = writeln!(style, "@media screen and (prefers-color-scheme: dark) {{ {usual} }}");
    }
    Ok(style)
}

/// What is written on a colour that is readable on every ground.
fn readable(name: &str, colour: &str, grounds: &[&str]) -> Result<&'static str, String> {
    let own =
        luminance(colour).ok_or_else(|| format!("`{name}` is `{colour}`, which is no colour such as `#0b5a66`"))?;
    for ground in grounds {
        let found = contrast(own, luminance(ground).unwrap_or_default());
        if found < LEAST {
            return Err(format!("`{name}` has a contrast of {found:.1} on {ground}; text needs {LEAST}"));
        }
    }
    let on = |ink: &&str| contrast(own, luminance(ink).unwrap_or_default()) >= LEAST;
    let ink = ["#ffffff", "#0d1516"].into_iter().find(|ink| on(ink));
    ink.ok_or_else(|| format!("neither white nor black is readable on `{name}`"))
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| {
        let own = f64::from(u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?) / 255.0;
        Some(if own <= 0.040_45 { own / 12.92 } else { ((own + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_checked() {
        assert!((contrast(luminance("#000000").unwrap(), luminance("#ffffff").unwrap()) - 21.0).abs() < 0.01);
        let style = style("#0b5a66", "").unwrap();
        assert!(style.starts_with(":root { --accent: #0b5a66; --accent-ink: #ffffff; }"), "{style}");
        assert!(super::style("#ffcc00", "").unwrap_err().contains("contrast of 1."));
        assert!(super::style("", "#ffcc00").is_ok());
        for odd in ["red", "#12345", "#12345g", "#1234567", "url(x)", "#fff;}"] {
            assert!(super::style(odd, "").is_err(), "{odd}");
        }
    }
}
