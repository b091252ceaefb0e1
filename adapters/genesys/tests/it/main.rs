//! The words of Genesys Cloud: every body as it is kept, what of a queue and a utilisation is taken
//! over, and work shown there where the engine has it. `cargo test -p strowger-genesys seed0_` runs
//! what the joint product with ServiceNow promises, row by row.

#[path = "../../../../tests/golden/mod.rs"]
mod golden;
#[path = "../../../../tests/golden/names.rs"]
mod names;
#[path = "../../../../tests/golden/table.rs"]
mod table;

mod anything;
mod consults;
mod floor;
mod joint;
mod journey;
mod mirror;
mod nothing_in_silence;
mod queues;
mod samples;
mod seed0;
mod stays_in_step;
mod vendor;
