#![doc = include_str!("../README.md")]
//!
//! Whatever Genesys Cloud knows is defined in the engine under its id: users (agents), queues,
//! routing skills and languages (skills), utilisation labels (pools) and wrap-up codes. Work that
//! is a work item or a conversation there has a key that says so ([`Subject`]). Bodies are read
//! leniently: what is absent or `null` has its default, what is unknown is passed over, and an
//! enumeration keeps a word it does not know ([`AssignmentState::Other`] and so on). Each request
//! names the permissions of which its sender needs one.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::todo,
        clippy::indexing_slicing,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

extern crate alloc;

mod assignment;
mod bounds;
mod consult;
mod conversation;
mod decimal;
mod event;
mod fault;
mod handshake;
mod hear;
mod intake;
mod iso_time;
mod item;
mod journey;
mod left;
mod media;
mod message;
mod mirror;
mod participant;
mod presence;
mod queue;
mod ring;
mod settings;
mod step;
mod subject;
mod topic;
mod transfer;
mod utilization;
mod words;
mod workforce;
mod workitem;
mod workspace;

pub use assignment::{AssignmentState, Follow, Place, follow};
pub use conversation::{
    Parking, Part, PartAttributes, PartUpdate, ParticipantState, RoutingData, Wrapup,
    assign_conversation, disconnect_conversation, get_conversation,
};
pub use decimal::Decimal;
pub use event::{Detail, Event, EventError};
pub use fault::{Failure, Fault, check, read};
pub use handshake::{Authorization, Me, Missing, get_me};
pub use intake::{Intake, NotRouted};
pub use iso_time::{IsoTime, NotIso};
pub use item::{Reference, ScoredAgentReference, StatusCategory, Workitem, WorkitemNotice};
pub use journey::*;
pub use left::{Left, WhyLeft};
pub use media::MediaType;
pub use message::{Attachment, IdType, MessageChannel, MessageContent, OpenMessage, Sender};
pub use mirror::{Answer, Mirror};
pub use participant::{Conversation, Participant};
pub use presence::{
    OrganizationPresence, OrganizationPresences, PresenceDefinition, PrimarySource, RoutingWord,
    UserPresence, UserRoutingStatus, get_presence, get_presence_definitions, get_primary_source,
    get_routing_status, system_presence,
};
pub use queue::QueueImport;
pub use ring::{Bullseye, Expansion, Ring, RingActions};
pub use settings::{
    AcwSettings, MediaSettings, QueueSettings, RoutingRule, RuleOperator, ScoringMethod,
    ServiceTarget, SkillEvaluation, WrapupPrompt, get_queue,
};
pub use subject::Subject;
pub use topic::{DetailKind, Topic, subscribe};
pub use transfer::{
    ConsultTransfer, Consulted, SpeakTo, Target, Transfer, TransferState, TransferType,
    end_consult, speak_to,
};
pub use utilization::{
    LabelUtilization, MediaUtilization, Utilization, UtilizationLevel, UtilizationMap,
    get_user_utilization, get_utilization,
};
pub use workforce::{
    ShiftMatch, ShiftTrade, TimeOff, TradeVersion, get_my_shift_trades, start_course,
};
pub use workitem::{
    AssignmentOperation, ScoredAgent, UserId, WorkitemCreate, WorkitemTerminate, WorkitemUpdate,
    WorkitemWrapup, WrapupAction, assign_workitem, cancel_routing, disconnect_workitem,
    get_workitem, get_wrapups,
};
pub use workspace::{
    Suggestion, Suggestions, get_evaluations, get_leaderboard, get_learning, get_my_schedule,
    get_suggestions,
};

pub use strowger_wire::{Method, Request, RequestFailure, VendorFault};
