//! Keeps facts, is killed many times with each store and with an engine and a centre, and has lost
//! nothing: `cargo run -p strowger-store --example kill -- FOLDER [TIMES]`.

mod floor;
mod ledger;
mod rounds;

use std::path::Path;
use std::process::Command as Process;

use rounds::{Failure, kill, serve_if_child};
use strowger::prelude::*;
use strowger_store::{FileStore, RedbStore};

/// How often the child is killed with each of them, if nothing else is said.
const TIMES: u64 = 200;

fn main() -> Result<(), Failure> {
    serve_if_child()?;
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let times = std::env::args().nth(2).map_or(Ok(TIMES), |times| times.parse())?;
    let (folder, program) = (Path::new(&folder), std::env::current_exe()?);
    let program = || Process::new(&program);
    kill::<FileStore, Engine>(times, folder, program)?;
    kill::<RedbStore, Engine>(times, folder, program)?;
    kill::<FileStore, Centre>(times, folder, program)?;
    kill::<RedbStore, Centre>(times, folder, program)
}
