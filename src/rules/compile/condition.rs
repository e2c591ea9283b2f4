//! A condition: what it may be, what it may read, and every way in which one is refused.

use polars::lazy::dsl::{BooleanFunction, FunctionExpr};
use polars::prelude::{
    Column, DataFrame, DataType, Expr, IntoColumn, IntoLazy, LiteralValue, Null, Operator, Series, col, lit, when,
};
use polars::sql::sql_expr;

use super::super::engine::{dtype, first_line, quietly};
use super::types;
use crate::identity::SHORTEST_INACTIVE;
use crate::schema::{Kind, nearest, record_field, renamed};

/// Functions that look at more than one row, and words that begin another query.
const REFUSED_WORDS: &[&str] = &[
    "select",
    "from",
    "over",
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "first",
    "last",
    "median",
    "stddev",
    "variance",
    "quantile_cont",
    "quantile_disc",
    "array_agg",
    "row_number",
    "rank",
    "dense_rank",
    "lag",
    "lead",
    "read_csv",
    "read_json",
    "read_parquet",
    "read_ipc",
    "current_date",
    "current_timestamp",
    "now",
];

/// Columns that a condition may read.
pub(super) trait Scope {
    /// Type of a column.
    fn kind(&self, name: &str) -> Option<Kind>;
    /// Every name, for finding the one that was meant.
    fn names(&self) -> Vec<&str>;
    /// What stands in place of the name of a shared condition.
    fn shared(&self, name: &str) -> Option<Result<Expr, Refusal>>;
    /// What one row is.
    fn row(&self) -> &'static str;
    /// Whether a row may come from a list that lacks a column.
    fn may_lack(&self) -> bool;
}

/// What is wrong with a condition, and what would be right.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Refusal {
    pub message: String,
    pub help: String,
}

fn refusal(message: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal { message: message.into(), help: help.into() }
}

/// Parses a condition, refuses what it may not be, and runs it over a table without rows.
pub(super) fn condition(text: &str, scope: &dyn Scope) -> Result<Expr, Refusal> {
    let expr = checked(text, scope)?;
    Ok(if scope.may_lack() { open_where_lacking(expr) } else { expr })
}

/// Puts shared conditions in place of their names.
fn expand(expr: Expr, scope: &dyn Scope) -> Result<Expr, Refusal> {
    let mut found = Vec::new();
    for name in expr.clone().meta().root_names() {
        if scope.kind(&name).is_none()
            && let Some(shared) = scope.shared(&name)
        {
            found.push((name, shared?));
        }
    }
    Ok(expr.map_expr(|part| match &part {
        Expr::Column(name) => found.iter().find(|(own, _)| own == name).map_or(part, |(_, shared)| shared.clone()),
        _ => part,
    }))
}

/// The same, without what depends on the lists at hand.
pub(super) fn checked(text: &str, scope: &dyn Scope) -> Result<Expr, Refusal> {
    if let Some(word) = refused_word(text) {
        let help =
            format!("a condition speaks of one {} at a time; `lastseen fields` lists what it may read", scope.row());
        return Err(refusal(format!("`{word}` is not allowed in a condition"), help));
    }
    let parsed = quietly(|| sql_expr(text).map_err(|e| first_line(&e)));
    let expr = parsed.map_err(|message| refusal(format!("cannot be read as a condition: {message}"), ""))?;
    if expr.into_iter().any(|part| matches!(part, Expr::Alias(..))) {
        return Err(refusal("gives its result a name", "a condition has no `AS`"));
    }
    let expr = expand(expr, scope)?;
    let mut roots = expr.clone().meta().root_names();
    roots.sort_unstable();
    roots.dedup();
    for root in &roots {
        if scope.kind(root).is_none() {
            return Err(unknown(root, text, scope));
        }
    }
    if roots.is_empty() {
        let help = "let it read a column; `lastseen fields` lists them";
        return Err(refusal(format!("looks at no column, so it says the same of every {}", scope.row()), help));
    }
    if let Some((column, days)) = expr.into_iter().find_map(too_short) {
        let help = format!(
            "Entra's activity stamp only moves once it is 14 ± 5 days old; compare with `inactive_days`, or with {SHORTEST_INACTIVE} days and more"
        );
        return Err(refusal(format!("calls a device late after {days} days (`{column}`)"), help));
    }
    if let Some(refusal) = expr.into_iter().find_map(|part| types::mistyped(part, scope)) {
        return Err(refusal);
    }
    let columns = roots.iter().filter_map(|root| Some((root.as_str(), scope.kind(root)?)));
    let table = without_rows(columns);
    quietly(|| {
        let out = table.lazy().select([expr.clone().alias("result")]).collect().map_err(|e| first_line(&e))?;
        let found = out.column("result").map_err(|e| first_line(&e))?.dtype().clone();
        if found == DataType::Boolean { Ok(()) } else { Err(format!("gives {}, not true or false", kind_of(&found))) }
    })
    .map_err(|message| refusal(format!("cannot be evaluated: {message}"), types_of(&roots, scope)))?;
    Ok(expr)
}

/// End of the name of the column that tells where another is open: its export does not have it, or its cell could not be
/// read.
pub(in crate::rules) const OPEN: &str = "?open";

/// A cell that an export does not have is not blank but unknown. Comparisons with it are unknown by themselves; asking
/// whether it is blank is not.
fn open_where_lacking(expr: Expr) -> Expr {
    expr.map_expr(|part| {
        let column = match &part {
            Expr::Function {
                input,
                function: FunctionExpr::Boolean(BooleanFunction::IsNull | BooleanFunction::IsNotNull),
            } => match input.as_slice() {
                [Expr::Column(column)] if record_field(column).is_some() => Some(column.clone()),
                _ => None,
            },
            _ => None,
        };
        match column {
            Some(column) => {
                let unknown = lit(Null {}).cast(DataType::Boolean);
                when(col(format!("{column}{OPEN}"))).then(unknown).otherwise(part)
            }
            None => part,
        }
    })
}

/// The nearest column, or that text stands in single quotes.
fn unknown(root: &str, text: &str, scope: &dyn Scope) -> Refusal {
    let help = if text.contains(&format!("\"{root}\"")) {
        format!("text stands in single quotes: '{root}'")
    } else {
        renamed(root)
            .or_else(|| nearest(root, scope.names().into_iter()))
            .map_or_else(|| "`lastseen fields` lists the columns".into(), |n| format!("the nearest column is `{n}`"))
    };
    refusal(format!("`{root}` is no column"), help)
}

/// What the columns are, for a condition that mixes types.
fn types_of(roots: &[polars::prelude::PlSmallStr], scope: &dyn Scope) -> String {
    let types: Vec<String> =
        roots.iter().filter_map(|r| Some(format!("`{r}` is {}", a_kind(scope.kind(r)?)))).collect();
    types.join(", ")
}

const fn a_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "a flag",
        Kind::Time => "a time",
        Kind::Count => "a number",
        Kind::Days => "a number of days",
        _ => "text",
    }
}

/// A comparison that calls something stale before Entra's stamp can tell.
fn too_short(part: &Expr) -> Option<(String, f64)> {
    let Expr::BinaryExpr { left, op, right } = part else { return None };
    let ((Expr::Column(column), Operator::Gt | Operator::GtEq, Expr::Literal(literal))
    | (Expr::Literal(literal), Operator::Lt | Operator::LtEq, Expr::Column(column))) =
        (left.as_ref(), op, right.as_ref())
    else {
        return None;
    };
    let days = number(literal)?;
    let about_signals = ["days_inactive", "entra_days"].contains(&column.as_str());
    (about_signals && days < f64::from(SHORTEST_INACTIVE)).then(|| (column.to_string(), days))
}

fn number(literal: &LiteralValue) -> Option<f64> {
    literal.to_any_value()?.extract::<f64>()
}

fn refused_word(text: &str) -> Option<&'static str> {
    words(text).iter().find_map(|word| REFUSED_WORDS.iter().copied().find(|refused| refused == word))
}

/// The words of a condition outside its texts, lower case.
pub(in crate::rules) fn words(text: &str) -> Vec<String> {
    let mut outside = String::new();
    for (at, part) in text.split('\'').enumerate() {
        outside.push_str(if at % 2 == 0 { part } else { " " });
    }
    let lower = outside.to_lowercase();
    lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_string).collect()
}

fn without_rows<'a>(columns: impl Iterator<Item = (&'a str, Kind)>) -> DataFrame {
    let columns: Vec<Column> =
        columns.map(|(name, kind)| Series::new_empty(name.into(), &dtype(kind)).into_column()).collect();
    DataFrame::new(0, columns).unwrap_or_default()
}

/// What a condition gives, in plain words.
fn kind_of(dtype: &DataType) -> &'static str {
    match dtype {
        DataType::String => "text",
        d if d.is_primitive_numeric() => "a number",
        d if d.is_temporal() => "a time",
        _ => "something else",
    }
}
