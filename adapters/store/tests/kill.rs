//! A process that keeps facts and is killed 20 times with each store: nothing is lost or doubled.
//! The example `kill` does the same 200 times.

#[path = "../examples/kill/floor.rs"]
mod floor;
#[path = "../examples/kill/ledger.rs"]
mod ledger;
#[path = "../examples/kill/rounds.rs"]
mod rounds;

use std::path::Path;
use std::process::Command as Process;

use rounds::{Named, kill, serve_if_child};
use strowger::prelude::*;
use strowger_store::{FileStore, RedbStore};

/// How often the child is killed.
const TIMES: u64 = 20;

/// This very program, of which the child runs one test alone.
fn killed<S: Named, E: floor::Floor>() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}", std::process::id()));
    let program = std::env::current_exe().unwrap();
    let program = || {
        let mut process = Process::new(&program);
        process.args(["child", "--exact", "--ignored", "--nocapture"]);
        process
    };
    kill::<S, E>(TIMES, &folder, program).unwrap();
    std::fs::remove_dir_all(folder.join(S::NAME).join(E::NAME)).unwrap();
}

#[test]
#[ignore = "the child of the other tests"]
fn child() {
    serve_if_child().unwrap();
}

#[test]
fn an_engine_in_files() {
    killed::<FileStore, Engine>();
}

#[test]
fn an_engine_in_redb() {
    killed::<RedbStore, Engine>();
}

#[test]
fn a_centre_in_redb() {
    killed::<RedbStore, Centre>();
}
