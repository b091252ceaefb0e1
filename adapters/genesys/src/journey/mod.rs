//! The customer's journey (Genesys Predictive Engagement): events, sessions, segments, outcomes and
//! action maps as the Platform API has them, read into what `strowger::journey` takes; web actions
//! read and written.
//!
//! Each body keeps what it says beside its fields. So what is read says of every field either what
//! it is here, or why it was left.

mod action_map;
mod criteria;
mod definition;
mod form;
mod group;
mod identifier;
mod notice;
mod outcome_score;
mod session;
mod target;
mod visit;
mod web_action;

pub use action_map::{
    ActionMapAction, ActionMapImport, ActionMapSchedules, ActivationType, EventTrigger,
    JourneyActionMap, JourneyActivation, JourneyMedia, ProbabilityTrigger, UrlCondition,
    get_action_map,
};
pub use criteria::{
    CriteriaOperator, JourneyContextPatterns, JourneyCriterion, JourneyPattern, JourneyPatterns,
    SessionPattern, StreamType,
};
pub use definition::{
    JourneyOutcome, JourneySegment, OutcomeImport, SegmentImport, SegmentScope, get_outcome,
    get_segment,
};
pub use form::FormWords;
pub use group::{Group, JourneyAttribute, JourneyRef};
pub use notice::{
    JourneyNotice, JourneyNotices, NoticeImport, NoticeSession, OutcomeAchieved, SegmentAssigned,
    Told, get_session_events,
};
pub use outcome_score::{OutcomeScoreBody, OutcomeScores, ScoresImport, get_outcome_scores};
pub use session::{
    JourneySession, OutcomeAchievement, SessionImport, SessionSegment, get_journey_session,
};
pub use target::{JourneyServiceLevel, JourneyTarget, TargetImport, get_action_target};
pub use visit::{AppEvent, WebEvent};
pub use web_action::{
    ActionEvent, ActionMapVersion, WebAction, WebActionEvent, WebActionImport, WebActionState,
};
