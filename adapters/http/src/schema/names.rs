//! The names of types, as the compiler writes them, and what is called how in the document.

use std::collections::{BTreeMap, BTreeSet};

/// The name by which a type is known here: its path with all it is made of.
///
/// What only says where a value lies is left out (`Box`, `Arc`, `Cow`, references, lifetimes): in
/// JSON nobody sees it.
pub(super) fn of<T: ?Sized>() -> String {
    plain(core::any::type_name::<T>())
}

/// The same of what serde is about to read: a seed is `PhantomData` of the type. Not so where a
/// field is read by a function of its own.
pub(super) fn of_seed<S>() -> Option<String> {
    let name = plain(core::any::type_name::<S>());
    let name = argument(&name, "core::marker::PhantomData")?;
    Some(name.to_owned()).filter(|name| !name.contains("__DeserializeWith"))
}

/// What stands in the angle brackets, if it is this type.
pub(super) fn argument<'a>(name: &'a str, of: &str) -> Option<&'a str> {
    name.strip_prefix(of)?.strip_prefix('<')?.strip_suffix('>')
}

/// Types that only say where a value lies.
const HOLDERS: [&str; 4] =
    ["alloc::boxed::Box", "alloc::sync::Arc", "alloc::rc::Rc", "alloc::borrow::Cow"];

/// A name without what nobody sees in JSON.
pub(super) fn plain(written: &str) -> String {
    let name = written.trim_start_matches('&').trim_start_matches("mut ");
    let (head, arguments) = split(name);
    let mut inner = arguments.into_iter().filter(|part| !part.starts_with('\'')).map(plain);
    if HOLDERS.contains(&head)
        && let Some(held) = inner.next()
    {
        return held;
    }
    let inner: Vec<_> = inner.collect();
    match inner.as_slice() {
        [] => head.to_owned(),
        inner => format!("{head}<{}>", inner.join(", ")),
    }
}

/// The path of a type, and what stands in its angle brackets.
fn split(name: &str) -> (&str, Vec<&str>) {
    let whole = (name, Vec::new());
    // Tuples, arrays and what the compiler calls `<impl ..>` are taken as they are.
    if !name.starts_with(|sign: char| sign.is_ascii_alphabetic()) || !name.ends_with('>') {
        return whole;
    }
    let Some((head, rest)) = name.split_once('<') else { return whole };
    let Some(rest) = rest.strip_suffix('>') else { return whole };
    let (mut depth, mut begin, mut parts) = (0_i32, 0, Vec::new());
    for (at, sign) in rest.char_indices() {
        match sign {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.extend(rest.get(begin..at).map(str::trim));
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(rest.get(begin..).map(str::trim));
    (head, parts)
}

/// True if a type stands in the document under a name of its own: the engine's own types do, what
/// is a list, a number or a text is written where it stands, and so is what has no name but the
/// place where it stands (which has a dot in it).
pub(super) fn is_own(name: &str) -> bool {
    name.starts_with("strowger") && !name.contains('.')
}

/// The last part of a path, with those of its arguments behind it: `Define<QueueProfile>` becomes
/// `DefineQueueProfile`.
fn short(name: &str) -> String {
    let (head, arguments) = split(name);
    let last = match head.rsplit("::").next().unwrap_or(head) {
        // That it may be missing is no part of what a thing is called.
        "Option" => "",
        "str" => "Text",
        last => last,
    };
    let mut short: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
    for argument in arguments {
        short += &self::short(argument);
    }
    short
}

/// The module below the root in which a type stands, as the beginning of a name.
fn layer(name: &str) -> String {
    let layer = name.split("::").nth(1).unwrap_or_default();
    let mut letters = layer.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The names in the document: the short one, and where several types would have the same, the
/// layer before it. The same types always get the same names.
pub(super) fn in_document<'a>(types: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let mut by_short: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for name in types {
        by_short.entry(short(name)).or_default().insert(name);
    }
    let mut names = BTreeMap::new();
    let mut given = BTreeSet::new();
    for (short, types) in &by_short {
        let several = types.len() > 1;
        for name in types {
            let mut called = if several { layer(name) + short } else { short.clone() };
            // Two of one name in one layer, or a layer's name that is another's short one.
            while !given.insert(called.clone()) || (several && by_short.contains_key(&called)) {
                called.push('_');
            }
            names.insert((*name).to_owned(), called);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_holds_a_value_is_left_out() {
        assert_eq!(of::<Option<Box<Vec<std::sync::Arc<str>>>>>(), {
            "core::option::Option<alloc::vec::Vec<str>>"
        });
        assert_eq!(of::<std::borrow::Cow<'static, str>>(), "str");
        assert_eq!(of::<&strowger::Key>(), "strowger::base::key::Key");
        assert_eq!(of_seed::<core::marker::PhantomData<Box<u8>>>().as_deref(), Some("u8"));
    }

    #[test]
    fn types_of_one_name_are_told_apart() {
        let types = ["strowger::journey::A", "strowger::knowledge::A", "strowger::x::B<x::C<u8>>"];
        let names = in_document(types.into_iter());
        let names: Vec<_> = names.values().map(String::as_str).collect();
        assert_eq!(names, ["JourneyA", "KnowledgeA", "BCu8"]);
    }
}
