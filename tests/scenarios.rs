//! The scenarios beside this file, each played and compared with what it expects.

mod golden;
mod scenario;

#[test]
fn scenarios() {
    let mut files: Vec<_> = std::fs::read_dir(golden::path("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no scenarios");
    let mut failures = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let kept = std::fs::read_to_string(&file).unwrap();
        match scenario::play(&kept) {
            Ok(played) if played == kept => {}
            Ok(played) if golden::rewriting() => std::fs::write(&file, played).unwrap(),
            Ok(played) => failures.push(format!("{name}: {}", difference(&kept, &played))),
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// The first line that is different.
fn difference(kept: &str, played: &str) -> String {
    let lines = kept.lines().count().max(played.lines().count());
    let (mut kept, mut played) = (kept.lines(), played.lines());
    for number in 1..=lines {
        let (expected, found) = (kept.next(), played.next());
        if expected != found {
            let (expected, found) = (expected.unwrap_or("-"), found.unwrap_or("-"));
            return format!("line {number}\n  expected {expected}\n  found    {found}");
        }
    }
    "only the end is different".into()
}

#[test]
fn a_sentence_that_makes_no_sense_names_its_line() {
    for (scenario, expected) in [
        ("queue q\n\nana dances\n", "line 3: I do not understand: ana dances"),
        ("agent ana on q\n", "line 1: there is no queue q: agent ana on q"),
        ("queue q max_wait=(\n", "line 1: a bracket is never closed: queue q max_wait=("),
        ("agent ana\nana accepts c1\n", "line 2: there is no work c1: ana accepts c1"),
    ] {
        assert_eq!(scenario::play(scenario).unwrap_err(), expected);
    }
    let unknown = scenario::play("queue q colour=red\n").unwrap_err();
    assert!(unknown.starts_with("line 1: unknown field `colour`"), "{unknown}");
}

#[test]
fn what_nobody_looks_at_and_what_is_different_is_found() {
    let scenario = "channel voice\nqueue q\nc1 arrives on voice in q\n";
    assert!(scenario::play(scenario).unwrap_err().starts_with("no ---- looks at the end"));
    let wrong = format!("{scenario}----\n00:00.000 work_submitted c2 in q\n\nshow q\n----\n");
    let right = format!(
        "{scenario}----\n00:00.000 work_submitted c1 in q\n\nshow q\n----\nwaiting in q: c1\n"
    );
    assert_eq!(scenario::play(&wrong).unwrap(), right);
    assert_eq!(scenario::play(&right).unwrap(), right);
    let found = difference(&wrong, &right);
    assert!(found.starts_with("line 5\n  expected 00:00.000 work_submitted c2"), "{found}");
}
