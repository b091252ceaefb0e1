//! Who is behind a request.

use axum::http::request::Parts;
use strowger::command::{Actor, ActorKind};
use strowger::journey::JourneyRights;
use strowger::view::View;
use strowger::{Key, Timestamp};

use crate::problem::ProblemDetails;

/// What somebody may do here as a whole. What they may do with a single thing is decided by the
/// centre, in the same call.
///
/// ```
/// use strowger_http::Role;
///
/// assert!(Role::Supervisor.is_staff());
/// assert!(!Role::Customer.is_staff());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Another system of the same house, which may do everything.
    Host,
    /// Whoever defines what there is.
    Administrator,
    /// Whoever watches over the floor.
    Supervisor,
    /// An agent, at their desk.
    Agent,
    /// A customer or a visitor, who sees what is theirs alone.
    Customer,
    /// A screen on a wall: it reads figures, without names and texts, and does nothing.
    Wall,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::Host,
        Self::Administrator,
        Self::Supervisor,
        Self::Agent,
        Self::Customer,
        Self::Wall,
    ];

    /// True for those who work here.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Host | Self::Administrator | Self::Supervisor | Self::Agent)
    }

    /// The kind of actor that gives commands; a wall gives none.
    pub(crate) const fn kind(self) -> Option<ActorKind> {
        Some(match self {
            Self::Host => ActorKind::Host,
            Self::Administrator => ActorKind::Administrator,
            Self::Supervisor => ActorKind::Supervisor,
            Self::Agent => ActorKind::Agent,
            Self::Customer => ActorKind::Customer,
            Self::Wall => return None,
        })
    }

    /// The role as it is written.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Administrator => "administrator",
            Self::Supervisor => "supervisor",
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Wall => "wall",
        }
    }
}

/// Somebody who makes a request.
///
/// ```
/// use strowger_http::{Caller, Role};
///
/// let caller = Caller::new(Role::Agent, "ana");
/// assert_eq!((caller.role, &*caller.key), (Role::Agent, "ana"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Caller {
    /// What they may do as a whole.
    pub role: Role,
    /// Their key: the key of the agent, of the customer, or the name under which a supervisor, an
    /// administrator or another system stands in the facts.
    pub key: Key,
    /// Which parts of visitors' journeys they may see; none at first.
    pub journeys: JourneyRights,
    /// Up to when the caller is known, and not at; `None`: it is not said. Their streams end then.
    pub until: Option<Timestamp>,
}

impl Caller {
    /// Somebody with this role and key, who sees no journeys.
    pub fn new(role: Role, key: impl Into<Key>) -> Self {
        Self { role, key: key.into(), journeys: JourneyRights::NONE, until: None }
    }

    /// The same caller with permissions for the journeys of visitors.
    #[must_use]
    pub fn with_journeys(self, journeys: JourneyRights) -> Self {
        Self { journeys, ..self }
    }

    /// The same caller, who is known up to an instant.
    #[must_use]
    pub fn with_until(self, until: Timestamp) -> Self {
        Self { until: Some(until), ..self }
    }

    /// The actor whom the centre knows.
    ///
    /// # Errors
    /// 403 if there is no such agent, or if the caller gives no commands.
    pub(crate) fn actor(&self, view: View<'_>) -> Result<Actor, ProblemDetails> {
        Ok(match self.role {
            Role::Host => Actor::Host,
            Role::Administrator => Actor::Administrator(self.key.clone()),
            Role::Supervisor => Actor::Supervisor(self.key.clone()),
            Role::Customer => Actor::Customer(Some(self.key.clone())),
            Role::Agent => {
                let agent = view.agent_id(&self.key);
                Actor::Agent(agent.ok_or_else(ProblemDetails::no_such_agent)?)
            }
            Role::Wall => return Err(ProblemDetails::not_allowed()),
        })
    }
}

/// Says who makes a request. A host that asks another system, which takes time, does so in a layer
/// of its own before the router, puts the [`Caller`] into the extensions of the request, and uses
/// [`FromExtension`].
///
/// ```
/// use axum::http::request::Parts;
/// use strowger::Timestamp;
/// use strowger_http::{Caller, Identify, Role, Unidentified};
///
/// /// Behind a proxy that has checked who it is.
/// struct Proxied;
///
/// impl Identify for Proxied {
///     fn identify(&self, request: &Parts, _now: Timestamp) -> Result<Caller, Unidentified> {
///         let header = request.headers.get("x-agent").ok_or(Unidentified::Missing)?;
///         let agent = header.to_str().map_err(|_| Unidentified::Unknown)?;
///         Ok(Caller::new(Role::Agent, agent))
///     }
/// }
/// # let _ = Proxied;
/// ```
pub trait Identify: Send + Sync + 'static {
    /// Who it is.
    ///
    /// # Errors
    /// [`Unidentified`] says why that is not known; the answer is 401.
    fn identify(&self, request: &Parts, now: Timestamp) -> Result<Caller, Unidentified>;
}

/// Why it is not known who makes a request.
///
/// ```
/// use strowger_http::Unidentified;
///
/// assert_eq!(Unidentified::Expired.to_string(), "the token has expired");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unidentified {
    /// The request says nothing of it.
    #[error("the request has no token")]
    Missing,
    /// What it says is not known here, or not readable.
    #[error("the token is not known")]
    Unknown,
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
}

/// Takes the [`Caller`] that a layer of the host put into the extensions of the request.
///
/// ```
/// use axum::http::Request;
/// use strowger::Timestamp;
/// use strowger_http::{Caller, FromExtension, Identify, Role, Unidentified};
///
/// let (mut parts, ()) = Request::new(()).into_parts();
/// let asked = FromExtension.identify(&parts, Timestamp::EPOCH);
/// assert_eq!(asked, Err(Unidentified::Missing));
/// parts.extensions.insert(Caller::new(Role::Agent, "ana"));
/// assert!(FromExtension.identify(&parts, Timestamp::EPOCH).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FromExtension;

impl Identify for FromExtension {
    fn identify(&self, request: &Parts, _now: Timestamp) -> Result<Caller, Unidentified> {
        request.extensions.get().cloned().ok_or(Unidentified::Missing)
    }
}
