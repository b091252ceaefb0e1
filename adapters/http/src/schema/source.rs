//! What the documentation of the core says of its types, read from its source.
//!
//! Serde knows nothing of comments, so they are read as text. `descriptions.json` keeps what was
//! read, for the source is not there where this package is used; a test holds the two equal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::describe::Descriptions;
use super::names;
use super::node::{Node, Nodes};

/// Reads what is said of all types that have a name, and of their fields and variants.
pub(super) fn read(nodes: &Nodes, source: &Path) -> Descriptions {
    let mut files = Files { source: source.to_owned(), read: BTreeMap::new() };
    let mut all = Descriptions::new();
    for (name, node) in nodes.iter() {
        let (of, variant) = name.split_once('.').map_or((name, None), |(of, v)| (of, Some(v)));
        if !names::is_own(of) {
            continue;
        }
        // What only wraps another is written with that one's fields.
        let inner = nodes.read_as(name).and_then(|inner| {
            let (lines, at) = files.declaration(inner)?;
            Some(of_type(lines, at, node))
        });
        let Some((lines, at)) = files.declaration(of) else { continue };
        let (lines, at) = match variant {
            None => (lines, at),
            Some(variant) => {
                let body = body(lines, at);
                match line_of(body, &camel(variant)) {
                    Some(at) => (body, at),
                    None => continue,
                }
            }
        };
        let mut said = inner.unwrap_or_default();
        said.extend(of_type(lines, at, node));
        if !said.is_empty() {
            all.insert(name.to_owned(), said);
        }
    }
    all
}

/// What is said of a type under the empty name, and of its fields and variants under theirs.
fn of_type(lines: &[String], at: usize, node: &Node) -> BTreeMap<String, String> {
    let body = body(lines, at);
    let of =
        |name: &str, written: &str| Some((name.to_owned(), before(body, line_of(body, written)?)?));
    let own = before(lines, at).map(|said| (String::new(), said));
    let parts: Vec<_> = match node {
        Node::Object(object) => {
            object.fields.iter().filter_map(|field| of(&field.name, &field.name)).collect()
        }
        Node::OneOf(variants) => {
            variants.iter().filter_map(|(name, _)| of(name, &camel(name))).collect()
        }
        Node::Seen(variants) => {
            variants.iter().filter_map(|(name, _)| of(name, &camel(name))).collect()
        }
        _ => Vec::new(),
    };
    own.into_iter().chain(parts).collect()
}

/// The files of the source that were read.
struct Files {
    source: PathBuf,
    read: BTreeMap<PathBuf, Vec<String>>,
}

impl Files {
    /// The file in which a type stands, and the line at which it is declared.
    fn declaration(&mut self, name: &str) -> Option<(&[String], usize)> {
        let path = name.split('<').next()?;
        let (module, name) = path.rsplit_once("::")?;
        let module = module.split("::").skip(1).collect::<PathBuf>();
        let file = self.source.join(&module).with_extension("rs");
        let files = [file, self.source.join(&module).join("mod.rs")];
        let file = files.into_iter().find(|file| file.is_file())?;
        let lines = self.read.entry(file).or_insert_with_key(|file| {
            let text = fs::read_to_string(file).unwrap_or_default();
            text.lines().map(ToOwned::to_owned).collect()
        });
        let declared = |line: &String| {
            let line = line.trim_start();
            let rest = line.strip_prefix("pub ").unwrap_or(line);
            let words = ["struct ", "enum "];
            let rest = words.into_iter().find_map(|word| rest.strip_prefix(word))?;
            starts_with_word(rest, name).then_some(())
        };
        let at = lines.iter().position(|line| declared(line).is_some());
        // A macro that declares types names them alone.
        let alone = |line: &String| {
            let line = line.trim_start();
            let line = line.strip_prefix("pub ").unwrap_or(line);
            let whole = line.contains(" {") || line.contains('(');
            starts_with_word(line, name) && line.ends_with(['{', ';']) && whole
        };
        let at = at.or_else(|| lines.iter().position(alone))?;
        Some((lines, at))
    }
}

/// The lines of a declaration: up to where something closes that is no deeper than it.
fn body(lines: &[String], at: usize) -> &[String] {
    let Some(first) = lines.get(at) else { return &[] };
    if first.ends_with([';', ',']) {
        return &[];
    }
    let depth = indentation(first);
    let end = lines.iter().skip(at + 1).position(|line| {
        indentation(line) <= depth && line.trim_start().starts_with('}') && !line.ends_with('{')
    });
    let end = end.map_or(lines.len(), |end| at + 1 + end);
    lines.get(at + 1..end).unwrap_or_default()
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The line where a field or a variant stands, no deeper than the others.
fn line_of(body: &[String], name: &str) -> Option<usize> {
    // A list may go on behind a word: `} with {`.
    let inside = body.iter().filter(|line| !line.is_empty() && !line.trim_start().starts_with('}'));
    let depth = inside.map(|line| indentation(line)).min()?;
    body.iter().position(|line| {
        let line = if indentation(line) == depth { line.trim_start() } else { "" };
        let line = line.strip_prefix("pub ").unwrap_or(line);
        starts_with_word(line, name)
    })
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let rest = text.strip_prefix(word);
    rest.is_some_and(|rest| !rest.starts_with(|sign: char| sign.is_alphanumeric() || sign == '_'))
}

/// The first paragraph of the documentation before a line.
fn before(lines: &[String], at: usize) -> Option<String> {
    let above = lines.get(..at)?.iter().rev().map(|line| line.trim_start());
    let mut inside = false;
    let mut said = Vec::new();
    for line in above {
        if let Some(text) = line.strip_prefix("///") {
            said.push(text.trim());
        } else if !said.is_empty() {
            break;
        } else if line.starts_with("#[") {
            inside = false;
        } else if line.ends_with(")]") {
            // An attribute of several lines.
            inside = true;
        } else if !inside {
            break;
        }
    }
    said.reverse();
    let first = said.split(|line| line.is_empty()).next()?;
    Some(plain(&first.join(" "))).filter(|text| !text.is_empty())
}

/// Without the links, which lead nowhere here: what is linked stays.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('[') {
        let Some((inner, behind)) = behind.split_once(']') else { break };
        plain += before;
        plain += inner;
        rest = match behind.strip_prefix('(').and_then(|link| link.split_once(')')) {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    plain + rest
}

/// `finish_contact` as it stands in the source: `FinishContact`.
fn camel(name: &str) -> String {
    let mut camel = String::new();
    for part in name.split('_') {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.extend(letters);
    }
    camel
}
