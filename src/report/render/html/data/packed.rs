//! How columns stand in the page: JSON in which nothing is said twice, deflated, in base64. Values stay text that can be
//! searched for: what looks for names in a redacted copy inflates this and reads it.

use std::collections::HashMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// What parts the texts of a column.
const BETWEEN: &str = "|";

/// Deflated, and in an alphabet that markup leaves alone.
pub(super) fn pack(value: &Value) -> Result<String> {
    let failed = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    serde_json::to_writer(&mut deflated, value).map_err(|e| failed(&e))?;
    deflated.flush().map_err(|e| failed(&e))?;
    Ok(STANDARD.encode(deflated.finish().map_err(|e| failed(&e))?))
}

/// A column of texts: one text, or a list where a text holds the sign that would part them.
pub(super) fn column<T: AsRef<str>>(texts: &[T]) -> Value {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    if texts.is_empty() || texts.iter().any(|text| text.contains(BETWEEN)) {
        return json!(texts);
    }
    texts.join(BETWEEN).into()
}

/// Texts of which many devices have the same: each once, and a device has its number. Where most differ, numbers would only
/// add to them.
pub(super) fn shared(texts: &[String]) -> Value {
    let (listed, of) = numbered(texts);
    if listed.len() * 2 > texts.len() {
        json!({ "texts": column(texts) })
    } else {
        json!({ "texts": listed, "of": of })
    }
}

/// Values that many have in common, each once, and who has which.
pub(super) fn alike<T: Serialize>(values: &[T]) -> Value {
    let (kinds, of) = numbered(values);
    json!({ "kinds": kinds, "of": of })
}

/// Each value once, in the order in which they come, and the number of each.
fn numbered<T: Serialize>(values: &[T]) -> (Vec<Value>, Vec<usize>) {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut listed = Vec::new();
    let of = values.iter().map(|value| {
        let value = json!(value);
        *numbers.entry(value.to_string()).or_insert_with(|| {
            listed.push(value);
            listed.len() - 1
        })
    });
    let of = of.collect();
    (listed, of)
}

/// Numbers as the difference to the one before, which is small where neighbours are alike. What is not known stays so.
pub(super) fn steps(numbers: impl IntoIterator<Item = Option<i64>>) -> Vec<Option<i64>> {
    let mut last = 0;
    let step = |number: Option<i64>| {
        number.map(|number| {
            let step = number - last;
            last = number;
            step
        })
    };
    numbers.into_iter().map(step).collect()
}

/// From this length on a value that was said of the device already is a number.
const LONG: usize = 16;

/// Evidence in columns: `name=value; name=value`, the names once for all findings that give the same ones, and their values
/// side by side. In place of a long value stands 0 where it is what the key of the device has, else which of the values that
/// the findings of this device have given before it is, from 1.
#[derive(Default)]
pub(super) struct Evidence {
    forms: Vec<Form>,
    numbers: HashMap<Vec<Option<String>>, usize>,
    of: Vec<usize>,
    /// What the findings of the device at hand have given.
    given: Vec<String>,
}

/// The names that a finding gives, and what each finding says of them; a part without a name is all value.
struct Form {
    names: Vec<Option<String>>,
    values: Vec<Vec<Value>>,
}

impl Evidence {
    /// The findings that follow are those of another device.
    pub(super) fn next_device(&mut self) {
        self.given.clear();
    }

    /// Takes the evidence of the next finding of a device with this key.
    pub(super) fn push(&mut self, evidence: &str, key: &str) {
        let known = key.split_once(':').map_or("", |(_, known)| known);
        let parts: Vec<(Option<&str>, &str)> = evidence
            .split("; ")
            .map(|part| part.split_once('=').map_or((None, part), |(name, value)| (Some(name), value)))
            .collect();
        let names: Vec<Option<String>> = parts.iter().map(|(name, _)| name.map(Into::into)).collect();
        let number = *self.numbers.entry(names).or_insert_with_key(|names| {
            self.forms.push(Form { names: names.clone(), values: vec![Vec::new(); names.len()] });
            self.forms.len() - 1
        });
        if let Some(form) = self.forms.get_mut(number) {
            for (column, (_, value)) in form.values.iter_mut().zip(parts) {
                let before = || self.given.iter().position(|given| given == value);
                column.push(match value {
                    long if long.len() >= LONG && long == known => 0.into(),
                    long if long.len() >= LONG => before().map_or_else(|| long.into(), |place| (place + 1).into()),
                    short => short.into(),
                });
                self.given.push(value.to_string());
            }
        }
        self.of.push(number);
    }

    /// As the page reads it.
    pub(super) fn json(&self) -> Value {
        let values = |values: &Vec<Value>| {
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            texts.map_or_else(|| json!(values), |texts| column(&texts))
        };
        let form = |form: &Form| json!([form.names, form.values.iter().map(values).collect::<Vec<_>>()]);
        json!({ "forms": self.forms.iter().map(form).collect::<Vec<_>>(), "of": self.of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_one_text_unless_a_text_holds_its_sign() {
        assert_eq!(column(&["a", "", "b"]), json!("a||b"));
        assert_eq!(column(&["a|b", "c"]), json!(["a|b", "c"]));
        assert_eq!(column::<&str>(&[]), json!([]));
        assert_eq!(column(&[""]), json!(""));
    }

    #[test]
    fn what_is_shared_has_a_number_and_what_differs_stands_for_itself() {
        let texts = |all: [&str; 4]| all.map(String::from).to_vec();
        assert_eq!(shared(&texts(["a", "b", "a", "a"])), json!({ "texts": ["a", "b"], "of": [0, 1, 0, 0] }));
        assert_eq!(shared(&texts(["a", "b", "c", "a"])), json!({ "texts": "a|b|c|a" }));
        assert_eq!(alike(&[[1, 2], [3, 4], [1, 2]]), json!({ "kinds": [[1, 2], [3, 4]], "of": [0, 1, 0] }));
    }

    #[test]
    fn numbers_are_differences_and_gaps_stay_gaps() {
        assert_eq!(steps([Some(10), None, Some(7), Some(7)]), [Some(10), None, Some(-3), Some(0)]);
    }

    #[test]
    fn evidence_is_columns_of_the_findings_that_name_the_same() {
        let mut evidence = Evidence::default();
        for text in ["days=3; seen=2026-01-02", "free text", "days=4; seen=a|b", ""] {
            evidence.push(text, "serial:X1");
        }
        let forms = json!([[["days", "seen"], ["3|4", ["2026-01-02", "a|b"]]], [[null], ["free text|"]]]);
        assert_eq!(evidence.json(), json!({ "forms": forms, "of": [0, 1, 0, 1] }));
    }

    #[test]
    fn a_long_value_is_written_once_for_each_device() {
        let id = "1e2e2972-56c0-4608-83f8-faa9e00fae43";
        let mut evidence = Evidence::default();
        for key in ["serial:X1", &format!("entra:{id}")] {
            evidence.next_device();
            evidence.push(&format!("on=yes; id={id}"), key);
            evidence.push(&format!("on=yes; id={id}"), key);
        }
        let forms = json!([[["on", "id"], ["yes|yes|yes|yes", [id, 2, 0, 0]]]]);
        assert_eq!(evidence.json(), json!({ "forms": forms, "of": [0, 0, 0, 0] }));
    }
}
