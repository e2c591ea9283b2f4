//! A condition: what it may be, what it may read, and every way in which one is refused.

use polars::lazy::dsl::{BooleanFunction, FunctionExpr};
use polars::prelude::{
    Column, DataFrame, DataType, Expr, IntoColumn, IntoLazy, LiteralValue, Null, Operator, Series, col, lit, when,
};
use polars::sql::sql_expr;

use super::engine::{dtype, first_line, quietly};
use super::types;
use crate::schema::{Kind, nearest, record_field, renamed};
use crate::time::{COARSE_STAMP, SHORTEST_INACTIVE};

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

/// Functions that a condition may call. Each gives one value for one row, and none makes a text longer than its parts.
const FUNCTIONS: &[&str] = &[
    "abs",
    "btrim",
    "ceil",
    "char_length",
    "character_length",
    "coalesce",
    "concat",
    "concat_ws",
    "date_part",
    "ends_with",
    "extract",
    "floor",
    "greatest",
    "if",
    "ifnull",
    "initcap",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "mod",
    "nullif",
    "octet_length",
    "position",
    "regexp_like",
    "right",
    "round",
    "rtrim",
    "sign",
    "starts_with",
    "strpos",
    "substr",
    "substring",
    "trim",
    "upper",
];

/// Words that stand before a bracket and are no functions.
const BEFORE_BRACKETS: &[&str] = &[
    "all", "and", "any", "as", "between", "by", "case", "cast", "char", "decimal", "else", "escape", "ilike", "in",
    "interval", "is", "like", "not", "numeric", "or", "regexp", "rlike", "then", "try_cast", "varchar", "when",
];

/// The longest condition, in characters.
const LONGEST: usize = 8_000;
/// The longest text in a condition, in characters.
const LONGEST_TEXT: usize = 1_000;
/// Operators, functions and cases of one condition; each is a step deeper for the engine.
const MOST_STEPS: usize = 250;
/// Brackets inside each other.
const DEEPEST: usize = 32;

/// Columns that a condition may read.
pub trait Scope {
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
    /// Whether it is known that nothing is wrong with the conditions, so that they are read and not tried.
    fn is_proven(&self) -> bool;
}

/// What is wrong with a condition, and what would be right.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What would be right; may be empty.
    pub help: String,
}

fn refusal(message: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal { message: message.into(), help: help.into() }
}

/// Parses a condition, refuses what it may not be, and runs it over a table without rows.
pub(crate) fn condition(text: &str, scope: &dyn Scope) -> Result<Expr, Refusal> {
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
    if found.is_empty() {
        return Ok(expr);
    }
    let expr = expr.map_expr(|part| match &part {
        Expr::Column(name) => found.iter().find(|(own, _)| own == name).map_or(part, |(_, shared)| shared.clone()),
        _ => part,
    });
    // Each is within its limits; one that names others which name others may be of any size.
    let steps = expr.into_iter().filter(|part| !matches!(part, Expr::Column(_) | Expr::Literal(_))).count();
    if steps > MOST_STEPS {
        let message =
            format!("has more than {MOST_STEPS} operators, functions and cases with the conditions that it names");
        return Err(refusal(message, "name fewer of them, or write two rules"));
    }
    Ok(expr)
}

/// The same, without what depends on the lists at hand.
pub(crate) fn checked(text: &str, scope: &dyn Scope) -> Result<Expr, Refusal> {
    if scope.is_proven() {
        return expand(parsed(text)?, scope);
    }
    let outside = outside_quotes(text)?.to_lowercase();
    if let Some(word) = refused_word(&outside) {
        let help =
            format!("a condition speaks of one {} at a time; `lastseen fields` lists what it may read", scope.row());
        return Err(refusal(format!("`{word}` is not allowed in a condition"), help));
    }
    if let Some(refusal) = too_much(text, &outside).or_else(|| foreign_function(&outside)) {
        return Err(refusal);
    }
    let expr = parsed(text)?;
    if expr.into_iter().any(|part| matches!(part, Expr::Alias(..))) {
        return Err(refusal("gives its result a name", "a condition has no `AS`"));
    }
    if let Some(refusal) = expr.into_iter().find_map(grows) {
        return Err(refusal);
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
        let help = format!("{COARSE_STAMP}; compare with `inactive_days`, or with {SHORTEST_INACTIVE} days and more");
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

fn parsed(text: &str) -> Result<Expr, Refusal> {
    quietly(|| sql_expr(text).map_err(|e| first_line(&e)))
        .map_err(|message| refusal(format!("cannot be read as a condition: {message}"), ""))
}

/// End of the name of the column that tells where another is open: its export does not have it, or its cell could not be
/// read.
pub(crate) const OPEN: &str = "?open";

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

/// The words of a condition outside its texts, lower case.
pub(crate) fn words(text: &str) -> Vec<String> {
    let outside = outside_quotes(text).unwrap_or_default().to_lowercase();
    outside.split(|c: char| !is_word(c)).map(str::to_string).collect()
}

fn refused_word(outside: &str) -> Option<&'static str> {
    let mut words = outside.split(|c: char| !is_word(c));
    words.find_map(|word| REFUSED_WORDS.iter().copied().find(|refused| *refused == word))
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

/// A condition without its texts; nothing if it has what could hide a part of it from this look.
fn outside_quotes(text: &str) -> Result<String, Refusal> {
    let mut outside = String::new();
    let mut quote = None;
    for sign in text.chars() {
        match quote {
            Some(open) if sign == open => quote = None,
            Some('"') => outside.push(sign),
            Some(_) => continue,
            None if matches!(sign, '\'' | '"') => {
                let word: String = outside.chars().rev().take_while(|c| is_word(*c)).collect();
                if sign == '\'' && (outside.ends_with(['&', '$']) || (!word.is_empty() && word.len() < 3)) {
                    return Err(refusal(
                        "puts a letter right before a text",
                        "write the text as it is, in single quotes",
                    ));
                }
                quote = Some(sign);
            }
            None => outside.push(sign),
        }
        if matches!(sign, '\'' | '"') {
            outside.push(' ');
        }
        if outside.ends_with("--") || outside.ends_with("/*") || outside.ends_with(['$', '`']) {
            return Err(refusal(
                "has a comment or a sign that no condition needs",
                "leave `--`, `/*`, `$` and back quotes away",
            ));
        }
    }
    Ok(outside)
}

/// A condition that the engine would need too long or too deep a stack for.
fn too_much(text: &str, outside: &str) -> Option<Refusal> {
    const STEPS: &[&str] =
        &["and", "or", "not", "between", "in", "is", "like", "ilike", "rlike", "regexp", "case", "when"];
    let help = "split it: give parts of it a name under `records`, or write two rules";
    if text.chars().count() > LONGEST {
        return Some(refusal(format!("is longer than {LONGEST} characters"), help));
    }
    if text.split('\'').skip(1).step_by(2).any(|part| part.chars().count() > LONGEST_TEXT) {
        return Some(refusal(format!("compares with a text of more than {LONGEST_TEXT} characters"), ""));
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    for sign in outside.chars() {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > DEEPEST {
        return Some(refusal(format!("has more than {DEEPEST} brackets inside each other"), help));
    }
    let words = outside.split(|c: char| !is_word(c)).filter(|word| STEPS.contains(word)).count();
    let signs = outside
        .matches(['=', '<', '>', '+', '-', '*', '/', '%', '|', '(', '[', ':', '~', '^', '&', '#', '!', '@'])
        .count();
    if words + signs > MOST_STEPS {
        return Some(refusal(format!("has more than {MOST_STEPS} operators, functions and cases"), help));
    }
    None
}

/// A second look, at what was understood: something that makes texts longer, whatever it was called.
fn grows(part: &Expr) -> Option<Refusal> {
    let Expr::Function { function, .. } = part else { return None };
    let name = function.to_string();
    let grows =
        ["pad", "repeat", "replace", "zfill", "explode", "list", "range"].iter().any(|word| name.contains(word));
    grows.then(|| refusal(format!("calls `{name}`, which a condition may not"), ""))
}

/// A function that a condition may not call.
fn foreign_function(outside: &str) -> Option<Refusal> {
    let called = outside.match_indices('(').filter_map(|(at, _)| {
        let before = outside.get(..at)?.trim_end();
        let word = before.rsplit(|c: char| !is_word(c)).next().filter(|word| !word.is_empty())?;
        Some(word.to_string())
    });
    let known = |word: &str| FUNCTIONS.contains(&word) || BEFORE_BRACKETS.contains(&word);
    let word = called.into_iter().find(|word| !known(word))?;
    let near = nearest(&word, FUNCTIONS.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("the nearest is `{near}`; "));
    Some(refusal(
        format!("`{word}` is no function that a condition may call"),
        format!("{near}it may call {}", FUNCTIONS.join(", ")),
    ))
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
