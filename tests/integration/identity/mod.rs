//! Traps of identity, one small tenant each: what must be one device, what must not, and what is said about it.

pub(crate) mod build;
mod clones;
mod contradictions;
mod enrolments;
mod explained;
mod found;
mod generated;
mod hardware;
mod hybrid;
mod names;
mod one_id;
mod pointers;
mod reliance;
mod tenants;
mod written;
