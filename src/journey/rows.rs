//! The rows of the layer.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::ledger::Ledger;
use crate::base::time::Timestamp;
use crate::fact::log::Seq;
use crate::interaction::InteractionId;
use crate::model::ids::{AgentId, QueueId};

use crate::journey::config::JourneyConfig;
use crate::journey::definition::{ActionMap, ActionTarget, Outcome, TargetCounts, VisitorSegment};
use crate::journey::identifier::Identifier;
use crate::journey::ids::{CustomerId, SessionId, WebOfferId};
use crate::journey::offer::WebOffer;
use crate::journey::person::Customer;
use crate::journey::session::VisitorSession;
use crate::journey::talk::{JourneyLink, TalkMarks};

/// Something that is defined, or was.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct KnownDefinition<T> {
    pub(crate) key: Key,
    pub(crate) version: u32,
    /// The number of the fact that said so last.
    pub(crate) seq: Seq,
    /// The number of the fact that last changed how it looks to agents.
    #[serde(default)]
    pub(crate) looks: Seq,
    /// True if it was taken away. It is still known, for what it left behind.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) removed: bool,
    pub(crate) content: Arc<T>,
}

/// How something that is defined looks to agents.
pub(crate) trait Looks {
    /// The texts that agents see of it; nothing if it is shown to none.
    fn look(&self) -> Option<[&str; 2]>;
}

impl Looks for VisitorSegment {
    fn look(&self) -> Option<[&str; 2]> {
        self.is_shown().then_some([&self.name, &self.colour])
    }
}

impl Looks for Outcome {
    fn look(&self) -> Option<[&str; 2]> {
        Some([&self.name, ""])
    }
}

impl Looks for ActionMap {
    fn look(&self) -> Option<[&str; 2]> {
        Some([&self.name, ""])
    }
}

impl Looks for ActionTarget {
    fn look(&self) -> Option<[&str; 2]> {
        None
    }
}

/// What is defined of one kind, in order of definition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Definitions<T>(pub(crate) Vec<KnownDefinition<T>>);

impl<T> Default for Definitions<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Definitions<T> {
    /// All that were not taken away.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &KnownDefinition<T>> {
        self.0.iter().filter(|defined| !defined.removed)
    }

    /// Also one that was taken away.
    pub(crate) fn known(&self, key: &str) -> Option<&KnownDefinition<T>> {
        self.0.iter().find(|defined| &*defined.key == key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&KnownDefinition<T>> {
        self.known(key).filter(|defined| !defined.removed)
    }

    pub(crate) fn len(&self) -> usize {
        self.iter().count()
    }

    /// The version that this content would be; `None`: it is what stands there.
    pub(crate) fn next_version(&self, key: &str, content: &T) -> Option<u32>
    where
        T: PartialEq,
    {
        match self.known(key) {
            Some(known) if !known.removed && *known.content == *content => None,
            Some(known) => Some(known.version.saturating_add(1)),
            None => Some(1),
        }
    }

    /// Sets it. What was taken away and is not known for anything new makes room.
    pub(crate) fn set(&mut self, key: &Key, version: u32, seq: Seq, content: T, max: u32)
    where
        T: Looks,
    {
        let content = Arc::new(content);
        if let Some(known) = self.0.iter_mut().find(|defined| defined.key == *key) {
            if known.look() != content.look() {
                known.looks = seq;
            }
            (known.version, known.seq, known.removed) = (version, seq, false);
            known.content = content;
            return;
        }
        if self.0.len() >= max as usize
            && let Some(place) = self.0.iter().position(|defined| defined.removed)
        {
            self.0.remove(place);
        }
        let (key, looks) = (key.clone(), content.look().map_or(0, |_| seq));
        self.0.push(KnownDefinition { key, version, seq, looks, removed: false, content });
    }

    /// Takes it away; false if it is not there.
    pub(crate) fn remove(&mut self, key: &str, seq: Seq) -> bool
    where
        T: Looks,
    {
        let found = self.0.iter_mut().find(|one| &*one.key == key && !one.removed);
        found.is_some_and(|defined| {
            if defined.look().is_some() {
                defined.looks = seq;
            }
            (defined.removed, defined.seq) = (true, seq);
            true
        })
    }
}

impl<T: Looks> KnownDefinition<T> {
    /// The texts that agents see of it; nothing if it is shown to none.
    pub(crate) fn look(&self) -> Option<[&str; 2]> {
        self.content.look().filter(|_| !self.removed)
    }
}

/// The link of an interaction, and the numbers of the facts that changed it last.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Linked {
    pub(crate) link: JourneyLink,
    /// When it became this customer's.
    pub(crate) since: Seq,
    /// When its contact was verified.
    #[serde(default)]
    pub(crate) verified: Seq,
    /// When its card changed.
    pub(crate) marks: TalkMarks,
    /// The queue it was last told to be in, and the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<QueueId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<AgentId>,
    /// At whom it rang, and when: the last few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rang: Vec<(Timestamp, AgentId)>,
}

/// An identifier that belonged to a customer until they signed out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Released {
    pub(crate) until: Timestamp,
    pub(crate) identifier: Identifier,
    pub(crate) customer: CustomerId,
}

/// All there is.
#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize, Deserialize)]
pub(crate) struct JourneyRows {
    pub(crate) config: JourneyConfig,
    pub(crate) segments: Definitions<VisitorSegment>,
    pub(crate) outcomes: Definitions<Outcome>,
    pub(crate) maps: Definitions<ActionMap>,
    pub(crate) targets: Definitions<ActionTarget>,
    /// The number of the fact that last defined anything.
    pub(crate) defined: Seq,
    /// The number of the fact that last gave or took the licence.
    pub(crate) licence: Seq,
    /// How often a map was offered, by its key: of equal ones the one that was least is first.
    pub(crate) turns: BTreeMap<Key, u64>,
    /// What was counted of a target, by its key.
    pub(crate) counts: BTreeMap<Key, TargetCounts>,
    pub(crate) customers: Ledger<CustomerId, Box<Customer>>,
    /// Sessions that are not archived. A snapshot, and the fact that archives one, share them.
    pub(crate) sessions: BTreeMap<SessionId, Arc<VisitorSession>>,
    /// How many sessions began.
    pub(crate) sessions_made: u64,
    pub(crate) offers: Ledger<WebOfferId, Box<WebOffer>>,
    /// Identifiers that belong to nobody any more, with whose they were until when: of events that
    /// come late. The oldest first; none is older than an event may be when another one comes.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(crate) released: VecDeque<Released>,
    /// The customers of interactions, until their records are archived.
    pub(crate) links: BTreeMap<InteractionId, Linked>,
    /// The interactions whose customer was forgotten or erased last, with the numbers of the facts
    /// that say so.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(crate) unlinked: VecDeque<(Seq, InteractionId)>,
    /// The number of the last fact of that kind that is not among them any more.
    #[serde(default)]
    pub(crate) unlinked_before: Seq,
    pub(crate) seq: Seq,
}
