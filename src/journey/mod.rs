//! The customer's journey: what visitors did before an agent has them, and what they were offered.
//!
//! Knows what visitors did and were offered, who they are, and what of it somebody may see. Knows
//! nothing of how work is routed. Nothing below knows of it.
//!
//! [`Journeys`] is the way in. Two words mean here what the vendor (Genesys Predictive Engagement)
//! means by them: a *segment* is a group of visitors who have something in common, elsewhere it is
//! the time during which one party has an interaction; a *session* is what a visitor did in one go,
//! elsewhere it is an agent's login. So nothing of this layer is re-exported at the root or in the
//! prelude.

mod apply;
mod apply_offer;
mod apply_person;
mod apply_session;
mod attributes;
mod check;
mod command;
mod config;
mod criteria;
mod decide;
mod definition;
mod event;
mod found;
mod identifier;
mod ids;
pub(crate) mod journeys;
mod offer;
mod over;
mod permission;
mod person;
mod ports;
mod program;
mod refusal;
mod rows;
mod seen;
mod session;
mod store;
mod talk;
mod url;
mod view;
mod visit;

pub use attributes::SessionAttributes;
pub use command::*;
pub use config::{FrequencyCap, JourneyConfig, JourneyLimits, Merging};
pub use criteria::{
    Conditions, Criterion, EventCondition, Operator, PageCondition, ValueComparison,
};
pub use definition::{
    ActionMap, ActionMedia, ActionTarget, Activation, JourneyDefinition, JourneyDefinitionKind,
    Outcome, OutcomeCondition, Scope, TargetCounts, TenThousandths, VisitorSegment, Weight,
};
pub use event::{JourneyEntry, JourneyEvent, JourneyFact, JourneyLog, SessionOver, Unassigned};
pub use identifier::{Identifier, IdentifierClaim, IdentifierKind, Proof};
pub use ids::{CustomerId, SessionId, WebOfferId};
pub use journeys::{JourneySnapshot, Journeys};
pub use offer::{Blocked, OfferFailure, Qualification, WebAnswer, WebOffer, WebOfferState};
pub use person::{Customer, CustomerKind, SegmentAssignment};
pub use ports::{Contacts, Floor, FoundContact, Predictor};
pub use refusal::{JourneyEntity, JourneyLimit, JourneyRefusal};
pub use session::{
    Happening, OutcomeProgress, OutcomeScore, SearchTerm, SessionCounts, SessionEvent,
    VisitorSession, WebPage,
};
pub use talk::{
    CardStep, CardStepKind, ConversationCard, ConversationStatus, JourneyContext, JourneyLink,
    LinkedBy, MapVersion,
};
pub use view::*;
pub use visit::EventName;
pub use visit::VisitorEvent;
