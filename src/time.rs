//! Instants as milliseconds since 1970 in UTC, and how they are written.

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// RFC 3339 in UTC, to the second.
#[must_use]
pub fn rfc3339(millis: i64) -> String {
    chrono::DateTime::from_timestamp_millis(millis)
        .map_or_else(String::new, |d| d.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The day of a time.
#[must_use]
pub fn day(millis: i64) -> String {
    rfc3339(millis).chars().take(10).collect()
}
