//! Presence: what a person is in, which of their sources counts, and which presences there are.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::iso_time::IsoTime;
use crate::words::{body, words};
use strowger::model::SystemPresence;
use strowger::presence::PresenceMap;
use strowger::presence::PresenceReport;
use strowger::presence::Side;
use strowger::state::RoutingStatus;
use strowger_wire::{Method, Request, escaped};

body! {
    /// A presence somebody can be in.
    pub PresenceDefinition {
        /// Its id: what a [`PresenceMap`] should name.
        id: String,
        /// The system presence it stands for: `Available`, `On Queue`, ... (in notifications
        /// `AVAILABLE`, `ON_QUEUE`, ...).
        system_presence: Option<String>,
    }
}

/// The system presence of a word, in any of its spellings. Idle, which only the system sets, is
/// away.
///
/// ```
/// use strowger::prelude::*;
/// use strowger_genesys::system_presence;
///
/// for word in ["On Queue", "ON_QUEUE", "OnQueue"] {
///     assert_eq!(system_presence(word), Some(SystemPresence::OnQueue));
/// }
/// assert_eq!(system_presence("Jury duty"), None);
/// ```
#[must_use]
pub fn system_presence(word: &str) -> Option<SystemPresence> {
    let bare = |text: &str| {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>()
    };
    let word = bare(word);
    if word == "idle" {
        return Some(SystemPresence::Away);
    }
    SystemPresence::ALL.into_iter().find(|presence| bare(presence.key()) == word)
}

body! {
    /// The presence of a person, as one of their sources says.
    pub UserPresence {
        /// The name of the source; its id took its place.
        source: Option<String>,
        /// The id of the source.
        source_id: Option<String>,
        /// Whether this source is the one that counts. In a change: whether it shall be.
        primary: Option<bool>,
        /// The presence the person is in.
        presence_definition: Option<PresenceDefinition>,
        /// The presence the person will be in, when they have nothing to do any more.
        future_presence_definition: Option<PresenceDefinition>,
        /// What the person says of it.
        message: Option<String>,
        /// Since when.
        modified_date: Option<IsoTime>,
    }
}

impl UserPresence {
    /// This presence, by the id of its definition.
    ///
    /// ```
    /// use strowger_genesys::UserPresence;
    ///
    /// let request = UserPresence::new("6a3af858").request("ana");
    /// assert_eq!(request.path, "/api/v2/users/ana/presences/purecloud");
    /// let body = request.body.unwrap().to_string();
    /// assert_eq!(body, r#"{"presenceDefinition":{"id":"6a3af858"}}"#);
    /// ```
    #[must_use]
    pub fn new(definition: impl Into<String>) -> Self {
        let definition = PresenceDefinition { id: definition.into(), system_presence: None };
        Self { presence_definition: Some(definition), ..Self::default() }
    }

    /// Sets it: `PATCH /users/{user}/presences/purecloud`. It is answered with the same.
    #[must_use]
    pub fn request(&self, user: &str) -> Request {
        Request::new(Method::Patch, presence_of(user)).with_body(self)
    }

    /// When it was so, as a number that rises with every change.
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        u64::try_from(self.modified_date?.0.as_millis()).ok()
    }

    /// What a [`PresenceSync`](strowger::presence::PresenceSync) wants to hear of it; nothing if
    /// another source
    /// is the one that counts. The notification does not say who set it: the host gives the source
    /// if it knows it, and a number that rises if there is no [`revision`](Self::revision).
    #[must_use]
    pub fn report(&self, revision: u64, source: Option<Side>) -> Option<PresenceReport> {
        let definition =
            self.presence_definition.as_ref().filter(|_| self.primary != Some(false))?;
        Some(PresenceReport::new(revision, definition.id.as_str()).with_source(source))
    }
}

fn presence_of(user: &str) -> String {
    format!("/api/v2/users/{}/presences/purecloud", escaped(user))
}

/// What somebody is in: `GET /users/{user}/presences/purecloud`, answered with a [`UserPresence`].
#[must_use]
pub fn get_presence(user: &str) -> Request {
    Request::get(presence_of(user))
}

body! {
    /// Which of somebody's sources counts.
    pub PrimarySource {
        /// The source.
        source_id: String,
        /// Whether it is registered; told, not set.
        registered: Option<bool>,
    }
}

fn primary_of(user: &str) -> String {
    format!("/api/v2/presence/users/{}/primarysource", escaped(user))
}

impl PrimarySource {
    /// Makes it the one that counts: `PUT /presence/users/{user}/primarysource`.
    #[must_use]
    pub fn request(&self, user: &str) -> Request {
        let request = Request::new(Method::Put, primary_of(user)).with_body(self);
        request.with_permissions(&["presence:userPrimarySource:edit"])
    }
}

/// Which of somebody's sources counts: `GET .../primarysource`, answered with a [`PrimarySource`].
#[must_use]
pub fn get_primary_source(user: &str) -> Request {
    Request::get(primary_of(user)).with_permissions(&["presence:userPrimarySource:view"])
}

body! {
    /// A presence of the organisation.
    pub OrganizationPresence {
        /// Its id.
        id: String,
        /// Whether the system has it, or the organisation made it.
        type_of = "type": Option<String>,
        /// The system presence it stands for.
        system_presence: Option<String>,
        /// What it is called, by language.
        language_labels: BTreeMap<String, String>,
        /// Whether it cannot be chosen any more.
        deactivated: bool,
    }
}

body! {
    /// The presences of the organisation.
    pub OrganizationPresences {
        /// All of them.
        entities: Vec<OrganizationPresence>,
    }
}

impl OrganizationPresences {
    /// A map in which each is the system presence it stands for; of those that stand for the same
    /// the system's own comes first. What is not here falls back to this one there and to busy
    /// here (`fallbackGenesysStatus`).
    #[must_use]
    pub fn map(&self, fallback: &str) -> PresenceMap {
        let known = self.entities.iter().filter(|one| !one.deactivated);
        let mut known: Vec<_> = known
            .filter_map(|one| Some((one, system_presence(one.system_presence.as_deref()?)?)))
            .collect();
        let own = |one: &OrganizationPresence| one.type_of.as_deref() != Some("System");
        known.sort_by_key(|(one, _)| own(one));
        let none = PresenceMap::new(fallback, SystemPresence::Busy.id());
        known.into_iter().fold(none, |map, (one, system)| map.with(one.id.as_str(), system.id()))
    }
}

/// The presences of the organisation: `GET /presence/definitions`, answered with
/// [`OrganizationPresences`].
#[must_use]
pub fn get_presence_definitions() -> Request {
    let path = "/api/v2/presence/definitions".to_string();
    Request::get(path).with_permissions(&["presence:presenceDefinition:view"])
}

words! {
    /// What Genesys Cloud knows of an agent.
    RoutingWord {
        /// The agent is not on queue.
        OffQueue = "OFF_QUEUE",
        /// The agent is on queue with nothing to do.
        Idle = "IDLE",
        /// The agent has work.
        Interacting = "INTERACTING",
        /// The agent rejected something, or did not answer.
        NotResponding = "NOT_RESPONDING",
        /// The agent is on a call of their own.
        Communicating = "COMMUNICATING",
    }
}

impl RoutingWord {
    /// The engine's word for it.
    #[must_use]
    pub const fn status(&self) -> Option<RoutingStatus> {
        match self {
            Self::OffQueue => Some(RoutingStatus::OffQueue),
            Self::Idle => Some(RoutingStatus::Idle),
            Self::Interacting => Some(RoutingStatus::Interacting),
            Self::NotResponding => Some(RoutingStatus::NotResponding),
            Self::Communicating => Some(RoutingStatus::Communicating),
            Self::Other(_) => None,
        }
    }
}

impl From<RoutingStatus> for RoutingWord {
    /// Who is alerted and has nothing else to do is idle there.
    fn from(status: RoutingStatus) -> Self {
        match status {
            RoutingStatus::OffQueue => Self::OffQueue,
            RoutingStatus::Idle | RoutingStatus::Offered => Self::Idle,
            RoutingStatus::Interacting => Self::Interacting,
            RoutingStatus::Communicating => Self::Communicating,
            RoutingStatus::NotResponding => Self::NotResponding,
        }
    }
}

body! {
    /// The routing status of an agent.
    pub UserRoutingStatus {
        /// Who; told, not set.
        user_id: Option<String>,
        /// What is known of the agent.
        status: Option<RoutingWord>,
        /// Since when; told, not set.
        start_time: Option<IsoTime>,
    }
}

fn status_of(user: &str) -> String {
    format!("/api/v2/users/{}/routingstatus", escaped(user))
}

impl UserRoutingStatus {
    /// What the engine knows.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger_genesys::UserRoutingStatus;
    ///
    /// let request = UserRoutingStatus::of(RoutingStatus::NotResponding).request("ana");
    /// assert_eq!(request.path, "/api/v2/users/ana/routingstatus");
    /// assert_eq!(request.body.unwrap()["status"], "NOT_RESPONDING");
    /// ```
    #[must_use]
    pub fn of(status: RoutingStatus) -> Self {
        Self { status: Some(status.into()), ..Self::default() }
    }

    /// Sets it: `PUT /users/{user}/routingstatus`.
    #[must_use]
    pub fn request(&self, user: &str) -> Request {
        Request::new(Method::Put, status_of(user)).with_body(self)
    }
}

/// What is known of an agent: `GET .../routingstatus`, answered with a [`UserRoutingStatus`].
#[must_use]
pub fn get_routing_status(user: &str) -> Request {
    Request::get(status_of(user))
}
