//! A fact as it is told, and those who hear of it.

use serde::Serialize;
use strowger::Key;
use strowger::command::Actor;
use strowger::fact::Seq;
use strowger::interaction::InteractionId;
use strowger::model::AgentId;

/// A fact as it is told.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) number: Seq,
    /// The layer it is of, as the name of an event.
    pub(crate) name: &'static str,
    /// The fact, in JSON without an end of line.
    pub(crate) json: Box<str>,
    /// The agents who hear of it.
    pub(crate) agents: Box<[AgentId]>,
    /// True if supervisors hear of it.
    pub(crate) supervisors: bool,
    /// True if administrators hear of it.
    pub(crate) administrators: bool,
    /// What a customer hears of it, in words of their own.
    pub(crate) customer: Option<Telling>,
}

/// What a customer hears.
#[derive(Debug)]
pub(crate) struct Telling {
    pub(crate) customer: Key,
    pub(crate) name: &'static str,
    pub(crate) json: Box<str>,
}

/// Who listens.
#[derive(Clone, Debug)]
pub(crate) enum Hearer {
    Host,
    Administrator,
    Supervisor,
    Agent(AgentId),
    Customer(Key),
}

impl Hearer {
    /// The one who listens as this actor; a customer without a key hears nothing.
    pub(crate) fn of(actor: Actor) -> Option<Self> {
        Some(match actor {
            Actor::Host => Self::Host,
            Actor::Administrator(_) => Self::Administrator,
            Actor::Supervisor(_) => Self::Supervisor,
            Actor::Agent(agent) => Self::Agent(agent),
            Actor::Customer(Some(key)) => Self::Customer(key),
            _ => return None,
        })
    }
}

impl Entry {
    /// The name and the words under which somebody hears of it, if they do.
    pub(crate) fn for_hearer(&self, hearer: &Hearer) -> Option<(&'static str, &str)> {
        let whole = (self.name, &*self.json);
        match hearer {
            Hearer::Host => Some(whole),
            Hearer::Administrator => self.administrators.then_some(whole),
            Hearer::Supervisor => self.supervisors.then_some(whole),
            Hearer::Agent(agent) => self.agents.contains(agent).then_some(whole),
            Hearer::Customer(key) => {
                let telling = self.customer.as_ref().filter(|telling| telling.customer == *key)?;
                Some((telling.name, &telling.json))
            }
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        let telling = self.customer.as_ref().map_or(0, |one| one.json.len() + one.customer.len());
        size_of::<Self>() + self.json.len() + size_of_val(&*self.agents) + telling
    }
}

/// Something that is no fact: it has no number, is kept nowhere, and is over after some seconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Passing {
    /// The interaction in which somebody writes.
    pub(crate) interaction: InteractionId,
    /// Who writes: `customer` or `agent`.
    pub(crate) by: &'static str,
    #[serde(skip)]
    pub(crate) agents: Vec<AgentId>,
    #[serde(skip)]
    pub(crate) customer: Option<Key>,
}

impl Passing {
    /// True if somebody hears of it.
    pub(crate) fn is_for(&self, hearer: &Hearer) -> bool {
        match hearer {
            Hearer::Agent(agent) => self.agents.contains(agent),
            Hearer::Customer(key) => self.customer.as_ref() == Some(key),
            _ => false,
        }
    }
}
