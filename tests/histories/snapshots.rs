//! Snapshots: the same engine comes back, formats are told apart, and what somebody else wrote is
//! refused or works, but never panics.

use serde_json::Value;
use strowger::prelude::*;

use crate::support::{json, scripted};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(secs * 1_000)
}

/// A small floor with something in every stage.
fn floor() -> (Engine, Log) {
    let mut log = Log::default();
    let mut engine =
        Engine::new(Config::default().with_remembered(4), at(0), &mut log).expect("a good config");
    let script = include_str!("../snapshots/floor.jsonl");
    for line in script.lines().filter(|line| !line.starts_with('#')) {
        let (now, command) = scripted(engine.view(), line);
        engine.execute(now, command, &mut log).unwrap_or_else(|e| panic!("{line}: {e}"));
        engine.verify().unwrap_or_else(|violation| panic!("{line}: {violation}"));
    }
    (engine, log)
}

fn kept(engine: &Engine) -> Value {
    value(&engine.snapshot())
}

fn value(written: &impl serde::Serialize) -> Value {
    read(&json(written)).expect("what was written is JSON")
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn restore(value: &Value) -> Result<Engine, String> {
    Engine::restore(read(&value.to_string())?).map_err(|e| e.to_string())
}

#[test]
fn the_same_engine_comes_back() {
    let (engine, _) = floor();
    let mut stages: Vec<_> = engine.view().works().map(|work| work.stage().name()).collect();
    stages.sort_unstable();
    stages.dedup();
    assert_eq!(
        stages,
        ["assigned", "offered", "parked", "queued", "scheduled", "suspended", "wrap_up"]
    );
    let back = restore(&kept(&engine)).expect("its own snapshot");
    let work = back.view().work_id("c1").and_then(|work| back.view().work(work));
    let work = work.expect("it is open");
    let legs: Vec<_> = work.legs().map(|leg| (leg.role.name(), leg.state.name())).collect();
    let expected = [("consultant", "joined"), ("monitor", "joined"), ("consultant", "requested")];
    assert_eq!(legs, expected);
    assert_eq!(back.digest(), engine.digest());
    assert_eq!(kept(&back), kept(&engine));
    assert_eq!(back.next_deadline(), engine.next_deadline());
}

/// A leg that only the work or only the agent knows.
#[test]
fn a_leg_that_one_row_lacks_is_refused() {
    let value = kept(&floor().0);
    let agents = value["stores"]["agent_rows"].as_array().expect("agents");
    let of_agents = (0..agents.len()).map(|n| format!("/stores/agent_rows/{n}/legs"));
    let mut paths = Vec::new();
    leaves(&value, String::new(), &mut paths);
    let of_works = paths.iter().filter_map(|path| {
        Some(path.strip_suffix("/0").filter(|path| path.ends_with("/legs"))?.into())
    });
    let (mut tried, empty) = (0, Value::Array(Vec::new()));
    for path in of_agents.chain(of_works) {
        let mut changed = value.clone();
        if let Some(legs) = changed.pointer_mut(&path) {
            *legs = empty.clone();
            tried += 1;
            let refused = restore(&changed).err().unwrap_or_default();
            assert!(refused.contains("legs join"), "{path}: {refused}");
        }
    }
    assert_eq!(tried, 4, "three agents and one piece of work");
}

#[test]
fn another_format_is_refused_by_name() {
    let mut value = kept(&floor().0);
    value["format"] = 2.into();
    assert_eq!(restore(&value).err().as_deref(), Some("snapshot format 2 is not known"));
}

/// Every number, text and flag of a snapshot, one after another, is something else.
#[test]
fn what_anybody_may_have_written_never_panics() {
    let value = kept(&floor().0);
    let mut paths = Vec::new();
    leaves(&value, String::new(), &mut paths);
    assert!(paths.len() > 400, "{} values", paths.len());
    let (mut taken, mut refused) = (0, 0);
    for path in paths {
        for wrong in [0.into(), 1.into(), u64::MAX.into(), i64::MIN.into(), Value::Null] {
            let mut changed = value.clone();
            *changed.pointer_mut(&path).expect("a path of the snapshot") = wrong;
            match restore(&changed) {
                Ok(mut engine) => {
                    taken += 1;
                    let mut log = Log::default();
                    engine.advance(Timestamp::MAX, &mut log).unwrap();
                    let _ = engine.digest();
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} taken up, {refused} refused");
}

/// The same for a journal.
#[test]
fn a_journal_that_anybody_may_have_written_never_panics() {
    let (engine, log) = floor();
    let facts: Vec<Value> = log.iter().map(value).collect();
    let replay = |facts: &[Value]| {
        let facts: Result<Vec<Fact>, _> =
            facts.iter().map(|fact| read(&fact.to_string())).collect();
        Engine::replay(facts?).map_err(|e| e.to_string())
    };
    assert_eq!(replay(&facts).map(|again| again.digest()), Ok(engine.digest()));
    let (mut taken, mut refused) = (0, 0);
    for (n, fact) in facts.iter().enumerate() {
        let mut paths = Vec::new();
        leaves(fact, String::new(), &mut paths);
        for path in paths {
            for wrong in [0.into(), 1.into(), u64::MAX.into(), i64::MIN.into(), Value::Null] {
                let mut changed = facts.clone();
                *changed[n].pointer_mut(&path).expect("a path of the fact") = wrong;
                match replay(&changed) {
                    Ok(_) => taken += 1,
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} taken up, {refused} refused");
}

#[test]
fn a_gap_in_a_journal_is_refused() {
    let (_, log) = floor();
    let with_gap = log.iter().filter(|fact| fact.seq != 20).cloned();
    let error = Engine::replay(with_gap).expect_err("fact 20 is missing");
    assert_eq!((error.seq, error.reason.as_str()), (21, "fact 20 was expected"));
}

fn leaves(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                leaves(item, format!("{path}/{n}"), paths);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                leaves(field, format!("{path}/{}", name.replace('/', "~1")), paths);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => paths.push(path),
    }
}
