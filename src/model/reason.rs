//! Why an offer is rejected, and what follows for work and agent.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::ids::{CodeId, Entity, PresenceId, ReasonId};
use crate::model::invalid::Invalid;
use crate::model::profile::{DefinitionId, Profile};

/// The response to an agent who rejected or missed an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Response {
    /// The agent counts as not responding. The agent keeps what they have, and gets nothing new
    /// until they choose a presence that is on queue again (Genesys Cloud).
    #[default]
    NotResponding,
    /// The agent is set to this presence (ServiceNow: after-timeout presence).
    Presence(PresenceId),
    /// Nothing becomes of the agent.
    Nothing,
}

growing! {
    /// A reason an agent may give for rejecting an offer.
    ///
    /// ```
    /// use strowger::model::RejectReasonProfile;
    /// use strowger::prelude::*;
    ///
    /// // "Not my expertise": never again to this agent; "busy": again in five minutes.
    /// let expertise = RejectReasonProfile::default().with_reassignable(false);
    /// let busy = RejectReasonProfile::default().with_retry_after(Span::from_mins(5));
    /// assert!(busy.reassignable && !expertise.reassignable);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct RejectReasonProfile {
        /// True if the same work may be offered to the same agent again (ServiceNow).
        pub reassignable: bool => with_reassignable,
        /// How long it may not be: with `reassignable` a pause before the next try, without it the
        /// life of the memory (`None`: for as long as the work lives).
        pub retry_after: Option<Span> => with_retry_after(into),
        /// The response to the agent; `None` leaves it to the queue.
        pub response: Option<Response> => with_response(into),
        /// With `reassignable: false` and no `retry_after`: whether the rejection is forgotten as
        /// the agent comes on queue after being off it (Azure Job Router: registers again;
        /// Salesforce: the agent's presence cycles).
        pub until_back: bool => with_until_back,
    }
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
#[non_exhaustive]
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
