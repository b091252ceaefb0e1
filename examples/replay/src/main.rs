//! Runs recorded calls through the engine and compares.
//!
//! `replay PREFIX...` compares every decision with those of another simulator: `PREFIX` stands for
//! `PREFIX.scenario.json`, `PREFIX.calls.csv` and `PREFIX.decisions.csv`, each also as `.gz`. The
//! last line says how many decisions there were and how many differ; exit status 1 if any does.
//!
//! `replay MONTH.csv.gz...` runs the months of a bank's call centre and prints waits, abandonment
//! and service level beside what really happened.
//!
//! `replay [--out PICTURE.svg] [--target SECONDS] [--utc-offset MINUTES] QUEUE_LOG` reads what a PBX
//! wrote (Asterisk's `queue_log`, also as `.gz`) and prints one page: what happened, and the same
//! calls decided by strowger.

mod bank;
mod host;
#[cfg(test)]
mod naive;
mod queue_log;
mod ranks;
mod rules;
mod scenario;
mod table;
mod trace;

use std::error::Error;
use std::process::ExitCode;

use queue_log::Options;

const USAGE: &str = "usage: replay PREFIX... | replay MONTH.csv[.gz]... |
       replay [--out PICTURE.svg] [--target SECONDS] [--utc-offset MINUTES] QUEUE_LOG";

fn main() -> ExitCode {
    let Some((options, paths)) = arguments(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&options, &paths) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("replay: {error}");
            ExitCode::from(2)
        }
    }
}

/// What is asked for; none if it makes no sense.
fn arguments(words: impl Iterator<Item = String>) -> Option<(Options, Vec<String>)> {
    let (mut options, mut paths, mut words) = (Options::default(), Vec::new(), words);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--out" => options.out = Some(words.next()?),
            "--target" => options.target_s = words.next()?.parse().ok()?,
            "--utc-offset" => options.offset_minutes = words.next()?.parse().ok()?,
            _ if word.starts_with("--") => return None,
            _ => paths.push(word),
        }
    }
    (!paths.is_empty()).then_some((options, paths))
}

/// Whether all decisions agree.
fn run(options: &Options, paths: &[String]) -> Result<bool, Box<dyn Error>> {
    let (mut decisions, mut differ, mut traces) = (0, 0, 0);
    for path in paths {
        if table::exists(&format!("{path}.scenario.json")) {
            let comparison = trace::replay(path)?;
            println!("{comparison}");
            decisions += comparison.decisions;
            differ += comparison.differ;
            traces += 1;
        } else if path.ends_with(".csv") || path.ends_with(".csv.gz") {
            bank::replay(path)?;
        } else {
            queue_log::replay(path, options)?;
        }
    }
    if traces > 0 {
        println!("decisions {decisions}, differ {differ}");
    }
    Ok(differ == 0)
}
