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

/// A floor with retired things, closed work, and nothing due.
fn quiet() -> (Engine, Log) {
    let (mut engine, mut log) = floor();
    let mut tell = |line: &str| {
        let (now, command) = scripted(engine.view(), line);
        engine.execute(now, command, &mut log).unwrap_or_else(|e| panic!("{line}: {e}"));
    };
    for line in [
        r#"{"at": 19000, "command": {"define_skill": {"key": "welsh", "profile": {}}}}"#,
        r#"{"at": 19000, "command": {"define_queue": {"key": "sales", "profile": {}}}}"#,
        r#"{"at": 19000, "command": {"define_presence": {"key": "lunch", "profile": {"system": "meal", "opens": "nothing"}}}}"#,
        r#"{"at": 19000, "command": {"define_agent": {"key": "fay", "profile": {"skills": {"welsh": 10}}}}}"#,
        r#"{"at": 19000, "command": {"set_membership": {"agent": "fay", "queue": "sales"}}}"#,
        r#"{"at": 19000, "command": {"set_presence": {"agent": "fay", "presence": "lunch"}}}"#,
        r#"{"at": 19000, "command": {"submit": {"key": "c20", "queue": "sales", "channel": "voice"}}}"#,
        r#"{"at": 19000, "command": {"submit": {"key": "c21", "queue": "sales", "channel": "voice"}}}"#,
        r#"{"at": 19000, "command": {"cancel": {"work": "c21"}}}"#,
    ] {
        tell(line);
    }
    (engine, log)
}

/// The place of the definition with a key.
fn defined(value: &Value, table: &str, key: &str) -> String {
    let rows = value["stores"][table].as_array().expect("definitions");
    let n = rows.iter().position(|row| row["key"] == key).expect("it is defined");
    format!("/stores/{table}/{n}")
}

/// What somebody may change in a snapshot, and the name by which it is then refused.
#[test]
fn what_cannot_have_come_about_is_refused_by_name() {
    let value = kept(&quiet().0);
    assert_eq!(restore(&value).map(drop), Ok(()), "as it is");
    let given = "counters: the next id is behind all that were given";
    let far = "counters: far from their end";
    let in_use = "retired: nothing in force names it, nobody has it";
    let counted = "needs counted: each need knows how much work has it";
    let once = "needs counted: each need stands in one place";
    let past = "time: what happened is not in the future";
    let due = "time: what was due is done";
    let work = "/stores/works/1/0/1";
    let terms = "/stores/agent_rows/0/memberships/0/terms";
    let set = |path: &str, new: Value| (path.to_owned(), new);
    let works = value["stores"]["works"][0].as_u64().expect("a number");
    let offers = value["stores"]["offers"][0].as_u64().expect("a number");
    let needs = value["stores"]["needs"].as_array().expect("needs");
    let more_needs = |more: Value| Value::Array([needs.clone(), vec![more]].concat());
    let mut nobodys = needs[0].clone();
    nobodys["need"]["requirement"] = serde_json::json!({"all": [{"all": []}]});
    nobodys["uses"] = 3.into();
    let mut turned = value["stores"]["ended_works"]["places"].clone();
    turned.as_array_mut().expect("places").rotate_left(1);
    let retired =
        |table, key| set(&format!("{}/retired", defined(&value, table, key)), true.into());
    let damages = [
        // The last work is closed and remembered, the last offer open or remembered.
        (given, set("/stores/works/0", (works - 1).into())),
        (given, set("/stores/offers/0", 1.into())),
        (given, set("/stores/agent_rows/0/last_offer", (offers + 1).into())),
        (far, set("/stores/works/0", u64::MAX.into())),
        (far, set("/stores/offers/0", u64::MAX.into())),
        (far, set("/stores/seq", u64::MAX.into())),
        (far, set("/stores/agent_rows/0/session", u32::MAX.into())),
        (far, set("/stores/queues/0/revision", u32::MAX.into())),
        (once, set("/stores/needs", more_needs(needs[0].clone()))),
        (counted, set("/stores/needs", more_needs(nobodys))),
        (counted, set("/stores/needs/0/uses", 99.into())),
        (
            "needs counted: something stands in the last place",
            set("/stores/needs", more_needs(Value::Null)),
        ),
        (in_use, retired("skills", "french")),
        (in_use, retired("skills", "welsh")),
        (in_use, retired("channels", "chat")),
        (in_use, retired("queues", "sales")),
        (in_use, retired("presences", "lunch")),
        ("retired: an agent is gone and has nothing", retired("agents", "fay")),
        ("rank is outside 1..=99", set(&format!("{terms}/rank"), 0.into())),
        ("ring is outside 0..=15", set(&format!("{terms}/ring"), 200.into())),
        ("weight is outside 1..=1000", set(&format!("{terms}/weight"), 65_535.into())),
        ("built in: what every engine has is not retired", retired("presences", "busy")),
        (
            "built in: every engine has every presence",
            set("/stores/presences/3/key", "trade".into()),
        ),
        (
            "keys: each names one definition",
            set(&format!("{}/key", defined(&value, "queues", "sales")), "support".into()),
        ),
        (
            "keys: each names one piece of open work",
            set("/stores/works/1/0/1/request/key", "c2".into()),
        ),
        (
            "requests: sound by themselves",
            set("/stores/works/1/0/1/request/priority", 99_000_000.into()),
        ),
        (
            "memory: what is over is not open, and stands at its place",
            set("/stores/ended_works/places", turned),
        ),
        (past, set(&format!("{work}/entered"), 19_001.into())),
        (past, set(&format!("{work}/origin"), 19_001.into())),
        (past, set(&format!("{work}/queued"), 19_001.into())),
        (past, set("/stores/agent_rows/0/stamps/released", 19_001.into())),
        (past, set("/stores/queue_rows/0/ramp_since", 19_001.into())),
        (past, set("/clock/latest", 18_999.into())),
        (due, set("/clock/latest", 3_600_000.into())),
    ];
    for (name, (path, new)) in damages {
        let mut changed = value.clone();
        *changed.pointer_mut(&path).unwrap_or_else(|| panic!("{path}")) = new.clone();
        let refused =
            restore(&changed).err().unwrap_or_else(|| panic!("{path} = {new} is taken up"));
        assert!(refused.contains(name), "{path} = {new}: {refused}, and not {name}");
    }
}

/// An engine that one call did not finish is taken up as one, and the next call goes on.
#[test]
fn what_was_due_is_done_by_the_next_call_if_the_snapshot_says_so() {
    let mut value = kept(&quiet().0);
    value["clock"]["latest"] = 3_600_000.into();
    value["behind"] = true.into();
    let mut engine = restore(&value).expect("it stands in the middle of a call");
    let due = engine.next_deadline().expect("something is due");
    assert!(due.at < at(3_600));
    engine.advance(at(3_600), &mut Log::default()).expect("it goes on");
    assert_eq!(engine.verify(), Ok(()));
    assert!(engine.next_deadline().is_none_or(|due| due.at > at(3_600)));
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
