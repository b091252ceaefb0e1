//! The console: what goes in, and word for word what comes out. `STROWGER_REWRITE=1` writes the
//! expectation anew.

mod golden;
#[path = "golden/names.rs"]
mod names;
// The example itself, so that no test meets an older one. Its `main` is for the pipe.
#[path = "console/cases.rs"]
mod cases;
#[path = "../examples/console/main.rs"]
#[expect(dead_code)]
mod console;

use std::fs;

use names::names;

fn run(input: &[u8]) -> String {
    let mut said = Vec::new();
    console::converse(input, &mut said).expect("the console reads to the end");
    String::from_utf8(said).expect("JSON is text")
}

fn session(name: &str) -> String {
    let path = golden::path("console").join(format!("{name}.jsonl"));
    fs::read_to_string(path).expect("a recorded session")
}

/// Runs a recorded session and compares with what it said then.
fn replay(name: &str) -> String {
    let said = run(session(name).as_bytes());
    let expectation = golden::path("console").join(format!("{name}.out.jsonl"));
    if golden::rewriting() {
        fs::write(&expectation, &said).expect("the expectation can be written");
    }
    let expected = fs::read_to_string(&expectation).expect("the expectation");
    for (n, (said, expected)) in said.lines().zip(expected.lines()).enumerate() {
        assert_eq!(said, expected, "line {} of {name}", n + 1);
    }
    assert_eq!(said.lines().count(), expected.lines().count(), "{name}");
    said
}

/// How lines begin that are facts.
const FACTS: [&str; 4] =
    ["{\"fact\"", "{\"record_fact\"", "{\"knowledge_fact\"", "{\"journey_fact\""];

#[test]
fn a_recorded_session_says_what_it_said() {
    replay("day");
}

#[test]
fn every_command_and_every_fact_has_an_example() {
    let said = replay("every_command");
    let is_fact = |line: &&str| FACTS.iter().any(|fact| line.starts_with(fact));
    let errors: Vec<_> = said.lines().filter(|line| !is_fact(line)).collect();
    assert!(errors.iter().all(|line| line.starts_with("{\"reply\"")), "{errors:#?}");
    let input = session("every_command");
    for command in names::<strowger::command::Command>() {
        let example = format!("\"command\": {{\"{command}\": ");
        assert!(input.contains(&example), "no example of the command {command}");
    }
    for event in names::<strowger::fact::Event>() {
        let example = format!("\"event\":{{\"{event}\":");
        assert!(said.contains(&example), "no example of the fact {event}");
    }
}

#[test]
fn every_command_and_every_fact_of_records_has_an_example() {
    let said = replay("every_record");
    let answers = |with: &str| said.lines().filter(|line| line.starts_with(with)).count();
    assert_eq!(answers("{\"refused\":"), 1);
    assert_eq!(answers("{\"refused_by_records\":"), 11);
    assert_eq!(answers("{\"error\":"), 4);
    let input = session("every_record");
    for command in names::<strowger::interaction::RecordCommand>() {
        let example = match command.as_str() {
            "submit_work" => ", \"submit\": ".to_owned(),
            "hand_off" => ", \"hand_off\": ".to_owned(),
            command => format!("\"record\": {{\"{command}\": "),
        };
        assert!(input.contains(&example), "no example of the command {command}");
    }
    for event in names::<strowger::interaction::RecordEvent>() {
        let example = format!("\"event\":{{\"{event}\":");
        assert!(said.contains(&example), "no example of the fact {event}");
    }
}

#[test]
fn every_command_and_every_fact_of_knowledge_has_an_example() {
    let said = replay("every_knowledge");
    let answers = |with: &str| said.lines().filter(|line| line.starts_with(with)).count();
    assert_eq!(answers("{\"refused_by_knowledge\":"), 9);
    assert_eq!((answers("{\"refused\":"), answers("{\"error\":")), (0, 0));
    let input = session("every_knowledge");
    for command in names::<strowger::knowledge::KnowledgeCommand>() {
        let example = format!("\"knowledge\": {{\"{command}\": ");
        assert!(input.contains(&example), "no example of the command {command}");
    }
    for event in names::<strowger::knowledge::KnowledgeEvent>() {
        let example = format!("\"event\":{{\"{event}\":");
        assert!(said.contains(&example), "no example of the fact {event}");
    }
}

#[test]
fn every_command_and_every_fact_of_journeys_has_an_example() {
    let said = replay("every_journey");
    let answers = |with: &str| said.lines().filter(|line| line.starts_with(with)).count();
    assert_eq!(answers("{\"refused_by_journeys\":"), 8);
    assert_eq!((answers("{\"refused\":"), answers("{\"error\":")), (0, 0));
    let input = session("every_journey");
    for command in names::<strowger::journey::JourneyCommand>() {
        let example = format!("\"journey\": {{\"{command}\": ");
        assert!(input.contains(&example), "no example of the command {command}");
    }
    for event in names::<strowger::journey::JourneyEvent>() {
        let example = format!("\"event\":{{\"{event}\":");
        assert!(said.contains(&example), "no example of the fact {event}");
    }
}

#[test]
fn every_word_has_an_example_and_what_cannot_be_answered_is_named() {
    let said = replay("questions");
    let (errors, answers): (Vec<_>, Vec<_>) = said
        .lines()
        .filter(|line| FACTS.iter().all(|fact| !line.starts_with(fact)))
        .partition(|line| line.starts_with("{\"error\""));
    assert!(answers.iter().all(|line| line.starts_with("{\"reply\"")), "{answers:#?}");
    let input = session("questions");
    let lines: Vec<_> = input.lines().collect();
    let named = [
        ("\"interval\": 420000", "figures_config: interval"),
        ("\"moon\"", "`moon`"),
        ("\"figures_config\": {}", "before anything else"),
        ("\"rows\": {\"queue\"", "`queue`"),
        ("\"now\": 7", "`7`"),
        ("\"record_of\": 7", "record_of: there is no such interaction: 7"),
        ("\"record_of\": \"IMS", "IMS0000001"),
        ("\"messages\": {\"interaction\": 7", "messages: there is no such interaction: {"),
        ("\"before\": 77", "messages: there is no such message: {"),
        ("\"before\": 2, \"after\"", "messages: a page takes `before` or `after`: {"),
        ("\"page\": 2", "`page`"),
        ("\"journey_of\": {\"agent\": \"ana\"}", "journey_of: `interaction` or `customer`"),
        ("\"interaction\": 1, \"since\"", "interaction i1 is not theirs"),
        ("\"journey_changes\": {\"agent\": \"ana\", \"since\"", "missing field `interaction`"),
        ("\"of_customer\": 7", "of_customer: "),
        ("\"inbox\": 7", "inbox: "),
        ("\"workspace\": {\"agent\": \"bo\"", "workspace: "),
        ("\"agent\": 9}", "controls: "),
        ("\"why_work\": 1", "why_work: the work is not open: 1"),
        ("\"why_agent\": \"cleo\"", "cleo"),
        ("\"why_agent\": 7", "why_agent: there is no such agent: 7"),
        ("\"agent\": 7}", "no such agent: {"),
        ("\"why\": {\"work\": \"chat-2\", \"queue\"", "`queue`"),
        ("\"by\": {\"agent\": \"ana\"}, \"now\"", "`by`"),
        ("\"token\"", "`token`"),
        ("\"now\": {}, \"rows\"", "one word"),
        ("\"tell\"", "`tell`"),
    ];
    for (line, name) in named {
        let line = lines.iter().position(|asked| asked.contains(line)).expect(line) + 1;
        let error = format!("{{\"error\":\"line {line}: ");
        let error = errors.iter().find(|said| said.starts_with(&error));
        assert!(error.is_some_and(|error| error.contains(name)), "line {line}: {error:?}");
    }
    // And the closed work that is asked about by its key.
    assert_eq!(errors.len(), named.len() + 1, "{errors:#?}");
    // The console names its own words where it meets one that it does not know.
    let words = errors.iter().find(|error| error.contains("`tell`")).expect("an unknown word");
    for word in words.split('`').skip(3).step_by(2) {
        assert!(input.contains(&format!(", \"{word}\": ")), "no example of the word {word}");
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

#[test]
fn a_line_that_cannot_be_read_does_not_end_the_conversation() {
    let mut input = b"\xFF\xFE not text\n".to_vec();
    input.extend(b"{\"at\": 0, \"command\": {\"advance\": {}}, \"command\": {\"advance\": {}}}\n");
    input.extend(b"{\"at\": 0, \"at\": 1, \"command\": {\"advance\": {}}}\n");
    input.extend(b"{\"at\": 0, \"command\": \"");
    input.extend(std::iter::repeat_n(b'x', 17 * 1_024 * 1_024));
    input.extend(b"\"}\n{\"at\": 0, \"command\": {\"advance\": {}}}\n");
    let mut out = Vec::new();
    console::converse(&input[..], &mut out).unwrap();
    let said = String::from_utf8(out).unwrap();
    let is_fact = |line: &&str| line.contains("fact\":");
    let said: Vec<_> = said.lines().filter(|line| !is_fact(line)).collect();
    assert_eq!(said.len(), 5, "{said:?}");
    for (line, error) in [
        (0, "line 1: not UTF-8"),
        (1, "`command` twice"),
        (2, "`at` twice"),
        (3, "line 4: longer than any command"),
    ] {
        assert!(said[line].contains(error), "{}", said[line]);
    }
    assert!(said[4].starts_with("{\"reply\""), "{}", said[4]);
}
