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
