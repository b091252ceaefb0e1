//! The console, driven through a pipe: what goes in, and word for word what comes out.
//! `STROWGER_REWRITE=1` writes the expectation anew.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Cargo builds the examples beside the tests.
fn console() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("the folder of the profile");
    profile.join("examples").join(format!("console{}", std::env::consts::EXE_SUFFIX))
}

fn run(input: &[u8]) -> String {
    let mut child = Command::new(console())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the console is built by `cargo test` or `cargo build --examples`");
    child.stdin.take().expect("a pipe").write_all(input).expect("the console reads to the end");
    let output = child.wait_with_output().expect("the console ends with its input");
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).expect("JSON is text")
}

/// Runs a recorded session and compares with what it said then.
fn replay(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/console");
    let said = run(&fs::read(folder.join(format!("{name}.jsonl"))).expect("a recorded session"));
    let expectation = folder.join(format!("{name}.out.jsonl"));
    if std::env::var_os("STROWGER_REWRITE").is_some() {
        fs::write(&expectation, &said).expect("the expectation can be written");
    }
    let expected = fs::read_to_string(&expectation).expect("the expectation");
    for (n, (said, expected)) in said.lines().zip(expected.lines()).enumerate() {
        assert_eq!(said, expected, "line {} of {name}", n + 1);
    }
    assert_eq!(said.lines().count(), expected.lines().count(), "{name}");
    said
}

#[test]
fn a_recorded_session_says_what_it_said() {
    replay("day");
}

/// The names serde knows for an enum, out of its own error message.
fn variants<T: serde::de::DeserializeOwned>() -> Vec<String> {
    let error = serde_json::from_str::<T>(r#"{"?": {}}"#).err().expect("no variant is called ?");
    error.to_string().split('`').skip(3).step_by(2).map(ToOwned::to_owned).collect()
}

#[test]
fn every_command_and_every_fact_has_an_example() {
    let said = replay("every_command");
    let facts = ["{\"fact\"", "{\"record_fact\""];
    let is_fact = |line: &&str| facts.iter().any(|fact| line.starts_with(fact));
    let errors: Vec<_> = said.lines().filter(|line| !is_fact(line)).collect();
    assert!(errors.iter().all(|line| line.starts_with("{\"reply\"")), "{errors:#?}");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/console");
    let input = fs::read_to_string(folder.join("every_command.jsonl")).expect("the session");
    let (commands, events) =
        (variants::<strowger::command::Command>(), variants::<strowger::fact::Event>());
    assert_eq!((commands.len(), events.len()), (70, 53));
    for command in commands {
        let example = format!("\"command\": {{\"{command}\": ");
        assert!(input.contains(&example), "no example of the command {command}");
    }
    for event in events {
        let example = format!("\"event\":{{\"{event}\":");
        assert!(said.contains(&example), "no example of the fact {event}");
    }
}

#[test]
fn every_command_and_every_fact_of_records_has_an_example() {
    let said = replay("every_record");
    let answers = |with: &str| said.lines().filter(|line| line.starts_with(with)).count();
    assert_eq!(answers("{\"refused\":"), 1);
    assert_eq!(answers("{\"refused_by_records\":"), 7);
    assert_eq!(answers("{\"error\":"), 4);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/console");
    let input = fs::read_to_string(folder.join("every_record.jsonl")).expect("the session");
    let commands = variants::<strowger::interaction::RecordCommand>();
    let events = variants::<strowger::interaction::RecordEvent>();
    assert_eq!((commands.len(), events.len()), (28, 38));
    for command in commands {
        let example = match command.as_str() {
            "submit_work" => ", \"submit\": ".to_owned(),
            "hand_off" => ", \"hand_off\": ".to_owned(),
            command => format!("\"record\": {{\"{command}\": "),
        };
        assert!(input.contains(&example), "no example of the command {command}");
    }
    for event in events {
        let example = format!("\"event\":{{\"{event}\":");
        assert!(said.contains(&example), "no example of the fact {event}");
    }
}

#[test]
fn every_line_is_answered_and_bad_ones_change_nothing() {
    let good = r#"{"at": 5, "command": {"advance": {}}}"#;
    let bad = ["", "{", "[]", "{\"at\": 1}", "{\"at\": \"x\", \"command\": {}}", "null", "\u{0}"];
    let mut input = String::new();
    for line in bad {
        input.push_str(line);
        input.push('\n');
    }
    input.push_str(good);
    input.push('\n');
    let said = run(input.as_bytes());
    let errors = said.lines().filter(|line| line.starts_with("{\"error\":")).count();
    // The empty line is passed over.
    assert_eq!(errors, bad.len() - 1, "{said}");
    assert!(said.ends_with("{\"reply\":\"done\",\"next\":null}\n"), "{said}");
}
