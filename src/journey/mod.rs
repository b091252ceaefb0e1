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
mod check;
mod command;
mod config;
mod criteria;
mod decide;
mod definition;
mod event;
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

pub use command::*;
pub use config::{FrequencyCap, JourneyConfig, JourneyLimits, Merging};
pub use criteria::{
    Comparison, Conditions, Criterion, EventCondition, EventName, Operator, PageCondition,
};
pub use definition::{
    ActionMap, Activation, DefinitionKind, JourneyDefinition, Media, Outcome, OutcomeCondition,
    Scope, Segment, Target, TargetCounts, TenThousandths, Weight,
};
pub use event::{JourneyEntry, JourneyEvent, JourneyFact, JourneyLog, SessionOver, Unassigned};
pub use ids::{CustomerId, SessionId, WebOfferId};
pub use journeys::{JourneySnapshot, Journeys};
pub use offer::{Blocked, OfferFailure, Qualification, WebAnswer, WebOffer, WebOfferState};
pub use person::{
    Claim, Customer, CustomerKind, Identifier, IdentifierKind, Proof, SegmentAssignment,
};
pub use ports::{Contacts, Floor, FoundContact, Predictor};
pub use refusal::{JourneyEntity, JourneyLimit, JourneyRefusal};
pub use session::{
    Happening, OutcomeProgress, OutcomeScore, SearchTerm, Session, SessionAttributes,
    SessionCounts, SessionEvent, WebPage,
};
pub use talk::{
    Conversation, ConversationStatus, ConversationStep, ConversationStepKind, JourneyContext,
    JourneyLink, LinkedBy, MapVersion,
};
pub use view::*;
pub use visit::VisitorEvent;
