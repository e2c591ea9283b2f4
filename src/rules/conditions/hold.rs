//! Where a shared condition holds, for stages beyond the rules.

use polars::prelude::DataFrame;

use super::Condition;
use crate::coverage::View;
use crate::error::Result;
use crate::frame::internal;
use crate::language::mask;
use crate::language::roots;
use crate::rules::evaluate::EvalContext;

impl Condition {
    /// Per device, whether it holds; false where that is not known, and for a condition over records.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn on_devices(&self, context: EvalContext<'_>) -> Result<Vec<bool>> {
        let count = context.devices.count as usize;
        if self.console.is_some() {
            return Ok(vec![false; count]);
        }
        let columns = roots(self.expr())
            .iter()
            .map(|name| context.devices.column(context.store, context.links, name))
            .collect::<Result<Vec<_>>>()?;
        let table = DataFrame::new(count, columns).map_err(internal)?;
        Ok(mask(&table, self.expr()).map_err(internal)?.iter().map(|holds| holds == Some(true)).collect())
    }

    /// Per record of its console, by the line of the records of a console, whether it holds; false where that is not known. Nothing for a
    /// condition over devices, or without records.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn on_records(&self, context: EvalContext<'_>) -> Result<Vec<bool>> {
        let Some(view) = self.console.and_then(|console| View::of(context.store, context.devices, console)) else {
            return Ok(Vec::new());
        };
        let lines: Vec<u32> = (0..u32::try_from(view.console_records.height()).map_err(internal)?).collect();
        let truth = view.truth(self.expr(), &lines).map_err(internal)?;
        Ok(truth.into_iter().map(|holds| holds == Some(true)).collect())
    }
}
