//! Host names as they are compared: without their domain, in lower case, without signs that nobody sees.

use std::borrow::Cow;

use crate::formats::values::is_invisible;

/// Host name without its domain, lower case. Addresses and empty names name nothing; signs that nobody sees are no part
/// of a name.
pub(crate) fn short_name(name: &str) -> Option<String> {
    let name = &*seen(name);
    let short = if name.parse::<std::net::IpAddr>().is_ok() { "" } else { host(name) };
    (!short.is_empty()).then(|| short.to_lowercase())
}

/// The same of a text that may be the name of a host, with its domain or without: names that people or templates give may hold dots as
/// well, and what stands before the first one is then part of a person's name.
pub(crate) fn host_name(name: &str) -> Option<String> {
    let may_be_one = seen(name).trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    may_be_one.then(|| short_name(name)).flatten()
}

/// The signs of a name that somebody sees.
pub(super) fn seen(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || !name.contains(is_invisible) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().filter(|c| !is_invisible(*c)).collect())
}

/// What stands before the domain.
pub(super) fn host(name: &str) -> &str {
    name.split('.').next().unwrap_or_default().trim()
}

/// Whether an operating system is one of servers.
pub(crate) fn is_server(system: &str) -> bool {
    system.to_ascii_lowercase().contains("server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_name_something() {
        assert_eq!(short_name("LT-1.corp.example").as_deref(), Some("lt-1"));
        assert_eq!(short_name("10.0.0.7"), None);
        assert_eq!(short_name("..\\evil"), None);
        assert_eq!(short_name("LT\u{200b}-1\u{200e}").as_deref(), Some("lt-1"));
        assert_eq!(host_name("LT-1.corp.example").as_deref(), Some("lt-1"));
        assert_eq!(host_name("LT\u{200b}_1").as_deref(), Some("lt_1"));
        for name in ["anna.keller_AndroidForWork_12/24/2024_8:00 AM", "Ann's Mac"] {
            assert_eq!(host_name(name), None, "{name}");
        }
    }
}
