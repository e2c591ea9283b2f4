//! One column: its name, its type, its meaning and how its cells are read, in one place.

use std::borrow::Cow;

use crate::console::Console;

/// What one cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) enum Value<'r> {
    /// Nothing: an empty cell.
    Nothing,
    /// A word of ours: no sign in it needs care.
    Word(&'r str),
    /// A console.
    Console(Console),
    /// Text from an export, or about one.
    Text(Cow<'r, str>),
    /// Several words of ours.
    Words(Vec<&'r str>),
    /// Several texts.
    List(Vec<String>),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A moment, UTC milliseconds.
    Time(i64),
    /// A day, as its first moment.
    Day(i64),
}

/// What a cell holds, apart from its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) enum Plain {
    /// Nothing.
    Nothing,
    /// Text or words; several joined with `|`.
    Text(String),
    /// A number, 1 for yes, a moment or the first moment of a day in UTC milliseconds.
    Number(i64),
}

impl From<Value<'_>> for Plain {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Nothing => Self::Nothing,
            Value::Word(word) => Self::Text(word.to_string()),
            Value::Console(console) => Self::Text(console.as_str().to_string()),
            Value::Text(text) => Self::Text(text.into_owned()),
            Value::Words(words) => Self::Text(words.join("|")),
            Value::List(texts) => Self::Text(texts.join("|")),
            Value::Flag(flag) => Self::Number(flag.into()),
            Value::Number(number) | Value::Time(number) | Value::Day(number) => Self::Number(number),
        }
    }
}

impl Plain {
    /// Text, or none.
    pub(in crate::report) fn text(self) -> String {
        if let Self::Text(text) = self { text } else { String::new() }
    }

    /// A number, or none.
    pub(in crate::report) const fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Type {
    /// One word of a list.
    Word,
    /// A console; people read its title.
    Console,
    /// Text.
    Text,
    /// Words, joined with `|` where a cell holds text only.
    Words,
    /// Texts, joined with `|` where a cell holds text only.
    List,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A moment in UTC.
    Time,
    /// A day in UTC.
    Day,
}

impl Type {
    /// How the documents call it.
    #[cfg(test)]
    pub(in crate::report) const fn as_str(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Console => "console",
            Self::Text => "text",
            Self::Words => "words",
            Self::List => "list",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Time => "time",
            Self::Day => "day",
        }
    }
}

/// Which files have a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Place {
    /// All of them.
    Everywhere,
    /// All but the CSV, whose header is fixed.
    BeyondCsv,
    /// The CSV alone: the column of a console of which no list was given, so that the header stays the same.
    CsvOnly,
}

/// What is known of a column without any line.
#[derive(Clone, Debug)]
pub(in crate::report) struct Field {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: Type,
    /// What it means.
    pub meaning: String,
    /// The words that it may hold; nothing where they are open.
    pub words: &'static [&'static str],
    /// Heading for people.
    pub heading: String,
    /// Width for people, in characters.
    pub width: u16,
    /// Long text that people read over several lines.
    pub prose: bool,
    /// Which files have it.
    pub place: Place,
    /// A cell may hold nothing.
    pub optional: bool,
}

/// How a cell is read from a line.
pub(super) type Cell<'a, R> = Box<dyn for<'r> Fn(&'r R) -> Value<'r> + Send + Sync + 'a>;

/// The columns of a table, in their order, each written down once.
pub(in crate::report) struct Columns<'a, R> {
    /// What is known of each.
    pub(super) fields: Vec<Field>,
    /// How each is read.
    pub(super) cells: Vec<Cell<'a, R>>,
}

impl<'a, R: 'a> Columns<'a, R> {
    /// None yet.
    pub(super) const fn new() -> Self {
        Self { fields: Vec::new(), cells: Vec::new() }
    }

    fn add(
        mut self,
        (name, meaning): (impl Into<String>, impl Into<String>),
        kind: Type,
        cell: impl for<'r> Fn(&'r R) -> Value<'r> + Send + Sync + 'a,
    ) -> Self {
        let name = name.into();
        let heading = heading(&name);
        let (width, prose, optional) = (12, false, false);
        let (words, place) = (&[][..], Place::Everywhere);
        let meaning = meaning.into();
        self.fields.push(Field { name, kind, meaning, words, heading, width, prose, place, optional });
        self.cells.push(Box::new(cell));
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Field)) -> Self {
        if let Some(last) = self.fields.last_mut() {
            change(last);
        }
        self
    }

    /// A word of ours; empty for none.
    pub(super) fn word(
        self,
        name: impl Into<String>,
        meaning: impl Into<String>,
        get: impl Fn(&R) -> &str + Send + Sync + 'a,
    ) -> Self {
        self.add((name, meaning), Type::Word, move |r| Value::Word(get(r)))
    }

    /// A word of ours, or nothing.
    pub(super) fn maybe_word(
        self,
        name: &str,
        meaning: &str,
        get: impl Fn(&R) -> Option<&str> + Send + Sync + 'a,
    ) -> Self {
        self.add((name, meaning), Type::Word, move |r| get(r).map_or(Value::Nothing, Value::Word)).optional()
    }

    /// A console.
    pub(super) fn console(
        self,
        name: &str,
        meaning: &str,
        get: impl Fn(&R) -> Option<Console> + Send + Sync + 'a,
    ) -> Self {
        self.add((name, meaning), Type::Console, move |r| get(r).map_or(Value::Nothing, Value::Console))
    }

    /// Text; empty for none.
    pub(super) fn text(
        self,
        name: impl Into<String>,
        meaning: impl Into<String>,
        get: impl Fn(&R) -> &str + Send + Sync + 'a,
    ) -> Self {
        self.add((name, meaning), Type::Text, move |r| Value::Text(Cow::Borrowed(get(r))))
    }

    /// Text that is put together for the line.
    pub(super) fn made(
        self,
        name: &str,
        meaning: &str,
        get: impl for<'r> Fn(&'r R) -> Cow<'r, str> + Send + Sync + 'a,
    ) -> Self {
        self.add((name, meaning), Type::Text, move |r| Value::Text(get(r)))
    }

    /// Text, or nothing.
    pub(super) fn maybe_text(
        self,
        name: &str,
        meaning: &str,
        get: impl Fn(&R) -> Option<&str> + Send + Sync + 'a,
    ) -> Self {
        self.add((name, meaning), Type::Text, move |r| get(r).map_or(Value::Nothing, |t| Value::Text(Cow::Borrowed(t))))
            .optional()
    }

    /// Several words of ours.
    pub(super) fn words(self, name: &str, meaning: &str, get: impl Fn(&R) -> Vec<&str> + Send + Sync + 'a) -> Self {
        self.add((name, meaning), Type::Words, move |r| Value::Words(get(r)))
    }

    /// Several texts.
    pub(super) fn list(self, name: &str, meaning: &str, get: impl Fn(&R) -> Vec<String> + Send + Sync + 'a) -> Self {
        self.add((name, meaning), Type::List, move |r| Value::List(get(r)))
    }

    /// A count. One beyond what any table can hold shows as nothing.
    pub(super) fn count(self, name: &str, meaning: &str, get: impl Fn(&R) -> u64 + Send + Sync + 'a) -> Self {
        self.add((name, meaning), Type::Number, move |r| i64::try_from(get(r)).map_or(Value::Nothing, Value::Number))
    }

    /// A number, or nothing.
    pub(super) fn number(self, name: &str, meaning: &str, get: impl Fn(&R) -> Option<i64> + Send + Sync + 'a) -> Self {
        self.add((name, meaning), Type::Number, move |r| get(r).map_or(Value::Nothing, Value::Number)).optional()
    }

    /// Yes or no.
    pub(super) fn flag(self, name: &str, meaning: &str, get: impl Fn(&R) -> bool + Send + Sync + 'a) -> Self {
        self.add((name, meaning), Type::Flag, move |r| Value::Flag(get(r)))
    }

    /// A moment, UTC milliseconds, or nothing.
    pub(super) fn time(
        self,
        name: impl Into<String>,
        meaning: impl Into<String>,
        get: impl Fn(&R) -> Option<i64> + Send + Sync + 'a,
    ) -> Self {
        self.add((name, meaning), Type::Time, move |r| get(r).map_or(Value::Nothing, Value::Time))
    }

    /// A day, UTC milliseconds, or nothing.
    pub(super) fn day(self, name: &str, meaning: &str, get: impl Fn(&R) -> Option<i64> + Send + Sync + 'a) -> Self {
        self.add((name, meaning), Type::Day, move |r| get(r).map_or(Value::Nothing, Value::Day))
    }

    /// How people see the column before.
    pub(super) fn shown(self, heading: impl Into<String>, width: u16) -> Self {
        self.change(|field| {
            field.heading = heading.into();
            field.width = width;
        })
    }

    /// The column before holds long text.
    pub(super) fn prose(self) -> Self {
        self.change(|field| field.prose = true)
    }

    /// The words that the column before may hold.
    pub(super) fn one_of(self, words: &'static [&'static str]) -> Self {
        self.change(|field| field.words = words)
    }

    /// The CSV does not have the column before.
    pub(super) fn beyond_csv(self) -> Self {
        self.placed(Place::BeyondCsv)
    }

    /// Which files have the column before.
    pub(super) fn placed(self, place: Place) -> Self {
        self.change(|field| field.place = place)
    }

    /// Cells of the column before may hold nothing.
    pub(super) fn optional(self) -> Self {
        self.change(|field| field.optional = true)
    }
}

/// `days_inactive` as a heading.
fn heading(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
