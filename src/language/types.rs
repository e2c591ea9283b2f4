//! Comparisons that can never be true, or not as meant: the engine lets them pass, and a typo must not.

use polars::lazy::dsl::{BooleanFunction, FunctionExpr};
use polars::prelude::{Expr, LiteralValue, Operator};

use super::condition::{Refusal, Scope};
use crate::schema::{Kind, nearest};

/// What is wrong with a part of a condition.
pub(super) fn mistyped(part: &Expr, scope: &dyn Scope) -> Option<Refusal> {
    match part {
        Expr::BinaryExpr { left, op, right } if is_comparison(*op) => match (left.as_ref(), right.as_ref()) {
            (Expr::Column(column), Expr::Literal(value)) | (Expr::Literal(value), Expr::Column(column)) => {
                texts(value).iter().find_map(|text| compared(column, text.as_deref(), scope))
            }
            _ => None,
        },
        Expr::Function { input, function: FunctionExpr::Boolean(BooleanFunction::IsIn { .. }) } => {
            match input.as_slice() {
                [Expr::Column(column), Expr::Literal(values)] => {
                    texts(values).iter().find_map(|text| compared(column, text.as_deref(), scope))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

const fn is_comparison(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::EqValidity
            | Operator::NotEq
            | Operator::NotEqValidity
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
    )
}

/// A column beside a text, or beside something else.
fn compared(column: &str, text: Option<&str>, scope: &dyn Scope) -> Option<Refusal> {
    let refusal = |message: String, help: String| Some(Refusal { message, help });
    match (scope.kind(column)?, text) {
        (Kind::Flag, Some(text)) => refusal(
            format!("compares the flag `{column}` with the text '{text}'"),
            format!("write `{column}` or `NOT {column}`"),
        ),
        (Kind::Time, Some(text)) => refusal(
            format!("compares the time `{column}` with the text '{text}'"),
            "compare it with `as_of - INTERVAL '90 days'`, or use the column of its days".into(),
        ),
        (Kind::Count | Kind::Days, Some(text)) => {
            refusal(format!("compares the number `{column}` with the text '{text}'"), "leave the quotes away".into())
        }
        (Kind::Word(words), Some(text)) if !words.contains(&text) => {
            let help = nearest(&text.to_lowercase(), words.iter().copied()).map_or_else(
                || format!("it is one of {}", words.join(", ")),
                |near| format!("the nearest word is '{near}'"),
            );
            refusal(format!("`{column}` is never '{text}'"), help)
        }
        (Kind::State, Some(text)) if text.chars().any(|c| c.is_uppercase() || c.is_whitespace()) => {
            let squeezed: String = text.to_lowercase().split_whitespace().collect();
            refusal(
                format!("`{column}` is never '{text}'"),
                format!("its words are lower case and without blanks: '{squeezed}'"),
            )
        }
        _ => None,
    }
}

/// The texts of a literal; `None` for what is no text.
fn texts(value: &LiteralValue) -> Vec<Option<String>> {
    if let LiteralValue::Series(series) = value {
        return series.str().map_or_else(|_| Vec::new(), |cells| cells.iter().map(|c| c.map(str::to_string)).collect());
    }
    vec![value.extract_str().map(str::to_string)]
}
