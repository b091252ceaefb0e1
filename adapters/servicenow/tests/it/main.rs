//! The words of ServiceNow: every sample of its documentation, every refusal, and whether both
//! sides stay in step. `cargo test -p strowger-servicenow seed0_` runs what the joint product
//! promises, row by row.

#[path = "../../../../tests/golden/mod.rs"]
mod golden;
#[path = "../../../../tests/golden/table.rs"]
mod table;

mod consults;
mod floor;
mod recovery;
mod samples;
mod seed0;
mod seven_steps;
mod stays_in_step;
mod vendor;
