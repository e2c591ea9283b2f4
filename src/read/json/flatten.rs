//! Flattens one element: walks it as a stream and tells a [`Sink`] each scalar with its path.
//!
//! - Nested objects give dotted paths. Objects named `attributes`, `properties` or `additionalProperties` add nothing
//!   to the path.
//! - Within a nested object the member `value` stands for the object itself, as in dates of old `PowerShell` versions.
//! - Items of an array share the path of the array.
//! - What is nested deeper than [`MAX_DEPTH`] is passed over.

use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Objects and arrays are followed to this depth.
const MAX_DEPTH: u8 = 16;
/// A path with more bytes is passed over: it is no column, and every member inside would repeat it.
const MAX_PATH: usize = 1_000;
/// The path number for what has none.
pub(super) const NO_PATH: u32 = u32::MAX;
/// From here on a whole number that was written as a float shows its exponent.
const MIN_EXPONENT: f64 = 1e11;

/// A scalar value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scalar<'a> {
    Text(&'a str),
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// What to do with the value at a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Plan {
    /// Walk it; the number stands for the path.
    Take(u32),
    /// Only tell whether it is null.
    Secret(u32),
    /// Pass it over.
    Drop,
}

/// Gets what the walk meets, in the order of the text.
pub(super) trait Sink {
    /// A member starts, its path is known.
    fn plan(&mut self, path: &str) -> Plan;
    /// A scalar. The rank counts the members around it that are not in its path: of two values the one of lower rank
    /// wins.
    fn scalar(&mut self, id: u32, rank: u8, value: Scalar<'_>);
    fn null(&mut self, id: u32);
    /// An array starts.
    fn open(&mut self);
    /// An item of the innermost array ends.
    fn item(&mut self);
    /// The innermost array ends.
    fn close(&mut self, id: u32, rank: u8, items: usize);
    /// A secret that is not null was passed over.
    fn secret(&mut self, id: u32);
}

impl Scalar<'_> {
    /// Appends the value as text.
    ///
    /// Whole numbers keep their digits. Of a float the source text is not known: a large whole one, which a
    /// spreadsheet would have written with an exponent, gets it back (`3.56E14`), so that a damaged number stays
    /// visible as such.
    pub(super) fn write(self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Text(text) => out.write_str(text),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Unsigned(value) => write!(out, "{value}"),
            Self::Signed(value) => write!(out, "{value}"),
            Self::Float(value) if value.abs() >= MIN_EXPONENT => write!(out, "{value:E}"),
            Self::Float(value) => write!(out, "{value}"),
        };
    }
}

/// Flattens the text of one element. The path is a buffer to reuse.
///
/// # Errors
/// Says where the JSON is broken, as what is said of a row.
pub(super) fn flatten<S: Sink>(text: &str, path: &mut String, sink: &mut S) -> Result<(), String> {
    path.clear();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut walk = Walk { sink, path, depth: 0, rank: 0 };
    let result = ValueSeed { walk: &mut walk, id: NO_PATH, around: None }.deserialize(&mut deserializer);
    let result = result.and_then(|()| deserializer.end());
    result.map_err(|error| format!("is broken JSON at its byte {}", offset(text, error.line(), error.column())))
}

/// The byte offset of a place that is given by line and column.
fn offset(text: &str, line: usize, column: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>() + column
}

struct Walk<'s, S> {
    sink: &'s mut S,
    path: &'s mut String,
    depth: u8,
    rank: u8,
}

/// A value to walk.
struct ValueSeed<'w, 's, S> {
    walk: &'w mut Walk<'s, S>,
    id: u32,
    /// For a member that adds nothing to the path when it is an object: the length of the path around it.
    around: Option<usize>,
}

impl<'de, S: Sink> DeserializeSeed<'de> for ValueSeed<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for ValueSeed<'_, '_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.walk.sink.scalar(self.id, self.walk.rank, Scalar::Text(value));
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.walk.sink.scalar(self.id, self.walk.rank, Scalar::Bool(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.walk.sink.scalar(self.id, self.walk.rank, Scalar::Unsigned(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.walk.sink.scalar(self.id, self.walk.rank, Scalar::Signed(value));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.walk.sink.scalar(self.id, self.walk.rank, Scalar::Float(value));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.walk.sink.null(self.id);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { walk, id, .. } = self;
        if walk.depth >= MAX_DEPTH {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        walk.depth += 1;
        walk.sink.open();
        let mut items = 0;
        while seq.next_element_seed(ValueSeed { walk, id, around: None })?.is_some() {
            items += 1;
            walk.sink.item();
        }
        walk.depth -= 1;
        walk.sink.close(id, walk.rank, items);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { walk, around, .. } = self;
        if walk.depth >= MAX_DEPTH {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let rank = walk.rank;
        if let Some(length) = around {
            walk.path.truncate(length);
            walk.rank = rank.saturating_add(1);
        }
        walk.depth += 1;
        let length = walk.path.len();
        while let Some(transparent) = map.next_key_seed(KeySeed { path: walk.path })? {
            let plan = if walk.path.len() > MAX_PATH { Plan::Drop } else { walk.sink.plan(walk.path) };
            match plan {
                Plan::Take(id) => {
                    map.next_value_seed(ValueSeed { walk, id, around: transparent.then_some(length) })?;
                }
                Plan::Secret(id) => {
                    if map.next_value_seed(FilledSeed)? {
                        walk.sink.secret(id);
                    }
                }
                Plan::Drop => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            walk.path.truncate(length);
        }
        walk.depth -= 1;
        walk.rank = rank;
        Ok(())
    }
}

/// Passes over a value and tells whether there was anything: null, blank text and empty lists are nothing.
struct FilledSeed;

impl<'de> DeserializeSeed<'de> for FilledSeed {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FilledSeed {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        Ok(!text.trim().is_empty())
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let mut any = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            any = true;
        }
        Ok(any)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut any = false;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            any = true;
        }
        Ok(any)
    }
}

/// A key: appends it to the path, and tells whether it adds nothing when its value is an object.
struct KeySeed<'p> {
    path: &'p mut String,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        if !self.path.is_empty() {
            if key == "value" {
                return Ok(false);
            }
            self.path.push('.');
        }
        self.path.push_str(key);
        Ok(matches!(key, "attributes" | "properties" | "additionalProperties" | "AdditionalProperties"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::header;
    use super::super::reader::Reader;

    #[test]
    fn flattening_follows_the_rules() {
        let deep = format!(r#"{{"a":{}1{}}}"#, r#"{"b":"#.repeat(20), "}".repeat(20));
        let cases = [
            (r#"{"a":{"b":{"c":1}},"d":-2,"e":true}"#, "a.b.c=1; d=-2; e=true"),
            (r#"{"id":"1","attributes":{"id":"2","x":"y"}}"#, "id=1; x=y"),
            (r#"{"attributes":{"id":"2","x":"y"},"id":"1"}"#, "id=1; x=y"),
            (r#"{"attributes":{"id":"2"},"id":null}"#, "id=2"),
            (r#"{"a":{"AdditionalProperties":{"b":{"properties":{"c":1}}}}}"#, "a.b.c=1"),
            (r#"{"properties":"p","attributes":[1,2]}"#, "properties=p; attributes=1|2"),
            (
                r#"{"t":{"value":"\/Date(1700000000000)\/","DisplayHint":2,"DateTime":"d"},"value":"v"}"#,
                "t=/Date(1700000000000)/; t.DisplayHint=2; t.DateTime=d; value=v",
            ),
            (r#"{"attributes":{"value":"v"},"x":{"value":{"y":1}}}"#, "value=v; x.y=1"),
            (r#"{"a":["x",null,"y",2,true],"b":[],"c":[null]}"#, "a=x||y|2|true"),
            (r#"{"a":[{"x":1,"y":"p"},{"y":"q"},{"x":3,"y":null}]}"#, "a.x=1||3; a.y=p|q|"),
            (r#"{"a":[{"x":null},{"x":null}],"b":[{}]}"#, ""),
            (r#"{"a":[[1,2],[3]],"b":["s",{"m":1}]}"#, "a=1|2|3; b=s|; b.m=|1"),
            (r#"{"r":[{"v":[{"id":"p"},{"id":"q"}]},{"v":[{"id":"r"}],"w":{"z":1}}]}"#, "r.v.id=p|q|r; r.w.z=|1"),
            (r#"{"a":"1","a":"2","b":[{"c":1,"c":2}]}"#, "a=1; b.c=1"),
            (
                r#"{"a":3.56e14,"b":1.5,"c":2.0,"d":3.56E+5,"e":18446744073709551615}"#,
                "a=3.56E14; b=1.5; c=2; d=356000; e=18446744073709551615",
            ),
            (r#"{"a":123456789012345678901234567890}"#, "a=1.2345678901234568E29"),
            (r#"{"a\u0062":"\u00e9\n|","@odata.type":"t"}"#, "ab=é\n|; @odata.type=t"),
            (&deep, ""),
            (r#"{"a":{},"":"x"}"#, "=x"),
        ];
        for (text, expected) in cases {
            let header = header(text);
            let mut reader = Reader::new(&header, &|_| false);
            reader.read_element(text).unwrap();
            let cell = |(slot, path): (usize, &String)| Some(format!("{path}={}", reader.cell(slot)?));
            let mut cells: Vec<_> = header.iter().enumerate().filter_map(cell).collect();
            let mut expected: Vec<_> =
                expected.split("; ").filter(|cell| !cell.is_empty()).map(str::to_owned).collect();
            cells.sort();
            expected.sort();
            assert_eq!(cells, expected, "{text}");
        }
    }

    #[test]
    fn broken_elements_say_where() {
        let error = Reader::new(&[], &|_| false).read_element("{\"a\":1,\n \"b\":x}").unwrap_err();
        assert_eq!(error, "is broken JSON at its byte 14");
    }
}
