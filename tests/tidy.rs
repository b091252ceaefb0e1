//! What must never drift: imports go down only, every file says what it is for, and nothing in a
//! decision depends on a clock, a float, a hash order or luck.

#[path = "tidy/circles.rs"]
mod circles;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the ground up. A file imports from its own and from lower ones.
const LAYERS: [&str; 18] = [
    "base",
    "model",
    "policy",
    "state",
    "command",
    "fact",
    "world",
    "layer",
    "engine",
    "figures",
    "interaction",
    "knowledge",
    "journey",
    "keyed",
    "presence",
    "centre",
    "host",
    "journal",
];

/// Files of their own beside the layers: the front page, the guide and the prelude.
const DOORS: [&str; 3] = ["lib.rs", "guide.rs", "prelude.rs"];

/// Words that have no business in the core and in the codecs, and why.
const BANNED: [(&str, &str); 14] = [
    ("std::", "what is pure has no std"),
    ("HashMap", "its order depends on a seed"),
    ("HashSet", "its order depends on a seed"),
    ("Instant", "time is an argument"),
    ("SystemTime", "time is an argument"),
    ("f32", "decisions are made in integers"),
    ("f64", "decisions are made in integers"),
    (".unwrap()", "nothing panics on any input"),
    (".expect(", "nothing panics on any input"),
    ("panic!(", "nothing panics on any input"),
    ("unreachable!(", "nothing panics on any input"),
    ("todo!(", "a stub is not done"),
    ("unimplemented!(", "a stub is not done"),
    ("super::super", "a path that climbs twice belongs elsewhere"),
];

/// Circles of files that are known. One that is gone must be struck off here.
const KNOWN_CIRCLES: [&[&str]; 5] = [
    // A command of records says how it is decided, and what decides it knows all of them.
    &[
        "interaction::command",
        "interaction::decide",
        "interaction::event",
        "interaction::follow",
        "interaction::records",
    ],
    &["interaction::record", "interaction::wrap_up"],
    // The same in the layer of knowledge.
    &["knowledge::command", "knowledge::decide", "knowledge::layer"],
    // And in the layer of journeys.
    &["journey::command", "journey::journeys"],
    // A layer for tests alone, which its own tests join to the engine like any other.
    &["centre::core", "centre::toy", "centre::words"],
];

/// The serde glue must be able to pass on any type there is.
const PASSES_EVERYTHING_ON: &str = "src/keyed";

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of this repository") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.ends_with("target") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A layer that exists in tests alone.
const TESTS_ALONE: &str = "centre/toy.rs";

/// The sources of the core and of all adapters.
fn sources() -> Vec<PathBuf> {
    let adapters = fs::read_dir(root().join("adapters")).expect("the adapters");
    let packages = adapters.map(|entry| entry.expect("an adapter").path()).chain([root()]);
    packages.map(|package| package.join("src")).collect()
}

/// Those that are free of `std`: the core, and the codecs.
fn pure_sources() -> Vec<PathBuf> {
    let pure = |src: &PathBuf| read(&src.join("lib.rs")).contains("#![no_std]");
    sources().into_iter().filter(pure).collect()
}

/// The code of a file: without comments, and without the tests at its end.
fn code(text: &str) -> Vec<(usize, &str)> {
    let numbered = text.lines().enumerate().map(|(n, line)| (n + 1, line));
    numbered
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

/// The layers a line imports from, in braces too.
fn imported(line: &str) -> Vec<&'static str> {
    let named = |layer: &&'static str| line.contains(&format!("crate::{layer}::"));
    LAYERS.iter().copied().filter(|layer| named(layer)).collect()
}

fn place(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|known| *known == layer)
}

#[test]
fn imports_go_down_only() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).expect("a file of src");
        let own = inside.components().next().expect("a name").as_os_str().to_string_lossy();
        let Some(own) = place(&own) else {
            let door = DOORS.iter().any(|door| inside == Path::new(door));
            assert!(door, "{} is in no layer", inside.display());
            continue;
        };
        for (number, line) in code(&read(&file)) {
            for layer in imported(line) {
                if place(layer) > Some(own) {
                    wrong.push(format!("{}:{number} imports from {layer}", inside.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that go up:\n{}", wrong.join("\n"));
}

/// What is asked of a row or a profile to know whether an agent may have a piece of work.
const PREDICATES: [&str; 25] = [
    ".attends(",
    ".away(",
    ".bars(",
    ".broadcast",
    ".excludes(",
    ".external",
    ".fit(",
    ".has(id",
    ".has(work",
    ".has_its_origin(",
    ".has_room(work",
    ".has_room(agent",
    ".held_back(",
    ".in_line(",
    ".is_from(",
    ".is_lasting(",
    ".lanes_seen(",
    ".may_have_more(",
    ".membership(",
    ".new_claim(",
    ".offer_to(",
    ".opens(",
    ".ring_sees(",
    ".room(",
    ".shift_left_min",
];

#[test]
fn only_matching_asks_whether_an_agent_may_have_work() {
    let engine = root().join("src/engine");
    let mut asked = 0;
    let mut wrong = Vec::new();
    for file in rust_files(&engine) {
        let inside = file.strip_prefix(&engine).expect("a file of the engine");
        for (number, line) in code(&read(&file)) {
            for word in PREDICATES.into_iter().filter(|word| line.contains(word)) {
                if inside.starts_with("matching") {
                    asked += 1;
                } else {
                    wrong.push(format!("{}:{number} asks {word}", inside.display()));
                }
            }
        }
    }
    assert!(asked > 0, "the predicates have other names");
    assert!(wrong.is_empty(), "outside engine/matching:\n{}", wrong.join("\n"));
}

/// The file whose header says by which predicate a gate is decided.
const GATES: &str = "src/world/may.rs";

#[test]
fn every_gate_says_by_which_predicate_it_is_decided() {
    let text = read(&root().join(GATES));
    let header: Vec<_> = text.lines().take_while(|line| line.starts_with("//!")).collect();
    for gate in strowger::explain::Gate::ALL {
        let named = format!("`{gate:?}`");
        assert!(header.iter().any(|line| line.contains(&named)), "{GATES} does not name {named}");
    }
}

/// A line without `pub`, or `pub(crate)` and the like, at its beginning.
fn without_visibility(line: &str) -> &str {
    match line.trim_start().strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ").map_or("", |(_, rest)| rest),
        Some(rest) => rest.trim_start(),
        None => line,
    }
}

/// The types that a file defines: not those that belong to a trait, which share a name on purpose.
fn types_of(text: &str) -> Vec<&str> {
    let defines = |line: &&str| {
        let line = line.trim_start();
        ["struct ", "enum ", "trait "].iter().any(|keyword| line.starts_with(keyword))
    };
    let lines = code(text).into_iter().map(|(_, line)| without_visibility(line)).filter(defines);
    lines
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter_map(|name| name.split(|c: char| !c.is_alphanumeric()).next())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn one_name_is_one_type() {
    let mut homes: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let src = root().join("src");
    for path in rust_files(&src).into_iter().filter(|path| !path.ends_with(TESTS_ALONE)) {
        for name in types_of(&read(&path)) {
            homes.entry(name.to_owned()).or_default().push(path.clone());
        }
    }
    homes.retain(|_, places| places.len() > 1);
    assert!(homes.is_empty(), "a name has two meanings: {homes:#?}");
}

#[test]
fn no_circle_inside_a_layer() {
    let src = root().join("src");
    let known = KNOWN_CIRCLES.map(|circle| circle.iter().map(|file| (*file).to_owned()).collect());
    let mut known: Vec<BTreeSet<String>> = known.into();
    let mut wrong = Vec::new();
    for layer in LAYERS {
        for (members, way) in circles::circles(&src, layer) {
            match known.iter().position(|circle| *circle == members) {
                Some(place) => drop(known.swap_remove(place)),
                None => wrong.push(format!("{way}\n  all that reach each other: {members:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "files that import each other in a circle:\n{}", wrong.join("\n"));
    assert!(known.is_empty(), "circles that are gone, to be struck off: {known:?}");
}

#[test]
fn no_machine_knows_another_and_no_policy_knows_a_machine() {
    let src = root().join("src/state");
    for file in rust_files(&src) {
        for (number, line) in code(&read(&file)) {
            let other = line.contains("crate::state::") && !line.contains("::machine::");
            assert!(!other, "{}:{number}: machines do not know each other", file.display());
        }
    }
}

#[test]
fn adapters_use_what_the_documentation_shows() {
    let face = read(&root().join("src/lib.rs"));
    let hidden = face.split("#[doc(hidden)]\n").skip(1);
    let hidden: Vec<_> = hidden
        .map(|item| item.trim_start_matches("pub mod ").split([';', ' ']).next().expect("a name"))
        .collect();
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("adapters")) {
        for (number, line) in code(&read(&file)) {
            for name in &hidden {
                if line.contains(&format!("strowger::{name}")) {
                    wrong.push(format!("{}:{number} uses {name}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "what is hidden is not for adapters:\n{}", wrong.join("\n"));
}

#[test]
fn nothing_that_could_differ_between_two_runs() {
    let sources = pure_sources();
    assert!(sources.len() >= 4, "the core, what codecs share, and two codecs: {sources:?}");
    let mut wrong = Vec::new();
    let files = sources.iter().flat_map(|src| rust_files(src));
    for file in files.filter(|file| !file.ends_with(TESTS_ALONE)) {
        let text = read(&file);
        for (number, line) in code(&text) {
            for (word, why) in BANNED {
                let excused =
                    word.starts_with('f') && file.to_string_lossy().contains(PASSES_EVERYTHING_ON);
                if line.contains(word) && !excused {
                    wrong.push(format!("{}:{number} {word} ({why})", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_by_saying_what_it_is_for() {
    for folder in ["src", "adapters", "tests", "examples", "benches"] {
        for file in rust_files(&root().join(folder)) {
            let text = read(&file);
            let first = text.lines().next().unwrap_or("");
            // The front page of an adapter is its README.
            let says =
                first.starts_with("//! ") || first.contains("include_str!(\"../README.md\")");
            assert!(says, "{} does not say what it is for", file.display());
        }
    }
}

#[test]
fn lines_fit_the_page() {
    for file in sources().iter().flat_map(|src| rust_files(src)) {
        for (n, line) in read(&file).lines().enumerate() {
            let length = line.chars().count();
            assert!(length <= 100, "{}:{} has {length} columns", file.display(), n + 1);
        }
    }
}

/// Agents and customers are "they", or named.
const PRONOUNS: [&str; 8] = ["he", "his", "him", "himself", "she", "her", "hers", "herself"];

/// The file that lists the pronouns.
const LISTS_THEM: &str = "tests/tidy.rs";

#[test]
fn agents_and_customers_are_they_or_named() {
    let root = root();
    let folders = ["src", "adapters", "tests", "examples", "benches", "fuzz"];
    let mut files: Vec<_> =
        folders.iter().flat_map(|folder| rust_files(&root.join(folder))).collect();
    for folder in
        [".", "docs", "docs/guide", "tests/scenarios", "tests/console", "tests/console/cases"]
    {
        let entries = fs::read_dir(root.join(folder)).expect("a folder of this repository");
        let entries = entries.map(|entry| entry.expect("an entry").path());
        let is_prose =
            |end: &std::ffi::OsStr| ["md", "txt", "jsonl"].iter().any(|prose| end == *prose);
        files.extend(entries.filter(|path| path.extension().is_some_and(is_prose)));
    }
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| !file.ends_with(LISTS_THEM)) {
        for (number, line) in read(file).lines().enumerate() {
            let line = line.to_lowercase();
            let words = line.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
            for word in words.filter(|word| PRONOUNS.contains(word)) {
                wrong.push(format!("{}:{} {word}", file.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "say they, or the name:\n{}", wrong.join("\n"));
}

#[test]
fn every_layer_says_what_it_knows_and_must_not_know() {
    for layer in LAYERS {
        let header: String = read(&root().join("src").join(layer).join("mod.rs"))
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect();
        let says = header.contains("now") && (header.contains("othing") || header.contains("no "));
        assert!(says, "{layer}/mod.rs says neither what it knows nor what it does not");
    }
}

#[test]
fn the_readme_keeps_its_promises() {
    let (readme, manifest) = (read(&root().join("README.md")), read(&root().join("Cargo.toml")));
    let commands: Vec<_> = readme
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .flat_map(str::lines)
        .collect();
    assert_eq!(commands.len(), 2, "two commands and no more: {commands:?}");
    let ci = read(&root().join(".ci/run"));
    assert!(ci.contains(commands[1]), "CI does not run `{}`", commands[1]);
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let version = version.expect("the manifest names a Rust version").trim_matches('"');
    assert!(readme.contains(&format!("Rust {version}")), "the README names another Rust version");
    let quickstart = read(&root().join("examples/quickstart.rs"));
    let body: Vec<_> = quickstart.lines().filter(|line| line.starts_with("    let ")).collect();
    for line in body {
        assert!(readme.contains(line.trim()), "the README lacks a line of quickstart: {line}");
    }
    assert!(quickstart.lines().count() < 40, "quickstart is under 40 lines");
}
