//! The customer's journey (Genesys Predictive Engagement): events, sessions, segments, outcomes and
//! action maps as the Platform API has them, read into what `strowger::journey` takes; web actions
//! read and written.
//!
//! Each body keeps what it says beside its fields. So what is read says of every field either what
//! it is here, or why it was left.

mod action_map;
mod criteria;
mod definition;
mod group;
mod notice;
mod outcome_score;
mod session;
mod target;
mod web_action;

pub use action_map::{
    ActionMapAction, ActionMapImport, ActionMapSchedules, ActivationType, EventTrigger, JourneyActionMap,
    JourneyActivation, JourneyMedia, ProbabilityTrigger, UrlCondition, get_action_map,
};
pub use criteria::{
    CriteriaOperator, JourneyContextPatterns, JourneyCriterion, JourneyPattern, JourneyPatterns,
    SessionPattern, StreamType,
};
pub use definition::{
    JourneyOutcome, JourneySegment, OutcomeImport, SegmentImport, SegmentScope, get_outcome,
    get_segment,
};
pub use group::{Group, JourneyAttribute};
pub use notice::{
    AppEvent, FormWords, JourneyNotice, JourneyNotices, NoticeImport, NoticeSession,
    OutcomeAchieved, SegmentAssigned, Told, WebEvent, get_session_events,
};
pub use outcome_score::{OutcomeScoreBody, OutcomeScores, ScoresImport, get_outcome_scores};
pub use session::{
    JourneySession, OutcomeAchievement, SessionImport, SessionSegment, get_journey_session,
};
pub use target::{JourneyServiceLevel, JourneyTarget, TargetImport, get_action_target};
pub use web_action::{
    ActionEvent, ActionMapVersion, JourneyRef, WebAction, WebActionEvent, WebActionImport,
    WebActionState,
};
