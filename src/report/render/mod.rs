//! One folder or file for each kind of file. Tables come from [`super::table`], everything else from the model.

pub(super) mod arrow;
pub(super) mod csv;
pub(super) mod html;
pub(super) mod json;
pub(super) mod xlsx;
