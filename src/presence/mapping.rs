//! Which presence there is which presence here, with a fallback both ways.

use alloc::vec::Vec;

use crate::base::key::Key;
use crate::knowledge::UnifiedMap;
use crate::model::ids::PresenceId;
use crate::model::presence::SystemPresence;

/// A pair of presences that mean the same (Genesys Cloud: a row of `statusMappings`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresenceRow {
    /// The presence in the other system: a name or an id.
    pub there: Key,
    /// The presence here that it maps to.
    pub here: PresenceId,
}

/// Which presence of another system is which presence here. Several may be the same: of all rows
/// that fit the first counts, in either direction.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::presence::PresenceMap;
///
/// let map = PresenceMap::new("Away", SystemPresence::Busy.id())
///     .with("Available", SystemPresence::OnQueue.id())
///     .with("Offline", SystemPresence::Offline.id());
/// assert_eq!(map.to_here("Available"), SystemPresence::OnQueue.id());
/// assert_eq!(map.to_here("Jury duty"), SystemPresence::Busy.id());
/// assert_eq!(&**map.to_there(SystemPresence::Meal.id()), "Away");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceMap {
    rows: Vec<PresenceRow>,
    fallback_there: Key,
    fallback_here: PresenceId,
}

impl PresenceMap {
    /// Without rows: everything here is the one presence there, everything there the one here
    /// (Genesys Cloud: `fallbackGenesysStatus`; the way back is not documented there).
    #[must_use]
    pub fn new(fallback_there: impl Into<Key>, fallback_here: PresenceId) -> Self {
        Self { rows: Vec::new(), fallback_there: fallback_there.into(), fallback_here }
    }

    /// The same with one more row, which counts after those before.
    #[must_use]
    pub fn with(mut self, there: impl Into<Key>, here: PresenceId) -> Self {
        self.rows.push(PresenceRow { there: there.into(), here });
        self
    }

    /// The presences of an office messenger: what its words mean here, and which word shows a
    /// presence that changed here. The rows of the map come first, then *Online*, *Offline* and the
    /// words for the other presences of the system; whatever else is chosen here is *Busy* there.
    ///
    /// ```
    /// use strowger::knowledge::{AgentState, UnifiedMap};
    /// use strowger::prelude::*;
    /// use strowger::presence::PresenceMap;
    ///
    /// let map = PresenceMap::unified(&UnifiedMap::default().with("In", AgentState::Ready));
    /// assert_eq!(map.to_here("Online"), SystemPresence::OnQueue.id());
    /// assert_eq!(&**map.to_there(SystemPresence::OnQueue.id()), "In");
    /// assert_eq!(&**map.to_there(SystemPresence::Meal.id()), "Meal");
    /// ```
    #[must_use]
    pub fn unified(words: &UnifiedMap) -> Self {
        let usual = ["Online", "Offline", "Busy", "Away", "Break", "Meal", "Meeting", "Training"];
        let own = words
            .words()
            .fold(Self::new("Busy", SystemPresence::Busy.id()), |map, (word, here)| {
                map.with(word.clone(), here)
            });
        usual.into_iter().fold(own, |map, word| map.with(word, words.presence(word)))
    }

    /// The presence states that every ServiceNow instance has, by their ids: Available is on queue,
    /// Away is away, Offline is offline. Whatever else is chosen there is busy here, whatever else
    /// is chosen here is Away there.
    #[must_use]
    pub fn service_now() -> Self {
        const AVAILABLE: &str = "0b10223c57a313005baaaa65ef94f970";
        const AWAY: &str = "41f9b8dfb31313005baa6e5f26a8dcac";
        const OFFLINE: &str = "9cd83267575313005baaaa65ef94f98b";
        Self::new(AWAY, SystemPresence::Busy.id())
            .with(AVAILABLE, SystemPresence::OnQueue.id())
            .with(AWAY, SystemPresence::Away.id())
            .with(OFFLINE, SystemPresence::Offline.id())
    }

    /// The rows, in the order in which they count.
    #[must_use]
    pub fn rows(&self) -> &[PresenceRow] {
        &self.rows
    }

    /// The presence here for a presence there.
    #[must_use]
    pub fn to_here(&self, there: &str) -> PresenceId {
        let row = self.rows.iter().find(|row| *row.there == *there);
        row.map_or(self.fallback_here, |row| row.here)
    }

    /// The presence there for a presence here.
    #[must_use]
    pub fn to_there(&self, here: PresenceId) -> &Key {
        let row = self.rows.iter().find(|row| row.here == here);
        row.map_or(&self.fallback_there, |row| &row.there)
    }

    /// True if two presences mean the same: one is what the other is on its side.
    #[must_use]
    pub fn agree(&self, there: &str, here: PresenceId) -> bool {
        self.to_here(there) == here || **self.to_there(here) == *there
    }
}
