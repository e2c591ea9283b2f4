//! What conditions need of the engine: a mask of a condition, and errors in the place of its panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::{BooleanChunked, DataFrame, DataType, Expr, IntoLazy, TimeUnit};

use crate::schema::Kind;

/// Steps of the engine that are under way; while there are any, a panic is an answer and nothing to print.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Runs a step of the engine; a panic becomes an error.
pub(crate) fn quietly<T>(step: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        // It warns of what its next version will read otherwise; its version is pinned, and its words would stand between
        // ours.
        polars::error::set_warning_function(|_, _| ());
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if UNDER_WAY.load(Ordering::Relaxed) == 0 {
                usual(panic);
            }
        }));
    });
    UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    let outcome = catch_unwind(AssertUnwindSafe(step));
    UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    // What the engine says when it gives up speaks of its own code, not of the rule.
    outcome.unwrap_or_else(|_| Err("the engine gave up on it; look at the texts of `INTERVAL` and `DATE`".into()))
}

/// The engine's messages go on with plans and cell values, which nobody outside should see.
pub(crate) fn first_line(e: &polars::prelude::PolarsError) -> String {
    e.to_string().lines().next().unwrap_or_default().to_string()
}

/// Truth of a condition a row.
pub(crate) fn mask(table: &DataFrame, condition: &Expr) -> Result<BooleanChunked, String> {
    let out = table.clone().lazy().select([condition.clone().alias("result")]).collect().map_err(|e| first_line(&e))?;
    let mask = out.column("result").and_then(|c| c.bool()).map_err(|e| first_line(&e))?.clone();
    if mask.len() == table.height() {
        Ok(mask)
    } else {
        Err("the condition does not speak of one row at a time".into())
    }
}

/// How the engine holds a column.
pub(crate) fn dtype(kind: Kind) -> DataType {
    match kind {
        Kind::Flag => DataType::Boolean,
        Kind::Time => DataType::Datetime(TimeUnit::Milliseconds, None),
        Kind::Count => DataType::UInt32,
        Kind::Days => DataType::Float64,
        _ => DataType::String,
    }
}

/// Columns that an expression reads, each once.
pub(crate) fn roots(expr: &Expr) -> Vec<String> {
    let mut names: Vec<String> = expr.clone().meta().root_names().iter().map(ToString::to_string).collect();
    names.sort_unstable();
    names.dedup();
    names
}
