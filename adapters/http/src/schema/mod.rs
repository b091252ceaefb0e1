//! JSON Schemas of what comes in and goes out, made from what serde knows of the types.
//!
//! The core knows nothing of schemas, and there is no second set of types for them. [`probe`] finds
//! out what each type looks like by letting serde read it from nothing; [`known`] says what serde
//! cannot tell of a few types; [`draw`] writes the schemas, and [`example`] the smallest value that
//! one takes. What is only written, and never read, is seen by [`written`].
//!
//! Descriptions are the first paragraphs of the core's documentation: `source` reads them, and
//! `descriptions.json` keeps them. Views have no sample but in a centre at work, so the whole
//! document is made where the recorded sessions are told, in a test: `story::types()`.
//!
//! What cannot be found out: what a field is when it is left out; which fields of a view are always
//! there; that an id is the key of something that exists.

mod describe;
mod draw;
mod example;
mod known;
mod names;
mod node;
mod probe;
#[cfg(test)]
mod source;
#[cfg(test)]
pub(crate) mod story;
mod written;

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use strowger::centre::{CentreCommand, CentreFact, CentreRefusal, CentreReply, LayerFact};
use strowger::explain::{AgentExplanation, Decision, PairExplanation, WorkExplanation};
use strowger::figures::{AgentNow, ClosedFigures, FiguresConfig, QueueNow};
use strowger::interaction::{Article, Colour, Interaction, Layout, Message, Suggestion};
use strowger::journey::{Gated, JourneyView, LiveVisitor, Page, ViewChange};
use strowger::state::{AssignmentState, Stage};
use strowger::view::{Estimate, Leg, Member, Offer, StepState};

use node::{Node, Nodes, Variant};
pub(crate) use probe::Unread;

/// The types that were found, before their schemas are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Types {
    nodes: Nodes,
}

impl Types {
    /// All that a centre is told and says: commands, answers, refusals and facts of every layer,
    /// and what is read of it and can be read back: explanations, decisions, figures, records,
    /// journeys, and the parts of views. The views themselves are [seen](Self::see).
    ///
    /// # Errors
    /// A type of which serde does not say enough: it must be added to the table in `known`.
    pub(crate) fn of_centre() -> Result<Self, Unread> {
        let mut types = Self::default();
        types.read::<CentreCommand>()?;
        types.read::<CentreReply>()?;
        types.read::<CentreRefusal>()?;
        types.read::<CentreFact>()?;
        types.read::<(WorkExplanation, AgentExplanation, PairExplanation, Decision)>()?;
        types.read::<(QueueNow, AgentNow, ClosedFigures, FiguresConfig)>()?;
        types.read::<(Interaction, Message, Layout, Article, Suggestion, Colour)>()?;
        types.read::<(Gated<JourneyView>, Gated<Page<LiveVisitor>>, ViewChange)>()?;
        types.read::<(Stage, Estimate, Leg, StepState, Offer, Member, AssignmentState)>()?;
        Ok(types)
    }

    /// Adds a type that can be read, and all it is made of.
    ///
    /// # Errors
    /// A type of which serde does not say enough.
    pub(crate) fn read<T: DeserializeOwned>(&mut self) -> Result<(), Unread> {
        probe::read::<T>(&mut self.nodes)
    }

    /// Adds a type that is only written, as far as this value shows it. What it is made of and can
    /// be read should have been [read](Self::read) before: then all is known of it.
    pub(crate) fn see<T: ?Sized + Serialize>(&mut self, value: &T) {
        written::see(&mut self.nodes, value);
    }

    /// The types that are fields of others and of which nothing is known, because no sample had
    /// one; and the fields whose types nobody knows.
    pub(crate) fn unknown(&self) -> Vec<String> {
        let types = self.nodes.unknown().into_iter().map(ToOwned::to_owned);
        let fields = self.nodes.iter().flat_map(|(name, node)| node.untyped(name));
        types.chain(fields).collect()
    }

    /// What the schema of a type is where it is used: a reference, if it has a name.
    pub(crate) fn schema_of<T: ?Sized>(&self) -> Value {
        draw::Pen::new(&self.nodes).schema(&names::of::<T>())
    }

    /// Writes the schemas.
    pub(crate) fn schemas(&self) -> Schemas {
        let nodes = &self.nodes;
        let pen = draw::Pen::new(nodes);
        let mut commands = Words::new();
        for (layer, of) in layers::<CentreCommand>(nodes) {
            let of = variants(nodes, of)
                .filter_map(|(name, of)| Some((name.to_owned(), pen.called(of?)?.to_owned())));
            commands.insert(layer.to_owned(), of.collect());
        }
        let schemas = |of: &str| {
            let schema = |of: Option<&str>| of.map_or(Value::Null, |of| pen.schema(of));
            variants(nodes, of).map(|(name, of)| (name.to_owned(), schema(of))).collect()
        };
        let facts = layers::<LayerFact>(nodes);
        let events = facts.map(|(layer, of)| (layer.to_owned(), schemas(event(nodes, of))));
        let refused = layers::<CentreRefusal>(nodes);
        let refusals = refused.map(|(layer, of)| (layer.to_owned(), schemas(of)));
        Schemas {
            components: pen.components(),
            commands,
            events: events.collect(),
            refusals: refusals.collect(),
        }
    }
}

/// The schemas of everything that is told to a centre and that a centre says.
#[derive(Clone, Debug)]
pub(crate) struct Schemas {
    /// Every type by its name, for `components/schemas`. They refer to each other by
    /// `#/components/schemas/...`.
    pub(crate) components: Map<String, Value>,
    /// The component of each command, by layer and name.
    commands: Words<String>,
    /// What each event says, by the layer's word for its facts and the event's name.
    events: Words<Value>,
    /// What each refusal says, by layer and code; `null`: its code alone.
    refusals: Words<Value>,
}

/// Something by layer and name.
type Words<T> = BTreeMap<String, BTreeMap<String, T>>;

impl Schemas {
    /// The schemas of [`Types::of_centre`].
    ///
    /// # Errors
    /// A type of which serde does not say enough.
    pub(crate) fn of_centre() -> Result<Self, Unread> {
        Ok(Types::of_centre()?.schemas())
    }

    /// The layers that take commands, as in JSON: `command` (the engine), `record`, `knowledge`,
    /// `journey`.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &str> {
        self.commands.keys().map(String::as_str)
    }

    /// The names of a layer's commands.
    pub(crate) fn commands(&self, layer: &str) -> impl Iterator<Item = &str> {
        self.commands.get(layer).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The schema of what a command says, without its name around it.
    pub(crate) fn command(&self, layer: &str, name: &str) -> Option<&Value> {
        self.components.get(self.command_component(layer, name)?)
    }

    /// The name of the component in which the command stands.
    pub(crate) fn command_component(&self, layer: &str, name: &str) -> Option<&str> {
        self.commands.get(layer)?.get(name).map(String::as_str)
    }

    /// The words for the facts of the layers, as in JSON: `fact` (the engine's), `record_fact`,
    /// `knowledge_fact`, `journey_fact`.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &str> {
        self.events.keys().map(String::as_str)
    }

    /// The names of a layer's events, by the word for its facts.
    pub(crate) fn events(&self, facts: &str) -> impl Iterator<Item = &str> {
        self.events.get(facts).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The schema of what an event says, without its name around it; `null`: nothing.
    pub(crate) fn event(&self, facts: &str, name: &str) -> Option<&Value> {
        self.events.get(facts)?.get(name)
    }

    /// The codes of a layer's refusals; of the layer `command` those of the engine.
    pub(crate) fn refusals(&self, layer: &str) -> impl Iterator<Item = &str> {
        self.refusals.get(layer).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The schema of what a refusal says beside its code; `null`: nothing.
    pub(crate) fn refusal(&self, layer: &str, code: &str) -> Option<&Value> {
        self.refusals.get(layer)?.get(code)
    }

    /// The smallest value that a schema takes: required fields only, the first of what may be
    /// chosen. `None` if the schema is of a form that is not written here.
    pub(crate) fn example(&self, schema: &Value) -> Option<Value> {
        example::of(&self.components, schema)
    }
}

/// The schema of an object without some of its fields: those that stand in a route's path.
pub(crate) fn without(schema: &Value, fields: &[&str]) -> Value {
    let mut schema = schema.clone();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|field, _| !fields.contains(&field.as_str()));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|field| !field.as_str().is_some_and(|field| fields.contains(&field)));
        if required.is_empty()
            && let Some(schema) = schema.as_object_mut()
        {
            schema.remove("required");
        }
    }
    schema
}

/// The layers in one of the enums of a centre: their words, and the type that is theirs.
fn layers<T>(nodes: &Nodes) -> impl Iterator<Item = (&str, &str)> {
    let of = names::of::<T>();
    let layers: Vec<_> = variants(nodes, &of).collect();
    layers.into_iter().filter_map(|(name, of)| Some((name, of?)))
}

/// The variants of an enum, with the type of what they hold.
fn variants<'n>(nodes: &'n Nodes, name: &str) -> impl Iterator<Item = (&'n str, Option<&'n str>)> {
    let variants = match nodes.get(name) {
        Some(Node::OneOf(variants)) => variants.as_slice(),
        _ => &[],
    };
    let with = |variant: &'n Option<Variant>| variant.as_ref().and_then(Variant::with);
    variants.iter().map(move |(name, variant)| (name.as_str(), with(variant)))
}

/// The type of an object's field.
fn field<'n>(nodes: &'n Nodes, name: &str, field: &str) -> Option<&'n str> {
    match nodes.get(name)? {
        Node::Object(object) => object.fields.iter().find(|one| one.name == field)?.of.as_deref(),
        _ => None,
    }
}

/// The enum of a layer's events. A layer above the engine says beside the event how far it followed
/// those below, so it may stand one object deeper.
fn event<'n>(nodes: &'n Nodes, fact: &'n str) -> &'n str {
    let mut at = fact;
    while let Some(event) = field(nodes, at, "event") {
        at = event;
    }
    at
}

#[cfg(test)]
mod tests;
