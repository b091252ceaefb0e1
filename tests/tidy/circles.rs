//! The import graph between the files of a layer, and the circles in it.
//!
//! A file is a node by its path as a module. It imports what its code names by `crate::`, `super::`
//! or `self::`, or by a module that it declares. A name that a `mod.rs` passes on (`pub use`) counts
//! for the file that it comes from; passing it on is no import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::{read, rust_files};

/// Every file of a layer with the files it imports from.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// The circles among the files of a layer: each as the files that reach each other, and a shortest
/// way round.
pub(crate) fn circles(src: &Path, layer: &str) -> Vec<(BTreeSet<String>, String)> {
    let graph = graph(&sources(src, layer));
    let mut found: Vec<(BTreeSet<String>, String)> = Vec::new();
    for file in graph.keys() {
        if found.iter().any(|(members, _)| members.contains(file)) {
            continue;
        }
        if let Some(way) = way_round(&graph, file) {
            let reached = reached_from(&graph, file);
            let back = |other: &&String| reached_from(&graph, other).contains(file);
            let members = reached.iter().filter(back).cloned().collect();
            found.push((members, way.join(" -> ")));
        }
    }
    found
}

/// The files of a layer by their paths as modules, with their code.
fn sources(src: &Path, layer: &str) -> BTreeMap<String, String> {
    let files = rust_files(&src.join(layer)).into_iter();
    files
        .map(|file| {
            let inside = file.strip_prefix(src).expect("a file of src").with_extension("");
            let names = inside.components().map(|name| name.as_os_str().to_string_lossy());
            let names: Vec<_> = names.filter(|name| name != "mod").collect();
            (names.join("::"), without_comments(&read(&file)))
        })
        .collect()
}

fn without_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.map(|line| line.split(" // ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn graph(sources: &BTreeMap<String, String>) -> Graph {
    let mut passed_on = BTreeMap::new();
    let mut named = BTreeMap::new();
    for (file, code) in sources {
        let (passed, own) = apart(code);
        let modules = modules(code);
        passed_on.insert(file.as_str(), names(file, &modules, &passed));
        named.insert(file.as_str(), names(file, &modules, &own));
    }
    let imports = |file: &str| {
        let targets = named[file].iter().filter_map(|path| home(&passed_on, path));
        targets.filter(|target| target != file).collect()
    };
    sources.keys().map(|file| (file.clone(), imports(file))).collect()
}

/// What a file passes on, and all its other code.
fn apart(code: &str) -> (String, String) {
    let (mut passed, mut own) = (String::new(), String::new());
    let mut rest = code;
    while let Some(at) = rest.find("\npub") {
        let (before, statement) = rest.split_at(at + 1);
        own.push_str(before);
        let end = statement.find(';').map_or(statement.len(), |end| end + 1);
        let head = statement.split_whitespace().nth(1);
        let (text, left) =
            if head == Some("use") { statement.split_at(end) } else { ("", statement) };
        passed.push_str(text);
        let left = if text.is_empty() { left.split_at(3) } else { ("", left) };
        own.push_str(left.0);
        rest = left.1;
    }
    own.push_str(rest);
    (passed, own)
}

/// The modules that a file declares.
fn modules(code: &str) -> Vec<&str> {
    let modules = code.lines().filter_map(|line| line.trim().strip_suffix(';'));
    modules.filter_map(|line| line.rsplit_once("mod ").map(|(_, name)| name)).collect()
}

/// The paths that a file names, from the crate's root on.
fn names(file: &str, modules: &[&str], code: &str) -> Vec<String> {
    let parent = file.rsplit_once("::").map_or("", |(parent, _)| parent);
    // In the tests at the end of a file `super` is the file.
    let (code, tests) = code.split_once("#[cfg(test)]\nmod tests {").unwrap_or((code, ""));
    let mut paths = Vec::new();
    for (text, above) in [(code, parent), (tests, file)] {
        follow(text, "crate::", "", &mut paths);
        follow(text, "super::", above, &mut paths);
        follow(text, "self::", file, &mut paths);
    }
    for module in modules {
        follow(code, &format!("{module}::"), &format!("{file}::{module}"), &mut paths);
    }
    paths
}

/// Collects every path that begins in this way, taken as one that begins at `root`.
fn follow(code: &str, begin: &str, root: &str, paths: &mut Vec<String>) {
    for (at, _) in code.match_indices(begin) {
        let before = code[..at].chars().next_back();
        if !before.is_some_and(|before| before.is_alphanumeric() || "_:".contains(before)) {
            tree(&code[at + begin.len()..], root, paths);
        }
    }
}

/// Reads a path, or a tree of them in braces, and gives back what is left of the text.
fn tree<'a>(text: &'a str, root: &str, paths: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut left) = text.strip_prefix('{') {
        while let Some(part) = left.chars().find(|letter| !letter.is_whitespace()) {
            left = left.trim_start();
            match part {
                '}' => return &left[1..],
                ',' => left = &left[1..],
                // Not a tree of names, but a block of code.
                _ if !(part.is_alphanumeric() || "_{*".contains(part)) => return left,
                _ => left = tree(left, root, paths),
            }
        }
        return left;
    }
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let (name, left) = text.split_at(end.unwrap_or(text.len()));
    let path = if root.is_empty() { name.to_owned() } else { format!("{root}::{name}") };
    match left.strip_prefix("::") {
        Some(left) => tree(left, &path, paths),
        None => {
            paths.push(path);
            // An alias, a call, or the next part: whatever it is, up to the end of this part.
            let rest = left.find([',', '}', ';', '(', ')', '{', '\n']).unwrap_or(left.len());
            &left[rest..]
        }
    }
}

/// The file in which what a path names stands: the longest part of the path that is a file, unless
/// that passes the name on from another.
fn home(passed_on: &BTreeMap<&str, Vec<String>>, path: &str) -> Option<String> {
    let mut file = path;
    while !passed_on.contains_key(file) {
        file = file.rsplit_once("::")?.0;
    }
    let item = path[file.len()..].trim_start_matches("::").split("::").next().unwrap_or("");
    let its = |other: &&String| !item.is_empty() && other.ends_with(&format!("::{item}"));
    match passed_on[file].iter().find(its) {
        Some(other) if other != path => home(passed_on, other),
        _ => Some(file.to_owned()),
    }
}

fn reached_from(graph: &Graph, file: &str) -> BTreeSet<String> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![file.to_owned()]);
    while let Some(from) = next.pop() {
        next.extend(graph[&from].iter().filter(|to| reached.insert((*to).clone())).cloned());
    }
    reached
}

/// A shortest way from a file back to it.
fn way_round(graph: &Graph, file: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![file.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for to in &graph[way.last().expect("a way has a begin")] {
                let way: Vec<_> = way.iter().chain([to]).cloned().collect();
                if to == file {
                    return Some(way);
                }
                if seen.insert(to.clone()) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

#[test]
fn a_circle_is_found_and_a_name_that_is_passed_on_makes_none() {
    let layer = |files: &[(&str, &str)]| -> BTreeMap<String, String> {
        files.iter().map(|(file, code)| ((*file).to_owned(), (*code).to_owned())).collect()
    };
    let found = graph(&layer(&[
        ("l", "mod a;\npub use a::A;"),
        ("l::a", "use crate::l::{b::{B, C as D}, f};\nfn a() -> crate::k::K {}"),
        ("l::b", "use crate::{k, l::f::g::G};"),
        ("l::f", "mod g;\nmod h;\npub use self::g::G;\npub struct F;"),
        ("l::f::g", "use super::h::H;"),
        ("l::f::h", "use crate::l::A;\n#[cfg(test)]\nmod tests {\n    use super::*;\n}"),
    ]));
    let of = |file: &str| found[file].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of("l"), [""; 0]);
    assert_eq!(of("l::a"), ["l::b", "l::f"]);
    assert_eq!(of("l::b"), ["l::f::g"]);
    assert_eq!(of("l::f"), [""; 0]);
    assert_eq!(of("l::f::g"), ["l::f::h"]);
    assert_eq!(of("l::f::h"), ["l::a"]);
    let way = way_round(&found, "l::a").expect("a circle");
    assert_eq!(way, ["l::a", "l::b", "l::f::g", "l::f::h", "l::a"]);
    assert_eq!(way_round(&found, "l"), None);
}
