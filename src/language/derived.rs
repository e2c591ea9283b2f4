//! Columns that are made of the records of one console, as the files of consoles and rules write them.

use polars::prelude::Expr;
use serde::Deserialize;

use super::condition::{Refusal, Scope, condition};
use super::engine::roots;
use crate::schema::{Field, Kind, RECORD, nearest, record_field};

/// A condition over the records of a console.
#[derive(Clone, Debug)]
pub struct Formula {
    expr: Expr,
    text: String,
}

impl Formula {
    fn new(text: &str, scope: &dyn Scope) -> Result<Self, Refusal> {
        let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Self { expr: condition(text, scope)?, text: one_line })
    }

    pub(crate) const fn expr(&self) -> &Expr {
        &self.expr
    }

    /// As its file writes it, in one line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Which records are counted: `true`, or a condition.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "`true`, or what is counted")]
pub enum Count {
    /// All of them.
    All(bool),
    /// Those for which it holds.
    Of(String),
}

/// The words of a file: which records count, and one of the others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<'a> {
    /// `where`: records that count; all where there is no condition.
    pub filter: Option<&'a str>,
    /// The value of the live record.
    pub live: Option<&'a str>,
    /// Whether the condition holds for one record.
    pub any: Option<&'a str>,
    /// Whether it holds for each; false without records.
    pub all: Option<&'a str>,
    /// For how many it holds.
    pub count: Option<&'a Count>,
    /// Newest time in a record column.
    pub newest: Option<&'a str>,
    /// Days since that time.
    pub days: Option<&'a str>,
    /// Whether every record has a value in the column.
    pub all_filled: Option<&'a str>,
    /// Whether the console whose objects the column names lists the id of the live record; of consoles only.
    pub listed: Option<&'a str>,
    /// The console by whose position most devices with the same word in the column are held; of consoles only.
    pub held: Option<(&'a str, usize)>,
    /// The most rows that one list has of an object; of consoles only.
    pub rows: bool,
}

/// How a column of the device table is made of the records of a console.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Records that count; all where there is no condition.
    pub filter: Option<Formula>,
    /// What they say together.
    pub what: What,
}

/// What the records of a device say together.
#[derive(Clone, Debug)]
pub enum What {
    /// Value of the live record.
    Live(&'static str),
    /// Days between a time in the live record and as-of; negative where it lies ahead.
    LiveAge(&'static str),
    /// Newest time among the records.
    Newest(&'static str),
    /// Days between that newest time and as-of.
    Days(&'static str),
    /// For how many records it holds, of all without a condition; 0 where there is none, unknown where it is open for one.
    Count(Option<Formula>),
    /// Whether it holds for one of the records; unknown where it holds for none and is open for one. False without records.
    Any(Formula),
    /// Whether it holds for every record; unknown where it fails for none and is open for one. False without records.
    All(Formula),
    /// Whether every record has a value in the column. What a list leaves out and rows that nobody could read count against
    /// it; false without records.
    AllFilled(&'static str),
    /// Whether the console whose objects the column names lists the id that the live record has, on whichever device;
    /// unknown where it has none.
    Listed(&'static str),
    /// True where the console of that number holds at least half of the devices whose live record has the same word in the
    /// column, and more than one; unknown otherwise.
    Held(&'static str, usize),
    /// The most rows that one list of the console has of an object of the device; 0 where it has none, unknown of a list that
    /// has most objects several times.
    Rows,
    /// Whether an export of the console with rows is there.
    Supplied,
    /// True where the list of the console is whole and none of its records may be the device, false where it has one, unknown
    /// otherwise.
    Absent,
}

impl What {
    /// The record column that it is made of, where that is one and no condition.
    const fn column(&self) -> Option<&'static str> {
        match self {
            Self::Live(name)
            | Self::LiveAge(name)
            | Self::Newest(name)
            | Self::Days(name)
            | Self::AllFilled(name)
            | Self::Listed(name)
            | Self::Held(name, _) => Some(name),
            Self::Count(_) | Self::Any(_) | Self::All(_) | Self::Rows | Self::Supplied | Self::Absent => None,
        }
    }

    /// Whether it may speak of some of the records only.
    const fn takes_filter(&self) -> bool {
        matches!(self, Self::Any(_) | Self::All(_) | Self::Count(_) | Self::Newest(_) | Self::Days(_))
    }
}

impl Derived {
    /// Without a condition on the records that count.
    #[must_use]
    pub const fn of_all(what: What) -> Self {
        Self { filter: None, what }
    }

    /// Reads the words of a file.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(words: Words<'_>, scope: &dyn Scope) -> Result<Self, Refusal> {
        let filter = words.filter.map(|text| Formula::new(text, scope)).transpose()?;
        let formula = |text| Formula::new(text, scope);
        let mut found = Vec::new();
        found.extend(words.live.map(|name| column(name).map(|field| What::Live(field.name))));
        found.extend(words.any.map(|text| formula(text).map(What::Any)));
        found.extend(words.all.map(|text| formula(text).map(What::All)));
        found.extend(words.count.map(|count| match count {
            Count::All(true) => Ok(What::Count(None)),
            Count::All(false) => Err(refusal("`count: false` counts nothing", "write `true` or a condition")),
            Count::Of(text) => formula(text).map(|formula| What::Count(Some(formula))),
        }));
        found.extend(words.newest.map(|name| time(name).map(What::Newest)));
        found.extend(words.days.map(|name| time(name).map(What::Days)));
        found.extend(words.all_filled.map(|name| column(name).map(|field| What::AllFilled(field.name))));
        found.extend(words.listed.map(|name| column(name).map(|field| What::Listed(field.name))));
        found.extend(words.held.map(|(name, by)| column(name).map(|field| What::Held(field.name, by))));
        found.extend(words.rows.then_some(Ok(What::Rows)));
        if found.len() != 1 {
            let help = "give one of any, all, count, newest, days, live or all_filled; the file of a console may also give listed, held or rows";
            return Err(refusal("says not exactly one thing", help));
        }
        let what = found.remove(0)?;
        if filter.is_some() && !what.takes_filter() {
            let help = "`where` goes with any, all, count, newest and days";
            return Err(refusal("chooses records with `where` and speaks of others", help));
        }
        Ok(Self { filter, what })
    }

    /// Type of the column.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.what {
            What::Live(source) => record_field(source).map_or(Kind::Text, |f| f.kind),
            What::Newest(_) => Kind::Time,
            What::Days(_) | What::LiveAge(_) => Kind::Days,
            What::Count(_) | What::Rows => Kind::Count,
            What::Any(_)
            | What::All(_)
            | What::AllFilled(_)
            | What::Listed(_)
            | What::Held(..)
            | What::Supplied
            | What::Absent => Kind::Flag,
        }
    }

    /// Names that it reads: record columns, and what else a condition over records may read.
    pub(crate) fn reads(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.what {
            What::Any(formula) | What::All(formula) | What::Count(Some(formula)) => roots(formula.expr()),
            what => what.column().map(str::to_string).into_iter().collect(),
        };
        names.extend(self.filter.iter().flat_map(|filter| roots(filter.expr())));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Record columns that it reads.
    #[must_use]
    pub fn record_columns(&self) -> Vec<&'static str> {
        match &self.what {
            // Most columns are the value of one field; they need no look at conditions.
            What::Live(name) | What::LiveAge(name) if self.filter.is_none() => vec![name],
            _ => self.reads().iter().filter_map(|name| record_field(name)).map(|f| f.name).collect(),
        }
    }

    /// What it is made of, as its file writes it.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.what {
            What::Any(formula) | What::All(formula) | What::Count(Some(formula)) => formula.text(),
            what => what.column().unwrap_or_default(),
        }
    }
}

fn refusal(message: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal { message: message.into(), help: help.into() }
}

fn column(name: &str) -> Result<&'static Field, Refusal> {
    record_field(name).ok_or_else(|| {
        let help = nearest(name, RECORD.iter().map(|f| f.name))
            .map_or_else(|| "docs/formats.md lists them".to_string(), |n| format!("the nearest column is `{n}`"));
        refusal(format!("`{name}` is no record column"), help)
    })
}

fn time(name: &str) -> Result<&'static str, Refusal> {
    let field = column(name)?;
    if field.kind == Kind::Time { Ok(field.name) } else { Err(refusal(format!("`{name}` is no time"), "")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::OfRecords;

    fn made(words: Words<'_>) -> Result<Derived, String> {
        Derived::new(words, &OfRecords { grouped: false }).map_err(|refusal| refusal.message)
    }

    #[test]
    fn one_thing_is_said() {
        let count = Count::All(true);
        assert_eq!(made(Words::default()).unwrap_err(), "says not exactly one thing");
        let two = Words { live: Some("state"), count: Some(&count), ..Words::default() };
        assert_eq!(made(two).unwrap_err(), "says not exactly one thing");
        let live = Words { live: Some("state"), filter: Some("live"), ..Words::default() };
        assert!(made(live).unwrap_err().contains("`where`"));
        assert_eq!(made(Words { newest: Some("state"), ..Words::default() }).unwrap_err(), "`state` is no time");
        assert_eq!(made(Words { live: Some("stat"), ..Words::default() }).unwrap_err(), "`stat` is no record column");
    }

    #[test]
    fn what_a_column_reads_and_is() {
        let any = made(Words { any: Some("state = 'lost'\n AND live"), filter: Some("days > 30"), ..Words::default() });
        let any = any.unwrap();
        assert_eq!((any.kind(), any.text()), (Kind::Flag, "state = 'lost' AND live"));
        assert_eq!(any.reads(), ["days", "live", "state"]);
        assert_eq!(any.record_columns(), ["state"]);
        let live = made(Words { live: Some("released"), ..Words::default() }).unwrap();
        assert_eq!((live.kind(), live.record_columns()), (Kind::Time, vec!["released"]));
        let held = made(Words { held: Some(("server", 0)), ..Words::default() }).unwrap();
        assert_eq!((held.kind(), held.record_columns(), held.text()), (Kind::Flag, vec!["server"], "server"));
        let listed = Words { listed: Some("entra_id"), filter: Some("live"), ..Words::default() };
        assert!(made(listed).unwrap_err().contains("`where`"), "it speaks of the live record");
    }
}
