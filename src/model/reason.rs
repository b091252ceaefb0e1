//! Why an offer is rejected, and what follows for work and agent.

use serde::{Deserialize, Serialize};

use crate::base::time::Span;
use crate::model::ids::{CodeId, Entity, PresenceId, ReasonId};
use crate::model::invalid::Invalid;
use crate::model::profile::{DefinitionId, Profile};

/// What becomes of an agent who rejected or missed an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// He is not responding: he keeps what he has and gets nothing new until he chooses a presence
    /// that is on queue again (Genesys Cloud).
    #[default]
    NotResponding,
    /// He is set to this presence (ServiceNow: after-timeout presence).
    Presence(PresenceId),
    /// Nothing.
    Nothing,
}

/// A reason an agent may give for rejecting an offer.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::model::RejectReasonProfile;
///
/// // "Not my expertise": never again to this agent; "busy": again in five minutes.
/// let expertise = RejectReasonProfile { reassignable: false, ..Default::default() };
/// let busy = RejectReasonProfile { retry_after: Some(Span::from_mins(5)), ..Default::default() };
/// assert!(busy.reassignable && !expertise.reassignable);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RejectReasonProfile {
    /// Whether the same work may be offered to the same agent again (ServiceNow).
    pub reassignable: bool,
    /// How long it may not be: with `reassignable` a pause before the next try, without it the
    /// life of the memory (`None`: for as long as the work lives).
    pub retry_after: Option<Span>,
    /// What becomes of the agent; `None` leaves it to the queue.
    pub response: Option<Response>,
    /// With `reassignable: false` and no `retry_after`: whether it is forgotten as he comes on
    /// queue after he was off it (Azure Job Router: registers again; Salesforce: his presence
    /// cycles).
    pub until_back: bool,
}

impl Default for RejectReasonProfile {
    fn default() -> Self {
        Self { reassignable: true, retry_after: None, response: None, until_back: false }
    }
}

impl DefinitionId for ReasonId {
    type Profile = RejectReasonProfile;
}

impl Profile for RejectReasonProfile {
    type Id = ReasonId;

    fn check(&self) -> Result<(), Invalid> {
        match self.retry_after {
            Some(span) => Invalid::some_time("retry_after", span),
            None => Ok(()),
        }
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        if let Some(Response::Presence(presence)) = self.response {
            name(presence.into());
        }
    }
}

/// A wrap-up code (disposition). It has no content of its own: its key says everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrapUpCodeProfile {}

impl DefinitionId for CodeId {
    type Profile = WrapUpCodeProfile;
}

impl Profile for WrapUpCodeProfile {
    type Id = CodeId;

    fn check(&self) -> Result<(), Invalid> {
        Ok(())
    }

    fn mentions(&self, _name: &mut dyn FnMut(Entity)) {}
}
