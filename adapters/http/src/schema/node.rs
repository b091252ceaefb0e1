//! What is known of a type: its shape, with the names of the types it is made of.

use std::collections::{BTreeMap, BTreeSet};

/// The shape of a type, as serde sees it. Types are named by their [path](super::names).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// True or false.
    Flag,
    /// A whole number between bounds; a bound is left out where JSON's numbers end before it.
    Whole {
        /// The least, if there is one.
        min: Option<i64>,
        /// The greatest, if there is one.
        max: Option<i64>,
    },
    /// A number with decimals.
    Number,
    /// A text.
    Text,
    /// Nothing: `null`.
    Nothing,
    /// The type, or nothing.
    Optional(String),
    /// Any number of the type; `None` as long as the type has not been seen.
    List(Option<String>),
    /// So many, each of its type, once it has been seen.
    Tuple(Vec<Option<String>>),
    /// Values of the second type by texts of the first.
    Map(Option<(String, String)>),
    /// Written as the other type is.
    Same(Option<String>),
    /// An object with these fields.
    Object(Object),
    /// One of these.
    OneOf(Vec<(String, Option<Variant>)>),
    /// One of these, or of others that were never seen: of what is only written.
    Seen(Vec<(String, Variant)>),
    /// Nothing is known of it: serde hands on a copy without its type.
    Anything,
    /// It stands in the table of what serde cannot tell.
    Known,
}

/// One of the things an enum may be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Variant {
    /// Its name alone.
    Bare,
    /// Its name with a value of the type.
    With(String),
}

/// An object, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    /// Its fields, in the order of the source.
    pub(super) fields: Vec<Field>,
    /// True once every field has been read.
    pub(super) read: bool,
    /// Whether other fields are refused, once it has been tried.
    pub(super) closed: Option<bool>,
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// Its type, once it has been seen.
    pub(super) of: Option<String>,
    /// Whether it must be there, once it has been tried.
    pub(super) required: Option<bool>,
}

impl Field {
    /// A field of which the name is known.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), of: None, required: None }
    }
}

impl Node {
    /// A whole number of so many bits.
    pub(super) const fn whole(min: Option<i64>, max: Option<i64>) -> Self {
        Self::Whole { min, max }
    }

    /// True if nothing is left to find out about the type itself.
    fn is_done(&self) -> bool {
        match self {
            Self::List(of) => of.is_some(),
            Self::Tuple(of) => of.iter().all(Option::is_some),
            Self::Map(of) => of.is_some(),
            Self::Same(of) => of.is_some(),
            Self::Object(object) => object.is_done(),
            Self::OneOf(variants) => variants.iter().all(|(_, variant)| variant.is_some()),
            // More may come with every sample.
            Self::Seen(_) => false,
            _ => true,
        }
    }

    /// The names that stand alone.
    pub(super) fn bare(&self) -> Vec<&str> {
        match self {
            Self::OneOf(variants) => {
                let bare = variants.iter().filter(|(_, one)| *one == Some(Variant::Bare));
                bare.map(|(name, _)| name.as_str()).collect()
            }
            Self::Seen(variants) => {
                let bare = variants.iter().filter(|(_, one)| *one == Variant::Bare);
                bare.map(|(name, _)| name.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Its fields, items and parts whose types nobody knows, as `type.field`.
    pub(super) fn untyped(&self, name: &str) -> Vec<String> {
        match self {
            Self::List(None) => vec![format!("{name}.item")],
            Self::Map(None) => vec![format!("{name}.value")],
            Self::Tuple(of) if of.contains(&None) => vec![format!("{name}.part")],
            Self::Object(object) => {
                let untyped = object.fields.iter().filter(|field| field.of.is_none());
                untyped.map(|field| format!("{name}.{}", field.name)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The types it is made of.
    pub(super) fn parts(&self) -> Vec<&str> {
        match self {
            Self::Optional(of) | Self::List(Some(of)) | Self::Same(Some(of)) => vec![of],
            Self::Tuple(of) => of.iter().flatten().map(String::as_str).collect(),
            Self::Map(Some((key, value))) => vec![key, value],
            Self::Object(object) => {
                object.fields.iter().filter_map(|field| field.of.as_deref()).collect()
            }
            Self::OneOf(variants) => {
                let known = variants.iter().filter_map(|(_, variant)| variant.as_ref());
                known.filter_map(Variant::with).collect()
            }
            Self::Seen(variants) => {
                variants.iter().filter_map(|(_, variant)| variant.with()).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Variant {
    /// The type that stands with the name.
    pub(super) fn with(&self) -> Option<&str> {
        match self {
            Self::Bare => None,
            Self::With(of) => Some(of),
        }
    }
}

impl Object {
    /// True if nothing is left to try.
    pub(super) fn is_done(&self) -> bool {
        self.read
            && self.closed.is_some()
            && self.fields.iter().all(|field| field.required.is_some())
    }
}

/// All types that have been seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    by_name: BTreeMap<String, Node>,
    /// Types of which, and of all whose parts, everything is known. Kept so that it is not asked
    /// again and again.
    done: BTreeSet<String>,
    /// Types that are read as another of the engine's own: what stands inside is that one's.
    read_as: BTreeMap<String, String>,
    /// Rises with everything that becomes known.
    pub(super) news: u64,
}

impl Nodes {
    /// What is known of a type.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.by_name.get(name)
    }

    /// What is known of a type; at first the given.
    pub(super) fn entry(&mut self, name: &str, first: impl FnOnce() -> Node) -> &mut Node {
        if !self.by_name.contains_key(name) {
            self.news += 1;
        }
        self.by_name.entry(name.to_owned()).or_insert_with(first)
    }

    /// Adds to what is known of a type, by something that says whether it was news.
    pub(super) fn fill(&mut self, name: &str, add: impl FnOnce(&mut Node) -> bool) {
        if self.by_name.get_mut(name).is_some_and(add) {
            self.news += 1;
        }
    }

    /// The first type of those a type is made of of which something is unknown.
    fn search<'s>(
        &'s self,
        name: &'s str,
        reading: &[String],
        seen: &mut BTreeSet<&'s str>,
    ) -> Option<&'s str> {
        let mut todo = vec![name];
        while let Some(name) = todo.pop() {
            let known = self.done.contains(name) || reading.iter().any(|on| on == name);
            if known || !seen.insert(name) {
                continue;
            }
            match self.by_name.get(name) {
                Some(node) if node.is_done() => todo.extend(node.parts()),
                _ => return Some(name),
            }
        }
        None
    }

    /// The types of which something is left to find out.
    pub(super) fn left(&self) -> String {
        let begun = self.iter().filter(|(_, node)| !node.is_done()).map(|(name, _)| name);
        begun.chain(self.unknown()).collect::<Vec<_>>().join(", ")
    }

    /// True if there is something to find out by reading the type, where these are being read
    /// already: what is left of them is not found inside themselves.
    pub(super) fn has_news(&mut self, name: &str, reading: &[String]) -> bool {
        let mut seen = BTreeSet::new();
        let news = self.search(name, reading, &mut seen).is_some();
        // Without the types that are being read nothing may be said for ever.
        if !news && reading.is_empty() {
            let seen: Vec<_> = seen.into_iter().map(ToOwned::to_owned).collect();
            self.done.extend(seen);
        }
        news
    }

    /// Notes that a type is read as another.
    pub(super) fn is_read_as(&mut self, name: &str, other: &str) {
        if !self.read_as.contains_key(name) {
            self.read_as.insert(name.to_owned(), other.to_owned());
        }
    }

    /// The type as which a type is read, if that is another.
    pub(super) fn read_as(&self, name: &str) -> Option<&str> {
        self.read_as.get(name).map(String::as_str)
    }

    /// All types, in order of their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.by_name.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// True if everything is known of the type and of all it is made of.
    pub(super) fn is_done(&mut self, name: &str) -> bool {
        !self.has_news(name, &[])
    }

    /// The types that are named somewhere and of which nothing is known.
    pub(super) fn unknown(&self) -> BTreeSet<&str> {
        let parts = self.by_name.values().flat_map(Node::parts);
        parts.filter(|part| !self.by_name.contains_key(*part)).collect()
    }
}
