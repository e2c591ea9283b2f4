//! Answers to several requests in one document: the `responses` of a Graph `$batch`.

use super::scan::{Members, Scanner, Value};

/// One answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It has a body, which starts here.
    Body(usize),
    /// It has a status that is no success.
    Failed(String),
}

/// The answers, if an object is a batch of them: each element of `responses` has a status and a body.
pub(super) fn answers(scan: Scanner<'_>, members: &Members<'_>) -> Option<Vec<Answer>> {
    let responses = members.list.iter().find(|member| member.key.eq_ignore_ascii_case("responses"))?;
    let Value::Array(items) = &responses.value else { return None };
    let found: Vec<Answer> = items.elements.iter().map_while(|(start, _)| answer(scan, *start)).collect();
    (!found.is_empty() && found.len() == items.elements.len()).then_some(found)
}

fn answer(scan: Scanner<'_>, start: usize) -> Option<Answer> {
    let members = scan.members(start, |_| false);
    let member = |name: &str| members.list.iter().find(|member| member.key.eq_ignore_ascii_case(name));
    let status = member("status").filter(|status| matches!(status.value, Value::Scalar))?;
    let status = scan.slice(status.start, status.end).trim_matches('"').to_owned();
    let body = member("body");
    if !status.starts_with('2') {
        return Some(Answer::Failed(status));
    }
    match body {
        Some(body) if matches!(body.value, Value::Object) => Some(Answer::Body(body.start)),
        // Nothing to give is an answer too; text in the place of an object is none that can be read.
        Some(body) if matches!(body.value, Value::Null) => Some(Answer::Body(body.start)),
        Some(_) => Some(Answer::Failed("unreadable".into())),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_one_by_the_status_and_body_of_each_answer() {
        let failed = |status: &str| Answer::Failed(status.into());
        let cases = [
            (r#"{"responses":[{"id":"1","status":200,"body":{"a":1}}]}"#, Some(vec![Answer::Body(44)])),
            (r#"{"responses":[{"id":"1","status":429,"headers":{}}]}"#, Some(vec![failed("429")])),
            (r#"{"responses":[{"status":"404","body":{"error":{}}}]}"#, Some(vec![failed("404")])),
            (r#"{"responses":[{"status":200,"body":"eyJ9"}]}"#, Some(vec![failed("unreadable")])),
            (r#"{"responses":[{"status":200}]}"#, None),
            (r#"{"responses":[{"serialNumber":"1","body":{}}]}"#, None),
            (r#"{"responses":[]}"#, None),
            (r#"{"value":[{"status":200,"body":{}}]}"#, None),
        ];
        for (text, expected) in cases {
            let scan = Scanner { text };
            assert_eq!(answers(scan, &scan.members(0, |_| false)), expected, "{text}");
        }
    }
}
