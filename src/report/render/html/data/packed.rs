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

/// Evidence in columns: `name=value; name=value`, the names once for all findings that give the same ones, and their values
/// side by side.
#[derive(Default)]
pub(super) struct Evidence {
    forms: Vec<Form>,
    numbers: HashMap<Vec<Option<String>>, usize>,
    of: Vec<usize>,
}

/// The names that a finding gives, and what each finding says of them; a part without a name is all value.
struct Form {
    names: Vec<Option<String>>,
    values: Vec<Vec<String>>,
}

impl Evidence {
    /// Takes the evidence of the next finding.
    pub(super) fn push(&mut self, evidence: &str) {
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
                column.push(value.to_string());
            }
        }
        self.of.push(number);
    }

    /// As the page reads it.
    pub(super) fn json(&self) -> Value {
        let form = |form: &Form| {
            let columns: Vec<Value> = form.values.iter().map(|texts| column(texts)).collect();
            json!([form.names, columns])
        };
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
            evidence.push(text);
        }
        let forms = json!([[["days", "seen"], ["3|4", ["2026-01-02", "a|b"]]], [[null], ["free text|"]]]);
        assert_eq!(evidence.json(), json!({ "forms": forms, "of": [0, 1, 0, 1] }));
    }
}
