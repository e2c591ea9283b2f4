//! Small runs of made-up lists, side by side.
