//! Runs recorded calls through the engine and compares.
//!
//! `replay PREFIX...` compares every decision with those of another simulator: `PREFIX` stands for
//! `PREFIX.scenario.json`, `PREFIX.calls.csv` and `PREFIX.decisions.csv`, each also as `.gz`. The
//! last line says how many decisions there were and how many differ; exit status 1 if any does.
//!
//! `replay MONTH.csv.gz...` runs the months of a bank's call centre and prints waits, abandonment
//! and service level beside what really happened.

mod bank;
mod host;
#[cfg(test)]
mod naive;
mod ranks;
mod rules;
mod scenario;
mod table;
mod trace;

use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        eprintln!("usage: replay PREFIX... | replay MONTH.csv[.gz]...");
        return ExitCode::from(2);
    }
    match run(&paths) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("replay: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all decisions agree.
fn run(paths: &[String]) -> Result<bool, Box<dyn Error>> {
    let (mut decisions, mut differ, mut traces) = (0, 0, 0);
    for path in paths {
        if table::exists(&format!("{path}.scenario.json")) {
            let comparison = trace::replay(path)?;
            println!("{comparison}");
            decisions += comparison.decisions;
            differ += comparison.differ;
            traces += 1;
        } else {
            bank::replay(path)?;
        }
    }
    if traces > 0 {
        println!("decisions {decisions}, differ {differ}");
    }
    Ok(differ == 0)
}
