//! Dates as cultures and people write them: parts in any order, names of months, twelve-hour times, zones.
//!
//! A cell is read as numbers, words and signs; blanks do not matter. Whatever is left over makes it unreadable.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::names::{is_filler, is_weekday, month};
use super::{Stamp, at, number, of_half_day, settle};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// Digits.
    Number(&'a str),
    /// Letters.
    Word(&'a str),
    /// Anything else, one by one; also the letters that East Asian dates put after their numbers.
    Sign(char),
    End,
}

/// What is left of a cell; a copy is a place to go back to.
#[derive(Clone, Copy)]
struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Token<'a> {
        let mut text = self.0;
        // A cell is trimmed, so a single space is the only blank that nearly all of them have.
        if let [b' ', after, ..] = text.as_bytes()
            && after.is_ascii_alphanumeric()
        {
            text = text.split_at_checked(1).map_or(text, |(_, rest)| rest);
        } else if !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
            text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}'));
        }
        let Some(first) = text.chars().next() else { return Token::End };
        let digits = first.is_ascii_digit();
        let length = if digits {
            text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len())
        } else if is_letter(first) {
            text.find(|c| !is_letter(c)).unwrap_or(text.len())
        } else {
            first.len_utf8()
        };
        let (own, rest) = text.split_at_checked(length).unwrap_or((text, ""));
        self.0 = rest;
        match first {
            _ if digits => Token::Number(own),
            _ if is_letter(first) => Token::Word(own),
            _ => Token::Sign(unit(first).unwrap_or(first)),
        }
    }

    fn peek(mut self) -> Token<'a> {
        self.next()
    }

    /// Goes on if the next token is that sign.
    fn sign(&mut self, sign: char) -> Option<()> {
        self.accept(|token| (token == Token::Sign(sign)).then_some(()))
    }

    /// The next token, if it is a number with one or two digits.
    fn small(&mut self) -> Option<u32> {
        self.accept(|token| match token {
            Token::Number(digits) if digits.len() <= 2 => number(digits.as_bytes()),
            _ => None,
        })
    }

    /// The next token, if it is a year.
    fn year(&mut self) -> Option<&'a str> {
        self.accept(|token| match token {
            Token::Number(digits) if matches!(digits.len(), 2 | 4) => Some(digits),
            _ => None,
        })
    }

    fn month(&mut self) -> Option<u32> {
        self.accept(|token| if let Token::Word(word) = token { month(word) } else { None })
    }

    fn accept<T>(&mut self, wanted: impl FnOnce(Token<'a>) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let found = wanted(ahead.next())?;
        *self = ahead;
        Some(found)
    }

    /// Skips what may stand between the parts of a date with a name in it.
    fn skip_fillers(&mut self) {
        while self
            .accept(|token| match token {
                Token::Sign('.' | ',' | '-' | '/') => Some(()),
                Token::Word(word) => is_filler(word).then_some(()),
                _ => None,
            })
            .is_some()
        {}
    }

    /// AM (`false`) or PM (`true`), in the spellings of English, Spanish, Chinese, Japanese and Korean.
    fn half_day(&mut self) -> Option<bool> {
        let mut ahead = *self;
        let Token::Word(word) = ahead.next() else { return None };
        let afternoon = match word {
            "오전" | "上午" | "午前" => false,
            "오후" | "下午" | "午後" => true,
            _ if word.eq_ignore_ascii_case("am") => false,
            _ if word.eq_ignore_ascii_case("pm") => true,
            _ => {
                // `a.m.` and `p. m.`
                ahead.sign('.')?;
                let Token::Word("m" | "M") = ahead.next() else { return None };
                match word {
                    "a" | "A" => false,
                    "p" | "P" => true,
                    _ => return None,
                }
            }
        };
        let _ = ahead.sign('.');
        *self = ahead;
        Some(afternoon)
    }
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (!c.is_ascii() && (c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c)) && unit(c).is_none())
}

/// Year, month, day, hour, minute and second as Chinese, Japanese and Korean write them.
fn unit(c: char) -> Option<char> {
    Some(match c {
        '年' | '년' => '年',
        '月' | '월' => '月',
        '日' | '일' => '日',
        '時' | '时' | '시' => '時',
        '分' | '분' => '分',
        '秒' | '초' => '秒',
        _ => return None,
    })
}

/// The day of a cell, or its two readings.
enum Day {
    One(NaiveDate),
    /// As day-month and as month-day.
    Two(Option<NaiveDate>, Option<NaiveDate>),
}

/// Reads a date in whatever shape.
pub(super) fn written(text: &str) -> Option<Stamp> {
    let mut tokens = Tokens(text);
    let compact = matches!(tokens.peek(), Token::Number(digits) if matches!(digits.len(), 8 | 14));
    let day = if compact { compact_date(&mut tokens)? } else { date(&mut tokens)? };
    let (time, offset) = clock(&mut tokens, compact)?;
    if tokens.next() != Token::End {
        return None;
    }
    let moment = |day: NaiveDate| day.and_time(time).checked_sub_signed(TimeDelta::minutes(offset));
    let (dmy, mdy) = match day {
        Day::One(day) => return moment(day).map(at),
        Day::Two(dmy, mdy) => (dmy.and_then(moment), mdy.and_then(moment)),
    };
    settle(dmy, mdy)
}

/// A day from its parts. A year of two digits is one of this century, and not one of its first: those are more likely
/// a day (`24-05-06`). Other such years come from sentinels (`31.12.99`, `1/1/01`), which the year 0 stands for.
fn calendar(year: &str, month: u32, day: u32) -> Option<NaiveDate> {
    let written = i32::try_from(number(year.as_bytes())?).ok()?;
    let year = match written {
        _ if year.len() != 2 => written,
        10..=68 => 2000 + written,
        _ if matches!((month, day), (1, 1) | (12, 30 | 31)) => 0,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, day)
}

fn date(tokens: &mut Tokens<'_>) -> Option<Day> {
    loop {
        match tokens.peek() {
            Token::Number(digits) if digits.len() == 4 => return year_first(tokens),
            Token::Number(_) => return day_first(tokens),
            Token::Word(word) => {
                let mut ahead = *tokens;
                if let Some(day) = month_first(&mut ahead) {
                    *tokens = ahead;
                    return Some(day);
                }
                if !is_weekday(word) {
                    return None;
                }
                tokens.next();
                tokens.skip_fillers();
            }
            _ => return None,
        }
    }
}

/// `20240302`, which may run into its time.
fn compact_date(tokens: &mut Tokens<'_>) -> Option<Day> {
    let (digits, rest) = tokens.0.split_at_checked(8)?;
    tokens.0 = rest;
    let part = |from, to| number(digits.as_bytes().get(from..to)?);
    let year = part(0, 4)?;
    // Eight digits may be anything: only years of consoles and of sentinels.
    if !matches!(year, 1 | 1601 | 1900..=2200 | 9999) {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, part(4, 6)?, part(6, 8)?).map(Day::One)
}

/// `2024-5-1`, `2024. 10. 16.`, `2024年10月16日`, `2024-Mar-05`.
fn year_first(tokens: &mut Tokens<'_>) -> Option<Day> {
    let year = tokens.year()?;
    let mut ahead = *tokens;
    let first = ahead.next();
    let Some(month) = ahead.small() else {
        tokens.skip_fillers();
        let month = tokens.month()?;
        tokens.skip_fillers();
        return calendar(year, month, tokens.small()?).map(Day::One);
    };
    let Token::Sign(first @ ('-' | '/' | '.' | '年')) = first else { return None };
    *tokens = ahead;
    let (second, last) = if first == '年' { ('月', '日') } else { (first, '.') };
    tokens.sign(second)?;
    let day = tokens.small()?;
    if matches!(first, '.' | '年') {
        let _ = tokens.sign(last);
    }
    calendar(year, month, day).map(Day::One)
}

/// `16/10/2024` and `10/16/2024`, `9. 3. 2022`, `5. März 2024`, `05-Mar-24`.
fn day_first(tokens: &mut Tokens<'_>) -> Option<Day> {
    let first = tokens.small()?;
    let mut ahead = *tokens;
    let separator = ahead.next();
    let Some(second) = ahead.small() else {
        tokens.skip_fillers();
        let month = tokens.month()?;
        tokens.skip_fillers();
        return calendar(tokens.year()?, month, first).map(Day::One);
    };
    let Token::Sign(separator @ ('-' | '/' | '.')) = separator else { return None };
    *tokens = ahead;
    tokens.sign(separator)?;
    let year = tokens.year()?;
    let dmy = calendar(year, second, first);
    if separator != '.' {
        return Some(Day::Two(dmy, calendar(year, first, second)));
    }
    // No culture puts dots after a month that comes first.
    let _ = tokens.sign('.');
    dmy.map(Day::One)
}

/// `Mar 5, 2024`.
fn month_first(tokens: &mut Tokens<'_>) -> Option<Day> {
    let month = tokens.month()?;
    tokens.skip_fillers();
    let day = tokens.small()?;
    tokens.skip_fillers();
    calendar(tokens.year()?, month, day).map(Day::One)
}

/// The time after a date and its offset from UTC in minutes; midnight if there is none.
fn clock(tokens: &mut Tokens<'_>, compact: bool) -> Option<(NaiveTime, i64)> {
    let announced = tokens.accept(|t| matches!(t, Token::Word("T" | "t") | Token::Sign(',')).then_some(())).is_some();
    // `16.10.2024 г.`, `March 5, 2024 at 3:45`
    while tokens.accept(|t| if let Token::Word(word) = t { is_filler(word).then_some(()) } else { None }).is_some() {
        let _ = tokens.sign('.');
    }
    if !announced && tokens.peek() == Token::End {
        return Some((NaiveTime::MIN, 0));
    }
    let before = tokens.half_day();
    let (hour, minute, second, timed) = match tokens.peek() {
        Token::Number(digits) if compact && matches!(digits.len(), 4 | 6) => {
            tokens.next();
            let part = |from, to| number(digits.as_bytes().get(from..to)?);
            (part(0, 2)?, part(2, 4)?, part(4, 6).unwrap_or(0), digits.len() == 6)
        }
        _ => hands(tokens)?,
    };
    let milli = if timed { fraction(tokens) } else { 0 };
    let half = before.or_else(|| tokens.half_day());
    let hour = half.map_or(Some(hour), |afternoon| of_half_day(hour, afternoon))?;
    let time = NaiveTime::from_hms_milli_opt(hour, minute, second, milli)?;
    let _ = tokens.accept(|t| matches!(t, Token::Word("Uhr" | "uhr")).then_some(()));
    Some((time, zone(tokens)?))
}

/// Hour, minute and second, and whether there was a second: `16:53:46`, `16.53`, `16 h 53 min 46 s`, `16時53分`.
fn hands(tokens: &mut Tokens<'_>) -> Option<(u32, u32, u32, bool)> {
    let hour = tokens.small()?;
    match tokens.next() {
        Token::Sign(separator @ (':' | '.')) => {
            let minute = tokens.small()?;
            let mut ahead = *tokens;
            if ahead.sign(separator).is_none() {
                return Some((hour, minute, 0, false));
            }
            let second = ahead.small()?;
            *tokens = ahead;
            Some((hour, minute, second, true))
        }
        Token::Word("h" | "H") => {
            let minute = tokens.small()?;
            let _ = tokens.accept(|t| (t == Token::Word("min")).then_some(()));
            let Some(second) = tokens.small() else { return Some((hour, minute, 0, false)) };
            let _ = tokens.accept(|t| (t == Token::Word("s")).then_some(()));
            Some((hour, minute, second, false))
        }
        Token::Sign('時') => {
            let minute = tokens.small()?;
            tokens.sign('分')?;
            let Some(second) = tokens.small() else { return Some((hour, minute, 0, false)) };
            tokens.sign('秒')?;
            Some((hour, minute, second, false))
        }
        _ => None,
    }
}

/// Milliseconds after a dot or comma.
fn fraction(tokens: &mut Tokens<'_>) -> u32 {
    let mut ahead = *tokens;
    let (Token::Sign('.' | ','), Token::Number(digits)) = (ahead.next(), ahead.next()) else { return 0 };
    *tokens = ahead;
    super::milli(digits.as_bytes())
}

/// Minutes that a zone is ahead of UTC: nothing, `Z`, `UTC`, `+01:00`, `+0100`, `(UTC+01:00)`. No other name: `EST` is
/// several zones.
fn zone(tokens: &mut Tokens<'_>) -> Option<i64> {
    let open = tokens.sign('(').is_some();
    let named = tokens
        .accept(|token| match token {
            Token::Word(word) => ["Z", "UTC", "GMT"].iter().any(|name| word.eq_ignore_ascii_case(name)).then_some(()),
            _ => None,
        })
        .is_some();
    if open && !named {
        return None;
    }
    let sign = match tokens.peek() {
        Token::Sign('+') => 1,
        // Some cultures write a real minus.
        Token::Sign('-' | '\u{2212}') => -1,
        _ => 0,
    };
    let mut offset = 0;
    if sign != 0 {
        tokens.next();
        let Token::Number(digits) = tokens.next() else { return None };
        let value = number(digits.as_bytes())?;
        let (hours, minutes) = match digits.len() {
            1 | 2 if tokens.sign(':').is_some() => (value, tokens.small()?),
            1 | 2 => (value, 0),
            4 => (value / 100, value % 100),
            _ => return None,
        };
        if hours > 18 || minutes > 59 {
            return None;
        }
        offset = sign * (i64::from(hours) * 60 + i64::from(minutes));
    }
    if open {
        tokens.sign(')')?;
    }
    Some(offset)
}
