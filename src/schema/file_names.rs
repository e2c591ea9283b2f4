//! Names of files: those of a report that several stages know, and ids that become names, which every system has to take as a
//! name and for the same name.

/// What every report has, and no other folder.
pub const MANIFEST: &str = "evidence/manifest.json";
/// The digests of all files of a report, for the usual tools.
pub const SUMS: &str = "evidence/SHA256SUMS";
/// The file of a report that people write into.
pub const WORKBOOK: &str = "workbook.xlsx";

/// Names that Windows keeps for devices, with whatever ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];
/// Names that it keeps with a digit.
const PORTS: &[&str] = &["com", "lpt"];
/// Longer ids leave too little room for what is added to them.
const LONGEST: usize = 100;

/// Why an id cannot be part of a file's name, as a sentence part.
#[must_use]
pub fn no_file_name(id: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || !id.chars().all(fits) {
        return Some(format!("`{id}` cannot name a file: use letters a to z, digits, `-`, `_` and `.`"));
    }
    if id.starts_with(['.', '-']) || id.ends_with('.') {
        return Some(format!("`{id}` cannot name a file: it begins with `.` or `-`, or ends with `.`"));
    }
    if id.len() > LONGEST {
        return Some(format!("`{id}` cannot name a file: it is longer than {LONGEST} characters"));
    }
    is_device(id).then(|| format!("`{id}` cannot name a file: Windows keeps that name for a device"))
}

fn is_device(id: &str) -> bool {
    let name = id.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let port = PORTS.iter().any(|port| {
        name.strip_prefix(port).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    });
    port || DEVICES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_names_on_every_system() {
        for id in ["stale-in-intune", "no_owner", "com", "com10", "console", "nullable", "a.b", "Rule9", "x"] {
            assert_eq!(no_file_name(id), None, "{id}");
        }
        let long = "x".repeat(101);
        for id in [
            "con", "CON", "aux", "nul", "prn", "com1", "COM9", "lpt0", "nul.tar", "con.x.y", "", ".", "..", ".x", "x.",
            "-x", "a/b", "a\\b", "a:b", "a b", "ä", "a\n", "conin$", &long,
        ] {
            assert!(no_file_name(id).is_some(), "{id}");
        }
    }
}
