//! What an office messenger says of a worker.

use serde::{Deserialize, Serialize};
use strowger::Centre;
use strowger::Key;
use strowger::interaction::ProfileStore;
use strowger::knowledge::{KnowledgeCommand, ReportPresence};

use crate::answer::Answer;
use crate::fault::WhyNot;

/// A presence of an office messenger.
///
/// ```
/// use strowger_engage::MessengerPresence;
///
/// let json = r#"{"im": "kim@example.org", "presence": "Online", "revision": 1772445600250}"#;
/// let presence: MessengerPresence = serde_json::from_str(json).unwrap();
/// assert_eq!(&*presence.presence, "Online");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessengerPresence {
    /// The address, as [`Worker::im`](strowger::knowledge::Worker::im) has it.
    pub im: Key,
    /// The presence, in the messenger's words.
    pub presence: Key,
    /// Rises with every change there; the time of the change will do.
    pub revision: u64,
}

impl MessengerPresence {
    /// A presence of the person at this address.
    #[must_use]
    pub fn new(im: impl Into<Key>, presence: impl Into<Key>, revision: u64) -> Self {
        Self { im: im.into(), presence: presence.into(), revision }
    }

    /// The command it becomes, or why it becomes none.
    pub fn hear<P>(&self, centre: &Centre<P>) -> Answer
    where
        P: ProfileStore + Clone + Default,
    {
        let Some(knowledge) = centre.knowledge() else { return WhyNot::NoLayer.into() };
        let agent = knowledge.reached_at(&self.im);
        let Some((agent, worker)) = agent.and_then(|agent| Some((agent, knowledge.worker(agent)?)))
        else {
            return WhyNot::UnknownAddress { im: self.im.clone() }.into();
        };
        match &worker.heard {
            Some(heard) if heard.revision > self.revision => WhyNot::Older.into(),
            Some(heard) if heard.revision == self.revision => WhyNot::Already.into(),
            _ => {
                let report = ReportPresence::new(agent, self.presence.clone(), self.revision);
                Answer::command(KnowledgeCommand::from(report))
            }
        }
    }
}
