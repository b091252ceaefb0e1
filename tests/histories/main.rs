//! What holds through random histories, and what is kept of them: one binary, because what draws and
//! lives them is large and compiled once.

mod differential;
mod driver;
mod figures_folded;
#[cfg(feature = "journal")]
mod journal;
mod journey;
mod knowledge;
mod mutants;
mod naive;
#[path = "../golden/names.rs"]
mod names;
mod properties;
mod records;
mod reference;
mod snapshots;
mod support;
mod tallies;
