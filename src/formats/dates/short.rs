//! Dates of three numbers with two digits each: `18.11.26`, or `26-11-18` where the year comes first.
//!
//! Nearly every such cell is a date either way, years apart. The years of a list are near each other and its days are not,
//! so the column tells as a rule; where it does not, nobody knows.

/// What the short dates of a column say of their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Short {
    /// The year is last, or there are no such dates.
    YearLast,
    /// The year is first.
    YearFirst,
    /// Both could be.
    Open,
}

/// The dates of a list lie within so many years; days of a month lie further apart.
const YEARS: u32 = 8;

/// Smallest and largest of the numbers seen.
#[derive(Clone, Copy)]
struct Range(u32, u32);

impl Range {
    const fn see(&mut self, number: u32) {
        if number < self.0 {
            self.0 = number;
        }
        if number > self.1 {
            self.1 = number;
        }
    }

    /// Whether the numbers can be the years of two digits that are read as such.
    const fn are_years(self) -> bool {
        self.0 >= 10 && self.1 <= 68 && self.1.saturating_sub(self.0) <= YEARS
    }
}

/// Looks at the short dates among the cells of a column; other cells say nothing.
pub(in crate::formats) fn short<'a>(cells: impl Iterator<Item = &'a str>) -> Short {
    let (mut first, mut last) = (Range(u32::MAX, 0), Range(u32::MAX, 0));
    let (mut any, mut dots) = (false, true);
    for (one, two, three, separator) in cells.filter_map(parts) {
        // No month in the middle, or no day at the end: the year is not first.
        if two > 12 || !(1..=31).contains(&three) || two == 0 {
            return Short::YearLast;
        }
        any = true;
        dots &= separator == b'.';
        first.see(one);
        last.see(three);
    }
    match (any && first.are_years(), last.are_years()) {
        (false, _) => Short::YearLast,
        (true, false) => Short::YearFirst,
        // With dots the day comes first in nearly every country.
        (true, true) if dots => Short::YearLast,
        (true, true) => Short::Open,
    }
}

/// The cell with its year in four digits, if it is a short date whose year is first.
pub(in crate::formats) fn with_century(cell: &str) -> Option<String> {
    parts(cell).map(|_| format!("20{}", super::super::values::bare(cell)))
}

/// The three numbers of a short date and what separates them.
fn parts(cell: &str) -> Option<(u32, u32, u32, u8)> {
    let (short, rest) = super::super::values::bare(cell).as_bytes().split_at_checked(8)?;
    let [_, _, separator @ (b'-' | b'/' | b'.'), _, _, again, _, _] = short else { return None };
    if separator != again || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let number = |at: usize| super::number(short.get(at..at + 2)?);
    Some((number(0)?, number(3)?, number(6)?, *separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> Short {
        short(cells.iter().copied())
    }

    #[test]
    fn the_column_tells_where_the_year_is() {
        assert_eq!(of(&["26-11-18", "26-10-02", "25-12-31"]), Short::YearFirst, "days are far apart, years are not");
        assert_eq!(of(&["18/11/26", "02/10/26", "31/12/25"]), Short::YearLast);
        assert_eq!(of(&["26/11/18 08:00", "26/02/03 09:30"]), Short::YearFirst);
        assert_eq!(of(&["11/18/26", "02/10/26"]), Short::YearLast, "no month is 18");
        assert_eq!(of(&["26-11-18", "26-11-17"]), Short::Open, "18 November 2026, or 26 November 2018");
        assert_eq!(of(&["26.11.18", "26.11.17"]), Short::YearLast, "with dots the day comes first");
        assert_eq!(of(&["18/11/2026", "2026-11-18", "never", ""]), Short::YearLast);
        assert_eq!(of(&["01.01.01", "18.11.26"]), Short::YearLast);
    }

    #[test]
    fn only_short_dates_get_a_century() {
        assert_eq!(with_century("26-11-18 08:00").as_deref(), Some("2026-11-18 08:00"));
        for other in ["2026-11-18", "26-11-2018", "26-11/18", "1/2/26", ""] {
            assert_eq!(with_century(other), None, "{other}");
        }
    }
}
