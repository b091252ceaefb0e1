#![doc = include_str!("../README.md")]
//!
//! Whatever ServiceNow knows is defined in the engine under its `sys_id`: agents (`sys_user`),
//! queues (`awa_queue`, or the provider queue id), channels (`awa_service_channel`) and reject
//! reasons (`awa_reject_reason`). Work that comes from a document has the key `table/sys_id`
//! ([`Document::key`]). Work under other keys is the host's own, and nothing is sent of it.

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

mod agent;
mod call;
mod consult;
mod controls;
mod desk;
mod event;
mod fault;
mod hear;
mod inbox;
mod intake;
mod item;
mod loose;
mod mapping;
mod offer;
mod record;
mod request;
mod voice;

pub use agent::{
    AgentPresence, Capacities, ChannelAvailability, ChannelCapacity, NewCapacities, PresenceOf,
    PresenceState, SetAgentPresence, get_capacities, get_presence, get_presence_states,
};
pub use controls::{Control, Controls, NotAvailable};
pub use desk::{Answer, CallId, Desk, DeskConfig};
pub use event::{Channel, Event, EventError, Interaction, Rejection, WorkItem};
pub use fault::{Failure, Fault, read};
pub use inbox::{AcceptItem, AcceptedItem, RejectItem, RejectReason, get_reject_reasons};
pub use intake::{Intake, NotRouted};
pub use item::{Act, There, Wanted, act};
pub use mapping::{AgentMapping, MappingReply};
pub use offer::{
    Assignment, ClockFault, DisplayOption, ManualAssignment, OfferReply, OfferWork, OfferedItem,
    TargetType, Transfer, TransferType, parse_offered_on, remaining,
};
pub use record::{
    EndConsult, ExternalId, ExternalIdReply, InteractionReply, ItemRecord, NewInteraction,
    OutcomeReply, close_interaction, get_active_items, get_external_id, get_items,
};
pub use request::Document;
pub use voice::{CallRecord, VoiceCall, VoiceInteraction, VoiceReply};

pub use strowger_wire::{Method, Request, RequestFailure, VendorFault};
