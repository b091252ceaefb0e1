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
    profile
        .join("examples")
        .join(format!("console{}", std::env::consts::EXE_SUFFIX))
}

fn run(input: &[u8]) -> String {
    let mut child = Command::new(console())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the console is built by `cargo test` or `cargo build --examples`");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input)
        .expect("the console reads to the end");
    let output = child
        .wait_with_output()
        .expect("the console ends with its input");
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).expect("JSON is text")
}

#[test]
fn a_recorded_run_says_what_it_said() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/console");
    let said = run(&fs::read(folder.join("day.jsonl")).expect("the recorded run"));
    let expectation = folder.join("day.out.jsonl");
    if std::env::var_os("STROWGER_REWRITE").is_some() {
        fs::write(&expectation, &said).expect("the expectation can be written");
    }
    let expected = fs::read_to_string(&expectation).expect("the expectation");
    for (n, (said, expected)) in said.lines().zip(expected.lines()).enumerate() {
        assert_eq!(said, expected, "line {}", n + 1);
    }
    assert_eq!(said.lines().count(), expected.lines().count());
}

#[test]
fn every_line_is_answered_and_bad_ones_change_nothing() {
    let good = r#"{"at": 5, "command": {"advance": {}}}"#;
    let bad = [
        "",
        "{",
        "[]",
        "{\"at\": 1}",
        "{\"at\": \"x\", \"command\": {}}",
        "null",
        "\u{0}",
    ];
    let mut input = String::new();
    for line in bad {
        input.push_str(line);
        input.push('\n');
    }
    input.push_str(good);
    input.push('\n');
    let said = run(input.as_bytes());
    let errors = said
        .lines()
        .filter(|line| line.starts_with("{\"error\":"))
        .count();
    // The empty line is passed over.
    assert_eq!(errors, bad.len() - 1, "{said}");
    assert!(
        said.ends_with("{\"reply\":\"done\",\"next\":null}\n"),
        "{said}"
    );
}
